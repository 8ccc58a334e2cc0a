"""A month at a station: 800 arrivals a day, opened each morning; size and start stay as they were.

Everything is real: central over HTTP, one commit for each operation, the day's upkeep. Only the
clock is moved. The last day of the first week is the peer of the last day of the fourth.
"""

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import Engine

from bench.figures import Figure
from bench.first_sync import slot_of
from bench.records import appointment_of
from guichet.central import registry, training
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.feed import publish_records
from guichet.central.serve import running
from guichet.central.training_catalogue import PROCEDURES
from guichet.central.training_people import people
from guichet.central.transactions import transact
from guichet.domain.model import Appointment, Person, Role, Slot
from guichet.domain.operations import Action, Applied, CheckIn, NoteScan
from guichet.station import Station
from guichet.station.enrolling import enrol
from guichet.store.engine import open_engine, sqlite_url
from guichet.sync.journal import KEPT

_DAYS = 28
_WEEK = 7
_ARRIVALS = 800
_SCANS = _ARRIVALS // 10
_KEPT_DAYS = KEPT.days + 1
"""How many days' operations the journal holds at most: those it keeps, and the one under way."""
_OPERATION = 600
"""Bytes that an operation may take in the journal: its JSON (some 300), twice its id of 36 (in the
row and in the index), what it touches (100), the rest (60), and pages that are not quite full."""
_AHEAD = 3
_FIRST = date(2026, 11, 2)
_STARTS = 5
_NEVER = 3600.0


@dataclass
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _Month:
    """At the end of each day: bytes by file, seconds that opening takes."""

    database: list[int] = field(default_factory=list)
    log: list[int] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)
    start: list[float] = field(default_factory=list)


def measure() -> Iterator[Figure]:
    month = _lived()
    week, end = month.database[_WEEK - 1] / 1e6, month.database[-1] / 1e6
    name = f"a month, database, day {_DAYS}"
    yield Figure(name, end, "MB", week, f"day {_WEEK}", 1.1, of_ratio=True)
    yield Figure("a month, log of the database, the longest", max(month.log) / 1e6, "MB", limit=4.2)
    week, end = month.rest[2 * _WEEK - 1] / 1e6, month.rest[-1] / 1e6
    name = f"a month, other files (journal), day {_DAYS}"
    yield Figure(name, end, "MB", week, f"day {2 * _WEEK}", 1.05, of_ratio=True)
    kept = _KEPT_DAYS * (_ARRIVALS + _SCANS)
    name = "a month, journal, an operation kept"
    yield Figure(name, month.rest[-1] / kept, "B", limit=_OPERATION)
    first, last = (median(days) * 1000 for days in (month.start[:_WEEK], month.start[-_WEEK:]))
    name = "a month, opening the station, last week"
    yield Figure(name, last, "ms", first, "the first week", 1.2, of_ratio=True)


def _lived() -> _Month:
    month = _Month()
    clock = _Clock(_morning(_FIRST))
    rng = Random(93)  # noqa: S311 - invented people
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, ExitStack() as held:
        engine = open_engine(sqlite_url(Path(name) / "central.sqlite3"))
        held.callback(engine.dispose)
        registry.create(engine, clock())
        training.load(engine, _FIRST, clock(), persons=50)
        # Days pass in seconds here: a minute of the budget's clock sees what hours would.
        app = create_app(engine, clock=clock, protection=UNLIMITED)
        url = held.enter_context(running(app))
        folder = Path(name) / "station"
        code = registry.add_enrol_code(engine, 1, clock())
        enrol(folder, url, code, "bench", clock, fictional=True)
        expected = {day: _published(engine, rng, day) for day in map(_day, range(_AHEAD))}
        for number in range(_DAYS):
            day = _day(number)
            clock.now = _morning(day)
            expected[_day(number + _AHEAD)] = _published(engine, rng, _day(number + _AHEAD))
            _work(folder, clock, expected.pop(day))
            month.start.append(_start(folder, clock))
            _weigh(folder, month)
    return month


def _work(folder: Path, clock: _Clock, arrivals: list[Appointment]) -> None:
    """A day: everybody arrives, some papers are refused; an exchange now and then, in turn."""
    station = Station.open(folder, clock, _NEVER)
    sync = station._core.sync  # noqa: SLF001 - its thread would only fight this one for the processor
    try:
        station.session.sign_in(
            training.agent_code(Role.SUPERVISOR, 1), training.PINS[Role.SUPERVISOR]
        )
        sync.once()
        for rank, appointment in enumerate(arrivals):
            _do(station, CheckIn(str(uuid.uuid4()), appointment.id, f"A{rank + 1}", None))
            if rank % (_ARRIVALS // _SCANS) == 0:
                _do(station, NoteScan("unreadable", None))
            if rank % 20 == 0:
                clock.now += timedelta(minutes=10)
                sync.once()
        sync.once()
        sync.upkeep()
        assert not station.liaison.outbox()
    finally:
        station.close()


def _do(station: Station, action: Action) -> None:
    outcome = station._core.submit(action)  # noqa: SLF001 - without a screen's questions
    assert isinstance(outcome, Applied), (action, outcome)


def _start(folder: Path, clock: _Clock) -> float:
    taken = []
    for _ in range(_STARTS):
        started = time.perf_counter()
        station = Station.open(folder, clock, _NEVER)
        taken.append(time.perf_counter() - started)
        station.close()
    return min(taken)  # what else the computer does only adds


def _weigh(folder: Path, month: _Month) -> None:
    files = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    database, log = folder / "station.sqlite3", folder / "station.sqlite3-wal"
    month.database.append(files.pop(database))
    month.log.append(files.pop(log, 0))
    files.pop(folder / "station.sqlite3-shm", None)
    month.rest.append(sum(files.values()))


def _published(engine: Engine, rng: Random, day: date) -> list[Appointment]:
    """A day's slot, persons and appointments, put into the feed."""
    persons = [
        replace(person, site=1, id=f"{day:%m%d}-{person.id}")
        for person in people(rng, _ARRIVALS, day.year)
    ]
    slot = slot_of(day)
    made = [
        appointment_of(f"{rng.getrandbits(64):016x}", slot, person, PROCEDURES[0])
        for person in persons
    ]
    records: list[Person | Slot | Appointment] = [slot, *persons, *made]
    transact(engine, lambda connection: publish_records(connection, 1, records))
    return made


def _day(number: int) -> date:
    return _FIRST + timedelta(days=number)


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
