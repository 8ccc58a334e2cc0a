"""Pushing and pulling one round at a time, in the test's own thread, over real HTTP."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select

from guichet.central import feed, registry, training
from guichet.central.transactions import transact
from guichet.config import load_enrolment
from guichet.domain.model import Agent, Person, Role
from guichet.domain.operations import Applied, NoteScan, Register
from guichet.errors import CentralUnavailable, DeviceRejected, ProtocolError, StoreError
from guichet.station.core import Core
from guichet.store.engine import open_engine, reading, sqlite_url, writing
from guichet.store.records import get
from guichet.store.schema import METADATA
from guichet.sync import outbox, replica
from tests.posts import World
from tests.store.samples import ADA, contents
from tests.wire import Wire, wire_to

DIALLO = replace(ADA, site=1)
VERDICT = METADATA.tables["verdict"]


class Still:
    """A station whose threads do not run: each round is asked for."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.told = 0
        core.subscribe(self._told)

    def _told(self) -> None:
        self.told += 1

    def once(self) -> None:
        self.core.sync.once()

    def do(self, *persons: Person) -> None:
        for person in persons:
            assert isinstance(self.core.submit(Register(person)), Applied)

    def person(self, key: str) -> Person | None:
        with reading(self.core.engine) as connection:
            return get(connection, Person, key)

    def counts(self) -> dict[str, int]:
        with reading(self.core.engine) as connection:
            return outbox.counts(connection)


@contextmanager
def still(world: World, url: str | None = None) -> Iterator[Still]:
    folder = world.enrolled("still", url=url)
    enrolment = load_enrolment(folder)
    assert enrolment is not None
    engine = open_engine(sqlite_url(folder / "station.sqlite3"))
    core = Core(engine, enrolment, world.clock)
    with reading(engine) as connection:
        core.agent = get(connection, Agent, training.agent_code(Role.SUPERVISOR, 1))
    yield Still(core)
    core.close()
    engine.dispose()


@contextmanager
def wired(world: World) -> Iterator[tuple[Still, Wire]]:
    """The same behind a wire that has carried nothing yet."""
    with wire_to(world.url) as wire, still(world, wire.url) as station:
        wire.asked.clear()
        yield station, wire


def publish(world: World, *persons: Person) -> None:
    transact(world.engine, lambda c: feed.publish_records(c, 1, persons))


def at_central(world: World, key: str) -> Person | None:
    with reading(world.engine) as connection:
        return get(connection, Person, key)


@contextmanager
def without(engine: Engine, table: str) -> Iterator[None]:
    """The database fails as soon as that table is wanted."""
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO lost")
    yield
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE lost RENAME TO {table}")


def test_what_was_done_here_is_pushed_before_central_is_read(world: World) -> None:
    with wired(world) as (station, wire):
        station.do(DIALLO)
        station.once()
        assert [asked.split("?")[0] for asked in wire.asked] == [
            "POST /v1/operations",
            "GET /v1/changes",
        ]
        assert station.counts() == {}
        assert at_central(world, DIALLO.id) == DIALLO


def test_a_long_outbox_leaves_in_one_round_and_in_batches_central_takes(world: World) -> None:
    with wired(world) as (station, wire):
        for _ in range(230):
            station.core.submit(NoteScan("forged", None))
        station.once()
        assert station.counts() == {}
        assert [asked.split()[0] for asked in wire.asked] == ["POST"] * 3 + ["GET"]
    with reading(world.engine) as connection:
        judged = select(func.count()).where(VERDICT.c.kind == "note_scan")
        assert connection.execute(judged).scalar() == 230


def test_every_page_is_pulled_and_none_twice(world: World) -> None:
    with wired(world) as (station, wire):
        publish(world, *(replace(DIALLO, id=f"p{n}") for n in range(1100)))
        station.once()
        assert station.person("p0") is not None
        assert station.person("p1099") is not None
        assert len(wire.asked) == 2
        station.once()
        assert len(wire.asked) == 3
        before = contents(station.core.engine)
        station.once()
        assert contents(station.core.engine) == before


def test_a_copy_that_is_read_from_the_start_is_catching_up_until_its_last_page(
    world: World,
) -> None:
    with wired(world) as (station, wire):
        engine = station.core.engine

        def catching_up() -> bool:
            with reading(engine) as connection:
                return replica.catching_up(connection)

        assert not catching_up()
        publish(world, *(replace(DIALLO, id=f"p{n}") for n in range(1100)))
        with writing(engine) as connection:
            replica.wipe(connection)
        assert catching_up()
        end = station.core.subscribe(lambda: setattr(wire, "status", 503))  # after the first page
        with pytest.raises(CentralUnavailable):
            station.once()
        end()
        assert len(wire.asked) == 2
        assert catching_up()
        wire.status = None
        station.once()
        assert not catching_up()


def test_screens_are_told_of_what_came_and_of_nothing_else(world: World) -> None:
    with still(world) as station:
        station.once()
        before = station.told
        station.once()
        assert station.told == before
        publish(world, DIALLO)
        station.once()
        assert station.told > before


def test_the_same_state_is_told_once(world: World) -> None:
    with still(world) as station:
        station.core.sync.recount()
        before = station.told
        station.core.sync.recount()
        assert station.told == before
        station.do(DIALLO)
        station.core.sync.recount()
        assert station.told > before


def test_screens_are_told_of_a_verdict(world: World) -> None:
    with still(world) as station:
        station.do(DIALLO)
        before = station.told
        station.core.sync._push()
        assert station.told > before
        assert station.core.sync.state.pending == 0


