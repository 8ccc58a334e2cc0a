"""Openings, closures and their people, at a station with a real central."""

import csv
import threading
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from sqlalchemy import select

from guichet.central import registry
from guichet.domain.calibration import LEAST
from guichet.domain.model import AccordMode, Appointment, Person, Role, Site
from guichet.domain.opening_text import ended
from guichet.domain.openings import ClosedFor, Closure, Opening, opening_id
from guichet.domain.operations import Refused
from guichet.domain.timetable import Preview
from guichet.domain.waiting import Rules
from guichet.errors import CentralUnavailable
from guichet.station import Station
from guichet.station.inviting import Guest, Occasion
from guichet.station.inviting import listed as lines_of
from guichet.station.mediation import Booked, Held
from guichet.station.steering import Moved, ToMove
from guichet.store.engine import reading, writing
from guichet.store.records import TABLES, get, put, records
from guichet.store.steering import republish
from guichet.sync.replica import purge
from tests.posts import DAY, MORNING, World
from tests.waiting import until

FRIDAY = DAY + timedelta(days=3)
SATURDAY = date(2026, 12, 5)


def closure(opens: time | None = None, closes: time | None = None) -> Closure:
    return Closure("c1", 1, FRIDAY, FRIDAY, ClosedFor.WORKS, opens, closes)


def saturday() -> Opening:
    return Opening(
        opening_id(1, "sat", 1), 1, "sat", 1, "Remise de titre", SATURDAY, SATURDAY, (6,), time(9),
        time(12), 10, 3, ("REMI",), exceptional=True,
    )  # fmt: skip


def listed(station: Station) -> list[ToMove]:
    found = station.steering.to_move()
    assert isinstance(found, list)
    return found


def test_training_is_what_its_rules_say(world: World) -> None:
    station = world.station("one")
    overview = station.steering.overview()
    assert {rule.name[0] for rule in overview.rules} == set("ABCD")
    assert [each.template for each in overview.templates] == ["Samedi de remise des titres"]
    assert (overview.days[0].day, overview.to_move) == (DAY, 0)
    with writing(world.engine) as connection:
        site = get(connection, Site, 1)
        assert site is not None
        assert republish(connection, site, MORNING, Rules()) == []
    preview = station.steering.preview_openings([saturday()])
    assert isinstance(preview, Preview)
    assert (preview.slots, preview.seats, preview.kept) == (18, 54, 0)


def test_a_closed_day_from_its_preview_to_the_last_convocation(world: World) -> None:
    station = world.station("one")
    steering = station.steering
    preview = steering.preview_closure(closure())
    assert isinstance(preview, Preview)
    expected = next(d for d in steering.overview().days if d.day == FRIDAY)
    assert len(preview.hit) == expected.booked > 5
    assert (preview.slots, preview.seats) == (-expected.slots, -expected.seats)
    assert steering.close(closure()) is None
    until(lambda: not next(d for d in steering.overview().days if d.day == FRIDAY).slots)
    items = listed(station)
    assert [each.appointment.id for each in items] == list(preview.hit)
    assert all(each.slot and each.slot.day != FRIDAY for each in items)
    stop, heard = threading.Event(), list[Moved]()

    def told(moved: Moved) -> None:
        heard.append(moved)
        if len(heard) == 2:
            stop.set()

    assert len({each.family for each in items}) == len(items)  # no false families
    moved = steering.move(items[:4], told, stop)
    assert moved == heard
    assert [each.refused for each in moved] == [None, None]
    # Nothing is kept of the list: another supervisor, or this one tomorrow, has the rest.
    assert [each.appointment.id for each in listed(station)] == list(preview.hit[2:])
    assert moved[0].appointment is not None
    assert moved[0].appointment.reference == items[0].appointment.reference
    path = station.papers.convocations([m.appointment.id for m in moved if m.appointment])
    assert len(pdfium.PdfDocument(path)) == 2
    assert path.stat().st_mode & 0o077 == 0


