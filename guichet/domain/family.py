"""Seats for people who come together: one each, with no waiting in between."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice

from guichet.domain.model import Procedure, Slot
from guichet.domain.quotas import open_seats

MOST = 8
"""How many may come together: a proposal, for each préfecture to set. More hardly ever fit."""
LIMIT = 200
"""How many runs are looked for."""

_Way = tuple[datetime, float, tuple[tuple[int, int], ...]]
"""When all is over, the sum of the starts in seconds, and which place of whom at which slot."""


@dataclass(frozen=True, slots=True)
class Run:
    """Seats that follow one another, one for each person, in the order the persons were given."""

    slots: tuple[Slot, ...]
    starts_at: datetime
    ends_at: datetime


def runs(
    slots: Sequence[Slot],
    procedures: Sequence[Procedure],
    seats: Callable[[Slot], int] = open_seats,
    limit: int = LIMIT,
) -> list[Run]:
    """The nearest runs for so many persons, each with their démarche, in order of their start.

    They follow without a gap: at every moment of a run someone is being received, from their start
    for the démarche's minutes, or the slot's when these are more. Several at once take several
    seats of a slot, or slots of several lanes. For each moment there is one run at most: the one
    that ends first, and of these the one with the earliest starts. `slots` are those of one site,
    `seats` how many of each may be had.
    """
    if not procedures:
        return []
    return list(islice(_runs(slots, procedures, seats), limit))


def _runs(
    slots: Sequence[Slot], procedures: Sequence[Procedure], seats: Callable[[Slot], int]
) -> Iterator[Run]:
    free = sorted(
        (slot for slot in slots if seats(slot) > 0),
        key=lambda slot: (slot.starts_at, slot.id),
    )

    @cache
    def best(at: int, taken: int, left: tuple[int, ...], end: datetime) -> _Way | None:
        """The best way to place those `left` from slot `at` on, of which `taken` seats are gone."""
        if not left:
            return end, 0.0, ()
        if at == len(free) or free[at].starts_at > end:
            return None
        slot = free[at]
        ways = [best(at + 1, 0, left, end)]
        if taken < seats(slot):
            for place in _one_of_each(left, slot, procedures):
                others = tuple(other for other in left if other != place)
                way = best(at, taken + 1, others, max(end, _end(slot, procedures[place])))
                if way is not None:
                    total = slot.starts_at.timestamp() + way[1]
                    ways.append((way[0], total, ((place, at), *way[2])))
        return min((way for way in ways if way is not None), default=None)

    begun = None
    for at, slot in enumerate(free):
        if slot.starts_at == begun:
            continue
        begun = slot.starts_at
        way = best(at, 0, tuple(range(len(procedures))), begun)
        if way is not None:
            yield Run(tuple(free[where] for _place, where in sorted(way[2])), begun, way[0])


def _one_of_each(
    left: tuple[int, ...], slot: Slot, procedures: Sequence[Procedure]
) -> Iterator[int]:
    """Of those who come for the same, the first: the others follow in their order."""
    seen = set()
    for place in left:
        code = procedures[place].code
        if code in slot.procedures and code not in seen:
            seen.add(code)
            yield place


def _end(slot: Slot, procedure: Procedure) -> datetime:
    return slot.starts_at + timedelta(minutes=max(slot.minutes, procedure.minutes))
