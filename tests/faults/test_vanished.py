"""A desk whose computer loses its power: its person is given back once, and it hears of it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import GONE_AFTER, DeskState, Ended
from guichet.domain.model import Role, Visit, VisitStatus
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.store.schema import METADATA
from tests.posts import MORNING, World
from tests.waiting import until

STATIONS = METADATA.tables["station"]
GRACE = timedelta(minutes=3)


@contextmanager
def receiving(folder: Path, how: str) -> Iterator[str]:
    """A process at desk 91 that has called somebody; killed with -9 at the end. The visit."""
    command = [sys.executable, "-m", "tests.faults.at_desk", str(folder), "91", how]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield child.stdout.readline().strip()
    finally:
        child.kill()
        child.communicate()


def row_of(station: Station, visit: str) -> DayRow:
    return next(row for row in station.reception.day() if row.visit == visit)


def heard(world: World, station: Station) -> None:
    """Let a station give a sign now."""
    station._core.sync.wake()
    query = select(STATIONS.c.seen_at).where(STATIONS.c.id == station._core.enrolment.station)

    def noted() -> bool:
        with reading(world.engine) as connection:
            return bool(connection.execute(query).scalar_one() == world.clock.now)

    until(noted)


def time_passes(world: World, *alive: Station) -> None:
    """Long enough for a desk to be thought vanished; these stations give signs meanwhile."""
    for pause in (GONE_AFTER + GRACE, GRACE):
        world.clock.now += pause
        for station in alive:
            heard(world, station)
        until(lambda: world.looked_at() == world.clock.now)
    world.clock.now += GRACE
    until(lambda: world.looked_at() == world.clock.now)


@pytest.mark.parametrize("how", [pytest.param("called", marks=pytest.mark.slow), "serving"])
def test_who_was_there_waits_again_and_is_first(world: World, how: str) -> None:
    folder = world.enrolled("lost")
    other = world.station("other", Role.COUNTER)
    first = other.calling.line()[0].row.visit
    with receiving(folder, how) as visit:
        assert visit == first
        until(lambda: row_of(other, visit).state.value == how)
    time_passes(world, other)
    until(lambda: row_of(other, visit).lost)
    row = row_of(other, visit)
    assert row.last is not None
    assert (row.state, row.last.desk, row.last.how) == (DayState.WAITING, "91", Ended.GONE)
    assert row.last.ended_at == MORNING  # the last sign
    assert other.calling.line()[0].row.visit == visit
    (desk,) = [each for each in other.calling.desks() if each.name == "91"]
    assert (desk.state, desk.agent) == (DeskState.CLOSED, None)
    called = other.calling.next("92").row
    assert called is not None
    assert called.visit == visit
    back = world.open(folder, Role.COUNTER)
    until(lambda: row_of(back, visit).desk == "92")
    with reading(world.engine) as connection:
        found = get(connection, Visit, visit)
    assert found is not None
    assert [step.how for step in found.steps] == [Ended.GONE]


@pytest.mark.slow
def test_the_desk_that_comes_back_ends_what_it_had_begun(world: World) -> None:
    folder = world.enrolled("lost")
    other = world.station("other", Role.COUNTER)
    with receiving(folder, "serving") as visit:
        pass
    time_passes(world, other)
    until(lambda: row_of(other, visit).lost)
    back = world.open(folder, Role.COUNTER)
    until(lambda: row_of(back, visit).lost)
    assert back.calling.desk("91") is None  # closed: opened anew
    assert back.calling.finish(visit, "served") is None
    until(lambda: row_of(other, visit).state is DayState.DONE)
    with reading(world.engine) as connection:
        found = get(connection, Visit, visit)
    assert found is not None
    assert (found.status, found.desk, found.steps) == (VisitStatus.DONE, "91", ())
    assert found.started_at == MORNING


def test_a_desk_that_comes_back_late_ends_nothing_at_the_one_that_has_them(world: World) -> None:
    folder = world.enrolled("lost")
    other = world.station("other", Role.COUNTER)
    assert other.calling.set_desk("92", DeskState.OPEN) is None
    with receiving(folder, "serving") as visit:
        pass
    time_passes(world, other)
    until(lambda: row_of(other, visit).lost)
    assert other.calling.next("92").refused is None
    until(lambda: other.sync_state.pending == 0)
    world.stop()
    back = world.open(folder, Role.COUNTER)
    assert back.calling.finish(visit, "served") is None  # it knows no better
    world.start()
    (line,) = until(back.refused, 20)
    assert (line.kind, line.reason) == ("complete", "called_elsewhere")
    until(lambda: row_of(back, visit).desk == "92")
    assert row_of(other, visit).state is DayState.CALLED
    assert back.settled(line.operation) is None
    assert back.refused() == []
    assert other.calling.start(visit) is None
    assert other.calling.finish(visit, "left") is None
    until(lambda: row_of(back, visit).state is DayState.LEFT)


def test_who_was_sent_to_a_desk_that_vanishes_is_called_by_another(world: World) -> None:
    folder = world.enrolled("lost")
    other = world.station("other", Role.COUNTER)
    with receiving(folder, "called"):
        called = until(lambda: other.calling.next("92").row)
    assert called is not None
    sent = called.visit or ""
    assert other.calling.start(sent) is None
    assert other.calling.redirect(sent, row_of(other, sent).lane, "91") is None
    until(lambda: other.sync_state.pending == 0)
    time_passes(world, other)
    until(lambda: row_of(other, sent).released_from)
    row = row_of(other, sent)
    assert (row.for_desk, row.released_from) == (None, "91")
    assert row.waiting_since == MORNING
    assert other.calling.this(row, "92").refused is None
    assert row_of(other, sent).released_from is None


def test_a_long_interview_is_no_vanished_desk(world: World) -> None:
    one, other = world.station("one", Role.COUNTER), world.station("other")
    assert one.calling.set_desk("91", DeskState.OPEN) is None
    row = one.calling.next("91").row
    assert row is not None
    visit = row.visit or ""
    assert one.calling.start(visit) is None
    until(lambda: row_of(other, visit).state is DayState.SERVING)
    time_passes(world, one, other)
    assert row_of(other, visit).state is DayState.SERVING


@pytest.mark.slow
def test_a_network_that_is_gone_for_all_gives_nobody_back(world: World) -> None:
    folder = world.enrolled("lost")
    other = world.station("other", Role.COUNTER)
    with receiving(folder, "serving") as visit:
        until(lambda: row_of(other, visit).state is DayState.SERVING)
    other.close()
    time_passes(world)
    with reading(world.engine) as connection:
        found = get(connection, Visit, visit)
    assert found is not None
    assert found.status is VisitStatus.SERVING
