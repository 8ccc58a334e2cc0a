"""Whatever stations do and the network does: nothing lost, nothing twice, all agree in the end."""

import functools
import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, or_, select

from guichet.central import feed, registry
from guichet.central.judge import VERDICTS
from guichet.central.words import CHANGES, GONE
from guichet.config import Enrolment
from guichet.domain.day import counts, state_of
from guichet.domain.desks import DeskState
from guichet.domain.lifecycle import (
    CANCELLED_BY,
    OUTCOMES,
    PARK_REASONS,
    STEP_UNDO_REASONS,
    UNSUCCESSFUL,
)
from guichet.domain.model import Agent, AppointmentStatus, Visit, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
    Book,
    Call,
    Cancel,
    CheckIn,
    Complete,
    Hold,
    MarkAbsent,
    Miss,
    Move,
    Park,
    Recall,
    Redirect,
    Register,
    SetDesk,
    Start,
    UndoAbsent,
    UndoCheckIn,
    UndoStep,
)
from guichet.domain.replicated import RECORDS
from guichet.errors import CentralUnavailable
from guichet.station.core import Core
from guichet.store.booking import NEVER, SEAT, SLOTS
from guichet.store.cooling import cooled
from guichet.store.days import day_rows
from guichet.store.engine import open_engine, reading, sqlite_url, writing
from guichet.store.records import TABLES, get, key_of, records, to_json
from guichet.store.schema import METADATA
from guichet.sync import outbox
from tests.central.samples import DAY, PROCEDURE, furnish, person, publish, slot
from tests.databases import TEMPLATE, migrated_sqlite, postgresql_database
from tests.servers import CentralUnderTest, Clock
from tests.wire import Wire, wire_to

SITE_OF = (1, 1, 2)
"""The stations: two of the first site, one of the second."""
SLOTS_OF = {1: ("s1", "s2"), 2: ("s3",)}
SEATS = {"s1": 2, "s2": 1, "s3": 2}
PERSONS = {1: ("p1", "p2", "p3", "p4"), 2: ("q1", "q2")}

FAULTS: dict[str, Callable[[Wire], None]] = {
    "none": lambda _wire: None,
    "dropped": lambda wire: setattr(wire, "drop", 1),
    "answer lost": lambda wire: setattr(wire, "lose", 1),
    "sent twice": lambda wire: setattr(wire, "twice", 1),
    "busy": lambda wire: setattr(wire, "status", 503),
}

which_station = st.integers(0, len(SITE_OF) - 1)
some = st.integers(0, 7)


@contextmanager
def sqlite_database() -> Iterator[str]:
    """The URL of a SQLite database that holds nothing, deleted afterwards."""
    with TemporaryDirectory(prefix="guichet-test-") as folder:
        path = Path(folder) / "central.sqlite3"
        path.write_bytes(migrated_sqlite())
        yield sqlite_url(path)


class Post:
    """A station whose threads do not run: it is told when to push and pull."""

    def __init__(self, folder: Path, enrolment: Enrolment, clock: Clock) -> None:
        self.path = folder / enrolment.station / "station.sqlite3"
        self.path.parent.mkdir()  # the journal is beside it
        self.enrolment = enrolment
        self.clock = clock
        self.tickets = itertools.count(1)
        self.made: dict[str, Action] = {}
        self.path.write_bytes(migrated_sqlite())
        self.open()

    def open(self) -> None:
        self.engine = open_engine(sqlite_url(self.path))
        self.core = Core(self.engine, self.enrolment, self.clock)
        self.know_the_agent()

    def know_the_agent(self) -> None:
        with reading(self.engine) as connection:
            self.core.agent = get(connection, Agent, f"agent{self.enrolment.site}")

    def close(self) -> None:
        self.core.close()
        self.engine.dispose()

    def sync(self) -> None:
        self.core.sync.once()
        self.know_the_agent()

    def do(self, action: Action) -> bool:
        """As Core.submit does; whether the station let it happen."""
        operation = self.core.operation(action)
        with writing(self.engine) as connection:
            applied = isinstance(self.core.perform(connection, operation), Applied)
        if applied:
            self.made[operation.id] = action
        return applied


