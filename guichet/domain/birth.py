"""Birth dates of which the day, or the day and the month, may be unknown.

Civil registration wrote an unknown day as 31 December since the general instruction of
2 November 2004, as 1 January before; residence permits may print 00/00 and the year.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FIRST_YEAR = 1900
LAST_YEAR = 2100

_CONVENTIONAL_DAYS = {(1, 1), (12, 31)}
_TYPED = re.compile(
    r"(?:(?:(?P<day>[0-9]{1,2})-)?(?P<month>[0-9]{1,2})-)?(?P<year>[0-9]{4})"
    r"|(?P<short>(?:[0-9]{1,2}-){0,2}[0-9]{2})"
)
_DIGITS_ONLY = re.compile("([0-9]{2})([0-9]{2})([0-9]{4})")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What pasted text may carry and nobody sees: joiners, marks of direction."""
_SEPARATORS = re.compile(r"[\s./\u2010-\u2015\u2212-]+")
_STORED = re.compile("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class BirthProblem(StrEnum):
    """Why a typed birth date cannot be taken."""

    EMPTY = "empty"
    FORM = "form"  # neither day, month and year, nor month and year, nor a year
    SHORT_YEAR = "short_year"  # 85 may be 1985, and may be a slip
    YEAR = "year"  # before FIRST_YEAR
    CALENDAR = "calendar"  # no such day or month, or a day without its month
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date; what is not known is None.

    Raises ValueError for a year outside 1900-2100, a day without its month, and a day or month
    that the calendar does not have.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"year {self.year} is outside {FIRST_YEAR}-{LAST_YEAR}")
        if self.month is None and self.day is not None:
            raise ValueError("a day needs its month")
        date(
            self.year,
            1 if self.month is None else self.month,
            1 if self.day is None else self.day,
        )

    def __str__(self) -> str:
        """As the person reads it: 14/03/1985, 03/1980 or 1980."""
        if self.month is None:
            return str(self.year)
        if self.day is None:
            return f"{self.month:02}/{self.year}"
        return f"{self.day:02}/{self.month:02}/{self.year}"

    def to_text(self) -> str:
        """As it is stored and sent, and sorts: 1985-03-14, 1985-03 or 1985."""
        if self.month is None:
            return str(self.year)
        if self.day is None:
            return f"{self.year}-{self.month:02}"
        return f"{self.year}-{self.month:02}-{self.day:02}"

    @classmethod
    def from_text(cls, text: str) -> "BirthDate":
        """The date that `to_text` wrote. Raises ValueError for any other text."""
        stored = _STORED.fullmatch(text)
        if stored is None:
            raise ValueError(f"not a stored birth date: {text!r}")
        year, month, day = stored.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)


def parse(text: str, today: date) -> BirthDate | BirthProblem:
    """The birth date that a person typed, day before month; zeros stand for what is not known."""
    parts = _SEPARATORS.sub("-", _UNSEEN.sub("", text).strip())
    run = _DIGITS_ONLY.fullmatch(parts)
    typed = _TYPED.fullmatch("-".join(run.groups()) if run else parts)
    if typed is None:
        return BirthProblem.FORM if parts else BirthProblem.EMPTY
    if typed["short"]:
        return BirthProblem.SHORT_YEAR
    year, month, day = (int(typed[part] or 0) for part in ("year", "month", "day"))
    if not FIRST_YEAR <= year <= today.year:
        return BirthProblem.YEAR if year < FIRST_YEAR else BirthProblem.FUTURE
    try:
        birth = BirthDate(year, month or None, day or None)
    except ValueError:
        return BirthProblem.CALENDAR
    return BirthProblem.FUTURE if date(year, month or 1, day or 1) > today else birth


def same(one: BirthDate, other: BirthDate) -> bool:
    """Whether two dates may be the same person's: only the parts known on both sides count.

    1 January and 31 December count as a year only, for that is what they most often mean.
    """
    return all(
        left == right or left is None or right is None
        for left, right in zip(_known(one), _known(other), strict=True)
    )


def precise(birth: BirthDate) -> bool:
    """Whether the day is known; 1 January and 31 December say nothing of it."""
    return _known(birth)[2] is not None


def _known(birth: BirthDate) -> tuple[int, int | None, int | None]:
    """Year, month and day, without a month and day that are only a convention."""
    if (birth.month, birth.day) in _CONVENTIONAL_DAYS:
        return birth.year, None, None
    return birth.year, birth.month, birth.day
