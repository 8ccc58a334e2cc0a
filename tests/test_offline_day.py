"""Central gone for a day: two stations of a site go on, and everything arrives once, in order."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from guichet.domain.admission import Admit
from guichet.domain.day import DayRow, DayState
from guichet.domain.identity import Shown
from guichet.domain.model import AccordMode, Person, Role, Visit, VisitStatus
from guichet.domain.reports import Seen
from guichet.domain.settling import How
from guichet.domain.tickets import place_of
from guichet.station import Link, Reading, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from tests.posts import World
from tests.station.test_mediation import person
from tests.waiting import until

VERDICT, OUTBOX = METADATA.tables["verdict"], METADATA.tables["outbox"]
VISIT = TABLES["visit"]
LIVE = {VisitStatus.WAITING, VisitStatus.CALLED, VisitStatus.SERVING, VisitStatus.DONE}
ARRIVALS = 60


@dataclass
class Paper:
    """What was handed out during the day: tickets, and the appointments of who was seen."""

    tickets: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    walk_ins: int = 0


def arrive(station: Station, row: DayRow, paper: Paper) -> Reading:
    """The person of that line is here: check them in."""
    found = station.reception.choose(row.appointment or "")
    if not found.checked_in:
        assert found.decision.admit is Admit.ASK, found.decision
        found = station.reception.admit(found)
    assert found.visit is not None
    paper.tickets.append(found.visit.ticket)
    paper.seen.add(row.appointment or "")
    return found


def receive(station: Station, visit: str, desk: str) -> None:
    """From the call to the end."""
    assert station.calling.call(visit, desk) is None
    assert station.calling.start(visit) is None
    assert station.calling.finish(visit, "served") is None


def new_person(station: Station, name: str, number: str) -> Person:
    return person(station, family_name=name, number=number)


def book(station: Station, who: Person) -> Booked:
    """Book on the first seat that this station keeps for a renewal."""
    lent = station.mediation.lending.lent().slots
    slots = [slot for day in station.mediation.slots("RENO").values() for slot in day]
    held = station.mediation.hold(next(slot for slot in slots if lent[slot.id]))
    assert isinstance(held, Held)
    procedure = next(p for p in station.mediation.procedures() if p.code == "RENO")
    accord = station.mediation.accord(AccordMode.READ_ALOUD, "fr")
    outcome = station.mediation.book(who, procedure, held, accord)
    assert isinstance(outcome, Booked)
    assert not outcome.confirmed
    return outcome


def queued(station: Station) -> list[str]:
    """The operations that wait to leave, in the order they were made."""
    with reading(station._core.engine) as connection:
        pending = select(OUTBOX.c.operation).where(OUTBOX.c.state == "pending")
        return list(connection.execute(pending.order_by(OUTBOX.c.position)).scalars())


def judged(world: World) -> list[str]:
    """The operations central has judged, in the order it did."""
    with reading(world.engine) as connection:
        rows = connection.execute(text("SELECT operation FROM verdict ORDER BY rowid"))
        return list(rows.scalars())


def of_day(station: Station) -> list[tuple[object, ...]]:
    rows = station.reception.day()
    return sorted((row.key, row.state, row.ticket, row.desk, row.anomaly or "") for row in rows)


@dataclass
class Day:
    """Two stations of a site and what happens at them."""

    world: World
    folder: Path
    one: Station
    two: Station
    paper: Paper = field(default_factory=Paper)
    waiting: dict[int, list[str]] = field(default_factory=lambda: {0: [], 1: []})

    @property
    def stations(self) -> tuple[Station, Station]:
        return self.two, self.one

    def cut(self) -> None:
        self.world.stop()
        for station in self.stations:
            until(lambda each=station: each.sync_state.link is Link.OFFLINE)  # type: ignore[misc]

    def reconnect(self) -> None:
        self.world.start()
        for station in self.stations:
            until(lambda each=station: each.sync_state.link is Link.ONLINE, 20)  # type: ignore[misc]
            until(lambda each=station: each.sync_state.pending == 0, 30)  # type: ignore[misc]

    def restart(self) -> None:
        """The application is opened again in the middle of the day."""
        self.one.close()
        self.one = self.world.open(self.folder)

    def arrival(self, number: int, row: DayRow) -> None:
        """One person comes to one of the two; sometimes more happens."""
        station, other = self.stations[number % 2], self.stations[1 - number % 2]
        found = arrive(station, row, self.paper)
        assert found.visit is not None
        waiting = self.waiting[number % 2]
        waiting.append(found.visit.id)
        if number % 9 == 0:  # at the other counter too
            arrive(other, row, self.paper)
            self.paper.twice.add(row.appointment or "")
        if number % 13 == 0 and found.appointment:  # cancelled there meanwhile
            assert isinstance(other.mediation.cancel(found.appointment, "person"), Booked)
        if number % 3 == 0:
            receive(station, waiting.pop(0), str(number % 2))
        if number % 8 == 0:  # somebody comes without an appointment
            procedures = station.reception.procedures()
            walk_in = station.reception.walk_in(procedures[number % len(procedures)])
            assert isinstance(walk_in, Visit)
            self.paper.tickets.append(walk_in.ticket)
            self.paper.walk_ins += 1
        if number % 10 == 0:
            station.identification.check(found, Shown(number="0000000000"))
            assert station.identification.report(found, [Seen.PHOTO], "") is None

    def lines(self) -> Counter[tuple[str, str | None]]:
        """What waits to be settled on either station."""
        found = [line for station in self.stations for line in station.refused()]
        return Counter((line.kind, line.reason) for line in found)


@pytest.fixture
def day(world: World) -> Day:
    """Both online, one with seats of its own."""
    folder = world.enrolled("one")
    one, two = world.open(folder, Role.MEDIATOR), world.station("two")
    until(lambda: one.mediation.lending.lent().slots, what="seats lent")
    one.session.sign_in("SB1", "3333")
    until(lambda: all(s.sync_state.link is Link.ONLINE for s in (one, two)))
    return Day(world, folder, one, two)


def everybody_was_here_once(day: Day) -> None:
    """Who was checked in twice has one ticket that counts."""
    paper = day.paper
    with reading(day.world.engine) as connection:
        visits = connection.execute(
            select(VISIT.c.appointment, VISIT.c.status).where(VISIT.c.ticket.in_(paper.tickets))
        ).all()
    live = Counter(v.appointment for v in visits if v.status in LIVE)
    assert live.pop(None) == paper.walk_ins > 0
    assert live == Counter(paper.seen)
    twice = Counter(v.appointment for v in visits if v.status == VisitStatus.DUPLICATE)
    assert twice == Counter(paper.twice)


def every_void_ticket_is_a_line_where_it_was_given(day: Day) -> None:
    """Its agents have to take it back from the person."""
    with reading(day.world.engine) as connection:
        duplicate = select(VISIT.c.ticket).where(VISIT.c.status == VisitStatus.DUPLICATE)
        void = set(connection.execute(duplicate).scalars())
    assert len(void) == len(day.paper.twice) > 0

    def told() -> bool:
        found = {
            line.about
            for station in day.stations
            for line in station.refused()
            if line.reason == "double"
            and place_of(line.about, line.about[0], station._core.enrolment.number)
        }
        return found >= void

    until(told, what="a line for each void ticket")


def every_conflict_is_a_line(day: Day, made: list[str]) -> None:
    """And nothing else is."""
    said = day.lines()
    with reading(day.world.engine) as connection:
        refused = connection.execute(
            select(VERDICT.c.kind, VERDICT.c.reason, func.count())
            .where(VERDICT.c.operation.in_(made), VERDICT.c.reason.is_not(None))
            .group_by(VERDICT.c.kind, VERDICT.c.reason)
        ).all()
    # Of the two calls of one person the second to arrive, whose work may be done by then.
    called = [(reason, count) for kind, reason, count in refused if kind == "call"]
    assert called in ([("already_called", 1)], [("already_done", 1)])
    for kind, reason, count in refused:
        assert said.pop((kind, reason)) == count, (kind, reason)
    twice = len(day.paper.twice)
    assert twice <= said.pop(("check_in", "double")) <= 2 * twice  # where either was made
    said.pop(("check_in", "cancelled"), None)  # or the cancellation came second, and was refused
    assert not said


def test_a_day_without_central_loses_nothing_and_does_nothing_twice(world: World, day: Day) -> None:
    expected = [r for r in day.two.reception.day() if r.state is DayState.EXPECTED and r.confirmed]
    rows = expected[:ARRIVALS]
    assert len(rows) == ARRIVALS
    both_see = arrive(day.two, rows[0], day.paper).visit
    assert both_see is not None
    until(lambda: any(r.visit == both_see.id for r in day.one.reception.day()))
    until(lambda: all(station.sync_state.pending == 0 for station in day.stations))
    before = judged(world)
    day.cut()

    # Both call somebody who was waiting before; one serves them.
    assert day.one.calling.call(both_see.id, "1") is None
    receive(day.two, both_see.id, "2")
    for number, row in enumerate(rows[1:], 1):
        world.clock.forward(minutes=7)
        if number == ARRIVALS // 2:
            day.restart()
        day.arrival(number, row)
    ann, bob = (
        new_person(day.one, "Abadie", "9900000001"),
        new_person(day.one, "Barthe", "9900000002"),
    )
    booked = book(day.one, ann)
    procedure = next(p for p in day.one.mediation.procedures() if p.code == "RENO")
    wish = day.one.assistance.found_nothing(procedure, bob, waiting=True, wish=True)
    assert day.one.assistance.record(wish) is None
    orders = [queued(station) for station in day.stations]
    made = list(chain(*orders))
    assert len(made) == len(set(made)) == sum(s.sync_state.pending for s in day.stations)
    tickets = day.paper.tickets
    others = len(day.paper.twice) + day.paper.walk_ins
    assert len(tickets) == len(set(tickets)) == ARRIVALS + others
    day.reconnect()

    after = judged(world)[len(before) :]
    assert sorted(after) == sorted(made)  # once
    for order in orders:  # and in order
        assert [operation for operation in after if operation in set(order)] == order
    everybody_was_here_once(day)
    every_void_ticket_is_a_line_where_it_was_given(day)
    every_conflict_is_a_line(day, made)
    until(lambda: day.one.mediation.appointments_of(ann)[0].token)
    assert day.one.mediation.appointments_of(ann)[0].id == booked.appointment.id
    until(lambda: any(w.person == bob and w.held for w in day.one.assistance.waiting()))
    until(lambda: of_day(day.one) == of_day(day.two), 20)
    total = day.lines().total()
    for station in day.stations:
        for line in station.refused():
            assert station.settled(line.operation, How.ACCEPTED) is None
    for station in day.stations:
        until(lambda each=station: len(each.settling.history()) == total, 20)  # type: ignore[misc]
