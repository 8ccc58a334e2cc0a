"""The waiting list: who is offered a seat that has just become free, and for how long.

No text sets these rules. At most one offer a day and three in all is what RDV Service Public does
(betagouv/rdv-service-public, app/models/file_attente.rb); the rest is a proposal, for each
préfecture to set.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from guichet.domain.calendar_fr import is_open_day
from guichet.domain.model import Demand, Slot
from guichet.domain.quotas import open_seats


class Answer(StrEnum):
    """What came of a call to someone who waits."""

    UNREACHED = "unreached"
    """Nobody answered: the offer stands."""
    DECLINED = "declined"
    """Not that seat; they still wait."""
    LEFT = "left"
    """They no longer wait."""


class Ended(StrEnum):
    """Why someone no longer waits."""

    BOOKED = "booked"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a préfecture sets.

    `offers` in all, each until the end of the first whole one of the `half_days` (local times)
    when somebody may call, but never later than `notice` before the slot begins; with less than
    `least` of such time left, the seat is offered to nobody. A seat that was only held goes to
    searches not older than `recent`: for the earlier ones it was open. What is older than `kept`
    is deleted.
    """

    offers: int = 3
    half_days: tuple[tuple[time, time], ...] = (
        (time(9), time(12, 30)),
        (time(13, 30), time(17)),
    )
    notice: timedelta = timedelta(hours=12)
    least: timedelta = timedelta(hours=1)
    recent: timedelta = timedelta(minutes=10)
    kept: timedelta = timedelta(days=180)


def first_match(
    waiting: Iterable[Demand],
    slot: Slot,
    day: date,
    told: Collection[str],
    rules: Rules,
    since: datetime | None = None,
) -> Demand | None:
    """Who is offered a seat of the slot: the first of `waiting`, in their order, who may be.

    `told` are the persons who were offered one on `day` already, the site's own day. `since`:
    only for searches made since then.
    """
    return next(
        (
            demand
            for demand in waiting
            if demand.site == slot.site
            and demand.procedure in slot.procedures
            and suits(demand, slot.day)
            and _may_be_told(demand, day, told, rules)
            and (since is None or demand.at >= since)
        ),
        None,
    )


def matches(
    waiting: Iterable[Demand],
    slots: Iterable[Slot],
    day: date,
    told: Collection[str],
    rules: Rules,
) -> list[tuple[Demand, Slot]]:
    """Who is offered a seat of many slots of one site at once, each in their order the earliest.

    They are those whom `first_match` finds, asked seat by seat in order of time; but what this
    takes grows with those who wait, not with the slots. A person is told of one only.
    """
    lines: dict[str, list[Slot]] = {}
    for slot in sorted(slots, key=lambda each: (each.starts_at, each.id)):
        for code in slot.procedures:
            lines.setdefault(code, []).append(slot)
    left: dict[str, int] = {}
    heard, found = set(told), list[tuple[Demand, Slot]]()
    for demand in waiting:
        line = lines.get(demand.procedure, [])
        if not line or not _may_be_told(demand, day, heard, rules):
            continue
        start = bisect_left(line, demand.first_day or date.min, key=lambda each: each.day)
        for slot in islice(line, start, None):
            if not suits(demand, slot.day):
                break
            if left.setdefault(slot.id, open_seats(slot)) > 0:
                left[slot.id] -= 1
                heard.add(demand.person or "")
                found.append((demand, slot))
                break
    return found


def _may_be_told(demand: Demand, day: date, told: Collection[str], rules: Rules) -> bool:
    return (
        demand.waiting
        and demand.offered is None
        and demand.offers < rules.offers
        and demand.offered_on != day
        and demand.person not in told
    )


def suits(demand: Demand, day: date) -> bool:
    """Whether the person can come on that day."""
    return (demand.first_day is None or demand.first_day <= day) and (
        demand.last_day is None or day <= demand.last_day
    )


def offer_until(slot: Slot, now: datetime, zone: ZoneInfo, rules: Rules) -> datetime | None:
    """Until when a seat of the slot is kept for whom it is offered to; None: it is too late."""
    latest = slot.starts_at - rules.notice
    reachable = timedelta()
    for start, end in _half_days(now.astimezone(zone).date(), zone, rules):
        reachable += max(timedelta(), min(end, latest) - max(start, now))
        if start >= now or end >= latest:
            until = min(end, latest).astimezone(UTC)
            return until if reachable >= rules.least else None
    return None


def withdrawn(demand: Demand) -> Demand:
    """The demand once what was offered is offered no more; its person still waits."""
    return replace(demand, offered=None, until=None)


def closed(demand: Demand, ended: Ended) -> Demand:
    """The demand once its person waits no more: it names nobody."""
    return replace(withdrawn(demand), waiting=False, person=None, ended=ended)


def _half_days(day: date, zone: ZoneInfo, rules: Rules) -> Iterator[tuple[datetime, datetime]]:
    """When somebody may call, from a day on, without end."""
    while rules.half_days:
        if is_open_day(day):
            for start, end in rules.half_days:
                yield datetime.combine(day, start, zone), datetime.combine(day, end, zone)
        day += timedelta(days=1)
