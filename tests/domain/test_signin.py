from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.signin import MAX_DELAY, delay_after, valid_pin, wait_left

FAILED_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (-1, 0),
        (0, 0),
        (2, 0),
        (3, 2),
        (4, 4),
        (5, 8),
        (10, 256),
        (11, 300),
        (12, 300),
        (10**9, 300),
    ],
)
def test_delay(failures: int, seconds: int) -> None:
    assert delay_after(failures) == seconds


@pytest.mark.parametrize(
    ("failures", "elapsed", "left"),
    [
        (2, 0.0, 0),
        (5, 0.0, 8),
        (5, 0.5, 8),
        (5, 7.1, 1),
        (5, 8.0, 0),
        (5, 3600.0, 0),
        (5, -3600.0, 8),  # the clock was set back one hour
    ],
)
def test_wait(failures: int, elapsed: float, left: int) -> None:
    assert wait_left(failures, FAILED_AT, FAILED_AT + timedelta(seconds=elapsed)) == left


def test_nothing_to_wait_for_before_the_first_failure() -> None:
    assert wait_left(0, None, FAILED_AT) == 0


@given(st.integers(0, 10_000), st.timedeltas(timedelta(days=-4000), timedelta(days=4000)))
def test_wait_is_never_more_than_the_delay_and_ends(failures: int, elapsed: timedelta) -> None:
    assert 0 <= wait_left(failures, FAILED_AT, FAILED_AT + elapsed) <= delay_after(failures)
    later = FAILED_AT + abs(elapsed) + timedelta(seconds=MAX_DELAY)
    assert wait_left(failures, FAILED_AT, later) == 0


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("1234", True),
        ("00000000", True),
        ("123", False),
        ("123456789", False),
        ("12a4", False),
        ("12 34", False),
        ("1234\n", False),
        ("١٢٣٤", False),
        ("", False),
    ],
)
def test_form_of_a_pin(text: str, valid: bool) -> None:  # noqa: FBT001 - a column of the table
    assert valid_pin(text) is valid
