"""What is handed over while the station is cut off, or to tell what came of it since.

None of these is a convocation: central has signed nothing.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from guichet.convocation import press
from guichet.convocation.catalogue import Phrases
from guichet.convocation.sheet import Pair, Section, Sheet, pair, pdf
from guichet.domain.calendar_fr import clock, long_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """What every slip says: when and where it was written, by which agent (their code).

    `at` is the local time of `place`, aware. `reachable`: the person has given a phone number.
    """

    at: datetime
    place: str
    agent: str
    reachable: bool = True
    second: Phrases | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unconfirmed(Slip):
    """An appointment on a lent seat; `starts_at` is local, `where` the site's name and address."""

    reference: str
    procedure: str
    starts_at: datetime
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish(Slip):
    """A request that could not be searched for; the days that suit, None for any."""

    procedure: str
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Note(Slip):
    """What became of something that a person counted on, and what they can do; in French."""

    what: tuple[str, ...]
    advice: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Bring(Slip):
    """What was missing at the desk; `missing` are documents by their French names."""

    reference: str
    procedure: str
    missing: tuple[str, ...]


def render(slip: Unconfirmed | Wish | Note | Bring) -> bytes:
    """The slip as a PDF. Raises DocumentError for a character no font of ours can print."""
    place, at = slip.place, slip.at
    match slip:
        case Unconfirmed():
            # What is printed large is taken for the appointment, whatever the title says.
            place, at = slip.where, slip.starts_at
            table, sections = "unconfirmed", _unconfirmed(slip)
        case Wish():
            table, sections = "wish", _wish(slip)
        case Note():
            table, sections = "note", _note(slip)
        case Bring():
            table, sections = "bring", _bring(slip)
    heading = pair(slip.second, f"{table}.title")
    return pdf(
        Sheet(
            heading=heading,
            place=place,
            at=at,
            issued=slip.at,
            hour=not isinstance(slip, Bring),  # or it would be taken for the next appointment
            sections=sections,
            footer=f"{heading[0]}, {long_date(slip.at)} à {clock(slip.at)}, agent {slip.agent}",
            second=slip.second,
        )
    )


def write(slip: Unconfirmed | Wish | Note | Bring, folder: Path) -> Path:
    """Write the PDF in `folder`, named without a name. Raises DocumentError."""
    names = {Unconfirmed: "a-confirmer", Wish: "demande", Note: "note", Bring: "a-apporter"}
    # A family's slips are written at one moment.
    which = slip.reference if isinstance(slip, Unconfirmed) else f"{slip.at:%Y%m%d-%H%M%S}"
    return press.put(folder, f"{names[type(slip)]}-{which}.pdf", render(slip))


def _unconfirmed(it: Unconfirmed) -> tuple[Section, ...]:
    def say(key: str, **values: object) -> Pair:
        return pair(it.second, f"unconfirmed.{key}", **values)

    asked: tuple[Pair, ...] = ((it.procedure, None), say("reference", reference=it.reference))
    last = say("call") if it.reachable else say("come_back")
    return (
        Section(say("value"), (say("no_summons"), say("kept"))),
        Section(say("asked"), asked, strong=True),
        Section(say("next"), (say("keep"), say("summons"), last)),
    )


def _wish(it: Wish) -> tuple[Section, ...]:
    def say(key: str, **values: object) -> Pair:
        return pair(it.second, f"wish.{key}", **values)

    days = []
    if it.first_day is not None:
        days.append(say("from", first=long_date(it.first_day)))
    if it.last_day is not None:
        days.append(say("until", last=long_date(it.last_day)))
    last = say("call") if it.reachable else say("come_back")
    value, following = (pair(it.second, f"unconfirmed.{key}") for key in ("value", "next"))
    wanted = ((it.procedure, None), *(days or [say("any_day")]))
    return (
        Section(value, (say("no_appointment"), say("no_right"))),
        Section(say("wanted"), wanted, strong=True),
        Section(following, (say("sent"), last)),
    )


def _note(it: Note) -> tuple[Section, ...]:
    parts = (("what", it.what, True), ("next", it.advice, False))
    return tuple(
        Section(pair(it.second, f"note.{key}"), tuple((line, None) for line in lines), strong)
        for key, lines, strong in parts
        if lines
    )


def _bring(it: Bring) -> tuple[Section, ...]:
    def say(key: str, **values: object) -> Pair:
        return pair(it.second, f"bring.{key}", **values)

    translated = it.second.documents if it.second else {}
    asked: tuple[Pair, ...] = ((it.procedure, None),)
    if it.reference:
        asked += (say("reference", reference=it.reference),)
    return (
        Section(say("missing"), tuple((name, translated.get(name)) for name in it.missing), True),
        Section(say("procedure"), asked),
        Section(say("next"), (say("again"), say("all"), say("no_summons"))),
    )
