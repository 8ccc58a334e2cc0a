"""Seats that follow one another, against trying every way."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.family import LIMIT, Run, runs
from guichet.domain.model import Procedure, Slot
from guichet.domain.quotas import open_seats

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def procedure(code: str, minutes: int) -> Procedure:
    return Procedure(code, code, "f", minutes, "A", False, "", ())


def slot(
    at: int,
    free: int,
    codes: str = "R",
    minutes: int = 10,
    free_pan: int = 0,
    free_urgent: int = 0,
) -> Slot:
    """`free` seats of everybody, `at` minutes after nine."""
    start = NINE + timedelta(minutes=at)
    key = f"{codes}-{at}"
    return Slot(
        key, 1, date(2026, 11, 24), start, minutes, tuple(codes), 9, free,
        free_pan=free_pan, free_urgent=free_urgent,
    )  # fmt: skip


R, LONG, FIRST = procedure("R", 10), procedure("L", 25), procedure("F", 40)


def read(run: Run) -> list[int]:
    """The minutes after nine at which each person is received."""
    return [round((each.starts_at - NINE) / timedelta(minutes=1)) for each in run.slots]


@pytest.mark.parametrize(
    ("slots", "persons", "expected"),
    [
        ([slot(0, 4), slot(10, 4)], [R] * 4, [[0, 0, 0, 0], [10, 10, 10, 10]]),
        ([slot(0, 1), slot(10, 2), slot(20, 2)], [R] * 4, [[0, 10, 10, 20], [10, 10, 20, 20]]),
        ([slot(0, 1), slot(10, 2), slot(20, 1)], [R] * 4, [[0, 10, 10, 20]]),
        ([slot(0, 3), slot(10, 0), slot(20, 3)], [R] * 4, []),  # a gap of one slot
        ([slot(0, 3), slot(20, 3)], [procedure("R", 20)] * 4, [[0, 0, 0, 20]]),  # none by its time
        ([slot(0, 1), slot(10, 1)], [procedure("R", 5)] * 2, [[0, 10]]),  # the slot's own minutes
        ([slot(10, 2), slot(0, 2)], [R], [[0], [10]]),
        ([slot(0, 0, free_pan=1), slot(10, 1)], [R] * 2, [[0, 10]]),
        ([slot(0, 0, free_urgent=3), slot(10, 1)], [R] * 2, []),
        ([slot(0, 1, "F"), slot(30, 1), slot(40, 1)], [R, FIRST], [[30, 0]]),
        ([slot(0, 1, "F"), slot(50, 1)], [R, FIRST], []),
        # The long one first, though named second: else there would be a gap.
        ([slot(0, 1, "RL"), slot(20, 1, "RL")], [R, LONG], [[20, 0]]),
        ([], [R], []),
        ([slot(0, 3)], [], []),
    ],
)
def test_the_nearest_runs(
    slots: list[Slot], persons: list[Procedure], expected: list[list[int]]
) -> None:
    assert [read(run) for run in runs(slots, persons)] == expected


def test_a_run_ends_with_its_last_person() -> None:
    (run,) = runs([slot(0, 1, "F"), slot(10, 1)], [FIRST, R])
    assert (run.starts_at, run.ends_at) == (NINE, NINE + timedelta(minutes=40))


def test_a_long_season_is_bounded_and_quick() -> None:
    many = [slot(at * 10, 4, "RLF") for at in range(600)]
    found = runs(many, [R, LONG, FIRST, R, LONG, R, R, R])
    assert len(found) == LIMIT
    assert runs(many, [R] * 8, limit=3) == runs(many, [R] * 8)[:3]


SLOTS = st.lists(
    st.builds(
        slot,
        st.sampled_from([0, 10, 20, 30, 40, 60]),
        st.integers(0, 2),
        st.sampled_from(["R", "F", "RL", "RLF"]),
        st.sampled_from([10, 20]),
        free_pan=st.integers(0, 1),
    ),
    max_size=5,
    unique_by=lambda each: each.id,
)
PERSONS = st.lists(st.sampled_from([R, LONG, FIRST]), min_size=1, max_size=3)


def every_way(slots: Sequence[Slot], persons: Sequence[Procedure]) -> dict[datetime, list[Run]]:
    """Every run there is, by the moment it starts."""
    found: dict[datetime, list[Run]] = {}
    for way in product(slots, repeat=len(persons)):
        taken = Counter(each.id for each in way)
        if any(open_seats(each) < taken[each.id] for each in way):
            continue
        pairs = list(zip(way, persons, strict=True))
        if any(person.code not in each.procedures for each, person in pairs):
            continue
        end = start = min(each.starts_at for each in way)
        follows = True
        for at, minutes in sorted(
            (each.starts_at, max(each.minutes, person.minutes))
            for each, person in zip(way, persons, strict=True)
        ):
            follows = follows and at <= end
            end = max(end, at + timedelta(minutes=minutes))
        if follows:
            found.setdefault(start, []).append(Run(way, start, end))
    return found


def rank(run: Run) -> tuple[datetime, float]:
    return run.ends_at, sum(each.starts_at.timestamp() for each in run.slots)


@given(SLOTS, PERSONS)
def test_every_moment_has_its_best_run(slots: list[Slot], persons: list[Procedure]) -> None:
    ways = every_way(slots, persons)
    found = runs(slots, persons)
    assert [run.starts_at for run in found] == sorted(ways)
    for run in found:
        assert rank(run) == min(map(rank, ways[run.starts_at]))
        assert run.slots in {way.slots for way in ways[run.starts_at]}  # a way that is allowed


@given(SLOTS, PERSONS)
def test_who_comes_for_the_same_keeps_their_order(
    slots: list[Slot], persons: list[Procedure]
) -> None:
    for run in runs(slots, persons):
        for code in {person.code for person in persons}:
            starts = [
                each.starts_at
                for each, person in zip(run.slots, persons, strict=True)
                if person.code == code
            ]
            assert starts == sorted(starts)
