"""Copies of a SQLite central, and going back to one."""

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from guichet.central import backup, registry, upgrade
from guichet.errors import ConfigError, StoreError
from guichet.store.engine import HEAD, migrate, open_engine, reading, revision, sqlite_url
from tests.central.samples import furnish, person, publish
from tests.databases import step_back
from tests.servers import START


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A central of one person, closed."""
    path = tmp_path / "central.sqlite3"
    with opened(path) as engine:
        registry.create(engine, START)
        furnish(engine, person("p1"))
    return path


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(sqlite_url(path))
    try:
        yield engine
    finally:
        engine.dispose()


def persons(path: Path) -> set[str]:
    with opened(path) as engine, reading(engine) as connection:
        return set(connection.execute(sa.text("SELECT id FROM person")).scalars())


def epoch(path: Path) -> str:
    with opened(path) as engine, reading(engine) as connection:
        return registry.epoch(connection)


def test_a_copy_is_of_one_moment_while_others_write(database: Path, tmp_path: Path) -> None:
    copies = [tmp_path / "copies" / f"{rank}.sqlite3" for rank in range(5)]
    copies[0].parent.mkdir()
    stop = threading.Event()
    with opened(database) as engine:

        def write() -> None:
            rank = 0
            while not stop.is_set():
                # Two in one transaction: a copy has both or neither.
                publish(engine, 1, person(f"a{rank}"), person(f"b{rank}"))
                rank += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for copy in copies:
                backup.backup(database, copy)
        finally:
            stop.set()
            writer.join()
    for copy in copies:
        found = persons(copy)
        assert {key[1:] for key in found if key[0] == "a"} == {
            key[1:] for key in found if key[0] == "b"
        }
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert len(persons(copies[0])) <= len(persons(copies[-1])) <= len(persons(database))
    assert sorted(file for file in copies[0].parent.iterdir() if "-" not in file.name) == copies


def test_a_copy_replaces_nothing(database: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("something")
    with pytest.raises(ConfigError, match="existe déjà"):
        backup.backup(database, there)
    assert there.read_text() == "something"
    with pytest.raises(ConfigError, match="n’existe pas"):
        backup.backup(tmp_path / "absent", tmp_path / "copy")
    with pytest.raises(ConfigError, match="ne peut pas être écrit"):
        backup.backup(database, tmp_path / "nowhere" / "copy")


def test_a_damaged_base_gives_no_copy(database: Path, tmp_path: Path) -> None:
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(StoreError):
        backup.backup(database, tmp_path / "copy.sqlite3")
    assert all(file.name.startswith(database.name) for file in tmp_path.iterdir())


def test_going_back_keeps_the_old_base_and_renews_the_epoch(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    backup.backup(database, copy)
    before = epoch(database)
    with opened(database) as engine:
        publish(engine, 1, person("p2"))
    aside = backup.restore(copy, database, START)
    assert aside is not None
    assert persons(database) == {"p1"}
    assert persons(aside) == {"p1", "p2"}
    assert epoch(copy) == epoch(aside) == before
    assert epoch(database) not in ("", before)
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_base_in_use_is_not_replaced(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    backup.backup(database, copy)
    with opened(database) as engine:
        with reading(engine):
            pass  # its connection stays open, as a server's does between two requests
        files = {file.name for file in tmp_path.iterdir()}
        with pytest.raises(ConfigError, match="sert encore"):
            backup.restore(copy, database, START)
        assert {file.name for file in tmp_path.iterdir()} == files
        publish(engine, 1, person("p2"))
    assert persons(database) == {"p1", "p2"}


def test_a_damaged_base_is_replaced(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    backup.backup(database, copy)
    database.write_bytes(b"\xff" * 20_000)
    Path(f"{database}-wal").write_bytes(b"left behind")
    aside = backup.restore(copy, database, START)
    assert aside is not None
    assert aside.read_bytes() == b"\xff" * 20_000
    assert persons(database) == {"p1"}


def test_a_base_that_is_gone_is_replaced(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    backup.backup(database, copy)
    database.unlink()
    assert backup.restore(copy, database, START) is None
    assert persons(database) == {"p1"}


@pytest.mark.parametrize("kind", ["text", "station", "other"])
def test_what_is_no_copy_of_central_is_refused(database: Path, tmp_path: Path, kind: str) -> None:
    wrong = tmp_path / "wrong.sqlite3"
    if kind == "text":
        wrong.write_text("not a database" * 1000)
    elif kind == "station":
        with opened(wrong) as engine:
            migrate(engine)
    else:
        with contextlib.closing(sqlite3.connect(wrong)) as other:
            other.execute("CREATE TABLE something (id)")
    with pytest.raises((ConfigError, StoreError)):
        backup.restore(wrong, database, START)
    assert persons(database) == {"p1"}
    assert not list(tmp_path.glob("central-*"))
    assert not list(tmp_path.glob(".guichet-*"))


def test_an_older_base_is_copied_then_migrated(database: Path) -> None:
    with opened(database) as engine:
        older = step_back(engine)
        upgrade.prepare(engine, START)
        with reading(engine) as connection:
            assert revision(connection) == HEAD
    copy = database.with_name(f"central-{older}.sqlite3")
    with contextlib.closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (older,)
    assert persons(database) == {"p1"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_older_postgresql_is_migrated_by_hand_only(engine: sa.Engine) -> None:
    registry.create(engine, START)
    older = step_back(engine)
    with pytest.raises(ConfigError, match=f"version {older}.*guichet central migrate"):
        upgrade.prepare(engine, START)
    with reading(engine) as connection:
        assert revision(connection) == older
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _each: upgrade.migrate(engine, START), range(3)))
    assert {(found, reached) for found, reached in done} <= {(older, HEAD), (HEAD, HEAD)}
    upgrade.prepare(engine, START)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_empty_postgresql_is_filled(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade.prepare(engine, START)
    with reading(engine) as connection:
        assert revision(connection) == HEAD
        assert registry.epoch(connection)
    engine.dispose()
