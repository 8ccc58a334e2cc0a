"""A station's first pull of 20,000 appointments over HTTP, beside sqlite3 writing the same rows."""

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bench.figures import Figure
from bench.records import appointment_of
from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.feed import publish_records
from guichet.central.serve import running
from guichet.central.training_catalogue import PROCEDURES, SITES
from guichet.central.training_people import people
from guichet.central.transactions import transact
from guichet.config import clock
from guichet.domain.model import Appointment, Person, Slot
from guichet.station.enrolling import enrol
from guichet.store.engine import open_engine, sqlite_url

_COUNT = 20_000
_DAYS = 14


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        engine = open_engine(sqlite_url(Path(name) / "central.sqlite3"))
        on.callback(engine.dispose)
        registry.create(engine, clock()())
        records = [SITES[0], *PROCEDURES, *_records(clock()().date())]
        transact(engine, lambda connection: publish_records(connection, 1, records))
        code = registry.add_enrol_code(engine, 1, clock()())
        url = on.enter_context(running(create_app(engine, protection=UNLIMITED)))
        start = time.perf_counter()
        enrol(Path(name) / "station", url, code, "bench", clock())
        taken = time.perf_counter() - start
        raw, rows = _raw(Path(name) / "station" / "station.sqlite3", Path(name) / "raw.sqlite3")
    assert rows >= 2 * _COUNT
    yield Figure(f"first sync of {_COUNT:,} appointments", taken, "s", raw, "sqlite3 executemany")
    yield Figure("first sync, rows", rows / taken, "/s")


def _records(today: date) -> list[Person | Slot | Appointment]:
    rng = Random(93)  # noqa: S311 - invented people
    persons = [replace(person, site=1) for person in people(rng, _COUNT, today.year)]
    slots = [slot_of(today + timedelta(days=after)) for after in range(_DAYS)]
    appointments = [
        appointment_of(f"{rng.getrandbits(64):016x}", slots[rank % _DAYS], person, PROCEDURES[0])
        for rank, person in enumerate(persons)
    ]
    return [*persons, *slots, *appointments]


def slot_of(day: date) -> Slot:
    seats = _COUNT // _DAYS + 1
    return Slot(
        id=f"1-A-{day:%Y%m%d}0800",
        site=1,
        day=day,
        starts_at=datetime(day.year, day.month, day.day, 8, tzinfo=UTC),
        minutes=15,
        procedures=tuple(procedure.code for procedure in PROCEDURES),
        seats=seats,
        free=seats,
    )


def _raw(replica: Path, copy: Path) -> tuple[float, int]:
    """Seconds that sqlite3 takes to write the replica's persons and appointments, and how many."""
    taken, rows = 0.0, 0
    with (
        contextlib.closing(sqlite3.connect(replica)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        for table in ("person", "appointment"):
            made = source.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
            )
            for (statement,) in made.fetchall():
                target.execute(statement)
            found = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - two names
            marks = ", ".join("?" * len(found[0]))
            start = time.perf_counter()
            with target:
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", found)  # noqa: S608 - as above
            taken += time.perf_counter() - start
            rows += len(found)
    return taken, rows
