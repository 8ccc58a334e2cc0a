"""Statistics counted by the database: a few grouped statements for each part of a period.

What is counted is what guichet.domain.statistics says. Each statement is one walk along the days of
a site by an index, and gives histograms, not rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, func, select

from guichet.domain.model import Site
from guichet.domain.statistics import (
    SEATS,
    By,
    Delay,
    Span,
    Statistics,
    Tally,
    line,
    spans,
    summed,
)
from guichet.store import statistics_rows as made
from guichet.store.schema import METADATA
from guichet.store.statistics_rows import QUARTER, QUARTERS, WHOLE

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
    tallies: dict[str, Tally] = {}
    for site in sites:
        for span in spans(first, last, by):
            counting = _Counting(connection, site, span, by, now)
            counting.count(history=history)
            for key, tally in counting.found.items():
                name = {By.SITE: str(site.number), By.PROCEDURE: key, By.CHANNEL: key}
                tallies.setdefault(name.get(by, span.key), Tally()).add(tally)
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


@dataclass(slots=True)
class _Counting:
    """The tallies of some days of a site by démarche or channel if asked, else under WHOLE."""

    connection: Connection
    site: Site
    span: Span
    by: By
    now: datetime
    found: dict[str, Tally] = field(default_factory=dict)

    def count(self, *, history: bool) -> None:
        """Count all there is; `history`: what only single seats tell, too."""
        by = self.by if self.by in (By.PROCEDURE, By.CHANNEL) else None
        server = self.connection.dialect.name
        self._appointments(made.appointment_rows(by))
        self._delays("lead", made.lead_rows(by, server))
        self._visits(made.visit_rows(by))
        # How long people wait has nothing to do with the channel, nor when they come with any.
        among = None if by is By.CHANNEL else by
        for name, column in (("waits", "waited"), ("durations", "served")):
            for tally, (minutes, number) in self._rows(made.minute_rows(among, column)):
                getattr(tally, name)[minutes] += number
        self._arrivals(made.arrival_rows(server))
        self._searches(made.search_rows(by))
        self._numbers("seats", made.SEATS_OPEN)
        self._numbers("seat_unsuccessful", made.UNSUCCESSFUL)
        if history:
            self._numbers("seat_given_up", made.GIVEN_UP)
            self._delays("publication", made.publication_rows(by, server))

    def _rows(self, statement: Executable, **other: Any) -> Iterator[tuple[Tally, Any]]:
        span = self.span
        asked = {"site": self.site.number, "first": span.first, "last": span.last, "now": self.now}
        for key, *row in self.connection.execute(statement, asked | other):
            yield self.found.setdefault(key, Tally()), row

    def _appointments(self, statement: Executable) -> None:
        """Count what became of the appointments, and of the seats that they took."""
        for tally, (status, reason, begun, number) in self._rows(statement):
            counts = tally.counts
            stands = {"booked": "unsettled" if begun else "expected"}.get(status, status)
            counts["appointments"] += number
            counts[stands] += number
            if status == "cancelled":
                counts["mistakes"] += number if reason == "mistake" else 0
            elif begun:
                counts["seat_taken"] += number
                if stands in ("absent", "unsettled"):
                    counts[f"seat_{stands}"] += number

    def _visits(self, statement: Executable) -> None:
        for tally, (ended, walk_in, reason, number) in self._rows(statement):
            tally.counts["visits"] += number
            tally.counts[ended] += number
            tally.counts["walk_ins"] += number if walk_in else 0
            if ended == "unsuccessful":
                tally.reasons[reason or "other"] += number

    def _delays(self, name: str, statement: Executable) -> None:
        for tally, (seconds, hours, number) in self._rows(statement):
            delay: Delay = getattr(tally, name)
            delay.seconds += int(seconds)
            delay.hours[hours] += number

    def _numbers(self, name: str, statement: Executable) -> None:
        for tally, (number,) in self._rows(statement):
            tally.counts[name] += number or 0

    def _arrivals(self, statement: Executable) -> None:
        for start, end, ahead in _same_clock(self.span, ZoneInfo(self.site.time_zone)):
            for tally, (quarter, number) in self._rows(statement, first=start, last=end):
                tally.arrivals[(quarter + ahead) % QUARTERS] += number

    def _searches(self, statement: Executable) -> None:
        zone = ZoneInfo(self.site.time_zone)
        start, end = (_midnight(day, zone) for day in (self.span.first, self.span.last + _DAY))
        for tally, (number,) in self._rows(statement, start=start, end=end):
            tally.counts["searches"] += number


def _same_clock(span: Span, zone: ZoneInfo) -> Iterator[tuple[date, date, int]]:
    """The parts of a span between changes of the clocks, each with its quarters ahead of UTC."""
    start, day = span.first, span.first
    while day <= span.last:
        ahead = _ahead(day, zone)
        while day <= span.last and _ahead(day, zone) == ahead:
            day += _DAY
        yield start, day - _DAY, ahead
        start = day


@cache
def _ahead(day: date, zone: ZoneInfo) -> int:
    offset = datetime.combine(day, time(12), zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // QUARTER


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
