"""Freed seats are kept for those who wait: in order, once a day, three times, never twice."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from guichet.central.events import keep_house
from guichet.domain.model import Demand, Role, Slot
from guichet.domain.operations import (
    AnswerOffer,
    Cancel,
    Hold,
    Move,
    RecordDemand,
    Release,
)
from guichet.domain.waiting import Rules
from guichet.store.booking import NEVER
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.store.schema import METADATA
from tests.central.samples import (
    PROCEDURE,
    Caller,
    agent,
    book,
    furnish,
    person,
    publish,
    row,
    slot,
)
from tests.servers import START, CentralUnderTest, Clock

NOON = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
"""The end of the first half-day after START: 12:30 in Paris."""
LATER = date(2026, 12, 22)
SEAT = METADATA.tables["seat"]


class Desk(Caller):
    """A station of Bobigny, with what central knows at hand."""

    def __init__(self, central: CentralUnderTest, clock: Clock) -> None:
        super().__init__(central.url, central.enrol(1), clock())
        self.central = central
        self.clock = clock

    def apply(self, *actions: Any) -> list[dict[str, Any]]:
        """The verdicts on actions that must all be applied."""
        verdicts = self.do(*actions)
        assert [verdict["reason"] for verdict in verdicts] == [None] * len(actions)
        return verdicts

    def refusal(self, action: Any) -> str | None:
        reason: str | None = self.do(action)[0]["reason"]
        return reason

    def book(self, slot_id: str, person_id: str) -> str:
        """Book; the appointment's id."""
        action = book(slot_id, person_id)
        self.apply(action)
        return action.appointment

    def wait(self, key: str, minutes: float = 0, **values: Any) -> Demand:
        """Someone of their own begins to wait, so many minutes after START."""
        at = START + timedelta(minutes=minutes)
        person_id = values.pop("person", f"p-{key}")
        made = Demand(key, 1, PROCEDURE.code, person_id, at, "agent1", waiting=True)
        self.apply(RecordDemand(replace(made, **values)))
        return self.demand(key)

    def demand(self, key: str) -> Demand:
        with reading(self.central.engine) as connection:
            found = get(connection, Demand, key)
        assert found is not None
        return found

    def offered(self) -> dict[str, str | None]:
        """To whom, by demand, which slot is offered."""
        keys = [key for key in ("ada", "bob", "eve") if self._known(key)]
        return {key: self.demand(key).offered for key in keys if self.demand(key).offered}

    def _known(self, key: str) -> bool:
        with reading(self.central.engine) as connection:
            return get(connection, Demand, key) is not None

    def free(self, slot_id: str) -> int:
        """How many seats central says are free, as it counts them."""
        with reading(self.central.engine) as connection:
            found = get(connection, Slot, slot_id)
        assert found is not None
        return found.free + found.free_pan

    def later(self, **delta: float) -> None:
        """Let time go by, and central keep house."""
        self.clock.advance(**delta)
        keep_house(self.central.engine, self.clock(), Rules())

    def cooled(self) -> None:
        """Wait until what was given up is kept back no more."""
        self.later(minutes=30)


@pytest.fixture
def desk(central: CentralUnderTest, clock: Clock) -> Iterator[Desk]:
    persons = [person(f"p-{key}") for key in ("ada", "bob", "eve", "one", "two", "three")]
    furnish(
        central.engine, *persons, slot("s1", seats=1, day=LATER), slot("s2", seats=2, day=LATER)
    )
    with Desk(central, clock) as made:
        yield made


