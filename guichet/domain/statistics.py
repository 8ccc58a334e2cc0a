"""What a period was like: figures of people, of seats and of delays, never of an agent.

Words and formulas: docs/statistics.md. Histograms are minutes (or hours) → how many; a percentile
is by nearest rank. A day is the site's own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

HOURS_A_DAY = 24
_SECONDS_AN_HOUR = 3_600
_SECONDS_A_DAY = 86_400
_DAY = timedelta(days=1)

LONGEST = timedelta(days=366 * 3)
"""The longest period that is asked for at once."""
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)
MOST = 400
"""Lines that one answer has at most."""


class By(StrEnum):
    """What a line of statistics stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SITE = "site"
    PROCEDURE = "procedure"
    CHANNEL = "channel"


OF_TIME = (By.DAY, By.WEEK, By.MONTH, By.QUARTER, By.YEAR)
"""Lines that are parts of the period. The other ones split what people do; seats, which are of no
démarche and of no channel, are then told in the total only."""

WEB = "web"
"""Channel of an appointment that no mediator booked."""
WALK_IN = "walk_in"
"""Channel of a visit without an appointment. The other ones are guichet.domain.provenance's."""

HEADLINES = ("appointments", "visits", "seats", "searches")
ATTENDANCE = ("arrived", "absent", "unsettled", "expected", "cancelled")
"""What became of the appointments: they add up to them. Unsettled: nobody has said whether the
person came; never counted as absent. Expected: still to come."""
OUTCOMES = ("served", "unsuccessful", "left", "open")
"""How the visits ended, or not yet: they add up to them."""
CAUSES = ("seat_unbooked", "seat_given_up", "seat_absent", "seat_unsuccessful")
"""Why a seat whose time has come was lost: nobody booked it; whoever had it gave it up (« pris par
erreur » included) and nobody else took it; they did not come; they were received in vain."""
SEATS = (*CAUSES, "seat_unsettled", "seat_used")
"""What became of the seats: they add up to them."""
WITHIN = ("mistakes", "walk_ins")
"""Parts of others: cancelled as « pris par erreur », visits without an appointment."""
PARTS = (*ATTENDANCE, *OUTCOMES, *SEATS, *WITHIN)
COUNTS = (*HEADLINES, *PARTS)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, both ends included, under the name of the line they make."""

    key: str
    first: date
    last: date


def spans(first: date, last: date, by: By) -> list[Span]:
    """The parts of a period: calendar weeks, months…, cut at its ends; one for what is no time."""
    if by not in OF_TIME:
        return [Span("", first, last)]
    found: list[Span] = []
    day = first
    while day <= last:
        end = min(_last_of(day, by), last)
        found.append(Span(_named(day, by), day, end))
        day = end + _DAY
    return found


def nonsense(first: date, last: date, by: By) -> bool:
    """Whether a period is none: it ends before it begins, or is too long for what is asked."""
    if not _EARLIEST <= first <= last <= _LATEST or last - first > LONGEST:
        return True
    return len(spans(first, last, by)) > MOST


def _last_of(day: date, by: By) -> date:
    match by:
        case By.DAY:
            return day
        case By.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case By.MONTH:
            return _before_month(day.year, day.month + 1)
        case By.QUARTER:
            return _before_month(day.year, (day.month - 1) // 3 * 3 + 4)
        case _:
            return date(day.year, 12, 31)


def _before_month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1) - _DAY


def _named(day: date, by: By) -> str:
    match by:
        case By.DAY:
            return day.isoformat()
        case By.WEEK:
            year, week, _weekday = day.isocalendar()
            return f"{year}-W{week:02}"
        case By.MONTH:
            return f"{day:%Y-%m}"
        case By.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case _:
            return str(day.year)


Histogram = Counter[int]


def percentile(histogram: Mapping[int, int], part: int) -> int | None:
    """The least value that `part` hundredths of them do not exceed; None when there are none."""
    count = sum(histogram.values())
    place = max(1, ceil(count * part / 100))
    passed = 0
    for value in sorted(histogram):
        passed += histogram[value]
        if passed >= place:
            return value
    return None


@dataclass(slots=True)
class Delay:
    """Delays: how many seconds in all, and the histogram of their whole hours."""

    seconds: int = 0
    hours: Histogram = field(default_factory=Counter)

    def count(self, seconds: Iterable[int]) -> None:
        """Count delays; one below nothing is none."""
        found = [each if each > 0 else 0 for each in seconds]  # noqa: FURB136 - max() is slower
        self.seconds += sum(found)
        self.hours.update([each // _SECONDS_AN_HOUR for each in found])

    def add(self, other: "Delay") -> None:
        """Count the other's too."""
        self.seconds += other.seconds
        self.hours.update(other.hours)


