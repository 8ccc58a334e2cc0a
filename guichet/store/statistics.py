"""Statistics counted from the database: one walk along the days of a site by table.

What is counted is what guichet.domain.statistics says; what the walks give is in
guichet.store.statistics_rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from operator import sub
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, func, select

from guichet.domain.model import Site
from guichet.domain.statistics import (
    SEATS,
    WALK_IN,
    WEB,
    By,
    Span,
    Statistics,
    Tally,
    line,
    spans,
    summed,
)
from guichet.store import statistics_rows as made
from guichet.store.schema import METADATA
from guichet.store.statistics_rows import FIELD, HALF_HOUR, ITEM, QUARTER, QUARTERS, WHOLE

_OF_SEATS = ("seats", *SEATS)
_HISTORY = ("seat_given_up",)
_DAY = timedelta(days=1)


def statistics(
    connection: Connection,
    sites: Sequence[Site],
    first: date,
    last: date,
    by: By,
    now: datetime,
    *,
    history: bool = True,
) -> Statistics:
    """The statistics of these sites for a period, both days included, as they are known at `now`.

    `history` False: here nobody knows what became of single seats, as on a station.
    """
    period = spans(first, last, by)
    tallies = {each.key: Tally() for each in period if each.key}
    for site in sites:
        _Counting(connection, site, period, by, now, tallies).count(history=history)
    total = summed(tallies.values())
    tallies.pop(WHOLE, None)
    ours = () if history else _HISTORY
    unknown = {By.PROCEDURE: _OF_SEATS, By.CHANNEL: (*_OF_SEATS, "searches")}.get(by, ours)
    return Statistics(
        first=first,
        last=last,
        by=by,
        site=sites[0].number if len(sites) == 1 else None,
        lines=tuple(line(key, tallies[key], unknown) for key in sorted(tallies)),
        total=line("", total, ours),
        complete=history,
    )


def first_day(connection: Connection, site: int) -> date | None:
    """The first day of a site that anything is known of here."""
    tables = (METADATA.tables[name] for name in ("slot", "appointment", "visit"))
    days = [
        connection.execute(select(func.min(table.c.day)).where(table.c.site == site)).scalar()
        for table in tables
    ]
    return min((day for day in days if day is not None), default=None)


class _Counting:
    """Counts the days of a site into `tallies`, by the name of the line they belong to."""

    def __init__(
        self, connection: Connection, site: Site, period: Sequence[Span], by: By, now: datetime,
        tallies: dict[str, Tally],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._site = site
        self._zone = ZoneInfo(site.time_zone)
        self._first, self._last = period[0].first, period[-1].last
        self._by = by if by in (By.PROCEDURE, By.CHANNEL) else None
        self._now = now
        self._tallies = tallies
        self._channels: dict[date, dict[str, str]] = {}
        """Through which channel the appointments of each day were made, where that is asked."""
        self._line_of = {
            day: str(site.number) if by is By.SITE else span.key or WHOLE
            for span in period
            for day in _days(span)
        }

    def count(self, *, history: bool) -> None:
        """Count all there is; `history`: what only single seats tell, too."""
        server = self._connection.dialect.name
        self._numbers("seats", made.SEATS_OPEN)
        self._numbers("seat_unsuccessful", made.UNSUCCESSFUL)
        if history:
            self._numbers("seat_given_up", made.GIVEN_UP)
        published = self._published(server) if history else {}
        self._appointments(made.appointment_lists(self._by, server), published)
        self._visits(made.visit_lists(self._by, server))
        self._searches(made.search_rows(self._by, server))

    def _rows(self, statement: Executable, **other: Any) -> Iterator[Any]:
        asked = {"site": self._site.number, "first": self._first, "last": self._last}
        return iter(self._connection.execute(statement, asked | {"now": self._now} | other))

    def _lines(self, statement: Executable) -> Iterator[tuple[str, Iterator[Any]]]:
        """The rows of each line of the period."""
        return groupby(self._rows(statement), lambda row: self._line_of[row[0]])

    def _tally(self, of: str, key: str = WHOLE) -> Tally:
        """Where what has that key is counted, of the line `of` of the period."""
        name = key if self._by else of
        return self._tallies.setdefault(name, Tally())

    def _numbers(self, name: str, statement: Executable) -> None:
        for day, number in self._rows(statement):
            self._tally(self._line_of[day]).counts[name] += int(number)

    def _visits(self, statement: Executable) -> None:
        for of, days in self._lines(statement):
            ended, waits, durations = Counter[str](), Counter[str](), Counter[str]()
            for day, each, waited, received, arrivals, appointments in days:
                ended.update(self._through(day, _items(appointments), _items(each)))
                waits.update(_items(waited))
                durations.update(_items(received))
                self._arrivals(of, day, Counter(_items(arrivals)))
            self._ended(of, ended)
            for name, histogram in (("waits", waits), ("durations", durations)):
                for item, number in histogram.items():
                    *key, minutes = item.split(FIELD)
                    getattr(self._tally(of, *key), name)[int(minutes)] += number

    def _through(
        self, day: date, appointments: Sequence[str], visits: Sequence[str]
    ) -> Mapping[str, int] | Sequence[str]:
        """The visits of a day; with the channels of their `appointments` as keys, if these are
        given, and how many there are of each.
        """
        if not appointments:
            return visits
        known = {**self._channels.get(day, {}), WHOLE: WALK_IN}
        # Some come on another day than theirs, or though it was cancelled.
        others = [one for one in set(appointments) if one not in known]
        if others:
            found = self._connection.execute(made.CHANNELS, {"appointments": others})
            known |= dict.fromkeys(others, WEB) | dict(found.all())
        alike = Counter(zip(map(known.__getitem__, appointments), visits, strict=True))
        return {FIELD.join(each): number for each, number in alike.items()}

    def _ended(self, of: str, visits: Counter[str]) -> None:
        for item, number in visits.items():
            *key, ended, walk_in, reason = item.split(FIELD)
            tally = self._tally(of, *key)
            tally.counts["visits"] += number
            tally.counts[ended] += number
            tally.counts["walk_ins"] += number if walk_in else 0
            if ended == "unsuccessful":
                tally.reasons[reason or "other"] += number

    def _arrivals(self, of: str, day: date, quarters: Counter[str]) -> None:
        tally, ahead = self._tally(of), _ahead(day, self._zone)
        for quarter, number in quarters.items():
            tally.arrivals[(int(quarter) + ahead) % QUARTERS] += number

    def _published(self, server: str) -> dict[date, tuple[list[str], list[int]]]:
        """By day the appointments on seats, and since when these were there to be booked."""
        return {
            day: (_items(appointments), _numbers(seconds))
            for day, appointments, seconds in self._rows(made.seat_lists(server))
        }

    def _appointments(
        self, statement: Executable, published: dict[date, tuple[list[str], list[int]]]
    ) -> None:
        """Count what became of the appointments and of the seats they took, and their delays."""
        for of, days in self._lines(statement):
            stand = Counter[str]()
            for day, each, ids, booked, starts, keys in days:
                stand.update(_items(each))
                found = _Booked(_items(ids), _numbers(booked), _numbers(starts), _items(keys))
                self._delays(of, found, *published.get(day, ((), ())))
                if self._by is By.CHANNEL:
                    self._channels[day] = dict(zip(found.ids, found.keys, strict=True))
            self._stand(of, stand)

    def _stand(self, of: str, appointments: Counter[str]) -> None:
        for item, number in appointments.items():
            *key, status, reason, begun = item.split(FIELD)
            counts = self._tally(of, *key).counts
            stands = {"booked": "unsettled" if begun else "expected"}.get(status, status)
            counts["appointments"] += number
            counts[stands] += number
            if status == "cancelled":
                counts["mistakes"] += number if reason == "mistake" else 0
            elif begun:
                counts["seat_taken"] += number
                if stands in ("absent", "unsettled"):
                    counts[f"seat_{stands}"] += number

    def _delays(
        self, of: str, booked: "_Booked", seated: Sequence[str], since: Sequence[int]
    ) -> None:
        """Count from booking to appointment; from since when its seat was there to booking."""
        leads = list(map(sub, booked.starts, booked.at))
        at = dict(zip(booked.ids, booked.at, strict=True))
        waited = [(one, at[one] - then) for one, then in zip(seated, since, strict=True)
                  if one in at]  # fmt: skip
        if not booked.keys:
            tally = self._tally(of)
            tally.lead.count(leads)
            tally.publication.count([each for _one, each in waited])
            return
        key_of = dict(zip(booked.ids, booked.keys, strict=True))
        for key, delays in _apart(zip(booked.keys, leads, strict=True)).items():
            self._tally(of, key).lead.count(delays)
        for key, delays in _apart((key_of[one], each) for one, each in waited).items():
            self._tally(of, key).publication.count(delays)

    def _searches(self, statement: Executable) -> None:
        start, end = (_midnight(day, self._zone) for day in (self._first, self._last + _DAY))
        for key, half, number in self._rows(statement, start=start, end=end):
            day = datetime.fromtimestamp(half * HALF_HOUR, self._zone).date()
            self._tally(self._line_of[day], key).counts["searches"] += number


@dataclass(frozen=True, slots=True)
class _Booked:
    """The appointments of a day that are not cancelled, side by side; moments in seconds.

    No `keys` where nothing is told apart.
    """

    ids: list[str]
    at: list[int]
    starts: list[int]
    keys: list[str]


def _apart(delays: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, seconds in delays:
        found[key].append(seconds)
    return found


def _items(text: str | None) -> list[str]:
    return text.split(ITEM) if text else []


def _numbers(text: str | None) -> list[int]:
    return list(map(int, _items(text)))


def _days(span: Span) -> Iterator[date]:
    return (span.first + n * _DAY for n in range((span.last - span.first).days + 1))


@cache
def _ahead(day: date, zone: ZoneInfo) -> int:
    offset = datetime.combine(day, time(12), zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // QUARTER


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
