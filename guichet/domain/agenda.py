"""The coming days of a site, as whoever steers it sees them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from guichet.domain.model import Appointment, Slot
from guichet.domain.openings import Closure, Opening


@dataclass(frozen=True, slots=True)
class Day:
    """A coming day: its slots that are not closed, their seats, those free, who is booked."""

    day: date
    slots: int
    seats: int
    free: int
    booked: int
    closures: tuple[Closure, ...]
    exceptional: bool


def models(openings: Sequence[Opening]) -> list[Opening]:
    """The newest version of each opening of a template, those given up left out."""
    newest = {each.rule: each for each in openings if each.template is not None}
    left = (each for each in newest.values() if each.seats)
    return sorted(left, key=lambda each: (each.template or "", each.opens, each.name))


def agenda(
    slots: Sequence[Slot],
    booked: Sequence[Appointment],
    closures: Sequence[Closure],
    rules: Sequence[Opening],
) -> list[Day]:
    """Every coming day that has slots, somebody, or a closure."""
    number, seats, free = Counter[date](), Counter[date](), Counter[date]()
    for slot in slots:
        if not slot.closed:
            number[slot.day] += 1
            seats[slot.day] += slot.seats
            free[slot.day] += slot.free + slot.free_pan + slot.free_urgent
    people = Counter(each.day for each in booked)
    special = {each.first for each in rules if each.exceptional and each.seats}
    first = min([*number, *people], default=None)
    days = set(number) | set(people)
    for each in closures:
        span = (each.last - each.first).days + 1
        inside = (each.first + timedelta(days=offset) for offset in range(span))
        days |= {
            day
            for day in inside
            if first is not None and first <= day <= max(number, default=first)
        }
    return [
        Day(
            day, number[day], seats[day], free[day], people[day],
            tuple(each for each in closures if each.first <= day <= each.last), day in special,
        )
        for day in sorted(days)
    ]  # fmt: skip
