"""Opening and closing at central, on both databases."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from guichet.domain.desks import Ended, Step
from guichet.domain.model import Agent, Demand, Role, Slot, Visit, VisitStatus
from guichet.domain.openings import ClosedFor, Closure, Opening, opening_id
from guichet.domain.operations import (
    Applied,
    Book,
    Cancel,
    Hold,
    Move,
    Refused,
    SetClosure,
    SetOpenings,
)
from guichet.domain.waiting import Rules
from guichet.store.booking import SEAT
from guichet.store.durations import durations
from guichet.store.engine import reading, writing
from guichet.store.openings import every_slot, openings
from guichet.store.queries import coming_slots
from guichet.store.records import get
from guichet.store.steering import due
from guichet.store.sweep import sites_to_sweep, sweep
from tests.store.samples import ACCORD, ADA, BOB, DAY, EVE, NOW, Counter, furnish, new_id, seats

TUESDAY = DAY + timedelta(days=1)


def opening(**values: Any) -> Opening:
    made = Opening(
        "", 93, "b", 1, "Renouvellements", TUESDAY, TUESDAY + timedelta(days=6), (2,), time(9),
        time(10), 20, 3, ("renew",),
    )  # fmt: skip
    made = replace(made, **values)
    return replace(made, id=opening_id(made.site, made.rule, made.version))


def closure(**values: Any) -> Closure:
    return replace(Closure("c1", 93, TUESDAY, TUESDAY, ClosedFor.WORKS), **values)


@pytest.fixture
def desk(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


def done(desk: Counter, action: SetOpenings | SetClosure, now: datetime = NOW) -> Applied:
    outcome = desk.do(action, now)
    assert isinstance(outcome, Applied), outcome
    return outcome


def ruled(desk: Counter, now: datetime = NOW) -> list[Slot]:
    with reading(desk.engine) as connection:
        return [slot for slot in every_slot(connection, 93, now) if slot.rule]


def offered(desk: Counter) -> list[str]:
    """The slots that mediators see, with their free seats."""
    with reading(desk.engine) as connection:
        found = coming_slots(connection, 93, "renew", NOW)
    return [f"{slot.starts_at:%H:%M} {slot.free}" for slot in found if slot.rule]


def of(slots: Sequence[Slot], hour: str) -> Slot:
    (found,) = (slot for slot in slots if f"{slot.starts_at:%H:%M}" == hour)
    return found


def test_a_rule_makes_slots_and_seats_that_are_booked(desk: Counter) -> None:
    made = done(desk, SetOpenings((opening(pan=1, urgent=1),)))
    assert ("opening", "93:b:1") in made.changed
    assert [f"{slot.starts_at:%H:%M}" for slot in ruled(desk)] == ["08:00", "08:20", "08:40"]
    assert {("slot", slot.id) for slot in ruled(desk)} <= set(made.changed)
    first = ruled(desk)[0]
    assert (first.free, first.free_pan, first.free_urgent) == (1, 1, 1)
    booked = desk.appointment(desk.book(ADA, first.id))
    assert (booked.slot, booked.day) == (first.id, TUESDAY)
    before = seats(desk.engine)
    done(desk, SetOpenings((opening(rule="z", template="Samedi"),)))  # makes nothing itself
    assert seats(desk.engine) == before


def test_a_new_version_spares_past_days_and_who_is_booked(desk: Counter) -> None:
    done(desk, SetOpenings((opening(last=None),)))
    with reading(desk.engine) as connection:
        whole = every_slot(connection, 93, NOW)
    weeks = sorted({slot.day for slot in whole if slot.rule})
    assert weeks == [TUESDAY + timedelta(days=7 * week) for week in range(9)]
    kept = desk.appointment(desk.book(ADA, of(ruled(desk)[:3], "08:20").id))
    second = opening(version=2, first=TUESDAY, last=None, minutes=30, seats=2)
    done(desk, SetOpenings((second,)))
    tuesday = [slot for slot in ruled(desk) if slot.day == TUESDAY]
    assert [f"{slot.starts_at:%H:%M}" for slot in tuesday] == ["08:00", "08:20", "08:30"]
    old = of(tuesday, "08:20")
    assert (old.minutes, old.seats, old.free, old.closed) == (20, 3, 0, True)
    assert desk.appointment(kept.id) == kept
    assert offered(desk)[:2] == ["08:00 2", "08:30 2"]
    with reading(desk.engine) as connection:
        assert [each.version for each in openings(connection, 93)] == [1, 2]


def test_a_closure_stops_sales_and_spares_who_is_booked(desk: Counter) -> None:
    done(desk, SetOpenings((opening(),)))
    first, second, third = ruled(desk)
    appointment = desk.book(ADA, first.id)
    held = str(uuid.uuid4())
    assert isinstance(desk.do(Hold(held, second.id)), Applied)
    done(desk, SetClosure(closure()))
    assert offered(desk) == []
    assert [(slot.id, slot.closed) for slot in ruled(desk)] == [(first.id, True), (second.id, True)]
    assert desk.appointment(appointment).slot == first.id
    assert desk.refusal(Hold("h2", third.id)) == "unknown_slot"
    assert desk.refusal(Hold("h2", first.id)) == "slot_full"
    # Who was being booked when it closed still is: they are on the list of those to be moved.
    late = Book(new_id(), held, second.id, BOB.id, "renew", ACCORD)
    assert isinstance(desk.do(late), Applied)
    # And a seat given up in closed time is nobody's, even much later.
    assert isinstance(desk.do(Cancel(appointment, "person")), Applied)
    desk.cool()
    assert desk.refusal(Hold("h3", first.id), NOW + timedelta(hours=2)) == "slot_full"


def test_a_closure_taken_back_reopens_all_of_it(desk: Counter) -> None:
    done(desk, SetOpenings((opening(pan=1),)))
    slots = ruled(desk)
    desk.book(ADA, slots[0].id)
    before, taken = offered(desk), seats(desk.engine)
    done(desk, SetClosure(closure()))
    done(desk, SetClosure(closure(withdrawn=True)))
    assert offered(desk) == before
    assert seats(desk.engine) == taken
    assert [(slot.free, slot.free_pan, slot.closed) for slot in ruled(desk)][1:] == [
        (2, 1, False),
        (2, 1, False),
    ]
    for hold in range(2):
        assert isinstance(desk.do(Hold(f"h{hold}", slots[0].id)), Applied)
    assert desk.refusal(Hold("h9", slots[0].id)) == "slot_full"


def test_slots_no_rule_has_made_are_closed_and_come_back(desk: Counter) -> None:
    done(desk, SetClosure(closure(first=DAY, last=DAY)))
    with reading(desk.engine) as connection:
        assert [slot.closed for slot in every_slot(connection, 93, NOW)] == [True, True]
        assert coming_slots(connection, 93, "renew", NOW) == []
    assert desk.refusal(Hold("h", "s2")) == "slot_full"
    done(desk, SetClosure(closure(first=DAY, last=DAY, withdrawn=True)))
    assert (desk.free("s1"), desk.free("s2")) == (1, 2)
    assert isinstance(desk.do(Hold("h", "s2")), Applied)


def test_who_was_offered_a_seat_there_waits_on(desk: Counter) -> None:
    done(desk, SetOpenings((opening(),)))
    slot = ruled(desk)[0]
    until = NOW + timedelta(hours=3)
    desk.put(Demand("d1", 93, "renew", ADA.id, NOW, "MARTIN", True, slot.id, until, 1, DAY))
    with writing(desk.engine) as connection:
        one = SEAT.c.slot == slot.id, SEAT.c.number == 1
        connection.execute(update(SEAT).where(*one).values(hold="d1", free_at=until))
    changed = done(desk, SetClosure(closure())).changed
    assert ("demand", "d1") in changed
    with reading(desk.engine) as connection:
        demand = get(connection, Demand, "d1")
        held = connection.execute(select(SEAT.c.hold).where(*one)).scalar()
    assert demand is not None
    assert (demand.waiting, demand.offered, held) == (True, None, None)


def waits(desk: Counter, *keys: str) -> list[tuple[str | None, int, str | None]]:
    """What is offered to each, how often it was, and what central keeps for them."""
    found = []
    with reading(desk.engine) as connection:
        for key in keys:
            demand = get(connection, Demand, key)
            assert demand is not None
            kept = select(SEAT.c.slot).where(SEAT.c.hold == key, SEAT.c.free_at == demand.until)
            found.append((demand.offered, demand.offers, connection.execute(kept).scalar()))
    return found


def test_what_opens_is_offered_to_those_who_wait_and_to_them_alone(desk: Counter) -> None:
    week = DAY + timedelta(days=8)
    first = Demand("d1", 93, "renew", ADA.id, NOW - timedelta(days=3), "MARTIN", waiting=True)
    desk.put(
        first,
        replace(first, id="d2", person=BOB.id, at=NOW, first_day=week),
        replace(first, id="d3", person=EVE.id, offers=3),
        replace(first, id="d4", person=EVE.id, procedure="collect"),
        replace(first, id="d5", person="p-told", offers=1, offered_on=DAY),
    )
    rule = opening(last=None, weekdays=(1, 2, 3, 4, 5), minutes=10, urgent=2)
    changed = done(desk, SetOpenings((rule,))).changed
    slots = ruled(desk)
    assert len(slots) > 200
    later = next(slot for slot in slots if slot.day == week)
    assert waits(desk, "d1", "d2", "d3", "d4", "d5") == [
        (slots[0].id, 1, slots[0].id), (later.id, 1, later.id), (None, 3, None), (None, 0, None),
        (None, 1, None),
    ]  # fmt: skip
    assert [slot.id for slot in slots if not slot.free] == [slots[0].id, later.id]
    assert {("demand", "d1"), ("demand", "d2"), ("slot", later.id)} <= set(changed)
    assert len(changed) == len(set(changed))
    # Tomorrow the offers are over; a closure that is lifted is the next thing that opens.
    tomorrow = NOW + timedelta(days=1)
    with writing(desk.engine) as connection:
        sweep(connection, 93, tomorrow, Rules(offers=1))
    desk.put(replace(first, offers=1, offered_on=DAY))
    shut = closure(first=DAY + timedelta(days=7), last=DAY + timedelta(days=7))
    done(desk, SetClosure(shut), tomorrow)
    assert waits(desk, "d1") == [(None, 1, None)]
    done(desk, SetClosure(replace(shut, withdrawn=True)), tomorrow)
    reopened = next(slot for slot in slots if slot.day == shut.first)
    assert waits(desk, "d1") == [(reopened.id, 2, reopened.id)]


def test_who_is_moved_off_closed_time_leaves_no_seat_behind(desk: Counter) -> None:
    done(desk, SetOpenings((opening(last=None),)))
    first = ruled(desk)[0]
    later = next(slot for slot in ruled(desk) if slot.day == TUESDAY + timedelta(days=7))
    appointment = desk.book(ADA, first.id)
    done(desk, SetClosure(closure()))
    assert isinstance(desk.do(Hold("new", later.id)), Applied)
    assert isinstance(desk.do(Move(appointment, "new", later.id)), Applied)
    moved = desk.appointment(appointment)
    assert (moved.slot, moved.revision) == (later.id, 2)
    booked = [seat[0] for seat in seats(desk.engine) if seat[4]]
    assert booked == [later.id]
    assert desk.refusal(Hold("h", first.id)) == "slot_full"
    # The empty slot goes for good the next time that slots are made.
    done(desk, SetOpenings((opening(rule="z", template="t"),)))
    assert first.id not in {slot.id for slot in ruled(desk)}


def test_refused_without_having_written(desk: Counter) -> None:
    past = closure(first=DAY - timedelta(days=9), last=DAY - timedelta(days=8))
    refused: list[tuple[SetOpenings | SetClosure, str]] = [
        (SetOpenings((opening(first=DAY - timedelta(days=1)),)), "opening_past"),
        (SetOpenings((opening(), opening(rule="c"))), "opening_overlap"),
        (SetOpenings((opening(site=94),)), "other_site"),
        (SetOpenings(()), "other_site"),
        (SetClosure(past), "closure_past"),
        (SetClosure(closure(site=94)), "other_site"),
    ]
    for action, reason in refused:
        assert desk.refusal(action) == reason, action
    desk.put(Agent("OTHER", "Other", 93, (Role.MEDIATOR, Role.COUNTER), "", active=True))
    for action in (SetOpenings((opening(),)), SetClosure(closure())):
        assert desk.refusal(action, agent="OTHER") == "not_allowed"
        assert Counter(desk.engine, None).refusal(action) == "central_only"


def test_two_supervisors_cannot_both_make_the_next_version(desk: Counter) -> None:
    done(desk, SetOpenings((opening(),)))
    done(desk, SetOpenings((opening(version=2, seats=1),)))
    refused = desk.do(SetOpenings((opening(version=2, seats=9),)))
    assert refused == Refused("version_taken", {"field": "version", "nearest": "3", "index": "0"})


def test_a_new_day_brings_its_slots_once(desk: Counter) -> None:
    done(desk, SetOpenings((opening(last=None, weekdays=(1, 2, 3, 4, 5, 6, 7)),)))
    last = max(slot.day for slot in ruled(desk))
    assert last == DAY + timedelta(days=60)
    tomorrow = NOW + timedelta(days=1)
    with writing(desk.engine) as connection:
        assert due(connection, NOW) == []
        assert due(connection, tomorrow) == [93]
        assert 93 in sites_to_sweep(connection, tomorrow, Rules())
        changed = sweep(connection, 93, tomorrow, Rules())
        assert due(connection, tomorrow) == []
    new = {slot.id for slot in ruled(desk, tomorrow) if slot.day > last}
    assert len(new) == 3
    assert {("slot", key) for key in new} <= set(changed)


def test_a_seat_that_is_booked_stays_so_whatever_is_decided(desk: Counter) -> None:
    done(desk, SetOpenings((opening(last=None),)))
    appointment = desk.book(ADA, ruled(desk)[1].id)
    for version, minutes in enumerate((30, 60, 10, 20, 15), 2):
        done(desk, SetOpenings((opening(version=version, last=None, minutes=minutes),)))
        done(desk, SetClosure(closure(id=f"c{version}")))
        done(desk, SetClosure(closure(id=f"c{version}", withdrawn=True)))
        kept = [seat for seat in seats(desk.engine) if seat[3] == appointment]
        assert len(kept) == 1
        assert kept[0][4]
    assert desk.appointment(appointment).revision == 1


def test_durations_are_those_of_who_was_received_at_one_desk(desk: Counter) -> None:
    def visit(name: str, minutes: int, **values: Any) -> Visit:
        made = Visit(
            name, 93, DAY, None, None, "renew", name.upper(), VisitStatus.DONE, NOW, NOW, NOW,
            NOW + timedelta(minutes=minutes), "3", "served", None,
        )  # fmt: skip
        return replace(made, **values)

    step = Step("2", None, NOW, NOW, NOW, NOW, Ended.PARKED)
    desk.put(
        visit("v1", 17),
        visit("v2", 17, outcome="unsuccessful", appointment="gone"),
        visit("v3", 9, procedure="first"),
        visit("v4", 5, outcome="left"),
        visit("v5", 5, steps=(step,)),
        visit("v6", 5, ended_at=None, status=VisitStatus.SERVING),
        visit("v7", 5, day=DAY - timedelta(days=1)),
        visit("v8", 5, site=94),
        visit("v9", 5, procedure=None),
    )
    with reading(desk.engine) as connection:
        assert durations(connection, 93, DAY) == {"renew": {17: 2}, "first": {9: 1}}
