from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.calendar_fr import (
    clock,
    easter,
    holidays,
    is_open_day,
    long_date,
    next_open_day,
)

DAYS = st.dates(date(1990, 1, 1), date(2099, 1, 1))


@pytest.mark.parametrize(
    "sunday",
    [
        date(1818, 3, 22),  # the earliest there is
        date(1943, 4, 25),  # the latest
        date(1954, 4, 18),  # with 1981, the exceptions of simpler rules
        date(1981, 4, 19),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
    ],
)
def test_easter(sunday: date) -> None:
    assert easter(sunday.year) == sunday


@given(st.integers(1583, 4099))
def test_easter_is_a_sunday_between_its_bounds(year: int) -> None:
    sunday = easter(year)
    assert sunday.weekday() == 6
    assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


def test_holidays_of_a_year() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


def test_ascension_may_fall_on_another_holiday() -> None:
    assert len(holidays(2008)) == 10


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),
        (date(2026, 11, 11), False),
        (date(2026, 12, 24), False),  # exceptional closure
    ],
)
def test_open_days(day: date, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_open_day(day, frozenset({date(2026, 12, 24)})) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_next_open_day(day: date, expected: date) -> None:
    assert next_open_day(day) == expected


def test_next_open_day_passes_exceptional_closures() -> None:
    closed = frozenset({date(2026, 11, 23), date(2026, 11, 24)})
    assert next_open_day(date(2026, 11, 21), closed) == date(2026, 11, 25)


@given(DAYS, st.frozensets(DAYS, max_size=5))
def test_next_open_day_is_the_first(day: date, closed: frozenset[date]) -> None:
    found = next_open_day(day, closed)
    assert is_open_day(found, closed)
    between = (day + timedelta(days=days) for days in range((found - day).days))
    assert not any(is_open_day(passed, closed) for passed in between)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 24), "mardi 24 novembre 2026"),
        (date(2027, 1, 1), "vendredi 1er janvier 2027"),
        (date(2026, 2, 11), "mercredi 11 février 2026"),
        (date(2026, 8, 2), "dimanche 2 août 2026"),
        (date(2026, 12, 31), "jeudi 31 décembre 2026"),
    ],
)
def test_date_in_words(day: date, words: str) -> None:
    assert long_date(day) == words


@pytest.mark.parametrize(
    ("hour", "minute", "written"),
    [(9, 40, "09\u00a0h\u00a040"), (14, 5, "14\u00a0h\u00a005"), (0, 0, "00\u00a0h\u00a000")],
)
def test_time_of_day(hour: int, minute: int, written: str) -> None:
    assert clock(datetime(2026, 11, 24, hour, minute)) == written  # noqa: DTZ001 - local by contract
