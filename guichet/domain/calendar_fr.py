"""Working days of metropolitan France, and dates and times in words as documents write them.

Public holidays: code du travail, art. L. 3133-1. What Alsace-Moselle and the overseas départements
add, like a site's exceptional closures, is data: it comes as `extra_closed`.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

_SATURDAY = 5
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)  # days to Easter Monday, Ascension, Whit Monday


def easter(year: int) -> date:
    """Easter Sunday (anonymous Gregorian algorithm, Nature, 20 April 1876)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=16)
def holidays(year: int) -> frozenset[date]:
    """The public holidays of the year: eleven, ten when Ascension falls on 1 or 8 May."""
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in _AFTER_EASTER)
    return frozenset(date(year, month, day) for month, day in _FIXED) | frozenset(moving)


def is_open_day(day: date, extra_closed: frozenset[date] = frozenset()) -> bool:
    """Whether `day` is a Monday to Friday, no public holiday and not in `extra_closed`."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year) and day not in extra_closed


def next_open_day(day: date, extra_closed: frozenset[date] = frozenset()) -> date:
    """The first open day from `day` on: `day` itself if it is open."""
    while not is_open_day(day, extra_closed):
        day += timedelta(days=1)
    return day


def long_date(day: date) -> str:
    """The date in words: "mardi 24 novembre 2026", "vendredi 1er janvier 2027"."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS[day.weekday()]} {number} {_MONTHS[day.month - 1]} {day.year}"


def short_day(moment: datetime) -> str:
    """A local moment as lists show it: "mar. 24/11 à 09:40"."""
    return f"{_DAYS[moment.weekday()][:3]}. {moment:%d/%m} à {moment:%H:%M}"


def clock(moment: datetime) -> str:
    """The time of day of a local `moment`: 09 h 40, with no-break spaces."""
    return f"{moment:%H}\u00a0h\u00a0{moment:%M}"
