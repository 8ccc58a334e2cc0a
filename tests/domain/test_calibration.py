"""What measured durations say of an opening."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from guichet.domain.calibration import LEAST, calibrate, counted
from guichet.domain.openings import Opening

RULE = Opening(
    "1:b:1", 1, "b", 1, "Matin", date(2026, 11, 24), None, (2,), time(9), time(12), 30, 2,
    ("RENO", "R10A"),
)  # fmt: skip
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_durations_are_counted_by_the_minute_begun() -> None:
    lasted = [0, -60, 59, 61, 61, 9 * 3600]
    received = [("RENO", START, START + timedelta(seconds=each)) for each in lasted]
    assert counted(received) == {"RENO": {1: 1, 2: 2}}


def test_too_few_say_how_many_are_missing() -> None:
    found = calibrate(RULE, {"RENO": {10: 20}, "R10A": {12: 9}, "REMI": {5: 500}})
    assert (found.measured, found.missing, found.minutes) == (29, 1, None)
    assert calibrate(RULE, {}).missing == LEAST


def test_four_of_five_are_received_within_the_length_proposed() -> None:
    found = calibrate(RULE, {"RENO": {8: 15, 14: 10}, "R10A": {19: 5}})
    assert (found.measured, found.p50, found.p80) == (30, 8, 14)
    assert (found.minutes, found.slots) == (15, 12 - 6)


@pytest.mark.parametrize(
    ("minutes", "length", "more"), [(29, None, 0), (44, 45, -2), (100, 90, -4)]
)
def test_the_length_divides_the_opening(minutes: int, length: int | None, more: int) -> None:
    found = calibrate(RULE, {"RENO": {minutes: 40}})
    assert (found.minutes, found.slots) == (length, more)
