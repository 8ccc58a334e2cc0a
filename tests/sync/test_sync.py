"""Station and central in step, whatever happens on the way."""

import pytest
from sqlalchemy import func, select, text

from guichet.central import registry
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import AccordMode, Appointment, Role, VisitStatus
from guichet.domain.operations import Applied, NoteScan, Refused
from guichet.errors import CentralRefused, CentralUnavailable, ProtocolError
from guichet.station import Link, Station
from guichet.station.enrolling import enrol
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading, writing
from guichet.store.records import TABLES, get
from guichet.store.schema import METADATA
from guichet.sync.client import CentralClient
from tests.posts import World, free_slot
from tests.waiting import until
from tests.wire import wire_to

VERDICT = METADATA.tables["verdict"]


def expected(station: Station) -> DayRow:
    """Someone who is expected today and has not come."""
    return next(r for r in station.reception.day() if r.state is DayState.EXPECTED and r.confirmed)


def arrive(station: Station, row: DayRow) -> str:
    """Check the person in; the ticket."""
    found = station.reception.admit(station.reception.choose(row.appointment or ""))
    assert found.visit is not None
    return found.visit.ticket


def of(station: Station, row: DayRow) -> list[DayRow]:
    return [r for r in station.reception.day() if r.appointment == row.appointment]


def in_step(station: Station) -> bool:
    state = station.sync_state
    return state.link is Link.ONLINE and state.pending == 0


def test_an_answer_lost_after_the_commit_changes_nothing(world: World) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.lose = 2
        ticket = arrive(station, row := expected(station))
        until(lambda: wire.lost == 2 and in_step(station), 20)
        assert [r.ticket for r in of(station, row)] == [ticket]
        with reading(world.engine) as connection:
            visits = connection.execute(
                select(func.count()).where(TABLES["visit"].c.appointment == row.appointment)
            ).scalar()
            judged = connection.execute(
                select(func.count()).where(VERDICT.c.kind == "check_in")
            ).scalar()
        assert (visits, judged) == (1, 1)


def test_what_was_done_offline_arrives_once_and_in_order(world: World) -> None:
    station = world.station("one")
    other = world.station("two")
    until(lambda: in_step(station) and in_step(other))
    world.stop()
    row = expected(station)
    arrive(station, row)
    visit = of(station, row)[0].visit or ""
    assert station.calling.call(visit, "4") is None
    assert station.calling.start(visit) is None
    assert station.calling.finish(visit, "served") is None
    until(lambda: station.sync_state.pending == 4)
    world.start()
    until(lambda: in_step(station), 20)
    until(lambda: [r.state for r in of(other, row)] == [DayState.DONE])
    assert of(other, row)[0].desk == "4"
    with reading(world.engine) as connection:
        kinds = connection.execute(select(VERDICT.c.kind).order_by(VERDICT.c.received_at)).scalars()
        assert list(kinds) == ["check_in", "call", "start", "complete"]


def test_a_station_that_was_closed_offline_sends_when_it_opens_again(world: World) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    until(lambda: in_step(station))
    world.stop()
    row = expected(station)
    ticket = arrive(station, row)
    station.close()
    world.start()
    again = world.open(folder)
    until(lambda: in_step(again))
    assert [r.ticket for r in of(again, row)] == [ticket]
    with reading(world.engine) as connection:
        assert connection.execute(select(func.count()).select_from(VERDICT)).scalar() == 1


def twice(world: World, one: Station, two: Station) -> tuple[DayRow, str, str]:
    """Two stations check the same person in while cut off, and agree; the tickets in order."""
    until(lambda: in_step(one) and in_step(two))
    world.stop()
    row = expected(one)
    first = arrive(one, row)
    world.clock.forward(minutes=3)
    second = arrive(two, row)
    assert first != second
    world.start()
    until(lambda: in_step(one) and in_step(two), 20)
    until(lambda: [[r.ticket for r in of(each, row)] for each in (one, two)] == [[first]] * 2)
    until(lambda: tickets(one, row) == tickets(two, row) == {first, second})
    return row, first, second


def tickets(station: Station, row: DayRow) -> set[str]:
    """Every ticket that the station knows of for the row's appointment, void ones included."""
    visit = TABLES["visit"]
    with reading(station._core.engine) as connection:
        asked = select(visit.c.ticket).where(visit.c.appointment == row.appointment)
        return set(connection.execute(asked).scalars())


