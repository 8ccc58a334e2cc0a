"""A station whose clock is wrong loses nothing, keeps its order, and knows how wrong it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from guichet.central import training
from guichet.domain.model import Role
from guichet.domain.skew import Skew, measured
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.schema import METADATA
from tests.posts import MORNING, Clock, World
from tests.sync.test_sync import in_step
from tests.waiting import until

VERDICT = METADATA.tables["verdict"]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def opened(world: World, clock: Clock) -> Station:
    station = Station.open(world.folder / "one", clock)
    world._stations.callback(station.close)
    station.session.sign_in(training.agent_code(Role.SUPERVISOR, 1), training.PINS[Role.SUPERVISOR])
    return station


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_a_day_off_loses_nothing_and_is_measured(world: World, days: int) -> None:
    world.enrolled("one")
    clock = Clock(MORNING)
    station = opened(world, clock)
    until(lambda: in_step(station))
    world.stop()
    row = next(r for r in station.reception.day() if r.confirmed and r.visit is None)
    visit = station.reception.admit(station.reception.choose(row.appointment or "")).visit
    assert visit is not None
    clock.forward(days=days)
    for step in (
        station.calling.call(visit.id, "4"),
        station.calling.start(visit.id),
        station.calling.finish(visit.id, "served"),
    ):
        assert step is None
    world.start()
    until(lambda: in_step(station), 30)
    with reading(world.engine) as connection:
        judged = connection.execute(select(VERDICT).order_by(text("rowid"))).all()
    kinds = [row.kind for row in judged if row.kind != "note_scan"]
    assert kinds == ["check_in", "call", "start", "complete"]
    assert {row.reason for row in judged} == {None}
    assert {row.received_at for row in judged} == {MORNING}  # by central's own clock
    assert [row.at for row in judged][-3:] == [clock()] * 3
    until(lambda: station.sync_state.skew == timedelta(days=days).total_seconds(), 20)


def test_days_dropped_by_a_clock_set_too_far_are_read_again(world: World) -> None:
    world.enrolled("one")
    station = opened(world, Clock(MORNING))
    until(lambda: in_step(station))
    before = {row.key for row in station.reception.day()}
    assert before
    station.close()
    world.stop()
    wrong = opened(world, Clock(MORNING + timedelta(days=9)))
    wrong.close()
    world.start()
    station = opened(world, Clock(MORNING))
    until(lambda: {row.key for row in station.reception.day()} == before)


def exchange(skew: float, trip: float, part: float, at: float) -> tuple[datetime, ...]:
    """When a request left, was answered and came back, central answering at a part of the trip."""
    sent = NOON + timedelta(seconds=at)
    return sent, sent + timedelta(seconds=trip), sent + timedelta(seconds=trip * part - skew)


@given(
    st.floats(-1e5, 1e5),
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1)), min_size=1, max_size=20),
)
def test_the_skew_is_never_further_off_than_it_says(
    skew: float, trips: list[tuple[float, float]]
) -> None:
    found: Skew | None = None
    for number, (trip, part) in enumerate(trips):
        found = measured(found, *exchange(skew, trip, part, number * 30.0))
        assert found is not None
        assert abs(found.seconds - skew) <= found.within + 1e-4
    assert found is not None
    assert found.within <= min(trip for trip, _part in trips) / 2 + 0.01 * len(trips) + 1e-4


def test_a_quick_answer_counts_more_than_a_slow_one_until_the_clock_is_set() -> None:
    quick = measured(None, *exchange(3, 0.02, 0.5, 0))
    slow = measured(quick, *exchange(3, 4, 1, 30))
    assert slow is not None
    assert abs(slow.seconds - 3) < 0.03
    mended = measured(slow, *exchange(0, 0.2, 0.5, 60))
    assert mended is not None
    assert abs(mended.seconds) < 0.11


def test_a_clock_set_back_while_central_answers_teaches_nothing() -> None:
    known = Skew(3, 0.1)
    assert measured(known, NOON, NOON - timedelta(seconds=5), NOON) == known
