"""Booking at central, and provisionally on a station."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from guichet.domain.cooldown import Rules as Cooldown
from guichet.domain.model import AppointmentStatus, Person
from guichet.domain.operations import (
    Applied,
    Book,
    Cancel,
    CheckIn,
    Hold,
    Move,
    Refused,
    Register,
    Release,
    UndoCheckIn,
)
from guichet.domain.waiting import Rules
from guichet.store.apply import apply
from guichet.store.engine import reading, writing
from guichet.store.records import get
from guichet.store.sweep import sweep
from tests.store.samples import (
    ACCORD,
    ADA,
    AUTHORITY,
    BOB,
    CHIEF,
    EVE,
    FIRST,
    NOW,
    Counter,
    contents,
    furnish,
    new_id,
    operation,
    seats,
    slot,
)

LATER = NOW + timedelta(minutes=10)
EXPIRED = NOW + timedelta(minutes=10, seconds=1)


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine)


@pytest.fixture
def station(engine: Engine) -> Counter:
    furnish(engine)
    return Counter(engine, authority=None)


def booking(person: Person, hold: str, slot: str, procedure: str = "renew") -> Book:
    return Book(new_id(), hold, slot, person.id, procedure, ACCORD)


# Holds -------------------------------------------------------------------------------------------


def test_a_hold_takes_the_seat_until_it_runs_out(central: Counter) -> None:
    held = central.do(Hold("h1", "s1"))
    assert held == Applied((("slot", "s1"),), {"until": LATER.isoformat(), "now": NOW.isoformat()})
    assert central.free("s1") == 0
    assert central.refusal(Hold("h2", "s1"), LATER - timedelta(seconds=1)) == "slot_full"
    assert isinstance(central.do(Hold("h2", "s1"), LATER), Applied)
    assert seats(central.engine)[0] == ("s1", 1, "h2", None, False)


def test_the_same_hold_asked_again_keeps_one_seat_for_longer(central: Counter) -> None:
    central.do(Hold("h1", "s2"))
    again = central.do(Hold("h1", "s2"), NOW + timedelta(minutes=5))
    assert again.detail["until"] == (NOW + timedelta(minutes=15)).isoformat()
    assert [seat[2] for seat in seats(central.engine)] == [None, "h1", None]
    assert central.free("s2") == 1


def test_a_hold_id_used_for_another_slot_gets_a_seat_there(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    central.do(Hold("h1", "s2"))
    assert [seat[2] for seat in seats(central.engine)] == ["h1", "h1", None]
    central.do(Release("h1"))
    assert (central.free("s1"), central.free("s2")) == (1, 2)


def test_a_released_seat_is_free_at_once_and_releasing_twice_is_harmless(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    assert central.do(Release("h1")) == Applied((("slot", "s1"),))
    assert central.free("s1") == 1
    assert central.do(Release("h1")) == Applied(())
    assert isinstance(central.do(Hold("h2", "s1")), Applied)


def test_releasing_a_hold_that_was_booked_leaves_the_booking(central: Counter) -> None:
    action = booking(ADA, "h1", "s1")
    central.do(Hold("h1", "s1"))
    central.do(action)
    assert central.do(Release("h1")) == Applied(())
    assert seats(central.engine)[0] == ("s1", 1, None, action.appointment, True)


def test_holds_that_make_no_sense_are_refused(central: Counter) -> None:
    assert central.refusal(Hold("h", "nowhere")) == "unknown_slot"
    assert central.refusal(Hold("h", "s1"), FIRST) == "slot_past"


def test_expired_holds_are_counted_free_once(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    with writing(central.engine) as connection:
        assert sweep(connection, 93, LATER - timedelta(seconds=1), Rules()) == []
        assert sweep(connection, 93, LATER, Rules()) == [("slot", "s1")]
        assert sweep(connection, 93, LATER, Rules()) == []
    assert central.free("s1") == 1


# Booking -----------------------------------------------------------------------------------------


def test_a_booking_takes_the_held_seat_and_is_signed(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    action = booking(ADA, "h1", "s1")
    outcome = central.do(action)
    made = central.appointment(action.appointment)
    assert outcome == Applied(
        (("appointment", made.id), ("person", "p-ada"), ("slot", "s1")),
        {"reference": made.reference},
    )
    assert (made.status, made.revision, made.family) == (AppointmentStatus.BOOKED, 1, "permit")
    assert made.token == f"{made.id}:1:p-ada"
    assert made.accord == ACCORD
    assert made.starts_at == FIRST
    assert seats(central.engine)[0] == ("s1", 1, None, made.id, True)
    assert central.free("s1") == 0


def test_an_expired_hold_counts_while_nobody_took_the_seat(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    assert isinstance(central.do(booking(ADA, "h1", "s1"), EXPIRED), Applied)


def test_an_expired_hold_already_counted_free_still_books(central: Counter) -> None:
    central.do(Hold("h1", "s1"))
    with writing(central.engine) as connection:
        sweep(connection, 93, EXPIRED, Rules())
    assert isinstance(central.do(booking(ADA, "h1", "s1"), EXPIRED), Applied)


def test_an_expired_hold_whose_seat_was_taken_takes_another_or_is_refused(
    central: Counter,
) -> None:
    central.do(Hold("h1", "s2"))
    central.do(Hold("h2", "s2"))
    central.do(Hold("h3", "s2"), EXPIRED)  # takes the first seat that has run out: h1's
    assert isinstance(central.do(booking(BOB, "h2", "s2"), EXPIRED), Applied)
    assert central.refusal(booking(ADA, "h1", "s2"), EXPIRED) == "slot_full"


def test_a_booking_that_comes_after_the_start_needs_its_hold(central: Counter) -> None:
    begun = FIRST + timedelta(minutes=1)
    assert central.refusal(booking(ADA, "none", "s1"), begun) == "slot_full"
    central.do(Hold("h1", "s1"), FIRST - timedelta(minutes=1))
    assert isinstance(central.do(booking(ADA, "h1", "s1"), begun), Applied)


def test_an_id_or_its_reference_is_never_given_twice(central: Counter) -> None:
    first = booking(ADA, "none", "s1")
    central.do(first)
    assert central.refusal(replace(first, person=BOB.id, slot="s2")) == "id_taken"
    cousin = replace(first, appointment=first.appointment[:10] + "ffffff")  # the same 40 bits
    assert central.refusal(replace(cousin, person=BOB.id, slot="s2")) == "id_taken"


def test_a_cancellation_has_a_reason_of_the_list(central: Counter) -> None:
    made = central.book(ADA, "s1")
    assert central.refusal(Cancel(made, "whim")) == "unknown_reason"


def test_of_two_persons_one_gets_the_last_seat(central: Counter) -> None:
    assert isinstance(central.do(booking(ADA, "none", "s1")), Applied)
    assert central.refusal(booking(BOB, "none", "s1")) == "slot_full"


def test_two_at_the_very_same_time_for_the_last_seat(central: Counter) -> None:
    start = threading.Barrier(8)
    outcomes: list[Applied | Refused] = []
    people = [replace(BOB, id=f"p-{n}") for n in range(8)]
    central.put(*people)

    def try_to_book(person: Person) -> None:
        start.wait()
        outcomes.append(central.do(booking(person, "none", "s2")))

    threads = [threading.Thread(target=try_to_book, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reasons = sorted(o.reason if isinstance(o, Refused) else "" for o in outcomes)
    assert reasons == ["", "", *["slot_full"] * 6]
    assert central.free("s2") == 0


def test_one_person_has_one_active_appointment_in_a_family(central: Counter) -> None:
    first = central.book(ADA, "s1")
    with writing(central.engine) as connection:
        asked = operation(booking(ADA, "none", "s2", "first"))
        refused = apply(connection, asked, NOW, AUTHORITY)
    assert refused == Refused("already_booked", {"appointment": first})
    assert central.refusal(booking(ADA, "none", "s2")) == "already_booked"
    assert isinstance(central.do(booking(ADA, "none", "s2", "collect")), Applied)


def test_one_person_booked_at_the_very_same_time_twice(central: Counter) -> None:
    start = threading.Barrier(4)
    outcomes: list[Applied | Refused] = []

    def try_to_book() -> None:
        start.wait()
        outcomes.append(central.do(booking(ADA, "none", "s2")))

    threads = [threading.Thread(target=try_to_book) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reasons = sorted(o.reason if isinstance(o, Refused) else "" for o in outcomes)
    assert reasons == ["", *["already_booked"] * 3]
    assert central.free("s2") == 1


def test_an_appointment_id_cannot_be_used_twice(central: Counter) -> None:
    made = central.book(ADA, "s1")
    again = replace(booking(BOB, "none", "s2"), appointment=made)
    assert central.refusal(again) == "id_taken"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"slot": "nowhere"}, "unknown_slot"),
        ({"person": "nobody"}, "unknown_person"),
        ({"procedure": "none"}, "unknown_slot"),
        ({"procedure": "first", "person": "p-bob"}, "number_required"),
    ],
)
def test_bookings_that_make_no_sense_are_refused(
    central: Counter, change: dict[str, str], reason: str
) -> None:
    assert central.refusal(replace(booking(ADA, "none", "s1"), **change)) == reason  # type: ignore[arg-type]


def test_who_has_no_number_may_say_why(central: Counter) -> None:
    central.do(Register(replace(BOB, number_absent="first_request")))
    assert isinstance(central.do(booking(BOB, "none", "s1", "first")), Applied)


# Moving and cancelling ---------------------------------------------------------------------------


def test_a_move_keeps_the_reference_raises_the_revision_and_frees_the_seat(
    central: Counter,
) -> None:
    before = central.appointment(central.book(ADA, "s1"))
    central.do(Hold("h2", "s2"))
    outcome = central.do(Move(before.id, "h2", "s2"))
    after = central.appointment(before.id)
    assert after == replace(
        before,
        slot="s2",
        starts_at=FIRST + timedelta(hours=1),
        revision=2,
        token=f"{before.id}:2:p-ada",
    )
    assert isinstance(outcome, Applied)
    assert set(outcome.changed) == {("appointment", before.id), ("slot", "s1"), ("slot", "s2")}
    assert seats(central.engine) == [
        ("s1", 1, None, None, False),
        ("s2", 1, None, before.id, True),
        ("s2", 2, None, None, False),
    ]
    assert (central.free("s1"), central.free("s2")) == (0, 1)
    central.cool()
    assert (central.free("s1"), central.free("s2")) == (1, 1)


def test_a_move_within_a_full_slot_succeeds(central: Counter) -> None:
    made = central.book(ADA, "s1")
    assert isinstance(central.do(Move(made, "none", "s1")), Applied)
    assert seats(central.engine)[0] == ("s1", 1, None, made, True)


def test_a_refused_move_leaves_everything_as_it_was(central: Counter) -> None:
    made = central.book(ADA, "s2")
    central.book(BOB, "s1")
    assert central.refusal(Move(made, "none", "s1")) == "slot_full"
    assert central.refusal(Move(made, "none", "nowhere")) == "unknown_slot"
    assert central.refusal(Move("0" * 16, "none", "s1")) == "unknown_appointment"
    central.put(slot("s3", 1, procedures=("collect",)))
    assert central.refusal(Move(made, "none", "s3")) == "unknown_slot"


def test_a_cancelled_seat_is_free_again_after_a_while(central: Counter) -> None:
    made = central.book(ADA, "s1")
    outcome = central.do(Cancel(made, "person"))
    after = central.appointment(made)
    assert outcome == Applied((("appointment", made), ("slot", "s1")))
    assert (after.status, after.revision) == (AppointmentStatus.CANCELLED, 2)
    assert after.cancel_reason == "person"
    assert central.free("s1") == 0
    central.cool()
    assert central.free("s1") == 1
    later = NOW + Cooldown().longest
    assert isinstance(central.do(booking(ADA, "none", "s1"), later), Applied)


def test_cancelled_or_arrived_appointments_stay_where_they_are(central: Counter) -> None:
    gone, here = central.book(ADA, "s1"), central.book(BOB, "s2")
    central.do(Cancel(gone, "person"))
    central.do(CheckIn("v1", here, "B101", None))
    for action in (Cancel(gone, "person"), Move(gone, "none", "s2")):
        assert central.refusal(action) == "already_cancelled"
    for action in (Cancel(here, "person"), Move(here, "none", "s2")):
        assert central.refusal(action) == "already_arrived"


def test_another_sites_appointment_is_unknown(central: Counter) -> None:
    made = central.book(ADA, "s1")
    central.put(replace(CHIEF, code="RAINCY", site=94))
    elsewhere: dict[str, Any] = {"site": 94, "agent": "RAINCY"}
    assert central.refusal(Cancel(made, "person"), **elsewhere) == "unknown_appointment"
    assert central.refusal(Move(made, "none", "s2"), **elsewhere) == "unknown_appointment"


def test_undoing_an_arrival_cannot_give_two_active_appointments(central: Counter) -> None:
    central.do(CheckIn("v1", central.book(ADA, "s1"), "B101", None))
    central.book(ADA, "s2")
    assert central.refusal(UndoCheckIn("v1")) == "already_booked"


# Persons and rights ------------------------------------------------------------------------------


def test_only_their_own_site_registers_a_person(central: Counter) -> None:
    moved = replace(ADA, commune="Pantin")
    assert central.do(Register(moved)) == Applied((("person", "p-ada"),))
    with reading(central.engine) as connection:
        assert get(connection, Person, "p-ada") == moved
    assert central.refusal(Register(replace(ADA, site=94))) == "other_site"
    central.put(replace(EVE, site=94))
    assert central.refusal(Register(EVE)) == "other_site"


@pytest.mark.parametrize(
    "values", [{"agent": "nobody"}, {"site": 94}, {"agent": "LEFT"}, {"agent": "COUNTER"}]
)
def test_who_may_not_is_refused(central: Counter, values: dict[str, Any]) -> None:
    central.put(replace(CHIEF, code="LEFT", active=False), replace(CHIEF, code="COUNTER", roles=()))
    assert central.refusal(booking(ADA, "none", "s1"), **values) == "not_allowed"


# A station ---------------------------------------------------------------------------------------


def test_a_station_books_provisionally(station: Counter) -> None:
    seats_before = seats(station.engine)
    action = booking(ADA, "h1", "s1")
    outcome = station.do(action)
    made = station.appointment(action.appointment)
    assert outcome == Applied(
        (("appointment", made.id), ("person", "p-ada")), {"reference": made.reference}
    )
    assert made.token is None
    assert seats(station.engine) == seats_before
    assert station.free("s1") == 1
    assert station.refusal(booking(ADA, "h2", "s2")) == "already_booked"


def test_a_station_moves_and_cancels_provisionally(station: Counter) -> None:
    made = station.book(ADA, "s1")
    assert station.do(Move(made, "h2", "s2")) == Applied(
        (("appointment", made),), {"reference": station.appointment(made).reference}
    )
    moved = station.appointment(made)
    assert (moved.slot, moved.revision, moved.token) == ("s2", 2, None)
    assert station.do(Cancel(made, "mistake")) == Applied((("appointment", made),))


def test_a_station_cannot_hold(station: Counter) -> None:
    assert station.refusal(Hold("h1", "s1")) == "central_only"


def test_a_fault_in_the_middle_writes_nothing(central: Counter) -> None:
    def broken(_appointment: object, _person: object) -> str:
        raise RuntimeError("no key")

    before = contents(central.engine)
    faulty = Counter(central.engine, replace(AUTHORITY, sign=broken))
    with pytest.raises(RuntimeError):
        faulty.do(booking(ADA, "none", "s1"))
    assert contents(central.engine) == before