def test_two_offline_stations_check_the_same_person_in_and_agree_after(world: World) -> None:
    row, _first, _second = twice(world, world.station("one"), world.station("two"))
    with reading(world.engine) as connection:
        statuses = connection.execute(
            select(TABLES["visit"].c.status).where(TABLES["visit"].c.appointment == row.appointment)
        ).scalars()
        assert sorted(statuses) == [VisitStatus.DUPLICATE, VisitStatus.WAITING]


def test_a_refused_operation_is_undone_here_and_kept_to_be_settled(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    row = expected(one)
    arrive(one, row)
    until(lambda: [r.state for r in of(two, row)] == [DayState.WAITING])
    visit = of(one, row)[0].visit or ""
    world.stop()
    assert one.calling.call(visit, "1") is None
    assert two.calling.call(visit, "2") is None
    until(lambda: one.sync_state.pending == 1 and two.sync_state.pending == 1)
    world.start()
    until(lambda: one.sync_state.to_settle + two.sync_state.to_settle == 1, 20)
    until(lambda: of(one, row)[0].desk == of(two, row)[0].desk)
    loser = one if one.sync_state.to_settle else two
    refused = loser.refused()
    assert [(r.kind, r.reason) for r in refused] == [("call", "already_called")]
    loser.settled(refused[0].operation)
    assert loser.refused() == []
    assert loser.sync_state.to_settle == 0


def test_what_followed_here_from_a_refused_operation_is_undone_too(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    row, first, second = twice(world, one, two)
    visit = of(one, row)[0].visit or ""
    world.stop()
    undone = one.reception.undo_check_in(visit, "wrong_person")
    assert isinstance(undone, Applied)
    assert [r.ticket for r in of(one, row)] == [second]  # which stands instead
    one.close()
    world.start()
    until(lambda: in_step(two), 20)
    assert two.calling.call(visit, "2") is None
    until(lambda: in_step(two))
    one = world.open(world.folder / "one")
    until(lambda: "already_called" in [r.reason for r in one.refused()], 20)
    until(lambda: [(r.ticket, r.desk) for r in of(one, row)] == [(first, "2")])


def test_a_newer_state_pulled_before_a_lost_verdict_is_not_overwritten_by_it(world: World) -> None:
    with wire_to(world.url) as wire:
        one = world.open(world.enrolled("one", url=wire.url))
        two = world.station("two")
        until(lambda: in_step(one) and in_step(two))
        row = expected(one)
        wire.lose = 1
        arrive(one, row)
        until(lambda: wire.lost == 1)
        until(lambda: [r.state for r in of(two, row)] == [DayState.WAITING])
        assert two.calling.call(of(two, row)[0].visit or "", "7") is None
        until(lambda: in_step(two))
        until(lambda: in_step(one) and of(one, row)[0].desk == "7", 20)


def test_central_restored_with_another_epoch_is_pulled_again(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    before = {r.key for r in station.reception.day()}
    registry.new_epoch(world.engine)
    with writing(station._core.engine) as connection:
        connection.execute(text("DELETE FROM visit"))
    station._core.sync.wake()
    until(lambda: {r.key for r in station.reception.day() if r.visit}, 20)
    until(lambda: {r.key for r in station.reception.day()} == before)


@pytest.mark.parametrize(
    "body", [b"<html>portail captif</html>", b"[]", b'{"verdicts": 3}', b'{"cursor": null}']
)
def test_a_central_that_answers_nonsense_is_said_and_work_goes_on(
    world: World, body: bytes
) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.nonsense = body
        row = expected(station)
        ticket = arrive(station, row)
        until(lambda: station.sync_state.link is Link.CONFUSED)
        assert "incompréhensible" in station.sync_state.problem
        assert [r.ticket for r in of(station, row)] == [ticket]
        wire.nonsense = None
        until(lambda: in_step(station), 20)


def test_a_busy_central_is_left_in_peace_as_long_as_it_asks(world: World) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.status, wire.headers = 429, {"Retry-After": "2"}
        arrive(station, expected(station))
        until(lambda: station.sync_state.link is Link.OFFLINE)
        asked = len([a for a in wire.asked if a.startswith("POST")])
        arrive(station, expected(station))
        wire.status = None
        until(lambda: in_step(station), 20)
        posts = [a for a in wire.asked if a.startswith("POST")]
        assert len(posts) == asked + 1  # both operations in the one batch after the pause


def test_what_was_counted_before_it_was_told_of_is_not_counted_twice(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    world.stop()
    until(lambda: station.sync_state.link is Link.OFFLINE)
    core = station._core
    with writing(core.engine) as connection:
        core.perform(connection, core.operation(NoteScan("forged", None)))
    core.sync.recount()  # as the sync thread may do at this moment
    core.left()
    assert station.sync_state.pending == 1


def test_a_revoked_device_stops_and_keeps_its_outbox(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    world.stop()  # else the station may hear that it is revoked before it has anything to send
    registry.revoke(world.engine, station._core.enrolment.station, world.clock())
    arrive(station, expected(station))
    world.start()
    until(lambda: station.sync_state.link is Link.REJECTED, 20)
    assert station.sync_state.pending >= 1


def test_an_operation_central_cannot_read_does_not_block_the_queue(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    world.stop()
    spoiled, sound = expected(station), None
    arrive(station, spoiled)
    sound = expected(station)
    arrive(station, sound)
    outbox = METADATA.tables["outbox"]
    with writing(station._core.engine) as connection:
        first = connection.execute(select(func.min(outbox.c.position))).scalar()
        connection.execute(
            outbox.update()
            .where(outbox.c.position == first)
            .values(body=func.replace(outbox.c.body, '"at":"', '"at":"x'))
        )
    world.start()
    until(lambda: station.sync_state.pending == 0, 20)
    assert [r.state for r in station.refused()] == ["quarantined"]
    with reading(world.engine) as connection:
        arrived = get(connection, Appointment, sound.appointment or "")
    assert arrived is not None
    assert arrived.status == "arrived"


def test_booking_says_whether_central_has_confirmed(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    until(lambda: in_step(station))
    desk = station.mediation
    person = desk.find_persons("a")[0]
    procedure = next(p for p in desk.procedures() if p.code == "RENO")
    held = desk.hold(free_slot(station, procedure.code))
    assert isinstance(held, Held)
    accord = desk.accord(AccordMode.PRINTED, "fr")
    first = desk.book(person, procedure, held, accord)
    if isinstance(first, Refused):
        assert first.reason == "already_booked"
        return
    assert isinstance(first, Booked)
    assert first.confirmed
    again = desk.hold(free_slot(station, procedure.code))
    assert isinstance(again, Held)
    assert desk.book(person, procedure, again, accord) == Refused(
        "already_booked", {"appointment": first.appointment.id}
    )
    assert station.refused() == []


def test_holding_without_central_is_a_fault_that_says_so(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    until(lambda: in_step(station))
    slot = free_slot(station, "RENO")
    world.stop()
    with pytest.raises(CentralUnavailable, match="injoignable"):
        station.mediation.hold(slot)


def test_enrolling_tells_how_far_the_site_was_read(world: World) -> None:
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    parts: list[float] = []
    enrol(world.folder / "new", world.url, code, "new", world.clock, progress=parts.append)
    assert len(parts) >= 2  # a page each
    assert parts == sorted(set(parts))
    assert parts[-1] == 1


def test_enrolment_refused_or_misdirected_is_said(world: World) -> None:
    with pytest.raises(CentralRefused):
        enrol(world.folder / "x", world.url, "AAAAA-BBBBB", "x", world.clock)
    with pytest.raises(ProtocolError, match="adresse"):
        enrol(world.folder / "x", "ce n’est pas une adresse", "AAAAA-BBBBB", "x", world.clock)
    with wire_to(world.url) as wire:
        wire.nonsense = b"<html>"
        with pytest.raises(ProtocolError, match="incompréhensible"):
            enrol(world.folder / "x", wire.url, "AAAAA-BBBBB", "x", world.clock)


@pytest.mark.parametrize("url", ["ftp://central", "central.exemple.fr"])
def test_listening_to_what_is_no_address_is_the_same_fault(url: str) -> None:
    client = CentralClient(url)
    with pytest.raises(ProtocolError, match="pas une adresse"):
        list(client.events(lambda: None))
    client.close()
