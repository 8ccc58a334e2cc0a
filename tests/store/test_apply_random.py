"""Whatever is asked of central, in whatever order: no seat is given twice, none is lost."""

from collections import Counter as Tally
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from guichet.domain.model import Appointment, AppointmentStatus, Slot
from guichet.domain.operations import (
    Action,
    Applied,
    Book,
    Cancel,
    CheckIn,
    Hold,
    Move,
    Refused,
    Release,
    UndoCheckIn,
)
from guichet.domain.waiting import Rules
from guichet.store.booking import NEVER
from guichet.store.engine import reading, writing
from guichet.store.records import records
from guichet.store.schema import METADATA
from guichet.store.sweep import sweep
from tests.store.samples import ADA, BOB, EVE, NOW, Counter, contents, furnish, new_id

IDS = [new_id() for _ in range(5)]
HOLDS = st.sampled_from(["h1", "h2", "h3"])
SLOTS = st.sampled_from(["s1", "s2"])
VISITS = st.sampled_from(["v1", "v2", "v3"])
APPOINTMENTS = st.sampled_from(IDS)
PEOPLE = st.sampled_from([person.id for person in (ADA, BOB, EVE)])
PROCEDURES = st.sampled_from(["renew", "first", "collect"])
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Hold, HOLDS, SLOTS),
    st.builds(Book, APPOINTMENTS, HOLDS, SLOTS, PEOPLE, PROCEDURES, st.none()),
    st.builds(Release, HOLDS),
    st.builds(Move, APPOINTMENTS, HOLDS, SLOTS),
    st.builds(Cancel, APPOINTMENTS, st.just("person")),
    st.builds(CheckIn, VISITS, APPOINTMENTS, st.just("B101"), st.none()),
    st.builds(UndoCheckIn, VISITS, st.sampled_from([None, "by_mistake", "nonsense"])),
)
STEPS = st.lists(st.tuples(ACTIONS, st.sampled_from([0, 0, 0, 4, 11])), max_size=25)


@dataclass
class Seen:
    """What stands in the tables."""

    slots: list[Slot]
    appointments: list[Appointment]
    seats: list[tuple[str, datetime, str | None, str | None, str | None]]


def look(engine: Engine) -> Seen:
    seat, slot = METADATA.tables["seat"], METADATA.tables["slot"]
    made = METADATA.tables["appointment"]
    with reading(engine) as connection:
        return Seen(
            records(connection, Slot, select(slot)),
            records(connection, Appointment, select(made)),
            [
                (row.slot, row.free_at, row.hold, row.appointment, row.kept_for)
                for row in connection.execute(select(seat))
            ],
        )


def check(seen: Seen, now: datetime) -> None:
    """Hold what was seen against the rules."""
    given_out = Tally((slot, made) for slot, _, _, made, _ in seen.seats if made is not None)
    standing = [a for a in seen.appointments if a.status is not AppointmentStatus.CANCELLED]
    assert given_out == Tally((a.slot, a.id) for a in standing)
    for _, free_at, hold, made, _ in seen.seats:
        assert (free_at == NEVER) is (made is not None)
        assert hold is None or made is None
    active = Tally((a.person, a.family) for a in standing if a.status is AppointmentStatus.BOOKED)
    assert all(count == 1 for count in active.values())
    held = Tally((slot, hold) for slot, _, hold, _, _ in seen.seats if hold is not None)
    assert all(count == 1 for count in held.values())
    for slot in seen.slots:
        own = [seat for seat in seen.seats if seat[0] == slot.id]
        free = [seat for seat in own if seat[1] <= now]
        assert len(own) == slot.seats
        # Between is what was held or kept back until now, and was not swept yet.
        told = [seat for seat in free if seat[2] is None and seat[4] is None]
        assert len(told) <= slot.free <= len(free)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_seat_is_given_twice_and_none_is_lost(
    engine: Engine, steps: list[tuple[Action, int]]
) -> None:
    with writing(engine) as connection:
        for table in METADATA.sorted_tables:
            connection.execute(delete(table))
    furnish(engine)
    central, now = Counter(engine), NOW
    for action, minutes in steps:
        now += timedelta(minutes=minutes)
        before = contents(engine)
        outcome = central.do(action, now)
        assert isinstance(outcome, Applied | Refused)
        if isinstance(outcome, Refused):
            assert contents(engine) == before
        check(look(engine), now)
    with writing(engine) as connection:
        sweep(connection, 93, now, Rules())
    seen = look(engine)
    assert [slot.free for slot in seen.slots] == [
        sum(1 for seat in seen.seats if seat[0] == slot.id and seat[1] <= now)
        for slot in seen.slots
    ]
