"""What central says of a record waits while an operation made here still touches it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from guichet.domain.model import Appointment, AppointmentStatus, Person, Slot, Visit, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
    Book,
    Cancel,
    CheckIn,
    NoteScan,
    Operation,
    Register,
    UndoCheckIn,
    Verdict,
)
from guichet.domain.replicated import Change
from guichet.domain.reports import Report
from guichet.store.apply import apply
from guichet.store.engine import migrate, open_engine, reading, sqlite_url, writing
from guichet.store.records import TABLES, get, put, replicate
from guichet.store.schema import METADATA
from guichet.sync import outbox
from guichet.sync.replica import forget_order, purge, read_to_the_end
from tests.store.samples import ACCORD, ADA, BOB, DAY, EVE, FIRST, NOW, furnish, new_id, slot
from tests.store.samples import operation as asked
from tests.store.test_records import BOOKED, VISIT, change, gone

MINE = replace(ADA, commune="Pantin")
THEIRS = replace(ADA, commune="Drancy")
LATER = replace(ADA, commune="Stains")


REPORT = Report("r1", 93, DAY, NOW, "CB1", "expected", None, None, None, ("paid",), "")


class Replica:
    """A station's database, central's word brought to it by hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def do(self, action: Action) -> Operation:
        """Do it here and queue it."""
        operation = asked(action)
        with writing(self.engine) as connection:
            outcome = apply(connection, operation, NOW)
            assert isinstance(outcome, Applied)
            outbox.put(connection, operation, outcome.changed)
        return operation

    def hear(self, *changes: Change) -> None:
        """A page of the feed."""
        with writing(self.engine) as connection:
            outbox.absorb(connection, changes)

    def judge(self, operation: Operation, *changes: Change, reason: str | None = None) -> None:
        with writing(self.engine) as connection:
            outbox.settle(connection, Verdict(operation.id, reason, {}, changes))

    def quarantine(self, operation: Operation) -> None:
        with writing(self.engine) as connection:
            outbox.quarantine(connection, operation.id, "invalid_request")

    def ada(self) -> Person | None:
        with reading(self.engine) as connection:
            return get(connection, Person, ADA.id)

    def visit(self) -> Visit | None:
        with reading(self.engine) as connection:
            return get(connection, Visit, VISIT.id)

    def appointment(self) -> Appointment | None:
        with reading(self.engine) as connection:
            return get(connection, Appointment, BOOKED.id)

    def waiting(self, state: str = "pending") -> list[str]:
        with reading(self.engine) as connection:
            return [queued.operation for queued in outbox.queued(connection, state)]

    def deferred(self) -> int:
        """How many states of central wait here."""
        with reading(self.engine) as connection:
            table = METADATA.tables["deferred"]
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def keys(self, kind: str) -> set[str]:
        with reading(self.engine) as connection:
            return set(connection.execute(select(TABLES[kind].c.id)).scalars())


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    engine = open_engine(sqlite_url(tmp_path / "station.sqlite3"))
    migrate(engine)
    furnish(engine)
    with writing(engine) as connection:
        replicate(connection, [change(ADA, 5)])
    yield Replica(engine)
    engine.dispose()


