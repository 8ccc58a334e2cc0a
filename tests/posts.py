"""A real central over HTTP and real stations, for the tests of everything above the store.

The fixtures are every test's, by way of tests/conftest.py.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from guichet.central import registry, training
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.serve import running
from guichet.config import load_enrolment, save_enrolment
from guichet.domain.model import Role, Slot
from guichet.station import Station
from guichet.station.enrolling import enrol
from guichet.store import pins
from guichet.store.engine import open_engine, sqlite_url

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 9, 40, tzinfo=PARIS).astimezone(UTC)
"""A Tuesday, at 09:40: the moment the training data are made for."""
_STATIONS = (("station-1-a", 1), ("station-1-b", 1), ("station-2-a", 2))
"""Enrolled beforehand, by the folder's name, which takes half a second each; any more as asked."""


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now

    def forward(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.now += timedelta(**delta)


class World:
    """A central that can be stopped and started again at the same address, and its stations."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.path = folder / "central.sqlite3"
        shutil.copy(template / "central.sqlite3", self.path)
        self._ready = sorted(template.glob("station-*"))
        self.engine: Engine = open_engine(sqlite_url(self.path))
        self._serving = ExitStack()
        self._stations = ExitStack()
        self._port = 0
        self.url = ""
        self.start()

    def start(self) -> None:
        """Serve, at the same address as before."""
        app = create_app(self.engine, clock=self.clock, protection=UNLIMITED)
        self._vanished = app.state.events.vanished
        serving = running(app, port=self._port)
        self.url = self._serving.enter_context(serving)
        self._port = int(self.url.rsplit(":", 1)[1])

    def looked_at(self) -> datetime | None:
        """When central has last looked for desks that have vanished."""
        found: datetime | None = self._vanished.looked_at
        return found

    def stop(self) -> None:
        """Stop serving; the database stays."""
        self._serving.close()

    def enrolled(self, name: str, *, site: int = 1, url: str | None = None) -> Path:
        """The folder of a new station of a site."""
        folder = self.folder / name
        ready = next(
            (each for each in self._ready if each.name.startswith(f"station-{site}-")), None
        )
        if ready is not None:
            self._ready.remove(ready)
            shutil.copytree(ready, folder)
            enrolment = load_enrolment(folder)
            assert enrolment is not None
            save_enrolment(folder, replace(enrolment, url=url or self.url))
            return folder
        code = registry.add_enrol_code(self.engine, site, self.clock())
        enrol(folder, url or self.url, code, name, self.clock)
        return folder

    def open(self, folder: Path, role: Role = Role.SUPERVISOR, *, site: int = 1) -> Station:
        """Open a station with an agent signed in; closed with the world."""
        station = Station.open(folder, self.clock)
        self._stations.callback(station.close)
        station.session.sign_in(training.agent_code(role, site), training.PINS[role])
        return station

    def station(self, name: str, role: Role = Role.SUPERVISOR, *, site: int = 1) -> Station:
        """A new station, open, with an agent signed in."""
        return self.open(self.enrolled(name, site=site), role, site=site)

    def close(self) -> None:
        """Close every station, then central."""
        self._stations.close()
        self._serving.close()
        self.engine.dispose()


def free_slot(station: Station, procedure: str, *, day: date | None = None) -> Slot:
    """The first coming slot with a free seat."""
    days = station.mediation.slots(procedure)
    return next(
        slot
        for key, slots in days.items()
        if day is None or key == day
        for slot in slots
        if slot.free
    )


def furnish(folder: Path) -> None:
    """Put into a folder a central's database with a few hundred fictional persons, and stations."""
    engine = open_engine(sqlite_url(folder / "central.sqlite3"))
    registry.create(engine, MORNING)
    with pytest.MonkeyPatch.context() as patch:
        # A hash says itself what checking it costs: hundreds of tests sign in.
        patch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        training.load(engine, DAY, MORNING, persons=300)
    clock = Clock()
    with running(create_app(engine, clock=clock)) as url:
        for name, site in _STATIONS:
            enrol(folder / name, url, registry.add_enrol_code(engine, site, MORNING), name, clock)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A central's database and stations, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    furnish(folder)
    return folder


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    """A central and whatever stations the test opens."""
    made = World(tmp_path, template)
    yield made
    made.close()