def test_a_freed_seat_is_kept_for_the_first_who_waits(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("bob", 2)
    desk.wait("ada", 1)
    (verdict,) = desk.apply(Cancel(taken, "person"))
    ada = desk.demand("ada")
    assert (ada.offered, ada.until, ada.offers, ada.offered_on) == ("s1", NOON, 1, START.date())
    assert desk.offered() == {"ada": "s1"}
    assert desk.free("s1") == 0
    assert row(verdict["changes"], "demand", "ada")["record"]["offered"] == "s1"
    assert row(desk.pull_all(), "demand", "ada")["record"]["until"] == "2026-11-23T11:30:00Z"
    assert desk.refusal(Hold("h", "s1")) == "slot_full"


def test_who_accepts_is_booked_and_waits_no_more(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    desk.apply(Cancel(taken, "person"))
    (verdict,) = desk.apply(book("s1", "p-ada", hold="ada"))
    ada = desk.demand("ada")
    assert (ada.waiting, ada.person, ada.offered, ada.ended) == (False, None, None, "booked")
    assert row(verdict["changes"], "demand", "ada")["record"]["person"] is None
    assert desk.free("s1") == 0
    with reading(desk.central.engine) as connection:
        assert connection.execute(SEAT.select().where(SEAT.c.slot == "s1")).one().free_at == NEVER


def test_two_freed_seats_go_to_two_persons(desk: Desk) -> None:
    taken = [desk.book("s2", "p-one"), desk.book("s2", "p-two")]
    for minute, key in enumerate(("ada", "bob", "eve")):
        desk.wait(key, minute)
    desk.apply(*(Cancel(each, "service") for each in taken))
    assert desk.offered() == {"ada": "s2", "bob": "s2"}
    assert desk.free("s2") == 0


def test_an_offer_that_runs_out_goes_to_the_next_then_to_everybody(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada", 1)
    desk.wait("bob", 2)
    desk.apply(Cancel(taken, "person"))
    desk.later(hours=3, minutes=29)
    assert desk.offered() == {"ada": "s1"}
    desk.later(minutes=1)
    assert desk.offered() == {"bob": "s1"}
    assert (desk.demand("ada").waiting, desk.demand("ada").offers) == (True, 1)
    until = desk.demand("bob").until
    assert until == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    desk.later(hours=5)
    assert desk.offered() == {}
    assert desk.free("s1") == 1
    assert desk.demand("ada").until is None


@pytest.mark.parametrize("answer", ["declined", "left"])
def test_a_no_gives_the_seat_to_the_next_at_once(desk: Desk, answer: str) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada", 1)
    desk.wait("bob", 2)
    desk.apply(Cancel(taken, "person"))
    (verdict,) = desk.apply(AnswerOffer("ada", "s1", answer))
    assert desk.offered() == {"bob": "s1"}
    assert row(verdict["changes"], "demand", "bob")["record"]["offered"] == "s1"
    ada = desk.demand("ada")
    left = answer == "left"
    assert (ada.waiting, ada.person) == ((False, None) if left else (True, "p-ada"))
    assert ada.ended == ("left" if left else None)
    desk.apply(AnswerOffer("bob", "s1", answer))
    assert (desk.offered(), desk.free("s1")) == ({}, 0)
    desk.cooled()
    assert (desk.offered(), desk.free("s1")) == ({}, 1)


def test_nobody_answered_and_the_offer_stands(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    desk.apply(Cancel(taken, "person"), AnswerOffer("ada", "s1", "unreached"))
    ada = desk.demand("ada")
    assert (ada.offered, ada.called_at) == ("s1", START)


def test_answers_that_make_no_sense_are_refused(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    assert desk.refusal(AnswerOffer("nobody", "s1", "declined")) == "unknown_demand"
    assert desk.refusal(AnswerOffer("ada", "s1", "declined")) == "offer_over"
    desk.apply(Cancel(taken, "person"))
    assert desk.refusal(AnswerOffer("ada", "s2", "unreached")) == "offer_over"
    assert desk.refusal(AnswerOffer("ada", "s1", "perhaps")) == "unknown_answer"
    desk.apply(AnswerOffer("ada", "s1", "left"))
    assert desk.refusal(AnswerOffer("ada", "s1", "left")) == "not_waiting"
    with Caller(desk.central.url, desk.central.enrol(2), desk.at) as elsewhere:
        (verdict,) = elsewhere.do(AnswerOffer("ada", None, "left"))
    assert verdict["reason"] == "unknown_demand"


def test_one_offer_a_day_and_three_in_all(desk: Desk) -> None:
    desk.wait("ada")
    told = []
    for _day in range(5):
        for slot_id in ("s1", "s2"):  # twice a day
            taken = desk.book(slot_id, "p-one")
            desk.apply(Cancel(taken, "person"))
            told.append(desk.demand("ada").offered)
            if told[-1]:
                desk.apply(AnswerOffer("ada", slot_id, "declined"))
        desk.cooled()
        assert (desk.free("s1"), desk.free("s2")) == (1, 2)
        desk.later(days=1)
    assert told == ["s1", None, "s1", None, "s1", None, None, None, None, None]
    assert (desk.demand("ada").offers, desk.demand("ada").waiting) == (3, True)


def test_one_person_has_one_offer_a_day_whatever_they_wait_for(desk: Desk) -> None:
    taken = [desk.book("s2", "p-one"), desk.book("s2", "p-two")]
    desk.wait("ada", 1)
    desk.wait("bob", 2, person="p-ada")
    desk.apply(*(Cancel(each, "person") for each in taken))
    assert desk.offered() == {"ada": "s2"}
    assert desk.free("s2") == 0
    desk.cooled()
    assert desk.offered() == {"ada": "s2"}
    assert desk.free("s2") == 1


def test_a_seat_that_was_open_anyway_stays_open(desk: Desk) -> None:
    desk.wait("ada")
    desk.later(minutes=30)
    desk.apply(Hold("h1", "s1"), Release("h1"), Hold("h2", "s1"))
    desk.later(minutes=30)  # nobody comes back to the second
    assert desk.offered() == {}
    assert desk.free("s1") == 1


@pytest.mark.parametrize("how", ["released", "expired"])
def test_a_seat_held_while_somebody_searched_is_theirs_first(desk: Desk, how: str) -> None:
    desk.later(hours=1)
    desk.apply(Hold("h1", "s1"))
    desk.wait("ada", 62)
    desk.clock.advance(minutes=2)
    if how == "released":
        desk.apply(Release("h1"))
    else:
        desk.later(minutes=4)
    assert desk.offered() == {"ada": "s1"}


def test_leaving_the_booking_does_not_end_the_offer(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    desk.apply(Cancel(taken, "person"), Hold("ada", "s1"), Release("ada"))
    assert desk.offered() == {"ada": "s1"}
    desk.later(minutes=20)  # longer than a hold lasts
    assert desk.offered() == {"ada": "s1"}
    assert desk.free("s1") == 0


def test_who_is_being_booked_as_the_offer_ends_keeps_it(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada", 1)
    desk.wait("bob", 2)
    desk.apply(Cancel(taken, "person"))
    desk.later(hours=3, minutes=28)
    desk.apply(Hold("ada", "s1"))
    desk.later(minutes=4)
    assert desk.demand("ada").until == NOON + timedelta(minutes=3)
    assert desk.offered() == {"ada": "s1"}
    desk.later(minutes=1)
    assert desk.offered() == {"bob": "s1"}


def test_moving_away_frees_a_seat_too(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    desk.apply(Hold("h1", "s2"), Move(taken, "h1", "s2"))
    assert desk.offered() == {"ada": "s1"}
    assert (desk.free("s1"), desk.free("s2")) == (0, 1)


def test_who_has_an_appointment_moves_it_to_the_seat_offered(desk: Desk) -> None:
    mine, taken = desk.book("s2", "p-ada"), desk.book("s1", "p-one")
    desk.wait("ada", 1)
    desk.wait("bob", 2)
    desk.apply(Cancel(taken, "person"), Move(mine, "ada", "s1"))
    assert desk.demand("ada").ended == "booked"
    assert desk.offered() == {"bob": "s2"}


def test_who_finds_another_seat_leaves_the_one_offered_to_the_next(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada", 1)
    desk.wait("bob", 2)
    desk.apply(Cancel(taken, "person"))
    desk.book("s2", "p-ada")
    assert desk.demand("ada").ended == "booked"
    assert desk.offered() == {"bob": "s1"}
    assert (desk.free("s1"), desk.free("s2")) == (0, 1)


def test_a_seat_offered_to_one_is_refused_to_another(desk: Desk) -> None:
    mine, taken = desk.book("s2", "p-two"), desk.book("s1", "p-one")
    desk.wait("ada")
    desk.apply(Cancel(taken, "person"))
    assert desk.refusal(book("s1", "p-bob", hold="ada")) == "offer_over"
    assert desk.refusal(Move(mine, "ada", "s1")) == "offer_over"
    assert desk.offered() == {"ada": "s1"}
    assert (desk.free("s1"), desk.free("s2")) == (0, 1)


def test_a_seat_freed_from_another_site_is_offered_where_it_is(desk: Desk) -> None:
    central = desk.central
    publish(central.engine, 2, person("p-far", site=2), slot("r1", site=2, seats=1, day=LATER))
    with Caller(central.url, central.enrol(2), desk.at) as raincy:
        waits = Demand("far", 2, PROCEDURE.code, "p-far", START, "agent2", waiting=True)
        raincy.do(RecordDemand(waits))
        taken = desk.book("r1", "p-one")
        desk.wait("ada")
        desk.apply(Cancel(taken, "person"))
        assert desk.demand("far").offered == "r1"
        assert row(raincy.pull_all(), "demand", "far")["record"]["offered"] == "r1"
        assert [c for c in desk.pull_all() if c["key"] == "far"] == []
        assert desk.offered() == {}


def test_unsold_seats_of_mediators_are_offered_to_nobody(desk: Desk) -> None:
    until = desk.clock() + timedelta(hours=1)
    kept = replace(slot("k1", seats=1, day=LATER), pan=1, free=0, free_pan=1, pan_until=until)
    publish(desk.central.engine, 1, kept)
    desk.wait("ada")
    desk.later(hours=2)
    with reading(desk.central.engine) as connection:
        found = get(connection, Slot, "k1")
    assert found is not None
    assert (found.free, found.free_pan) == (1, 0)
    assert desk.offered() == {}


def test_a_station_that_knows_less_does_not_undo_an_offer(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    before = desk.wait("ada")
    desk.apply(Cancel(taken, "person"), RecordDemand(before))
    assert desk.demand("ada").offered == "s1"
    desk.apply(RecordDemand(replace(before, waiting=False, person=None)))
    assert desk.demand("ada").ended == "left"
    desk.cooled()
    assert desk.free("s1") == 1
    assert desk.refusal(RecordDemand(replace(before, person="nobody"))) == "unknown_person"


def test_urgent_seats_are_offered_to_nobody(desk: Desk) -> None:
    chief = replace(agent(1), roles=(Role.SUPERVISOR,))
    urgent = slot("u1", seats=2, day=LATER)
    publish(desk.central.engine, 1, chief, replace(urgent, urgent=1))
    taken = book("u1", "p-one", hold="h")
    desk.apply(Hold("h", "u1", "urgent"), taken)
    desk.wait("ada")
    desk.apply(Cancel(taken.appointment, "person"))
    assert desk.offered() == {}
    assert desk.free("u1") == 1


def test_a_slot_that_is_too_near_is_offered_to_nobody(desk: Desk) -> None:
    taken = desk.book("s1", "p-one")
    desk.wait("ada")
    desk.later(days=28, hours=20)  # the eve of the slot, in the evening: nobody can be called
    desk.apply(Cancel(taken, "person"))
    assert desk.offered() == {}
    desk.cooled()
    assert desk.offered() == {}
    assert desk.free("s1") == 1


def test_what_is_old_is_deleted_everywhere(desk: Desk) -> None:
    desk.wait("ada")
    desk.apply(AnswerOffer("ada", None, "left"))
    desk.wait("bob", 60 * 24)
    for _twice in range(2):
        desk.later(days=89)
        desk.pull()  # else the device would be let in no more
    desk.later(days=2, seconds=1)
    assert row(desk.pull_all(), "demand", "ada")["record"] is None
    assert row(desk.pull_all(), "demand", "bob")["record"]["waiting"]


@pytest.fixture
def others(central: CentralUnderTest, clock: Clock) -> Iterator[list[Caller]]:
    """Three more stations of the site."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(Caller(central.url, central.enrol(1), clock())) for _ in range(3)
        ]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls give, all begun at the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def holders(desk: Desk, slot_id: str) -> list[tuple[str | None, bool]]:
    """Of each seat of the slot: its hold, and whether it is booked."""
    with reading(desk.central.engine) as connection:
        rows = connection.execute(SEAT.select().where(SEAT.c.slot == slot_id)).all()
    return [(seat.hold, seat.appointment is not None) for seat in rows]


def test_bookings_at_the_same_moment_never_get_the_seat_that_is_freed(
    desk: Desk, others: list[Caller]
) -> None:
    for n in range(6):
        key = f"c{n}"
        publish(desk.central.engine, 1, slot(key, seats=1, day=LATER), person(f"p-{key}"))
        taken = desk.book(key, "p-one")
        desk.wait(key)
        bookings = [
            partial(caller.do, book(key, who))
            for caller, who in zip(others, ("p-two", "p-three", "p-eve"), strict=True)
        ]
        _freed, *verdicts = at_once(partial(desk.apply, Cancel(taken, "person")), *bookings)
        assert [verdict["reason"] for (verdict,) in verdicts] == ["slot_full"] * 3
        assert desk.demand(key).offered == key
        assert holders(desk, key) == [(key, False)]


def test_at_the_end_of_an_offer_one_of_them_gets_the_seat(desk: Desk, others: list[Caller]) -> None:
    for n in range(4):
        key = f"c{n}"
        publish(desk.central.engine, 1, slot(key, seats=1, day=LATER), person(f"p-{key}"))
        taken = desk.book(key, "p-one")
        desk.wait(key)
        desk.apply(Cancel(taken, "person"))
        desk.clock.advance(days=1)
        sweep = partial(keep_house, desk.central.engine, desk.clock(), Rules())
        mine, theirs = book(key, f"p-{key}", hold=key), book(key, "p-two")
        accepted, grabbed, *_ = at_once(
            partial(others[0].do, mine), partial(others[1].do, theirs), sweep, sweep
        )
        won = [verdict["reason"] is None for (verdict,) in (accepted, grabbed)]
        assert sorted(won) == [False, True]
        assert holders(desk, key) == [(None, True)]
        assert desk.demand(key).offered is None
        if won[1]:
            desk.apply(Cancel(theirs.appointment, "person"), AnswerOffer(key, None, "left"))
            desk.cooled()  # else the seat would go to who waits in the next turn
