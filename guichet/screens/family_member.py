"""Those who come together, what each comes for, and the words for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from guichet.domain.model import Person, Procedure, Slot
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.post import Post
from guichet.screens.words import refusal
from guichet.station.mediation import Booked, Held
from guichet.widgets.level import Level
from guichet.widgets.rows import Row

GONE = Refused("gone")
"""Central has refused later what it had not answered."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who come together, and what they come for."""

    person: Person
    procedure: Procedure


@dataclass
class Place:
    """The seat held for a member, what came of its booking, and where its paper is.

    `outcome` is None while nothing was asked; a refusal stands until it is settled apart.
    """

    member: Member
    held: Held
    outcome: Booked | Refused | None = None
    paper: Path | None = None


def drafts(head: Draft) -> list[Draft]:
    """The drafts of all who come together, the first person's first."""
    return [head, *head.family]


def members(head: Draft) -> list[Member]:
    """All who come together; nobody until what they come for is known."""
    default = head.procedure
    if default is None:
        return []
    return [Member(each.person, each.procedure or default) for each in drafts(head)]


def for_what(together: Sequence[Member]) -> str:
    """How many come for what: "3 × Remise de titre · 1 × Changement d’adresse"."""
    counts = Counter(member.procedure.label for member in together)
    return " · ".join(f"{count} × {label}" for label, count in counts.items())


def who_when(post: Post, together: Sequence[Member], slots: Sequence[Slot]) -> str:
    """One line for each time: "09:40  KOUYATÉ Fanta, KOUYATÉ Awa"."""
    times: dict[str, list[str]] = {}
    pairs = zip(together, slots, strict=True)
    for member, slot in sorted(pairs, key=lambda pair: pair[1].starts_at):
        time = f"{post.station.local(slot.starts_at):%H:%M}"
        times.setdefault(time, []).append(describe.name(member.person))
    return "\n".join(f"{time}  {', '.join(names)}" for time, names in times.items())


def lacks_number(member: Member) -> bool:
    """Whether the person's file lacks the number that the démarche demands."""
    person = member.person
    return member.procedure.number_required and not (person.number or person.number_absent)


def too_many(most: int) -> str:
    """Why nobody more can be added."""
    said = _("{n} personnes au plus ensemble\u00a0: prenez à part les rendez-vous des autres.")
    return said.format(n=most)


def lost(refused: Refused) -> str:
    """What is said when one of the seats is refused: the others are given back."""
    if refused.reason == "slot_full":
        return _(
            "Une de ces places vient d’être prise\u00a0: les autres sont rendues. "
            "Choisissez une autre suite."
        )
    return _("{why} Les autres places sont rendues.").format(why=refusal(refused))


def apart(place: Place) -> bool:
    """Whether the member has no appointment, nor one on its way."""
    return not isinstance(place.outcome, Booked)


def confirmed(place: Place) -> bool:
    """Whether central has said yes."""
    return isinstance(place.outcome, Booked) and place.outcome.confirmed


def waits(place: Place) -> bool:
    """Whether central has still to say yes or no."""
    return isinstance(place.outcome, Booked) and not place.outcome.confirmed


def lent(place: Place) -> bool:
    """Whether the seat was kept by this station, so that central's yes is to be expected."""
    return isinstance(place.outcome, Booked) and place.outcome.lent and waits(place)


def came_of(place: Place) -> tuple[Level, str, str]:
    """What came of a booking: a level, a word, a sentence."""
    name = describe.name(place.member.person)
    if confirmed(place):
        return "ok", _("confirmé"), _("Entrée\u00a0: voir la référence, les pièces, le papier.")
    if lent(place):
        said = _(
            "Remettez la feuille «\u00a0à confirmer\u00a0»\u202f; la convocation viendra ensuite."
        )
        return "warn", _("à confirmer"), said
    if waits(place):
        said = _("La centrale n’a pas répondu\u00a0: rien n’est certain, aucun papier encore.")
        return "warn", _("en attente"), said
    if isinstance(place.outcome, Refused):
        why = refusal(place.outcome)
        said = _("{name}\u00a0: {why} F6\u00a0: réserver à part.")
        return "bad", _("refusé"), said.format(name=name, why=why)
    said = _("{name}\u00a0: pas encore réservé. F6\u00a0: réserver à part.")
    return "warn", _("à réserver"), said.format(name=name)


def row(post: Post, place: Place) -> Row:
    """What came of a booking as a line: when, who, the reference, the word."""
    outcome = place.outcome
    starts_at, reference = place.held.slot.starts_at, ""
    if isinstance(outcome, Booked):
        starts_at, reference = outcome.appointment.starts_at, outcome.appointment.reference
    level, word, _sentence = came_of(place)
    local = post.station.local(starts_at)
    cells = (f"{local:%d/%m/%Y %H:%M}", describe.name(place.member.person), reference, word)
    return Row(place.member.person.id, cells, level)
