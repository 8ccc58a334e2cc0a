"""Booking while central is gone: on the seats it has lent, else as a wish."""

from collections import Counter
from datetime import date, timedelta

import pytest

from guichet.central.events import keep_house
from guichet.domain.model import AccordMode, Appointment, Person, Role, Slot
from guichet.domain.operations import Refused
from guichet.domain.settling import How
from guichet.domain.waiting import Rules
from guichet.errors import CentralUnavailable, DocumentError
from guichet.station import Link, Station
from guichet.station.mediation import Booked, Held
from guichet.store.booking import NEVER
from guichet.store.engine import reading, writing
from guichet.store.records import get
from guichet.store.schema import METADATA
from tests.posts import DAY, World
from tests.station.test_mediation import booked, person
from tests.waiting import until

SEAT = METADATA.tables["seat"]


def lending(world: World, name: str = "pan") -> Station:
    """A mediator's station that has been lent seats."""
    station = world.station(name, Role.MEDIATOR)
    until(lambda: station.mediation.lending.lent().slots, what="seats lent")
    until(lambda: station.sync_state.pending == 0)
    return station


def cut_off(world: World, *stations: Station) -> None:
    world.stop()
    for station in stations:
        until(lambda each=station: each.sync_state.link is Link.OFFLINE)  # type: ignore[misc]


def back(world: World, *stations: Station) -> None:
    world.start()
    for station in stations:
        until(lambda each=station: each.sync_state.link is Link.ONLINE, 20)  # type: ignore[misc]
        until(lambda each=station: each.sync_state.pending == 0, 20)  # type: ignore[misc]


def lent_slots(station: Station, code: str = "RENO") -> list[Slot]:
    """The slots of a démarche of which the station has a seat."""
    lent = station.mediation.lending.lent().slots
    days = station.mediation.slots(code)
    return [slot for slots in days.values() for slot in slots if lent[slot.id]]


def book_on(station: Station, slot: Slot, who: Person, code: str = "RENO") -> Booked:
    procedure = next(p for p in station.mediation.procedures() if p.code == code)
    held = station.mediation.hold(slot)
    assert isinstance(held, Held)
    accord = station.mediation.accord(AccordMode.READ_ALOUD, "fr")
    outcome = station.mediation.book(who, procedure, held, accord)
    assert isinstance(outcome, Booked)
    return outcome


def appointment(station: Station, key: str) -> Appointment:
    with reading(station._core.engine) as connection:
        found = get(connection, Appointment, key)
    assert found is not None
    return found


def test_a_lent_seat_is_booked_while_cut_off_and_confirmed_afterwards(world: World) -> None:
    station = lending(world)
    before = station.mediation.lending.lent()
    assert before.until is not None
    assert before.until > world.clock() + timedelta(hours=24)
    who = person(station)
    until(lambda: station.sync_state.pending == 0)
    cut_off(world, station)
    slot = lent_slots(station)[0]
    done = book_on(station, slot, who)
    assert (done.confirmed, done.lent) == (False, True)
    assert station.mediation.lending.lent().slots[slot.id] == 0
    with pytest.raises(DocumentError):
        station.papers.convocation(done.appointment.id)
    assert station.papers.unconfirmed(done.appointment.id).name.startswith("a-confirmer-")
    with pytest.raises(CentralUnavailable):
        station.mediation.hold(slot)
    back(world, station)
    assert station.refused() == []
    until(lambda: appointment(station, done.appointment.id).token)
    assert station.papers.convocation(done.appointment.id).exists()
    with reading(world.engine) as connection:
        seats = connection.execute(SEAT.select().where(SEAT.c.appointment == done.appointment.id))
        assert [seat.free_at for seat in seats] == [NEVER]


def test_what_was_booked_is_not_lent_again_after_a_restart(world: World) -> None:
    folder = world.enrolled("pan")
    station = world.open(folder, Role.MEDIATOR)
    until(lambda: station.mediation.lending.lent().slots)
    who = person(station)
    until(lambda: station.sync_state.pending == 0)
    cut_off(world, station)
    slot = lent_slots(station)[0]
    kept = station.mediation.lending.lent().slots
    book_on(station, slot, who)
    station.close()
    again = world.open(folder, Role.MEDIATOR)
    assert again.mediation.lending.lent().slots == kept - Counter([slot.id])
    back(world, again)
    assert again.refused() == []


def test_a_lent_seat_is_proposed_to_one_person_at_a_time(world: World) -> None:
    station = lending(world)
    cut_off(world, station)
    slot = lent_slots(station)[0]
    held = station.mediation.hold(slot)
    assert isinstance(held, Held)
    with pytest.raises(CentralUnavailable):
        station.mediation.hold(slot)
    longer = station.mediation.hold(slot, held.id)
    assert isinstance(longer, Held)
    assert longer.id == held.id
    station.mediation.release(held)
    assert isinstance(station.mediation.hold(slot), Held)


def test_two_stations_of_a_site_keep_different_seats(world: World) -> None:
    one, two = lending(world, "one"), lending(world, "two")
    with reading(one._core.engine) as a, reading(two._core.engine) as b:
        lease = METADATA.tables["lease"]
        holds = [row.hold for each in (a, b) for row in each.execute(lease.select())]
    assert len(holds) == len(set(holds)) >= 2
    with reading(world.engine) as connection:
        kept = connection.execute(SEAT.select().where(SEAT.c.hold.in_(holds))).all()
    assert len({(seat.slot, seat.number) for seat in kept}) == len(holds)


def test_a_counter_station_is_lent_nothing(world: World) -> None:
    counter = world.station("counter", Role.COUNTER)
    until(lambda: counter.sync_state.link is Link.ONLINE)
    counter._core.sync.once()
    assert not counter.mediation.lending.lent().slots


