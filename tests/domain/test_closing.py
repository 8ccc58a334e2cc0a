from datetime import UTC, date, datetime, timedelta

import pytest

from guichet.domain.closing import absent_from, closing, owed
from guichet.domain.day import DayState
from tests.domain.samples import START, line

DAY = date(2026, 11, 23)
PARIS = "Europe/Paris"
LAST = datetime(2026, 11, 23, 15, 20, tzinfo=UTC)
CLOSED = LAST + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("closes", "last", "expected"),
    [
        (None, LAST, datetime(2026, 11, 23, 15, 35, tzinfo=UTC)),
        ("17:30", LAST, datetime(2026, 11, 23, 16, 30, tzinfo=UTC)),
        ("17:30", None, datetime(2026, 11, 23, 16, 30, tzinfo=UTC)),
        (None, None, datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_site_closes_when_it_says_or_after_its_last_slot(
    closes: str | None, last: datetime | None, expected: datetime
) -> None:
    assert closing(DAY, PARIS, closes, 15, last) == expected


def test_the_hour_of_closing_is_that_of_the_sites_clocks_in_summer_too() -> None:
    summer = closing(date(2026, 7, 6), PARIS, "17:30", 15, None)
    assert summer == datetime(2026, 7, 6, 15, 30, tzinfo=UTC)


def test_nobody_is_absent_before_both_the_tolerance_and_the_closing() -> None:
    assert absent_from(START, CLOSED, 15) == CLOSED
    assert absent_from(CLOSED, CLOSED, 15) == CLOSED + timedelta(minutes=15)


def test_what_remains_of_a_day() -> None:
    rows = [
        line("absent", DayState.EXPECTED),
        line("last", DayState.EXPECTED, starts_at=CLOSED),
        line("unconfirmed", DayState.EXPECTED, confirmed=False),
        *(line(str(state), state) for state in DayState if state is not DayState.EXPECTED),
    ]
    assert owed(DAY, rows, CLOSED, 15, CLOSED - timedelta(seconds=1)) == []
    remains = owed(DAY, rows, CLOSED, 15, CLOSED)
    assert [each.row.key for each in remains] == [
        "waiting",
        "called",
        "serving",
        "parked",
        "absent",
    ]
    assert [each.absent for each in remains] == [False] * 4 + [True]
    later = owed(DAY, rows, CLOSED, 15, CLOSED + timedelta(minutes=15))
    assert [each.row.key for each in later if each.absent] == ["absent", "last"]