def test_a_page_that_could_not_be_written_is_pulled_again(world: World) -> None:
    with still(world) as station:
        station.once()
        publish(world, DIALLO)
        with without(station.core.engine, "person"), pytest.raises(StoreError):
            station.once()
        assert station.person(DIALLO.id) is None
        station.once()
        assert station.person(DIALLO.id) == DIALLO


def test_a_verdict_that_could_not_be_written_is_asked_for_again(world: World) -> None:
    with still(world) as station:
        station.do(DIALLO)
        with without(station.core.engine, "deferred"), pytest.raises(StoreError):
            station.once()
        assert station.counts() == {"pending": 1}
        station.once()
        assert station.counts() == {}
        assert at_central(world, DIALLO.id) == DIALLO


def restored(world: World, backup: Path) -> None:
    """Central goes on from that copy of its database."""
    world.stop()
    world.engine.dispose()
    for path in world.folder.glob("central.sqlite3-*"):
        path.unlink()
    shutil.copy(backup, world.path)
    registry.new_epoch(world.engine)
    world.start()


def saved(world: World) -> Path:
    with world.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(world.path, world.folder / "backup.sqlite3"))


def test_after_a_restore_central_s_older_state_counts(world: World) -> None:
    with still(world) as station:
        publish(world, DIALLO)
        backup = saved(world)
        for commune in ("Pantin", "Drancy", "Stains"):
            publish(world, replace(DIALLO, commune=commune))
        station.once()
        assert station.person(DIALLO.id) == replace(DIALLO, commune="Stains")
        restored(world, backup)
        station.once()
        assert station.person(DIALLO.id) == DIALLO
        publish(world, replace(DIALLO, commune="Bondy"))
        station.once()
        assert station.person(DIALLO.id) == replace(DIALLO, commune="Bondy")


# What central, or something between, answers ---------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_central_in_trouble_sets_nothing_aside(world: World, status: int) -> None:
    with wired(world) as (station, wire):
        station.do(DIALLO)
        wire.status = status
        with pytest.raises(CentralUnavailable):
            station.once()
        assert station.counts() == {"pending": 1}
        assert len(wire.asked) == 1


@pytest.mark.parametrize("status", [302, 400, 403, 404, 407, 422])
def test_an_answer_that_is_not_central_s_own_sets_nothing_aside(world: World, status: int) -> None:
    """A proxy or a captive portal says no for itself, not for central."""
    with wired(world) as (station, wire):
        station.do(DIALLO)
        wire.status = status
        with pytest.raises(ProtocolError, match="incompréhensible"):
            station.once()
        assert station.counts() == {"pending": 1}


def test_a_verdict_on_another_operation_settles_nothing(world: World) -> None:
    with wired(world) as (station, wire):
        station.do(DIALLO)
        other = b'{"operation":"other","reason":null,"detail":{},"changes":[]}'
        wire.nonsense = b'{"verdicts":[' + other + b"]}"
        with pytest.raises(ProtocolError):
            station.once()
        wire.nonsense = b'{"verdicts": []}'
        with pytest.raises(ProtocolError):
            station.once()
        assert station.counts() == {"pending": 1}


def test_a_device_revoked_on_the_way_sets_nothing_aside(world: World) -> None:
    """Not even while the operations of a refused batch are tried one by one."""
    with still(world) as station:
        station.do(DIALLO)
        with reading(station.core.engine) as connection:
            batch = outbox.queued(connection, "pending")
        registry.revoke(world.engine, station.core.enrolment.station, world.clock())
        for push in (station.once, lambda: station.core.sync._push_singly(batch)):
            with pytest.raises(DeviceRejected):
                push()
        assert station.counts() == {"pending": 1}


def spoil(connection: Connection, *places: int) -> None:
    """Make the operations at these places of the queue unreadable for central."""
    table = METADATA.tables["outbox"]
    positions = connection.execute(select(table.c.position).order_by(table.c.position)).scalars()
    queue = list(positions)
    for place in places:
        body = func.replace(table.c.body, '"at":"', '"at":"x')
        connection.execute(table.update().where(table.c.position == queue[place]).values(body=body))


def test_only_what_central_cannot_read_is_set_aside(world: World) -> None:
    with still(world) as station:
        station.do(*(replace(DIALLO, id=f"p{n}") for n in range(5)))
        with writing(station.core.engine) as connection:
            spoil(connection, 1, 3)
        station.once()
        assert station.counts() == {"quarantined": 2}
        assert [at_central(world, f"p{n}") is not None for n in range(5)] == [
            True,
            False,
            True,
            False,
            True,
        ]


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (lambda: "7", 7, 7),
        (lambda: "0.5", 0.5, 0.5),
        (lambda: "-3", 0, 0),
        (lambda: http_date(90), 30, 90),
        (lambda: http_date(-90), 0, 0),
    ],
)
def test_the_pause_central_asks_for_is_understood(
    world: World, header: Callable[[], str], least: float, most: float
) -> None:
    with wired(world) as (station, wire):
        wire.status, wire.headers = 503, {"Retry-After": header()}
        with pytest.raises(CentralUnavailable) as caught:
            station.once()
        assert caught.value.retry_after is not None
        assert least <= caught.value.retry_after <= most


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": ""}])
def test_without_a_readable_pause_it_is_ours_to_choose(
    world: World, headers: dict[str, str]
) -> None:
    with wired(world) as (station, wire):
        wire.status, wire.headers = 503, headers
        with pytest.raises(CentralUnavailable) as caught:
            station.once()
        assert caught.value.retry_after is None
