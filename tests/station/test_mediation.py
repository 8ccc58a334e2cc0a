from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete

from guichet.domain.day import DayState
from guichet.domain.model import AccordMode, Person, Role
from guichet.domain.operations import Refused
from guichet.station import Link, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import writing
from guichet.store.records import TABLES
from tests.posts import DAY, World, free_slot
from tests.waiting import until


def person(station: Station, **changes: object) -> Person:
    """A new person of Bobigny, already recorded."""
    made = Person(
        id=station.mediation.new_person_id(),
        site=1,
        family_name="N’Diaye Le Gall",
        given_names="Aïssatou",
        birth="1985-03",
        number="0301234567",
        number_absent=None,
        phone="+33639981234",
        email=None,
        commune="Bobigny",
        language="wo",
        needs=(),
    )
    made = replace(made, **changes)  # type: ignore[arg-type]
    assert station.mediation.register(made) is None
    return made


def booked(station: Station, who: Person, code: str = "RENO") -> Booked | Refused:
    procedure = next(p for p in station.mediation.procedures() if p.code == code)
    held = station.mediation.hold(free_slot(station, code))
    assert isinstance(held, Held)
    accord = station.mediation.accord(AccordMode.READ_ALOUD, "fr")
    return station.mediation.book(who, procedure, held, accord)


@pytest.mark.parametrize(
    "query",
    ["ndiaye le gall aissatou", "AÏSSATOU n’diaye", "gall aiss", "06 39 98 12 34", "0301234567"],
)
def test_a_person_is_found_however_they_are_asked_for(world: World, query: str) -> None:
    station = world.station("one", Role.MEDIATOR)
    made = person(station)
    if "ndiaye" in query:
        made = replace(made, family_name="Ndiaye Le Gall")
        assert station.mediation.register(made) is None
    assert made in station.mediation.find_persons(query)
    until(lambda: made in station.mediation.find_persons_at_central(query))


def test_central_remembers_persons_the_replica_has_dropped(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    made = person(station)
    until(lambda: station.sync_state.pending == 0)
    with writing(station._core.engine) as connection:
        connection.execute(delete(TABLES["person"]).where(TABLES["person"].c.id == made.id))
    assert made not in station.mediation.find_persons("aissatou gall")
    found = station.mediation.find_persons_at_central("aissatou gall")
    assert found == [made]
    station.mediation.adopt(made)
    assert made in station.mediation.find_persons("aissatou gall")


def test_a_hold_is_counted_by_the_clock_of_this_station(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    slot = free_slot(station, "RENO")
    held = station.mediation.hold(slot)
    assert isinstance(held, Held)
    assert held.until - world.clock() == timedelta(minutes=5)
    world.clock.forward(minutes=2)
    longer = station.mediation.hold(slot, held.id)
    assert isinstance(longer, Held)
    assert longer.until - held.until == timedelta(minutes=2)
    before = free_slot_of(station, slot.id)
    station.mediation.release(longer)
    until(lambda: free_slot_of(station, slot.id) == before + 1)


def free_slot_of(station: Station, slot: str) -> int:
    days = station.mediation.slots("RENO")
    return next(s.free for slots in days.values() for s in slots if s.id == slot)


def test_a_number_or_the_reason_of_its_absence_is_required(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    nothing = person(station, number=None)
    assert booked(station, nothing) == Refused("number_required")
    lost = replace(nothing, number_absent="document_perdu")
    assert station.mediation.register(lost) is None
    assert isinstance(booked(station, lost), Booked)


def test_cancelling_frees_the_seat_and_the_person(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    who = person(station)
    first = booked(station, who)
    assert isinstance(first, Booked)
    assert isinstance(station.mediation.cancel(first.appointment, "mistake"), Booked)
    second = booked(station, who)
    assert isinstance(second, Booked)
    history = station.mediation.appointments_of(who)
    assert sorted(a.status for a in history) == ["booked", "cancelled"]


def test_days_gone_by_leave_the_replica(world: World) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    assert station.reception.day(DAY)
    station.close()
    world.clock.forward(days=1)
    again = world.open(folder)
    assert again.reception.day(DAY)
    again.close()
    world.clock.forward(days=1)
    last = world.open(folder)
    until(lambda: last.sync_state.link is Link.ONLINE)
    owed = {DayState.EXPECTED, DayState.WAITING, DayState.SERVING}
    assert {row.state for row in last.reception.day(DAY)} == owed  # which nobody has settled
    last.close()
    world.clock.forward(days=7)
    empty = world.open(folder)
    until(lambda: empty.sync_state.link is Link.ONLINE)
    assert empty.reception.day(DAY) == []