class AnyOrder(RuleBasedStateMachine):
    """Three stations of two sites, one central, and a wire between them."""

    database: Any = None
    """A context manager that gives the URL of a migrated database that holds nothing."""

    appointments = Bundle("appointments")
    visits = Bundle("visits")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        folder = Path(self.held.enter_context(TemporaryDirectory(prefix="guichet-test-")))
        self.clock = Clock(datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC))
        engine = open_engine(self.held.enter_context(type(self).database()))
        self.held.callback(engine.dispose)
        registry.create(engine, self.clock())
        slots = {key: slot(key, site, SEATS[key]) for site in (1, 2) for key in SLOTS_OF[site]}
        furnish(engine, slots["s1"], slots["s2"], *(person(key) for key in PERSONS[1]))
        publish(engine, 2, slots["s3"], *(person(key, 2) for key in PERSONS[2]))
        self.central = CentralUnderTest(engine, self.clock)
        self.central.start()
        self.held.callback(self.central.stop)
        self.wire = self.held.enter_context(wire_to(self.central.url))
        self.posts = [self.station(folder, site) for site in SITE_OF]

    def station(self, folder: Path, site: int) -> Post:
        given = self.central.enrol(site)
        known = (given.station, given.number, given.site, given.token, given.identity_secret)
        post = Post(folder, Enrolment(self.wire.url, *known), self.clock)
        self.held.callback(post.close)
        post.sync()
        return post

    @initialize(target=appointments, each=st.just(None))
    def begin(self, each: None) -> Any:
        """One appointment that all know, so that there is somebody to check in."""
        del each
        key = uuid.uuid4().hex[:16]
        self.posts[0].do(Book(key, "none", "s1", "p1", PROCEDURE.code, None))
        for post in self.posts:
            post.sync()
        return key

    # What agents do ----------------------------------------------------------------------------

    @rule(target=holds, station=which_station, where=some)
    def hold(self, station: int, where: int) -> Any:
        post = self.posts[station]
        key = str(uuid.uuid4())
        with suppress(CentralUnavailable):
            verdict = post.core.ask(Hold(key, list(SEATS)[where % len(SEATS)]))
            return key if verdict.reason is None else multiple()
        return multiple()

    @rule(target=appointments, station=which_station, where=some, who=some, hold=holds | st.none())
    def book(self, station: int, where: int, who: int, hold: str | None) -> Any:
        post = self.posts[station]
        slots, persons = SLOTS_OF[post.enrolment.site], PERSONS[post.enrolment.site]
        key = uuid.uuid4().hex[:16]
        action = Book(
            appointment=key,
            hold=hold or str(uuid.uuid4()),
            slot=slots[where % len(slots)],
            person=persons[who % len(persons)],
            procedure=PROCEDURE.code,
            accord=None,
        )
        return key if post.do(action) else multiple()

    @rule(station=which_station, appointment=appointments, where=some)
    def move(self, station: int, appointment: str, where: int) -> None:
        slots = SLOTS_OF[self.posts[station].enrolment.site]
        self.posts[station].do(Move(appointment, str(uuid.uuid4()), slots[where % len(slots)]))

    @rule(station=which_station, appointment=appointments, by=st.sampled_from(CANCELLED_BY))
    def cancel(self, station: int, appointment: str, by: str) -> None:
        self.posts[station].do(Cancel(appointment, by))

    @rule(station=which_station, who=some, name=st.sampled_from(["Diallo", "Sow", "Traoré"]))
    def register(self, station: int, who: int, name: str) -> None:
        site = self.posts[station].enrolment.site
        known = PERSONS[site]
        self.posts[station].do(Register(person(known[who % len(known)], site, name)))

    @rule(target=visits, station=which_station, appointment=appointments)
    def check_in(self, station: int, appointment: str) -> str:
        post = self.posts[station]
        visit = str(uuid.uuid4())
        ticket = f"A{post.enrolment.number}{next(post.tickets):02}"
        assert post.do(CheckIn(visit, appointment, ticket, None))
        return visit

    @rule(station=which_station, visit=visits, desk=some)
    def call(self, station: int, visit: str, desk: int) -> None:
        self.posts[station].do(Call(visit, str(desk)))

    @rule(station=which_station, visit=visits)
    def start(self, station: int, visit: str) -> None:
        self.posts[station].do(Start(visit))

    @rule(
        station=which_station,
        visit=visits,
        outcome=st.sampled_from(OUTCOMES),
        reason=st.none() | st.sampled_from(UNSUCCESSFUL),
    )
    def complete(self, station: int, visit: str, outcome: str, reason: str | None) -> None:
        self.posts[station].do(Complete(visit, outcome, reason))

    @rule(station=which_station, visit=visits, outcome=st.sampled_from(("served", "left")))
    def settle(self, station: int, visit: str, outcome: str) -> None:
        self.posts[station].do(Complete(visit, outcome, afterwards=True))

    @rule(station=which_station, appointment=appointments)
    def mark_absent(self, station: int, appointment: str) -> None:
        self.posts[station].do(MarkAbsent(appointment))

    @rule(station=which_station, appointment=appointments)
    def undo_absent(self, station: int, appointment: str) -> None:
        self.posts[station].do(UndoAbsent(appointment, "by_mistake"))

    @rule(station=which_station, visit=visits, kind=st.sampled_from([Recall, Miss]))
    def no_answer(self, station: int, visit: str, kind: type[Recall | Miss]) -> None:
        self.posts[station].do(kind(visit))

    @rule(station=which_station, visit=visits, reason=st.sampled_from(PARK_REASONS))
    def park(self, station: int, visit: str, reason: str) -> None:
        self.posts[station].do(Park(visit, reason))

    @rule(station=which_station, visit=visits, desk=st.none() | st.just("2"))
    def redirect(self, station: int, visit: str, desk: str | None) -> None:
        self.posts[station].do(Redirect(visit, "B", desk))

    @rule(station=which_station, visit=visits, reason=st.sampled_from(STEP_UNDO_REASONS))
    def undo_step(self, station: int, visit: str, reason: str) -> None:
        self.posts[station].do(UndoStep(visit, reason))

    @rule(station=which_station, desk=some, state=st.sampled_from(DeskState))
    def set_desk(self, station: int, desk: int, state: DeskState) -> None:
        self.posts[station].do(SetDesk(str(desk), state.value, ("A",)))

    @rule(station=which_station, visit=consumes(visits))
    def undo(self, station: int, visit: str) -> None:
        self.posts[station].do(UndoCheckIn(visit, "by_mistake"))

    # What happens to them ----------------------------------------------------------------------

    @rule(station=which_station, fault=st.sampled_from(list(FAULTS)))
    def sync(self, station: int, fault: str) -> None:
        FAULTS[fault](self.wire)
        with suppress(CentralUnavailable):
            self.posts[station].sync()
        self.mend()

    @rule(which=some)
    def an_old_request_comes_again(self, which: int) -> None:
        self.wire.again(which)

    @rule(station=which_station)
    def a_station_starts_again(self, station: int) -> None:
        self.posts[station].close()
        self.posts[station].open()

    @rule()
    def central_starts_again(self) -> None:
        self.central.stop()
        self.central.start()

    @rule(minutes=st.integers(1, 10) | st.just(90))
    def time_goes_by(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    def mend(self) -> None:
        self.wire.drop = self.wire.lose = self.wire.twice = 0
        self.wire.status = None

    # What must hold ----------------------------------------------------------------------------

    def teardown(self) -> None:
        with self.held:
            self.mend()
            self.all_in_step()
            with reading(self.central.engine) as connection:
                self.nothing_is_lost(connection)
                self.nothing_is_sold_twice(connection)
                self.all_agree(connection)
                self.counts_are_right(connection)

    def all_in_step(self) -> None:
        """Let every station hear all there is, of a central that does nothing more."""
        moving = True
        while moving:
            for post in self.posts:
                post.sync()
            with reading(self.central.engine) as connection:
                known = feed.sequences(connection)
            for post in self.posts:  # the first ones have missed what the last ones sent
                post.sync()
            self.central.stop()  # it keeps house in its own time, which may be now
            with reading(self.central.engine) as connection:
                moving = feed.sequences(connection) != known
            if moving:
                self.central.start()

    def nothing_is_lost(self, connection: Connection) -> None:
        """Every operation is judged, and what is refused waits to be settled where it was made."""
        judged = {row.operation: row for row in connection.execute(select(VERDICTS))}
        for post in self.posts:
            with reading(post.engine) as local:
                assert outbox.queued(local, "pending") == []
                assert outbox.queued(local, "quarantined") == []
                waiting = {q.operation: q.reason for q in outbox.queued(local, "refused", 1000)}
            said = {key: judged[key].reason for key in post.made}
            assert waiting == {key: why for key, why in said.items() if why is not None}
            for key, action in post.made.items():
                if isinstance(action, CheckIn):  # a fact: it is never refused
                    assert judged[key].reason is None
                    assert get(connection, Visit, action.visit) is not None

    def nothing_is_sold_twice(self, connection: Connection) -> None:
        """Each appointment that stands has one seat, each seat one appointment at most."""
        table = TABLES["appointment"]
        standing = {
            row.id: row.slot
            for row in connection.execute(
                select(table).where(table.c.status != AppointmentStatus.CANCELLED)
            )
        }
        taken = connection.execute(select(SEAT).where(SEAT.c.appointment.is_not(None))).all()
        assert sorted((row.appointment, row.slot) for row in taken) == sorted(standing.items())
        assert all(row.free_at == NEVER for row in taken)
        booked = connection.execute(
            select(table.c.person, func.count())
            .where(table.c.status == AppointmentStatus.BOOKED)
            .group_by(table.c.person, table.c.family)
        )
        assert all(number == 1 for _person, number in booked)

    def all_agree(self, connection: Connection) -> None:
        """Each station holds what its site's feed says, nothing else."""
        for post in self.posts:
            rows = connection.execute(
                select(CHANGES.c.kind, CHANGES.c.key, CHANGES.c.body).where(
                    CHANGES.c.site == post.enrolment.site, CHANGES.c.body != GONE
                )
            )
            said = {(kind, key): body for kind, key, body in rows}
            with reading(post.engine) as local:
                assert local.execute(select(METADATA.tables["deferred"])).all() == []
                held = {
                    (kind, key_of(record)): to_json(record)
                    for kind, model in RECORDS.items()
                    for record in records(local, model, select(TABLES[kind]))
                }
            assert held == said

    def counts_are_right(self, connection: Connection) -> None:
        """What slots and the day's table count equals what is counted by hand."""
        free = dict.fromkeys(SEATS, 0)
        for seat in connection.execute(select(SEAT)):
            free[seat.slot] += (seat.appointment, seat.hold, seat.kept_for) == (None, None, None)
        # Until housekeeping has looked at what is held, and at what was kept back until now.
        late = or_(SEAT.c.hold.is_not(None), cooled(self.clock()))
        unsure = set(connection.execute(select(SEAT.c.slot).where(late)).scalars())
        for row in connection.execute(select(SLOTS)):
            assert row.free == free[row.id] or row.id in unsure
        for post in self.posts:
            with reading(post.engine) as local:
                shown = day_rows(local, post.enrolment.site, DAY)
            assert counts(shown) == counts(self.by_hand(connection, post.enrolment.site, shown))

    @staticmethod
    def by_hand(connection: Connection, site: int, shown: Any) -> Any:
        """The day's lines, each with the state that central's own records give it."""
        found = records(
            connection, Visit, select(TABLES["visit"]).where(TABLES["visit"].c.site == site)
        )
        visits = {visit.id: visit for visit in found}
        booked = TABLES["appointment"]
        standing = {
            row.id: AppointmentStatus(row.status)
            for row in connection.execute(select(booked).where(booked.c.site == site))
        }
        gone = (VisitStatus.DUPLICATE, VisitStatus.UNDONE)
        live = {key: visit for key, visit in visits.items() if visit.status not in gone}
        assert {row.visit for row in shown if row.visit} == set(live)
        assert {row.appointment for row in shown if row.appointment} >= set(standing)
        return [
            replace(
                row,
                state=state_of(
                    standing.get(row.appointment or ""),
                    live[row.visit].status if row.visit else None,
                    live[row.visit].outcome if row.visit else None,
                ),
            )
            for row in shown
        ]


class OnSQLite(AnyOrder):
    database = staticmethod(sqlite_database)


class OnPostgreSQL(AnyOrder):
    database = staticmethod(functools.partial(postgresql_database, TEMPLATE))


HEALTHY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("machine", [OnSQLite, OnPostgreSQL])
def test_any_order_on_a_few_days(machine: type[AnyOrder]) -> None:
    few = settings(max_examples=6, stateful_step_count=40, deadline=None,
                   suppress_health_check=HEALTHY)  # fmt: skip
    run_state_machine_as_test(machine, settings=few)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("machine", [OnSQLite, OnPostgreSQL])
def test_any_order_on_many_days(machine: type[AnyOrder]) -> None:
    many = settings(max_examples=200, stateful_step_count=60, deadline=None,
                    suppress_health_check=HEALTHY)  # fmt: skip
    run_state_machine_as_test(machine, settings=many)
