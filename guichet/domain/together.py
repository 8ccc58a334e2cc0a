"""Who seems to have come together: bookings made for a family are not linked, their papers are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.domain.model import Person
from guichet.domain.names import canonical

WITHIN = timedelta(minutes=1)
"""How long after one of them the next one of a family is checked in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A check-in: when (UTC), whose, and the ticket given. `phone` is None when unknown."""

    at: datetime
    family_name: str
    phone: str | None
    ticket: str


def together(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Those of the arrivals, in order of time, that seem to have come with the last; it is last.

    A guess for the agent's eye, which decides nothing: check-ins that follow one another within a
    minute, each sharing its phone or its family name with one of the others.
    """
    group: list[Arrival] = []
    for arrival in reversed(arrivals):
        if group and (
            group[-1].at - arrival.at > WITHIN or not any(akin(arrival, one) for one in group)
        ):
            break
        group.append(arrival)
    return group[::-1]


def came_with(arrivals: Sequence[Arrival], ticket: str) -> list[str]:
    """The tickets of those who seem to have come with whose ticket it is; `arrivals` by time."""
    group: list[Arrival] = []
    for number in range(len(arrivals)):
        grown = together(arrivals[: number + 1])
        if any(each.ticket == ticket for each in grown):
            group = grown
    return [each.ticket for each in group if each.ticket != ticket]


def akin(one: Arrival | Person, other: Arrival | Person) -> bool:
    """Whether they share their phone or their family name."""
    same_name = canonical(one.family_name) == canonical(other.family_name) != ""
    return same_name or (bool(one.phone) and one.phone == other.phone)