def test_a_state_waits_for_the_verdict_and_the_verdict_s_own_counts(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.hear(change(THEIRS, 6))
    assert replica.ada() == MINE
    replica.judge(mine, change(MINE, 7))
    assert replica.ada() == MINE
    assert (replica.waiting(), replica.deferred()) == ([], 0)


def test_a_state_that_waited_replaces_what_was_refused(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.hear(change(THEIRS, 6))
    replica.judge(mine, reason="not_allowed")
    assert replica.ada() == THEIRS
    assert replica.waiting("refused") == [mine.id]
    assert replica.deferred() == 0


def test_the_states_of_a_refusal_replace_what_was_done_here(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.judge(mine, change(ADA, 5), reason="not_allowed")
    assert replica.ada() == ADA


def test_a_refused_operation_holds_nothing_back(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.judge(mine, change(ADA, 5), reason="not_allowed")
    replica.hear(change(THEIRS, 6))
    assert replica.ada() == THEIRS


def test_a_state_waits_for_the_last_operation_that_touches_it(replica: Replica) -> None:
    first, second = replica.do(Register(MINE)), replica.do(Register(LATER))
    replica.hear(change(THEIRS, 6))
    replica.judge(first, change(MINE, 7))
    assert replica.ada() == LATER
    replica.judge(second, change(LATER, 8))
    assert replica.ada() == LATER
    assert replica.deferred() == 0


def test_a_verdict_on_something_else_releases_nothing(replica: Replica) -> None:
    other, mine = replica.do(NoteScan("forged", None)), replica.do(Register(MINE))
    replica.hear(change(THEIRS, 6))
    replica.judge(other)
    assert (replica.ada(), replica.deferred()) == (MINE, 1)
    replica.judge(mine, reason="not_allowed")
    assert replica.ada() == THEIRS


@pytest.mark.parametrize("heard", [(6, 7), (7, 6)])
def test_of_the_states_that_wait_the_newest_is_kept(
    replica: Replica, heard: tuple[int, int]
) -> None:
    mine = replica.do(Register(MINE))
    states = {6: change(THEIRS, 6), 7: change(LATER, 7)}
    for sequence in heard:
        replica.hear(states[sequence])
    replica.judge(mine, reason="not_allowed")
    assert replica.ada() == LATER


def test_a_record_removed_at_central_is_removed_after_the_verdict(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.hear(gone(ADA, 6))
    assert replica.ada() == MINE
    replica.judge(mine, reason="not_allowed")
    assert replica.ada() is None


def test_an_operation_set_aside_gives_way_to_what_waited(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.hear(change(THEIRS, 6))
    replica.quarantine(mine)
    assert replica.ada() == THEIRS
    with reading(replica.engine) as connection:
        (kept,) = outbox.queued(connection, "quarantined")
    assert (kept.operation, kept.reason) == (mine.id, "invalid_request")
    assert "Pantin" in kept.body


def test_what_an_operation_changed_besides_what_it_names_waits_too(replica: Replica) -> None:
    """Taking a check-in back names the visit, and changes the appointment."""
    arrived = replace(BOOKED, status=AppointmentStatus.ARRIVED)
    replica.hear(change(arrived, 6), change(VISIT, 7))
    replica.do(UndoCheckIn(VISIT.id))
    replica.hear(change(arrived, 8))
    found = replica.appointment()
    assert found is not None
    assert found.status is AppointmentStatus.BOOKED


def test_what_an_operation_names_waits_though_nothing_changed_it(replica: Replica) -> None:
    """The appointment of a paper that is not known here comes while the check-in is on its way."""
    came = replica.do(CheckIn("v9", BOOKED.id, "B109", None))
    replica.hear(change(BOOKED, 6))
    assert replica.appointment() is None
    arrived = replace(BOOKED, status=AppointmentStatus.ARRIVED)
    replica.judge(came, change(arrived, 7))
    assert replica.appointment() == arrived


def test_operations_leave_in_the_order_they_were_made(replica: Replica) -> None:
    made = [replica.do(NoteScan("forged", None)).id for _ in range(5)]
    assert replica.waiting() == made
    with reading(replica.engine) as connection:
        assert [q.operation for q in outbox.queued(connection, "pending", 2)] == made[:2]
        assert outbox.counts(connection) == {"pending": 5}


def test_what_was_dealt_with_is_forgotten_and_nothing_else(replica: Replica) -> None:
    first, second = (replica.do(NoteScan("forged", None)) for _ in range(2))
    for each in (first, second):
        replica.judge(each, reason="not_allowed")
    with writing(replica.engine) as connection:
        outbox.forget(connection, first.id)
    assert replica.waiting("refused") == [second.id]


# Old days ----------------------------------------------------------------------------------------


def test_old_days_go_and_this_one_stays(replica: Replica) -> None:
    old = DAY - timedelta(days=1)
    came = replace(BOOKED, status=AppointmentStatus.ARRIVED)
    replica.hear(
        change(slot("old", 1, day=old), 6),
        change(replace(came, id=new_id(), reference="old", slot="old", day=old), 7),
        change(replace(VISIT, id="old", day=old, status=VisitStatus.DONE), 8),
        change(BOOKED, 9),
        change(VISIT, 10),
        change(REPORT, 11),
        change(replace(REPORT, id="old", day=old), 12),
    )
    with writing(replica.engine) as connection:
        purge(connection, DAY)
    assert replica.keys("report") == {REPORT.id}
    assert replica.keys("slot") == {"s1", "s2"}
    assert replica.keys("appointment") == {BOOKED.id}
    assert replica.keys("visit") == {VISIT.id}


def test_what_waits_for_central_outlives_its_day(replica: Replica) -> None:
    replica.hear(change(BOOKED, 6), change(VISIT, 7))
    replica.do(UndoCheckIn(VISIT.id))
    replica.do(Cancel(BOOKED.id, "person"))
    with writing(replica.engine) as connection:
        purge(connection, DAY + timedelta(days=2))
    assert replica.keys("visit") == {VISIT.id}
    assert replica.keys("appointment") == {BOOKED.id}


def test_persons_go_with_their_last_appointment_but_not_before_central_knows_them(
    replica: Replica,
) -> None:
    replica.hear(change(BOOKED, 6), change(EVE, 7), change(BOB, 8))
    replica.do(Register(replace(BOB, commune="Pantin")))
    with writing(replica.engine) as connection:
        put(connection, replace(ADA, id="found-at-central"))
        purge(connection, DAY)
    assert replica.keys("person") == {ADA.id, BOB.id, "found-at-central"}


def test_a_booking_of_tomorrow_keeps_its_slot(replica: Replica) -> None:
    replica.hear(change(slot("later", 2, day=DAY + timedelta(days=1), starts_at=FIRST), 6))
    replica.do(Book(new_id(), "hold", "later", ADA.id, "renew", ACCORD))
    with writing(replica.engine) as connection:
        purge(connection, DAY + timedelta(days=9))
        assert get(connection, Slot, "later") is not None
        assert get(connection, Slot, "s1") is None


def test_what_waited_from_before_a_restore_of_central_counts_no_more(replica: Replica) -> None:
    mine = replica.do(Register(MINE))
    replica.hear(change(THEIRS, 900))
    with writing(replica.engine) as connection:
        forget_order(connection)
    replica.judge(mine, change(MINE, 6))
    assert replica.ada() == MINE
    replica.hear(change(LATER, 7))
    assert replica.ada() == LATER


def test_what_central_names_no_more_once_all_is_read_again_is_gone(replica: Replica) -> None:
    with writing(replica.engine) as connection:
        replicate(connection, [change(BOB, 6), change(EVE, 7)])
        forget_order(connection)
    replica.do(Register(replace(EVE, commune="Pantin")))
    replica.hear(change(ADA, 1))
    with writing(replica.engine) as connection:
        read_to_the_end(connection)
    assert replica.keys("person") == {ADA.id, EVE.id}  # what was done here waits for its verdict
    replica.hear(gone(ADA, 2))
    with writing(replica.engine) as connection:
        replicate(connection, [change(BOB, 3)])
        read_to_the_end(connection)
    assert BOB.id in replica.keys("person")
