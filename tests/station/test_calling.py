"""What a station lets a desk do: when steps are taken back, and what becomes of the desk."""

from datetime import timedelta

from guichet.domain.admission import Finding
from guichet.domain.desks import DeskState
from guichet.domain.lifecycle import UNANSWERED, UNDO_WITHIN
from guichet.domain.model import Procedure, Role
from guichet.domain.operations import Refused
from guichet.station import Station
from guichet.station.calling import Missed
from guichet.store import queries
from guichet.store.engine import reading
from tests.posts import World
from tests.waiting import until


def first(station: Station) -> str:
    """The visit of who is next."""
    return station.calling.line()[0].turn.visit


def test_a_step_is_taken_back_within_a_minute(world: World) -> None:
    calling = world.station("a", Role.COUNTER).calling
    visit = calling.line()[0].turn.visit
    assert calling.call(visit, "91") is None
    world.clock.now += UNDO_WITHIN
    assert calling.undo(visit, "by_mistake") is None
    assert calling.call(visit, "91") is None
    world.clock.now += UNDO_WITHIN + timedelta(seconds=1)
    assert calling.undo(visit, "by_mistake") == Refused("too_late")


def test_who_is_put_aside_keeps_their_ticket_when_they_show_their_paper_again(world: World) -> None:
    station = world.station("a", Role.COUNTER)
    row = next(each.row for each in station.calling.line() if each.row.appointment)
    visit = row.visit or ""
    assert station.calling.call(visit, "91") is None
    assert station.calling.start(visit) is None
    assert station.calling.park(visit, "photocopy") is None
    found = station.reception.choose(row.appointment or "")
    assert (found.decision.finding, found.checked_in) == (Finding.ALREADY_IN, False)
    assert found.visit is not None
    assert found.visit.ticket == row.ticket


def test_who_does_not_come_has_so_many_calls_left(world: World) -> None:
    calling = world.station("a", Role.COUNTER).calling
    visit = calling.line()[0].turn.visit
    for left in (2, 1, 0):
        assert calling.call(visit, "91") is None
        assert calling.miss(visit) == Missed(ended=not left, left=left)
    assert isinstance(calling.miss(visit), Refused)


def test_a_call_without_sequel_is_given_back_after_a_while(world: World) -> None:
    station = world.station("a")
    visit = first(station)
    assert station.calling.give_back(visit) == Refused("not_called")
    assert station.calling.call(visit, "91") is None
    assert station.calling.give_back(visit) == Refused("already_called")
    world.clock.now += UNANSWERED
    assert station.calling.give_back(visit) is None
    assert first(station) == visit


def test_a_desk_calls_its_lanes_only_and_those_of_no_known_purpose_have_one(world: World) -> None:
    station = world.station("a", Role.COUNTER)
    calling = station.calling
    assert station.reception.walk_in(None) is not None
    assert set(calling.lanes()) == {each.lane for each in procedures(station)} | {"X"}
    assert calling.set_desk("91", DeskState.OPEN, ["X"]) is None
    called = calling.next("91").row
    assert called is not None
    assert (called.ticket[0], called.lane) == ("X", "X")


def procedures(station: Station) -> list[Procedure]:
    with reading(station._core.engine) as connection:
        return queries.everything(connection, Procedure)


def test_a_desk_is_asked_for_again_by_another_agent_and_on_another_day(world: World) -> None:
    one, two = world.station("a", Role.COUNTER), world.station("b")
    assert one.calling.set_desk("91", DeskState.OPEN) is None
    assert one.calling.desk("91") is not None
    until(two.calling.desks)
    assert two.calling.desk("91") is None
    world.clock.forward(days=1)
    assert one.calling.desk("91") is None


def test_a_station_that_closes_closes_its_desk(world: World) -> None:
    one, two = world.station("a", Role.COUNTER), world.station("b")
    assert one.calling.set_desk("91", DeskState.PAUSED) is None
    until(lambda: [each.state for each in two.calling.desks()] == [DeskState.PAUSED])
    one.close()
    until(lambda: [each.state for each in two.calling.desks()] == [DeskState.CLOSED])
