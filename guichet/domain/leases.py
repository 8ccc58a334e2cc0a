"""Seats lent to a station, so that it can book on them while it is cut off from central.

A lease ends: a seat that was not booked by then is everybody's again. No text sets these rules;
they are a proposal, for each préfecture to set.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from guichet.domain.calendar_fr import next_open_day
from guichet.domain.model import Slot
from guichet.domain.quotas import open_seats

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """One seat of a slot, lent to a station until then (UTC).

    Its `hold` is what the station books with, as after any hold.
    """

    hold: str
    slot: str
    until: datetime


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """What a préfecture sets: at most `each` seats a station, of the next `days` open days.

    Of a day's open seats at most a `share` is lent, to all stations together; never urgent ones.
    """

    each: int = 6
    share: float = 0.25
    days: int = 10


def lease_until(today: date, zone: ZoneInfo) -> datetime:
    """When a lease given or renewed on the site's day `today` ends: with the next open day.

    So a station that finds no network in the morning still has what it was lent the day before.
    """
    last = next_open_day(today + _DAY)
    return datetime.combine(last + _DAY, time(), zone).astimezone(UTC)


def last_day(today: date, rules: LeaseRules) -> date:
    """The last of the open days whose seats are lent."""
    day = today
    for _ in range(rules.days):
        day = next_open_day(day + _DAY)
    return day


def choose(
    slots: Sequence[Slot],
    lent: Mapping[str, int],
    mine: Collection[str],
    wanted: int,
    rules: LeaseRules,
) -> list[str]:
    """The slots of which a station is lent a seat more, `wanted` at most, the soonest first.

    `slots`: those that may be; `lent`: how many seats of each are lent already, to any station;
    `mine`: the slots of which the station has one. The démarches take turns, so that one that is
    open all day leaves room for the others.
    """
    room = _room(slots, lent, rules)
    turns = Counter(slot.procedures for slot in slots if slot.id in mine)
    left = [slot for slot in slots if slot.id not in mine and open_seats(slot) > 0]
    chosen: list[str] = []
    while len(chosen) < wanted:
        possible = [slot for slot in left if room[slot.day] > 0]
        if not possible:
            break
        slot = min(possible, key=lambda s: (turns[s.procedures], s.starts_at, s.id))
        left.remove(slot)
        room[slot.day] -= 1
        turns[slot.procedures] += 1
        chosen.append(slot.id)
    return chosen


def _room(slots: Sequence[Slot], lent: Mapping[str, int], rules: LeaseRules) -> Counter[date]:
    """How many seats more may be lent, by day."""
    opened, out = Counter[date](), Counter[date]()
    for slot in slots:
        out[slot.day] += lent.get(slot.id, 0)
        opened[slot.day] += open_seats(slot) + lent.get(slot.id, 0)
    return Counter({day: int(seats * rules.share) - out[day] for day, seats in opened.items()})
