"""What an operation asks of the database: few statements, and none that reads a whole table."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from guichet.domain.model import Appointment, Visit
from guichet.domain.operations import Action, Call, CheckIn, Hold, Release
from guichet.store.engine import reading
from guichet.store.records import get, to_json
from tests.central.samples import Caller, book, furnish, operation, person, row, slot
from tests.servers import CentralUnderTest, Clock

_GROW = ("appointment", "change", "demand", "person", "seat", "slot", "verdict", "visit", "word")
_OF_A_SITE = ("ix_visit_site_day", "ix_appointment_site_day")
"""Indexes that lead to all of a site, where one record is wanted."""


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("matin"), person("p1"), person("p2"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


@contextmanager
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that writers send meanwhile, each with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        # Other threads look meanwhile whether the feeds have moved, or what is to be swept.
        writer = threading.current_thread().name.startswith("guichet-writer")
        if writer and not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append((statement, values[0] if many else values))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def plan(engine: Engine, statement: str, values: Any) -> list[str]:
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [str(each[3]) for each in rows]
        # A table of three rows is read whole unless that is made expensive.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [str(each[0]) for each in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


def actions() -> list[Action]:
    hold = str(uuid.uuid4())
    booked = book("matin", "p1", hold)
    came = CheckIn(str(uuid.uuid4()), booked.appointment, "A101", None)
    given_back = str(uuid.uuid4())
    return [
        Hold(hold, "matin"),
        booked,
        came,
        Call(came.visit, "1"),
        Hold(given_back, "matin"),
        Release(given_back),
    ]


def test_no_operation_reads_a_whole_table(caller: Caller, central: CentralUnderTest) -> None:
    with asked(central.engine) as seen:
        for action in actions():
            assert caller.do(action)[0]["reason"] is None
    assert len(seen) > 30
    whole = [f"SCAN {table}" for table in _GROW]
    whole += [f"Seq Scan on {table} " for table in _GROW]
    for statement, values in seen:
        for line in plan(central.engine, statement, values):
            assert not any(sign in f"{line} " for sign in whole), (line, statement)
            assert not any(index in line for index in _OF_A_SITE), (line, statement)


def test_an_operation_costs_few_statements(caller: Caller, central: CentralUnderTest) -> None:
    wanted = book("matin", "p1")
    with asked(central.engine) as booking:
        caller.do(wanted)
    with asked(central.engine) as coming:
        caller.do(CheckIn(str(uuid.uuid4()), wanted.appointment, "A101", None))
    assert 5 < len(booking) <= 15
    assert 5 < len(coming) <= 10


def test_what_is_told_is_what_was_written(caller: Caller, central: CentralUnderTest) -> None:
    """The verdict comes from what the transaction remembers, not from reading it again."""
    elsewhere = caller.at.astimezone(timezone(timedelta(hours=2)))
    booked = book("matin", "p1")
    came = CheckIn(str(uuid.uuid4()), booked.appointment, "A101", None)
    first, second = caller.send(
        *(operation(caller.station, action, elsewhere) for action in (booked, came))
    )
    with reading(central.engine) as connection:
        visit = get(connection, Visit, came.visit)
        appointment = get(connection, Appointment, booked.appointment)
    assert visit is not None
    assert appointment is not None
    told = row(second["changes"], "visit", came.visit)["record"]
    assert told["arrived_at"] == caller.at.isoformat().replace("+00:00", "Z")
    page = caller.http.get("/v1/changes").text
    assert to_json(visit) in page
    assert to_json(appointment) in page
    assert row(first["changes"], "slot", "matin")["record"]["free"] == 2