def test_central_is_asked_once_an_hour(world: World) -> None:
    station = lending(world)
    station._core.sync.stop()
    setting = METADATA.tables["setting"]
    asked = setting.select().where(setting.c.name == "leases_asked")

    def last() -> str:
        with reading(station._core.engine) as connection:
            return str(connection.execute(asked).one().value)

    first = last()
    world.clock.forward(minutes=59)
    station._core.client().close()  # what was under way was cut
    station._core._client = None
    station._core.sync._stop.clear()
    station._core.sync.once()
    assert last() == first
    world.clock.forward(minutes=2)
    station._core.sync.once()
    assert last() != first


def test_a_lease_taken_by_others_meanwhile_is_a_conflict_to_settle(world: World) -> None:
    station = lending(world)
    who = person(station)
    until(lambda: station.sync_state.pending == 0)
    cut_off(world, station)
    slot = lent_slots(station)[0]
    done = book_on(station, slot, who)
    with writing(world.engine) as connection:  # days go by, and the slot is sold out
        connection.execute(
            SEAT.update()
            .where(SEAT.c.slot == slot.id)
            .values(free_at=NEVER, hold=None, appointment="f" * 16)
        )
    back(world, station)
    (line,) = station.refused()
    assert (line.kind, line.reason, line.person) == ("book", "slot_full", who)
    assert line.starts_at == slot.starts_at
    assert line.may_be_redone
    assert station.mediation.appointments_of(who) == []
    assert station.settling.redo(line.operation) == Refused("slot_full")
    assert len(station.refused()) == 1
    with writing(world.engine) as connection:
        seat = SEAT.c.slot == slot.id, SEAT.c.number == 1
        connection.execute(
            SEAT.update().where(*seat).values(free_at=world.clock(), appointment=None)
        )
    assert station.settling.redo(line.operation) is None
    assert station.refused() == []
    assert [a.id for a in station.mediation.appointments_of(who)] == [done.appointment.id]
    assert [s.settlement.how for s in station.settling.history()] == [How.REDONE]


def test_how_a_conflict_was_settled_is_seen_on_every_station_of_the_site(world: World) -> None:
    station = lending(world)
    chief = world.station("chief", Role.SUPERVISOR)
    who = person(station)
    until(lambda: station.sync_state.pending == 0)
    first = booked(station, who)
    assert isinstance(first, Booked)
    until(lambda: chief.mediation.appointments_of(who))
    cut_off(world, station, chief)
    assert isinstance(station.mediation.cancel(first.appointment, "person"), Booked)
    assert isinstance(chief.mediation.cancel(first.appointment, "service"), Booked)
    back(world, station, chief)
    (loser,) = [each for each in (station, chief) if each.refused()]
    (line,) = loser.refused()
    assert (line.kind, line.reason) == ("cancel", "already_cancelled")
    assert loser.settled(line.operation, How.TOLD) is None
    assert loser.refused() == []
    for each in (station, chief):
        until(lambda one=each: one.settling.history())  # type: ignore[misc]
        (trace,) = each.settling.history()
        assert (trace.settlement.kind, trace.settlement.how) == ("cancel", "told")
        assert trace.settlement.person == who.id
        assert trace.agent == trace.made_by != ""
    assert loser.settled(line.operation) is None  # somebody was quicker


def test_a_wish_is_offered_a_seat_as_soon_as_central_hears_of_it(world: World) -> None:
    station = lending(world)
    who = person(station)
    until(lambda: station.sync_state.pending == 0)
    cut_off(world, station)
    procedure = next(p for p in station.mediation.procedures() if p.code == "RENO")
    first = DAY + timedelta(days=3)
    wish = station.assistance.found_nothing(
        procedure, who, waiting=True, wish=True, days=(first, None)
    )
    assert station.assistance.record(wish) is None
    assert station.papers.wish(wish, procedure, who).exists()
    back(world, station)
    until(lambda: station.assistance.waiting_counts()[0] >= 1)
    (mine,) = [w for w in station.assistance.waiting() if w.person == who]
    assert mine.demand.wish
    assert mine.slot is not None
    assert mine.slot.day >= first
    assert mine.held is not None
    assert isinstance(station.mediation.hold(mine.slot, mine.demand.id), Held)


def test_a_wish_that_nothing_suits_waits_for_a_seat_that_does(world: World) -> None:
    station = lending(world)
    who = person(station)
    procedure = next(p for p in station.mediation.procedures() if p.code == "RENO")
    far = date(2030, 1, 1)
    wish = station.assistance.found_nothing(
        procedure, who, waiting=True, wish=True, days=(far, far)
    )
    assert station.assistance.record(wish) is None
    until(lambda: station.sync_state.pending == 0)
    (mine,) = [w for w in station.assistance.waiting() if w.person == who]
    assert mine.held is None
    other = booked(station, person(station, id="other", family_name="Autre", number="9999999999"))
    assert isinstance(other, Booked)
    assert isinstance(station.mediation.cancel(other.appointment, "person"), Booked)
    keep_house(world.engine, world.clock(), Rules())
    (mine,) = [w for w in station.assistance.waiting() if w.person == who]
    assert mine.held is None


def test_online_the_seats_kept_here_are_the_last_to_be_given(world: World) -> None:
    station = lending(world)
    slot = lent_slots(station)[0]
    with writing(world.engine) as connection:
        free = SEAT.c.slot == slot.id, SEAT.c.hold.is_(None)
        connection.execute(SEAT.update().where(*free).values(free_at=NEVER, appointment="f" * 16))
    held = station.mediation.hold(slot)
    assert isinstance(held, Held)
    assert held.lent