def test_a_seat_taken_meanwhile_is_replaced_by_the_next_nearest(world: World) -> None:
    station = world.station("one")
    assert station.steering.close(closure(opens=time(8, 30), closes=time(9))) is None
    until(lambda: bool(listed(station)))
    (item, *_rest) = listed(station)
    assert item.slot is not None
    while not isinstance(station.mediation.hold(item.slot), Refused):
        pass  # all its seats
    (moved,) = station.steering.move([item])
    assert moved.appointment is not None
    assert moved.appointment.slot not in (item.appointment.slot, item.slot.id)
    nowhere = ToMove(item.appointment, item.person, item.procedure, None)
    assert station.steering.move([nowhere])[0].refused == "no_slot"


def test_nobody_is_moved_to_closed_time_whose_slots_are_still_here(world: World) -> None:
    station = world.station("one")
    with writing(station._core.engine) as connection:
        put(connection, closure(closes=time(10)))
    proposed = [station.local(each.slot.starts_at) for each in listed(station) if each.slot]
    assert proposed
    assert not [at for at in proposed if at.date() == FRIDAY and at.time() < time(10)]


def test_a_family_stays_together_when_one_of_its_seats_is_taken_meanwhile(world: World) -> None:
    station = world.station("one")
    mediation, procedure = station.mediation, "RENO"
    reno = next(each for each in mediation.procedures() if each.code == procedure)
    slots = next(s for day, s in mediation.slots(procedure).items() if day == FRIDAY)
    first, second = [slot for slot in slots if slot.free > 1][:2]
    persons = []
    for number, slot in enumerate((second, first)):
        person = Person(
            mediation.new_person_id(), 1, "TOUREILLES", f"Sœur {number}", "1990", None, "lost",
            None, None, "", "fr", (),
        )  # fmt: skip
        assert mediation.register(person) is None
        held = mediation.hold(slot)
        assert isinstance(held, Held)
        booked = mediation.book(person, reno, held, mediation.accord(AccordMode.READ_ALOUD, "fr"))
        assert isinstance(booked, Booked)
        persons.append(person.id)
    assert station.steering.close(closure()) is None
    until(lambda: bool(listed(station)))
    both = [each for each in listed(station) if each.appointment.person in persons]
    assert len({each.family for each in both}) == 1
    assert [each.appointment.starts_at for each in both] == [first.starts_at, second.starts_at]
    before = [each.slot for each in both if each.slot]
    while not isinstance(mediation.hold(before[1]), Refused):
        pass  # all its seats
    moved = station.steering.move(both)
    now = [each.appointment for each in moved if each.appointment]
    assert [each.refused for each in moved] == [None, None]
    assert now[0].day == now[1].day
    assert now[1].starts_at - now[0].starts_at <= timedelta(minutes=reno.minutes)
    assert before[1].id not in {each.slot for each in now}


def test_a_worked_saturday_is_seen_for_its_demarche_alone(world: World) -> None:
    station = world.station("one")
    assert station.steering.open([saturday()]) is None
    until(lambda: SATURDAY in station.mediation.slots("REMI"))
    assert SATURDAY not in station.mediation.slots("RENO")
    (someone, *_others) = station.mediation.find_persons("MARTIN")
    occasion = station.inviting.occasion(SATURDAY, "REMI")
    assert isinstance(occasion, Occasion)
    assert {slot.day for slot in occasion.slots} == {SATURDAY}
    assert isinstance(station.inviting.occasion(SATURDAY, "RENO"), Refused)
    again = station.steering.open([saturday()])
    assert again is not None
    assert again.reason == "version_taken"
    world.stop()  # whoever is booked by then is told of, and the rest are said not to be
    (guest,) = station.inviting.invite([Guest(1, someone)], occasion)
    assert (guest.appointment, guest.refused) == (None, "central_unavailable")