@dataclass(slots=True)
class Tally:
    """What was counted under one name, while it is being counted.

    `counts` has some of COUNTS, `arrivals` the quarters of an hour from the site's midnight on.
    """

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    waits: Histogram = field(default_factory=Counter)
    durations: Histogram = field(default_factory=Counter)
    arrivals: Histogram = field(default_factory=Counter)
    publication: Delay = field(default_factory=Delay)
    lead: Delay = field(default_factory=Delay)

    def add(self, other: "Tally") -> None:
        """Count the other's too."""
        for name in ("counts", "reasons", "waits", "durations", "arrivals"):
            getattr(self, name).update(getattr(other, name))
        self.publication.add(other.publication)
        self.lead.add(other.lead)


@dataclass(frozen=True, slots=True)
class Minutes:
    """Waits or durations: how many, percentiles in minutes, and the histogram.

    What may not be told outside the site is None, or empty.
    """

    count: int | None
    p50: int | None = None
    p80: int | None = None
    p90: int | None = None
    histogram: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Days:
    """Delays in days: how many of them are known, their mean, median and 90th percentile."""

    count: int | None
    mean: float | None = None
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The figures under one name. A count is None when it is masked, or not known here.

    `no_show` is absent ÷ (absent + arrived), `loss` the lost seats ÷ all whose time has come.
    """

    key: str
    counts: dict[str, int | None]
    no_show: float | None
    loss: float | None
    waits: Minutes
    durations: Minutes
    publication: Days
    lead: Days
    reasons: dict[str, int | None] = field(default_factory=dict)
    arrivals: dict[int, int] = field(default_factory=dict)
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """A period in lines and in all. `site` is None for all sites together.

    `masked`: small cells are, as outside the site. `complete`: False when they were counted from
    what a station holds of those days, without the seats' own history.
    """

    first: date
    last: date
    by: By
    site: int | None
    lines: tuple[Line, ...]
    total: Line
    masked: bool = False
    complete: bool = True


def line(key: str, tally: Tally, unknown: Iterable[str] = ()) -> Line:
    """The line of what was counted, save the counts that are not known."""
    counts: dict[str, int | None] = {name: tally.counts[name] for name in COUNTS}
    counts |= _of_seats(tally.counts)
    absent, arrived = tally.counts["absent"], tally.counts["arrived"]
    lost = sum(counts[cause] or 0 for cause in CAUSES)
    return Line(
        key=key,
        counts=counts | dict.fromkeys(unknown),
        no_show=_ratio(absent, absent + arrived),
        loss=_ratio(lost, tally.counts["seats"]),
        waits=_minutes(tally.waits),
        durations=_minutes(tally.durations),
        publication=_days(tally.publication),
        lead=_days(tally.lead),
        reasons=dict(tally.reasons.most_common()),
        arrivals=dict(sorted(tally.arrivals.items())),
    )


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    total = Tally()
    for each in tallies:
        total.add(each)
    return total


def _of_seats(counted: Counter[str]) -> dict[str, int | None]:
    """What became of the seats, from those that were published, taken and given up for good."""
    lost = counted["seat_absent"] + counted["seat_unsuccessful"]
    return {
        "seat_unbooked": counted["seats"] - counted["seat_taken"] - counted["seat_given_up"],
        "seat_used": counted["seat_taken"] - lost - counted["seat_unsettled"],
    }


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _minutes(found: Histogram) -> Minutes:
    p50, p80, p90 = (percentile(found, part) for part in (50, 80, 90))
    return Minutes(sum(found.values()), p50, p80, p90, dict(sorted(found.items())))


def _days(found: Delay) -> Days:
    count = sum(found.hours.values())
    if not count:
        return Days(0)
    median, p90 = (percentile(found.hours, part) or 0 for part in (50, 90))
    return Days(count, found.seconds / count / _SECONDS_A_DAY, median / HOURS_A_DAY,
                p90 / HOURS_A_DAY)  # fmt: skip
