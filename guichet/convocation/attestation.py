"""The dated proof that a search for an appointment found nothing.

People are asked for such proof, with day and hour, and take pictures of screens for want of it
(gisti.org, article 6229). It states a fact and gives no right.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from guichet.convocation import press
from guichet.convocation.catalogue import Phrases
from guichet.convocation.sheet import Pair, Section, Sheet, pair, pdf
from guichet.domain.calendar_fr import clock, long_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """An unsuccessful search.

    `searched_at` is the local time of `place`, the site that issues the sheet, aware; `sites` and
    the days from `first_day` to `last_day`, both included, are where and when a free slot was
    looked for; `procedure` is the démarche's label; `agent` the code of who searched; `person_name`
    is printed only if the person wants it.
    Raises ValueError for a naive time, no site, or days in the wrong order.
    """

    searched_at: datetime
    place: str
    sites: tuple[str, ...]
    procedure: str
    first_day: date
    last_day: date
    agent: str
    person_name: str | None = None
    second: Phrases | None = None

    def __post_init__(self) -> None:
        if self.searched_at.tzinfo is None:
            raise ValueError("searched_at must be aware")
        if not self.sites:
            raise ValueError("no site was searched")
        if self.last_day < self.first_day:
            raise ValueError("last_day comes before first_day")


def render(attempt: Attempt) -> bytes:
    """The attestation as a PDF. Raises DocumentError for a character no font of ours can print."""
    heading = pair(attempt.second, "attestation.title")
    at = attempt.searched_at
    return pdf(
        Sheet(
            heading=heading,
            place=attempt.place,
            at=at,
            hour=True,
            sections=_sections(attempt),
            footer=f"{heading[0]}, {long_date(at)} à {clock(at)}, agent {attempt.agent}",
            second=attempt.second,
        )
    )


def write(attempt: Attempt, folder: Path) -> Path:
    """Write the PDF in `folder`, named by the moment only. Raises DocumentError."""
    name = f"attestation-{attempt.searched_at:%Y%m%d-%H%M%S}.pdf"
    return press.put(folder, name, render(attempt))


def _sections(it: Attempt) -> tuple[Section, ...]:
    def say(key: str, **values: object) -> Pair:
        return pair(it.second, f"attestation.{key}", **values)

    name = say("unnamed") if it.person_name is None else say("named", name=it.person_name)
    return (
        Section(say("facts"), (say("searched", agent=it.agent), name)),
        Section(say("procedure"), ((it.procedure, None),), strong=True),
        Section(say("sites"), tuple((site, None) for site in it.sites), strong=True),
        Section(say("days"), (_days(it),), strong=True),
        Section(say("result"), (say("nothing"),), strong=True),
        Section(say("value"), (say("fact"), say("otherwise"), say("no_right"))),
    )


def _days(it: Attempt) -> Pair:
    """The days in words in French, in figures in the person's language."""
    key = "attestation.single" if it.first_day == it.last_day else "attestation.range"
    french, _figures = pair(None, key, first=long_date(it.first_day), last=long_date(it.last_day))
    first, last = f"{it.first_day:%d/%m/%Y}", f"{it.last_day:%d/%m/%Y}"
    return french, it.second.say(key, first=first, last=last) if it.second else None
