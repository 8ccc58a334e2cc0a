"""From rules and closures to slots: which there are to be, and what that changes."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from guichet.domain.model import Slot
from guichet.domain.openings import Closure, Opening, in_force
from guichet.domain.quotas import untouched

PUBLISHED = timedelta(days=60)
"""How far ahead slots are made: as far as they are searched for. A proposal, as the next."""
PAN_UNTIL = timedelta(days=3)
"""How long before its start an unsold seat of the points d'accès numérique is everybody's."""
_DAY = timedelta(days=1)


def slots_of(opening: Opening, day: date, zone: ZoneInfo) -> Iterator[Slot]:
    """The slots that a version makes on a day on which it applies.

    A slot's id says its rule and start: made twice, it is the same. Starts follow one another in
    real time, whatever the clocks do meanwhile.
    """
    start = datetime.combine(day, opening.opens, zone).astimezone(UTC)
    end = datetime.combine(day, opening.closes, zone).astimezone(UTC)
    step = timedelta(minutes=opening.minutes)
    while start + step <= end:
        yield Slot(
            id=f"{opening.site}-{opening.rule}-{start:%Y%m%d%H%M}",
            site=opening.site,
            day=day,
            starts_at=start,
            minutes=opening.minutes,
            procedures=opening.procedures,
            seats=opening.seats,
            free=opening.seats - opening.pan - opening.urgent,
            pan=opening.pan,
            urgent=opening.urgent,
            free_pan=opening.pan,
            free_urgent=opening.urgent,
            pan_until=start - PAN_UNTIL if opening.pan else None,
            rule=opening.rule,
        )
        start += step


def closed(slot: Slot, closures: Iterable[Closure], zone: ZoneInfo) -> bool:
    """Whether any closure covers the slot."""
    start = slot.starts_at.astimezone(zone)
    end = (slot.starts_at + timedelta(minutes=slot.minutes)).astimezone(zone)
    # What lasts beyond midnight lasts to the end of its day.
    until = end.time() if end.date() == start.date() else start.time().max
    return any(each.covers(slot.day, start.time(), until) for each in closures)


def timetable(
    openings: Collection[Opening],
    closures: Collection[Closure],
    first: date,
    last: date,
    zone: ZoneInfo,
) -> list[Slot]:
    """The slots there are to be from one day to another, both included, by day."""
    made = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for opening in in_force(openings, day):
            slots = slots_of(opening, day, zone)
            made += [slot for slot in slots if not closed(slot, closures, zone)]
    return made


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of slots; a slot with anybody in it is never changed, only closed.

    `make`: new, or nobody's and to be made anew as they are here; `drop`: nobody's and not to be
    any more; `close`: somebody's, so that they stay, and are offered to nobody else; `reopen`:
    closed before. `kept` are those somebody has that a rule would now make otherwise.
    """

    make: tuple[Slot, ...] = ()
    drop: tuple[Slot, ...] = ()
    close: tuple[Slot, ...] = ()
    reopen: tuple[Slot, ...] = ()
    kept: tuple[Slot, ...] = ()


def plan(
    known: Iterable[Slot],
    wanted: Iterable[Slot],
    taken: Collection[str],
    closures: Collection[Closure],
    zone: ZoneInfo,
) -> Plan:
    """How the slots `known` become those `wanted`; of those `taken` (ids) somebody has a seat.

    Slots that no rule has made are only closed and reopened.
    """
    left = {slot.id: slot for slot in wanted}
    make, drop, close, reopen, kept = [], [], [], [], []
    for slot in known:
        now = left.pop(slot.id, None)
        if slot.rule is None:
            now = None if closed(slot, closures, zone) else slot
        if now is None:
            if slot.rule is not None and slot.id not in taken:
                drop.append(slot)
            elif not slot.closed:
                close.append(slot)
        elif same(slot, now) or slot.id in taken:
            if slot.closed:
                reopen.append(slot)
            if not same(slot, now):
                kept.append(slot)
        else:
            make.append(now)
    return Plan((*make, *left.values()), *map(tuple, (drop, close, reopen, kept)))


def same(one: Slot, other: Slot) -> bool:
    """Whether two slots were made alike, whoever has their seats."""
    return untouched(one) == untouched(other)


def taken_here(slots: Iterable[Slot]) -> set[str]:
    """The slots of which somebody has a seat, as far as their free seats tell: who has been closed
    in is not told by them.
    """
    return {
        slot.id
        for slot in slots
        if slot.closed or slot.free + slot.free_pan + slot.free_urgent < slot.seats
    }


@dataclass(frozen=True, slots=True)
class Week:
    """What a change does to a week (its Monday): slots and seats more, or fewer."""

    monday: date
    slots: int
    seats: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. `hit` are appointments (ids) that would stand on closed time."""

    weeks: tuple[Week, ...]
    kept: int
    hit: tuple[str, ...] = ()

    @property
    def slots(self) -> int:
        """How many slots more, or fewer."""
        return sum(week.slots for week in self.weeks)

    @property
    def seats(self) -> int:
        """How many seats more, or fewer."""
        return sum(week.seats for week in self.weeks)


def preview(known: Sequence[Slot], planned: Plan, hit: Iterable[str] = ()) -> Preview:
    """What a plan does to the slots `known`, by week."""
    before = {slot.id: slot for slot in known}
    slots: Counter[date] = Counter()
    seats: Counter[date] = Counter()
    gone = [*planned.drop, *planned.close]
    gone += [before[slot.id] for slot in planned.make if slot.id in before]
    for sign, group in ((1, (*planned.make, *planned.reopen)), (-1, gone)):
        for slot in group:
            monday = slot.day - _DAY * (slot.day.isoweekday() - 1)
            slots[monday] += sign
            seats[monday] += sign * slot.seats
    weeks = tuple(
        Week(monday, slots[monday], seats[monday])
        for monday in sorted(slots)
        if slots[monday] or seats[monday]
    )
    return Preview(weeks, len(planned.kept), tuple(hit))