def test_inviting_stops_after_the_one_under_way_and_goes_on_when_asked_again(world: World) -> None:
    station = world.station("one")
    assert station.steering.open([saturday()]) is None
    until(lambda: SATURDAY in station.mediation.slots("REMI"))
    (occasion,) = station.inviting.occasions(SATURDAY)
    with reading(world.engine) as connection:
        busy = {
            each.person for each in records(connection, Appointment, select(TABLES["appointment"]))
        }
        people = records(connection, Person, select(TABLES["person"]))
    guests = [Guest(n, e) for n, e in enumerate(e for e in people if e.id not in busy)][:3]
    stop, heard = threading.Event(), list[Guest]()

    def told(guest: Guest) -> None:
        heard.append(guest)
        stop.set()

    begun = station.inviting.invite(guests, occasion, told, stop)
    assert heard == begun[:1]
    assert begun[0].appointment is not None
    assert begun[1:] == guests[1:]
    done = station.inviting.invite(begun, occasion)
    assert done[0] == begun[0]
    assert len({e.appointment.person for e in done if e.appointment}) == len(guests)


def test_a_list_begins_with_a_title_or_with_a_reference_even_without_a_digit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "liste.csv"
    for first, kept in (("Référence", []), ("Reference", []), ("XMQR-KPAA-X", [1])):
        path.write_text(f"{first}\n0000000017\n", "utf-8")
        assert [line for line, _cell in lines_of(path)] == [*kept, 2]


def test_who_cannot_be_invited_is_told_why(world: World) -> None:
    station = world.station("one")
    assert station.steering.open([saturday()]) is None
    until(lambda: SATURDAY in station.mediation.slots("REMI"))
    someone, other, *_others = station.mediation.find_persons("MARTIN")
    occasion = station.inviting.occasion(SATURDAY, "REMI")
    assert isinstance(occasion, Occasion)
    agent = station.session.agent
    assert agent is not None
    with writing(world.engine) as connection:
        put(connection, replace(agent, active=False))
    (guest,) = station.inviting.invite([Guest(1, someone)], occasion)
    assert (guest.appointment, guest.refused) == (None, "not_allowed")
    registry.revoke(world.engine, station._core.enrolment.station, world.clock())
    both = station.inviting.invite([Guest(1, someone), Guest(2, other)], occasion)
    # The latter when the station has heard meanwhile that it is revoked.
    assert {each.refused for each in both} <= {"central_unavailable", "not_allowed"}
    assert len(both) == 2


def test_nobody_else_steers_nor_sees_whom_to_call(world: World) -> None:
    for role in (Role.MEDIATOR, Role.COUNTER):
        steering = world.station(role.value, role).steering
        assert steering.close(closure()) == Refused("not_allowed")
        assert steering.open([saturday()]) == Refused("not_allowed")
        assert steering.to_move() == Refused("not_allowed")


def test_without_central_nothing_is_decided(world: World) -> None:
    station = world.station("one")
    world.stop()
    with pytest.raises(CentralUnavailable):
        station.steering.close(closure())
    assert station.steering.overview().closures == ()


def test_calibration_is_measured_by_central(world: World) -> None:
    station = world.station("one")
    found = station.steering.calibration()
    assert {each.opening.name[0] for each in found} == set("ABCD")
    for each in found:
        assert each.missing == max(0, LEAST - each.measured)
        assert (each.p80 is None) is (each.measured < LEAST)
    assert any(each.measured for each in found)


def test_a_contact_list_computes_nothing(world: World) -> None:
    path = world.station("one").papers.contacts(
        [["Nom", "Téléphone"], ["=1+1", "+33 6"], ["\r=1", ""]]
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[1:] == [["'=1+1", "'+33 6"], ["'\r=1", ""]]
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_over_leaves_the_station_but_no_rule_comes_back(world: World) -> None:
    station = world.station("one")
    assert station.steering.close(closure()) is None
    assert station.steering.open([saturday()]) is None
    last = ended(station.steering.versions("Bam")[0], FRIDAY)
    assert station.steering.open([last]) is None
    with writing(station._core.engine) as connection:
        purge(connection, SATURDAY + timedelta(days=10))
    assert station.steering.versions("sat") == []
    assert station.steering.versions("Bam")[0] == last
    assert station.steering.overview().closures == ()
