"""A site books for its own people at other sites; nobody else's."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from guichet.domain import quotas
from guichet.domain.model import AppointmentStatus, Role, VisitStatus
from guichet.domain.operations import (
    Applied,
    Book,
    Cancel,
    CheckIn,
    Hold,
    Move,
    Present,
    Refused,
    Register,
    Release,
    UndoCheckIn,
    WithdrawAccord,
)
from guichet.store import days, queries, search
from guichet.store.engine import reading, writing
from guichet.store.records import put
from guichet.store.seats import provide_seats
from tests.store.samples import (
    ACCORD,
    ADA,
    BOB,
    CHIEF,
    DAY,
    FIRST,
    NOW,
    Counter,
    furnish,
    new_id,
    publish,
    seats,
    slot,
)

RAINCY: dict[str, Any] = {"site": 94, "agent": "RAINCY"}
THIRD: dict[str, Any] = {"site": 95, "agent": "THIRD"}
SEATS = {"s1": 1, "s2": 2, "r1": 1, "r2": 2, "t1": 1}


@pytest.fixture
def central(engine: Engine) -> Counter:
    """Slots s1, s2 at Bobigny (93), r1 (1 seat) and r2 (2) at Le Raincy (94), t1 at a third."""
    furnish(engine)
    with writing(engine) as connection:
        publish(connection, slot("r1", 1, site=94), slot("r2", 2, 1, site=94))
        publish(connection, slot("t1", 1, site=95))
    made = Counter(engine)
    made.put(replace(CHIEF, code="RAINCY", site=94), replace(CHIEF, code="THIRD", site=95))
    return made


def test_a_site_books_for_its_own_person_at_another(central: Counter) -> None:
    booked = central.appointment(central.book(ADA, "r1"))
    assert (booked.site, booked.slot, booked.person) == (94, "r1", ADA.id)
    assert (booked.day, booked.starts_at, booked.booked_by) == (DAY, FIRST, CHIEF.code)
    assert booked.token == f"{booked.id}:1:{ADA.id}"
    assert central.free("r1") == 0
    assert central.refusal(Hold("h", "r1")) == "slot_full"


def test_nobody_books_for_another_sites_person(central: Counter) -> None:
    """Neither where the person is from, nor at home, nor at a third site."""
    for where in ("s1", "r1", "t1"):
        book = Book(new_id(), "none", where, ADA.id, "renew", ACCORD)
        assert central.refusal(book, **RAINCY) == "unknown_person"
    assert central.refusal(Register(ADA), **RAINCY) == "other_site"


def test_a_person_has_one_active_appointment_over_all_sites(central: Counter) -> None:
    first = central.book(ADA, "r1")
    second = Book(new_id(), "none", "s1", ADA.id, "renew", ACCORD)
    assert central.do(second) == Refused("already_booked", {"appointment": first})


def test_a_held_seat_of_another_site_is_given_back(central: Counter) -> None:
    central.do(Hold("h", "r1"))
    assert central.free("r1") == 0
    assert central.do(Release("h")) == Applied((("slot", "r1"),))
    assert central.free("r1") == 1


def test_the_quotas_of_another_site_are_the_same(central: Counter) -> None:
    with writing(central.engine) as connection:
        shared = slot("q", 3, 2, site=94, pan=1, urgent=1)
        put(connection, shared, replace(CHIEF, code="MB1", roles=(Role.MEDIATOR,)))
        provide_seats(connection, [shared], [])
    for hold in ("h1", "h2"):
        assert isinstance(central.do(Hold(hold, "q"), agent="MB1"), Applied)
    taken = {number: hold for where, number, hold, *_ in seats(central.engine) if where == "q"}
    assert taken == {2: "h1", 1: "h2", 3: None}  # the PAN's first, then everybody's
    assert central.refusal(Hold("h3", "q"), agent="MB1") == "slot_full"
    assert central.refusal(Hold("h3", "q", quotas.URGENT), agent="MB1") == "supervisor_only"


def test_an_appointment_is_moved_between_sites(central: Counter) -> None:
    key = central.book(ADA, "s1")
    for revision, (where, site) in enumerate((("r1", 94), ("r2", 94), ("t1", 95), ("s2", 93)), 2):
        central.do(Hold("h", where))
        before = central.appointment(key)
        outcome = central.do(Move(key, "h", where))
        assert isinstance(outcome, Applied)
        assert set(outcome.changed) == {
            ("appointment", key), ("slot", before.slot), ("slot", where),
        }  # fmt: skip
        moved = central.appointment(key)
        assert (moved.site, moved.slot, moved.revision) == (site, where, revision)
        assert moved.token == f"{key}:{revision}:{ADA.id}"
        assert [s[0] for s in seats(central.engine) if s[3] == key] == [where]
        assert central.free(where) == SEATS[where] - 1
        assert central.free(before.slot) == SEATS[before.slot] - 1
    for site in (93, 94, 95):
        central.cool(site)
    assert {name: central.free(name) for name in SEATS} == {**SEATS, "s2": SEATS["s2"] - 1}


def test_who_receives_may_move_within_the_site_and_cancel(central: Counter) -> None:
    key = central.book(ADA, "r1")
    for where in ("s1", "t1"):  # neither to the person's own site nor to a third one
        assert central.refusal(Move(key, "none", where), **RAINCY) == "unknown_slot"
    assert isinstance(central.do(Move(key, "none", "r2"), **RAINCY), Applied)
    assert central.appointment(key).slot == "r2"
    assert isinstance(central.do(Cancel(key, "service"), **RAINCY), Applied)
    assert central.appointment(key).status is AppointmentStatus.CANCELLED
    central.cool(94)
    assert central.free("r2") == 2


def test_who_sent_the_person_may_cancel_note_documents_and_withdraw_the_accord(
    central: Counter,
) -> None:
    key = central.book(ADA, "r1")
    assert isinstance(central.do(Present(key, ("passeport",))), Applied)
    assert isinstance(central.do(WithdrawAccord(key)), Applied)
    assert isinstance(central.do(Cancel(key, "person")), Applied)
    kept = central.appointment(key)
    assert (kept.site, kept.presented) == (94, ("passeport",))
    assert kept.accord is not None
    assert kept.accord.withdrawn_at == NOW
    assert kept.status is AppointmentStatus.CANCELLED
    central.cool(94)
    assert central.free("r1") == 1


@pytest.mark.parametrize("where", ["s1", "r1"])
def test_a_third_site_has_no_say(central: Counter, where: str) -> None:
    key = central.book(ADA, where)
    for action in (
        Move(key, "none", "t1"),
        Cancel(key, "person"),
        Present(key, ()),
        WithdrawAccord(key),
    ):
        assert central.refusal(action, **THIRD) == "unknown_appointment"


def test_the_counter_is_that_of_the_appointments_site(central: Counter) -> None:
    key = central.book(ADA, "r1")
    stray = central.do(CheckIn("v-bobigny", key, "B1", None), FIRST)
    assert isinstance(stray, Applied)
    assert central.visit("v-bobigny").anomaly == "unknown_here"
    assert central.appointment(key).status is AppointmentStatus.BOOKED
    here = central.do(CheckIn("v-raincy", key, "B1", None), FIRST, **RAINCY)
    assert isinstance(here, Applied)
    # Having gone to the wrong place first is no double arrival.
    assert set(here.changed) == {("visit", "v-raincy"), ("appointment", key)}
    assert central.visit("v-raincy").status is VisitStatus.WAITING
    assert central.visit("v-bobigny").status is VisitStatus.WAITING
    assert central.appointment(key).status is AppointmentStatus.ARRIVED
    assert central.refusal(UndoCheckIn("v-raincy")) == "unknown_visit"


def test_a_sites_day_and_lead_time_count_its_own_appointments(central: Counter) -> None:
    at_home, away = central.book(BOB, "s1"), central.book(ADA, "r1")
    with reading(central.engine) as connection:
        for site, key in ((93, at_home), (94, away)):
            rows = days.day_rows(connection, site, DAY)
            assert [row.appointment for row in rows] == [key]
            known = queries.appointments_for(connection, site, "renew")
            assert [each.id for each in known] == [key]
        (row,) = days.day_rows(connection, 94, DAY)
        assert row.name == "DIALLO Aïssatou"
        # The person is found where they are from, and all their appointments with them.
        assert [p.id for p in search.find_persons(connection, 93, "diallo")] == [ADA.id]
        assert search.find_persons(connection, 94, "diallo") == []
        assert [each.id for each in queries.appointments_of(connection, ADA.id)] == [away]


def test_a_station_without_the_slot_refuses(engine: Engine) -> None:
    furnish(engine)
    station = Counter(engine, authority=None)
    book = Book(new_id(), "none", "r1", ADA.id, "renew", ACCORD)
    assert station.refusal(book) == "unknown_slot"
    assert station.refusal(Hold("h", "s1")) == "central_only"
    station.put(slot("r1", 1, site=94))
    assert isinstance(station.do(book), Applied)
    kept = station.appointment(book.appointment)
    assert (kept.site, kept.token) == (94, None)


def test_every_coming_slot_of_one_site_comes_by_time(central: Counter) -> None:
    central.do(Hold("h", "r1"))
    with reading(central.engine) as connection:
        found = queries.coming_slots(connection, 94, "renew", NOW)
        assert {slot.id: slot.free for slot in found} == {"r1": 0, "r2": 2}
        assert queries.coming_slots(connection, 94, "renew", NOW, FIRST) == found[:1]
        assert queries.coming_slots(connection, 94, "renew", FIRST) == found[1:]
        assert queries.coming_slots(connection, 94, "ren", NOW) == []
        assert queries.coming_slots(connection, 1, "renew", NOW) == []
