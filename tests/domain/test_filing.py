from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.filing import Article, FilingDoubt, Timing, Title, add_months, filing

JUNE_30 = date(2025, 6, 30)
DATES = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ORDINARY = [title for title in Title if title is not Title.RESIDENT_EU]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2025, 6, 30), 3, date(2025, 9, 30)),
        (date(2025, 8, 23), 3, date(2025, 11, 23)),
        (date(2025, 8, 31), 3, date(2025, 11, 30)),
        (date(2025, 6, 30), -2, date(2025, 4, 30)),
        (date(2025, 4, 30), -2, date(2025, 2, 28)),
        (date(2024, 4, 30), -2, date(2024, 2, 29)),
        (date(2025, 1, 31), -2, date(2024, 11, 30)),
        (date(2025, 2, 28), -2, date(2024, 12, 28)),
        (date(2025, 12, 31), 0, date(2025, 12, 31)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(("day", "months"), [(date(1, 2, 1), -2), (date(9999, 11, 1), 2)])
def test_months_stay_in_the_calendar(day: date, months: int) -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        add_months(day, months)


@given(DATES, st.integers(-600, 600))
def test_months_are_counted_and_days_only_shortened(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (
        later.day < day.day and (later + timedelta(1)).month != later.month
    )


@given(DATES, DATES, st.integers(-600, 600))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))
    assert add_months(first, months) <= add_months(last, months)


@pytest.mark.parametrize(
    ("expiry", "online", "opens", "closes"),
    [
        (JUNE_30, True, date(2025, 3, 2), date(2025, 5, 1)),
        (JUNE_30, False, date(2025, 4, 30), JUNE_30),
        (date(2025, 11, 30), True, date(2025, 8, 2), date(2025, 10, 1)),
        (date(2025, 4, 30), False, date(2025, 2, 28), date(2025, 4, 30)),
        (date(2024, 6, 30), True, date(2024, 3, 2), date(2024, 5, 1)),
        (date(2024, 5, 31), True, date(2024, 2, 1), date(2024, 4, 1)),
    ],
)
def test_window(expiry: date, online: bool, opens: date, closes: date) -> None:  # noqa: FBT001 - a column
    found = filing(Title.FOUR_YEAR, expiry, online=online)
    assert (found.opens, found.closes) == (opens, closes)
    assert found.article is Article.R431_5_1
    assert found.timing is Timing.UNTESTED


@pytest.mark.parametrize(
    ("online", "appointment", "timing"),
    [
        (True, date(2025, 3, 1), Timing.BEFORE),
        (True, date(2025, 3, 2), Timing.INSIDE),
        (True, date(2025, 5, 1), Timing.INSIDE),
        (True, date(2025, 5, 2), Timing.AFTER),
        (True, date(2025, 6, 30), Timing.AFTER),
        (True, date(2025, 7, 1), Timing.EXPIRED),
        (False, date(2025, 4, 29), Timing.BEFORE),
        (False, date(2025, 4, 30), Timing.INSIDE),
        (False, date(2025, 6, 30), Timing.INSIDE),
        (False, date(2025, 7, 1), Timing.EXPIRED),
        (False, date(2025, 12, 30), Timing.EXPIRED),
        (False, date(2025, 12, 31), Timing.LONG_EXPIRED),
        (True, date(2025, 12, 31), Timing.LONG_EXPIRED),
    ],
)
def test_appointment(online: bool, appointment: date, timing: Timing) -> None:  # noqa: FBT001 - a column
    found = filing(Title.TEMPORARY, JUNE_30, online=online, appointment=appointment)
    assert found.timing is timing
    assert FilingDoubt.ONE_SITE in found.doubts
    late = timing in (Timing.AFTER, Timing.EXPIRED, Timing.LONG_EXPIRED)
    assert (FilingDoubt.LATE_ONLINE in found.doubts) is (online and late)


def test_the_list_is_always_in_doubt_and_the_appointment_only_when_there_is_one() -> None:
    for online in (True, False):
        found = filing(Title.FOUR_YEAR, JUNE_30, online=online)
        assert found.doubts == (FilingDoubt.ONLINE_LIST,)


@pytest.mark.parametrize(
    ("expiry", "online", "expected"),
    [
        (date(2025, 4, 30), False, True),
        (date(2025, 4, 30), True, False),
        (date(2025, 6, 30), False, False),
    ],
)
def test_a_shortened_month_is_said(expiry: date, online: bool, expected: bool) -> None:  # noqa: FBT001 - columns
    found = filing(Title.TEMPORARY, expiry, online=online)
    assert (FilingDoubt.MONTH_END in found.doubts) is expected


@pytest.mark.parametrize("title", ORDINARY)
def test_titles_outside_the_article_are_in_doubt(title: Title) -> None:
    found = filing(title, JUNE_30, online=False)
    assert (FilingDoubt.SCOPE in found.doubts) is (title in (Title.AGREEMENT, Title.OTHER))


def test_the_european_long_term_card_has_no_window() -> None:
    found = filing(Title.RESIDENT_EU, JUNE_30, online=True, appointment=JUNE_30)
    assert (found.opens, found.closes, found.timing) == (None, None, Timing.NO_WINDOW)
    assert found.article is Article.R431_5


_ORDER = (Timing.BEFORE, Timing.INSIDE, Timing.AFTER, Timing.EXPIRED, Timing.LONG_EXPIRED)


@given(st.sampled_from(ORDINARY), DATES, st.booleans(), DATES, DATES)
def test_a_later_appointment_is_never_earlier_in_the_window(
    title: Title,
    expiry: date,
    online: bool,  # noqa: FBT001 - drawn
    one: date,
    other: date,
) -> None:
    first, last = sorted((one, other))
    early = filing(title, expiry, online=online, appointment=first)
    late = filing(title, expiry, online=online, appointment=last)
    assert _ORDER.index(early.timing) <= _ORDER.index(late.timing)


@given(st.sampled_from(ORDINARY), DATES, st.booleans())
def test_a_window_opens_before_it_closes_and_closes_by_expiry(
    title: Title,
    expiry: date,
    online: bool,  # noqa: FBT001 - drawn
) -> None:
    found = filing(title, expiry, online=online)
    assert found.opens is not None
    assert found.closes is not None
    assert found.opens < found.closes <= expiry
    assert 59 <= (found.closes - found.opens).days <= 62
    for day in (found.opens, found.closes):
        tested = filing(title, expiry, online=online, appointment=day)
        assert tested.timing is Timing.INSIDE
    before = found.opens - timedelta(1)
    assert filing(title, expiry, online=online, appointment=before).timing is Timing.BEFORE
    after = found.closes + timedelta(1)
    expected = Timing.AFTER if online else Timing.EXPIRED
    assert filing(title, expiry, online=online, appointment=after).timing is expected
