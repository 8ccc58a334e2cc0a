"""The periods that a supervisor looks at: which days, and in which parts."""

from datetime import date, timedelta
from enum import StrEnum

from guichet.domain.statistics import By, spans

_DAY = timedelta(days=1)


class Period(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TWO_YEARS = "two_years"


PARTS: dict[Period, By] = {
    Period.DAY: By.DAY,
    Period.WEEK: By.DAY,
    Period.MONTH: By.DAY,
    Period.QUARTER: By.WEEK,
    Period.YEAR: By.MONTH,
    Period.TWO_YEARS: By.QUARTER,
}
"""The lines that each is told in."""


def days_of(period: Period, today: date, back: int = 0) -> tuple[date, date]:
    """First and last day of the period that `today` is in, or the one `back` periods before.

    Calendar weeks, months…; two years are those that end today, and before that two years sooner.
    """
    if period is Period.TWO_YEARS:
        last = _years_before(today, 2 * back)
        return _years_before(last, 2) + _DAY, last
    last = today
    for _step in range(back):
        last = _first(period, last) - _DAY
    return _first(period, last), _last(period, last)


def _first(period: Period, day: date) -> date:
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Period.YEAR:
            return date(day.year, 1, 1)
        case _:
            return day


def _last(period: Period, day: date) -> date:
    """The last day of the calendar's period that `day` is in."""
    far = day + timedelta(days=366)
    return spans(day, far, By(period.value))[0].last


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    leap = day.month == 2 and day.day == 29  # noqa: PLR2004 - February
    return date(year, 2, 28) if leap else day.replace(year=year)
