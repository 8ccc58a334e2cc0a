"""The end of a day: when a site has closed, and what somebody must still settle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from guichet.domain.day import DayRow, DayState

OWED = timedelta(days=7)
"""How long what nobody has settled stays on the stations, to be settled."""

_UNFINISHED = frozenset({DayState.WAITING, DayState.CALLED, DayState.SERVING, DayState.PARKED})


@dataclass(frozen=True, slots=True)
class Owed:
    """What remains of a day: a visit that has not ended, or somebody expected who did not come."""

    day: date
    row: DayRow

    @property
    def absent(self) -> bool:
        """Whether the person has not come, as far as is known here."""
        return self.row.state is DayState.EXPECTED


def closing(
    day: date, zone: str, closes: str | None, late_minutes: int, last_end: datetime | None
) -> datetime:
    """When a site has closed on a day (UTC): at the hour it has set ("17:30"), by its own clocks.

    Without one, as late after the end of the day's last slot as it tolerates; without slots, at
    midnight.
    """
    local = ZoneInfo(zone)
    if closes is not None:
        return datetime.combine(day, time.fromisoformat(closes), local).astimezone(UTC)
    if last_end is not None:
        return last_end + timedelta(minutes=late_minutes)
    return datetime.combine(day + timedelta(days=1), time(), local).astimezone(UTC)


def absent_from(starts_at: datetime, closed_at: datetime, late_minutes: int) -> datetime:
    """From when on who has not come is absent: after the site's tolerance, and its closing."""
    return max(starts_at + timedelta(minutes=late_minutes), closed_at)


def owed(
    day: date, rows: Iterable[DayRow], closed_at: datetime, late: int, now: datetime
) -> list[Owed]:
    """What remains of a day once its site has closed: the visits first, then the absent.

    `late` is how many minutes the site tolerates; all moments are UTC.
    """
    if now < closed_at:
        return []
    found = [
        Owed(day, row)
        for row in rows
        if row.state in _UNFINISHED or _missing(row, closed_at, late, now)
    ]
    return sorted(found, key=lambda each: each.absent)


def _missing(row: DayRow, closed_at: datetime, late: int, now: datetime) -> bool:
    if row.state is not DayState.EXPECTED or row.starts_at is None or not row.confirmed:
        return False
    return now >= absent_from(row.starts_at, closed_at, late)
