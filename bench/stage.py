"""A central of many sites in a process of its own, on SQLite or PostgreSQL, for the load."""

import contextlib
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine, text

from bench.load import request
from bench.records import appointment_of, person_of
from guichet.central import registry
from guichet.central.budgets import VARIABLE
from guichet.central.feed import publish_records
from guichet.central.transactions import transact
from guichet.domain.model import Agent, Procedure, Role, Site, Slot
from guichet.domain.operations import Action, Book, CheckIn, Operation
from guichet.domain.replicated import Record
from guichet.store.engine import open_engine, sqlite_url
from guichet.store.wire import operation_json

PROCEDURE = Procedure("RENO", "Renouvellement", "sejour", 20, "A", False, "", ("Passeport",))
SITES = 16
EACH = 2
"""Stations of a site: SITES × EACH clients."""
_SEATS = 10
"""Of a slot: as many as are wanted."""
_UNLIMITED = "requests=0,searches=0,holds=0,seats=0"
"""No station asks as fast as the load does."""
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Post:
    """A station as the load has it: who it is, who works there, and its people's ids."""

    station: registry.Enrolled
    agent: str
    expected: list[str]
    """Appointments that have not come yet."""
    persons: list[tuple[str, str]]
    """Persons without one, each with a slot that has a seat for them."""

    def sent(self, *actions: Action) -> bytes:
        """A request with these actions as operations."""
        now = datetime.now(UTC)
        station, site = self.station.station, self.station.site
        texts = ",".join(
            operation_json(Operation(str(uuid.uuid4()), station, self.agent, site, now, each))
            for each in actions
        )
        body = f'{{"operations":[{texts}]}}'.encode()
        return request("POST", "/v1/operations", self.station.token, body)

    def checkin(self) -> CheckIn:
        """The next person expected is here."""
        return CheckIn(str(uuid.uuid4()), self.expected.pop(), "A101", None)

    def booking(self) -> Book:
        """The next person without an appointment gets one."""
        identity = uuid.uuid4().hex[:16]
        person, slot = self.persons.pop()
        return Book(identity, "none", slot, person, PROCEDURE.code, None)


@dataclass(frozen=True, slots=True)
class Stage:
    """A central that is serving."""

    url: str
    database: str
    posts: list[Post]
    process: int

    def cpu(self) -> float:
        """Seconds of CPU that the server's process has taken."""
        with open(f"/proc/{self.process}/stat", encoding="ascii") as file:  # noqa: PTH123 - no file
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database whose commits are durable."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
            yield sqlite_url(Path(folder) / "central.sqlite3")
        return
    from tests.databases import postgresql_database  # noqa: PLC0415 - starts a server

    with postgresql_database() as url:
        durable(url)
        yield url


def durable(url: str) -> None:
    """Have PostgreSQL write to the disk, as it would in earnest and not in tests."""
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = on"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@contextlib.contextmanager
def stage(kind: str, people: int, sites: int = SITES) -> Iterator[Stage]:
    """A central with sites of EACH stations, each with so many people of either sort."""
    with database(kind) as url:
        engine = open_engine(url)
        registry.create(engine, datetime.now(UTC))
        posts = [post for site in range(1, sites + 1) for post in _furnish(engine, site, people)]
        engine.dispose()
        with serving(url) as (address, process):
            yield Stage(address, url, posts, process)


@contextlib.contextmanager
def serving(database: str) -> Iterator[tuple[str, int]]:
    """`guichet central serve` on a database: its address, and its process id."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
        command = [sys.executable, "-m", "guichet", "central", "serve", "--port", "0"]
        command += ["--dir", folder, "--database", database]
        environment = os.environ | {VARIABLE: _UNLIMITED}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            httpx.get(f"{url}/healthz").raise_for_status()
            yield url, server.pid
        finally:
            server.terminate()
            server.wait(timeout=20)


def _furnish(engine: Engine, site: int, people: int) -> Iterator[Post]:
    today = datetime.now(UTC)
    roles = (Role.MEDIATOR, Role.COUNTER)
    agent = Agent(f"agent{site}", "Claire Martin", site, roles, "not a hash", active=True)
    place = Site(site, f"Site {site}", "1 rue des Essais", "Europe/Paris", 30, 15)
    records: list[Record] = [place, PROCEDURE, agent]
    posts = []
    for each in range(EACH):
        code = registry.add_enrol_code(engine, site, today)
        station = registry.enrol(engine, code, f"poste {each}", today)
        assert isinstance(station, registry.Enrolled)
        key = f"{site}-{each}"
        slots = [_slot(f"s{key}-{rank}", site, today) for rank in range(2 * people // _SEATS + 1)]
        persons = [person_of(site, f"p{key}-{rank}") for rank in range(2 * people)]
        where = [slots[rank // _SEATS] for rank in range(2 * people)]
        booked = [
            appointment_of(uuid.uuid4().hex[:16], slot, person, PROCEDURE)
            for slot, person in zip(where[::2], persons[::2], strict=True)
        ]
        records += [*slots, *persons, *booked]
        free = [(p.id, slot.id) for p, slot in zip(persons[1::2], where[1::2], strict=True)]
        posts.append(Post(station, agent.code, [one.id for one in booked], free))
    transact(engine, lambda connection: publish_records(connection, site, records))
    return iter(posts)


def _slot(key: str, site: int, now: datetime) -> Slot:
    at = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    return Slot(key, site, at.date(), at, 20, (PROCEDURE.code,), _SEATS, _SEATS)
