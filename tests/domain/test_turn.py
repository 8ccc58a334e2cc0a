"""Whose turn it is, and that nobody waits for ever."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.turn import Turn, TurnRules, Why, turn_of

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RULES = TurnRules(walk_in=30, priority=240, missed=10)
LATE = 15


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("arrived", "starts", "needs", "missed", "due", "why"),
    [
        (-20, 0, (), None, 0, Why.APPOINTMENT),
        (15, 0, (), None, 0, Why.APPOINTMENT),
        (16, 0, (), None, 16, Why.LATE),
        (0, None, (), None, 30, Why.WALK_IN),
        (0, 0, ("priority_card",), None, -240, Why.PRIORITY),
        (0, None, ("seat", "priority_card"), None, -210, Why.PRIORITY),
        (0, 0, ("wheelchair",), None, 0, Why.APPOINTMENT),
        (0, 0, (), 12, 22, Why.MISSED),
        (0, None, (), 12, 30, Why.WALK_IN),
        (0, 0, ("priority_card",), 12, 22, Why.MISSED),
    ],
)
def test_when_somebody_is_due(
    arrived: int, starts: int | None, needs: tuple[str, ...], missed: int | None, due: int, why: Why
) -> None:
    turn = turn_of(
        "v",
        NINE + minutes(arrived),
        None if starts is None else NINE + minutes(starts),
        needs,
        None if missed is None else NINE + minutes(missed),
        LATE,
        RULES,
    )
    assert (turn.due, turn.why) == (NINE + minutes(due), why)


ARRIVALS = st.builds(
    lambda at, early, needs, missed: (at, early, needs, missed),
    st.integers(0, 600),
    st.none() | st.integers(-60, 60),
    st.sampled_from([(), ("priority_card",), ("seat",)]),
    st.none() | st.integers(0, 60),
)


def turn(place: int, one: tuple[int, int | None, tuple[str, ...], int | None]) -> Turn:
    at, early, needs, missed = one
    arrived = NINE + minutes(at)
    return turn_of(
        f"v{place}",
        arrived,
        None if early is None else arrived + minutes(early),
        needs,
        None if missed is None else arrived + minutes(missed),
        LATE,
        RULES,
    )


@given(st.lists(ARRIVALS, max_size=40), st.randoms())
def test_the_line_is_the_same_however_it_is_read(
    come: list[tuple[int, int | None, tuple[str, ...], int | None]], chance: Random
) -> None:
    line = sorted(turn(*each) for each in enumerate(come))
    mixed = list(line)
    chance.shuffle(mixed)
    assert sorted(mixed) == line


@given(ARRIVALS, ARRIVALS)
def test_nobody_is_passed_by_who_comes_much_later(
    first: tuple[int, int | None, tuple[str, ...], int | None],
    second: tuple[int, int | None, tuple[str, ...], int | None],
) -> None:
    one, other = turn(0, first), turn(1, second)
    # Due at the latest: an hour early, or without appointment, or missed at the end of an hour.
    longest = minutes(60 + RULES.missed) + minutes(RULES.walk_in)
    # Due at the earliest: at the time of an appointment that they were just not late for.
    shortest = minutes(LATE) + minutes(RULES.priority)
    if other.arrived_at > one.arrived_at + longest + shortest:
        assert one < other
