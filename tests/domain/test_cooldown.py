from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain import quotas
from guichet.domain.cooldown import Rules, open_again
from guichet.domain.flags import FLAGS, holding

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RULES = Rules()


def shortest(low: float, _high: float) -> float:
    return low


def longest(_low: float, high: float) -> float:
    return high


@pytest.mark.parametrize(
    ("left", "least", "most"),
    [
        (timedelta(days=30), timedelta(minutes=5), timedelta(minutes=30)),
        (timedelta(hours=2), timedelta(minutes=5), timedelta(minutes=30)),
        (timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=15)),
        (timedelta(minutes=12), timedelta(minutes=3), timedelta(minutes=3)),
        (timedelta(0), timedelta(0), timedelta(0)),
        (timedelta(hours=-1), timedelta(0), timedelta(0)),
    ],
)
def test_the_nearer_the_slot_the_shorter(
    left: timedelta, least: timedelta, most: timedelta
) -> None:
    for draw, expected in ((shortest, least), (longest, most)):
        assert open_again(quotas.PAN, NOW + left, NOW, RULES, draw) == NOW + expected


def test_an_urgent_seat_comes_back_at_once() -> None:
    later = NOW + timedelta(days=3)
    assert open_again(quotas.URGENT, later, NOW, RULES, longest) == NOW


@given(st.timedeltas(timedelta(days=-2), timedelta(days=90)), st.floats(0, 1))
def test_a_seat_is_always_open_again_before_it_begins(left: timedelta, chance: float) -> None:
    starts_at = NOW + left
    again = open_again(
        quotas.PUBLIC, starts_at, NOW, RULES, lambda low, high: low + chance * (high - low)
    )
    assert NOW <= again <= NOW + RULES.longest
    assert again < starts_at or again == NOW


def test_what_a_site_says_counts_and_unknown_names_do_not() -> None:
    assert holding({}) == FLAGS
    assert holding({"cooldown": False, "of tomorrow": True}) == {**FLAGS, "cooldown": False}
