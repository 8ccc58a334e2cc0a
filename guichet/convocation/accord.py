"""The accord d'accompagnement on paper, in plain language (FALC).

It covers one booking, or those of people who come together, on one day; it is no mandate and not
the legal basis of what is recorded.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from guichet.convocation import press
from guichet.convocation.catalogue import Phrases
from guichet.convocation.sheet import Pair, Section, Sheet, pair, pdf
from guichet.domain.calendar_fr import long_date


@dataclass(frozen=True, kw_only=True, slots=True)
class AccordSheet:
    """What a person agrees to.

    `at` is the local time of `place`, the site, aware; `agent` the code of who helps; `spoken` the
    French name of the language it is explained in; `person_name` is printed only if the person
    wants it; `persons` is for how many the appointments are.
    Raises ValueError for a naive time.
    """

    at: datetime
    place: str
    agent: str
    spoken: str
    person_name: str | None = None
    second: Phrases | None = None
    persons: int = 1

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("at must be aware")


def render(accord: AccordSheet) -> bytes:
    """The sheet as a PDF. Raises DocumentError for a character no font of ours can print."""
    heading = pair(accord.second, "accord.title")
    return pdf(
        Sheet(
            heading=heading,
            place=accord.place,
            at=accord.at,
            hour=False,
            sections=_sections(accord),
            signature=pair(accord.second, "accord.signature"),
            footer=f"{heading[0]}, {long_date(accord.at)}, agent {accord.agent}",
            second=accord.second,
        )
    )


def write(accord: AccordSheet, folder: Path) -> Path:
    """Write the PDF in `folder`, named by the moment only. Raises DocumentError."""
    return press.put(folder, f"accord-{accord.at:%Y%m%d-%H%M%S}.pdf", render(accord))


def _sections(it: AccordSheet) -> tuple[Section, ...]:
    def say(key: str, **values: object) -> Pair:
        return pair(it.second, f"accord.{key}", **values)

    def part(heading: str, *lines: Pair) -> Section:
        return Section(say(heading), lines)

    def told(*keys: str) -> list[Pair]:
        """The sentences for one person, or those for several."""
        return [say(f"{key}_all" if it.persons > 1 else key, n=it.persons) for key in keys]

    name = () if it.person_name is None else (say("name", name=it.person_name),)
    return (
        part("who", say("mediator", agent=it.agent), say("language", language=it.spoken)),
        part("scope", *told("booking", "only"), say("today")),
        part("written", *told("data", "number", "use")),
        part("freedom", say("refuse"), say("unchanged"), say("stop")),
        part("how", say("aloud"), say("sign"), *name),
    )
