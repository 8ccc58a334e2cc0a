"""A station's folder: one program at a time, and a copy of its database before it is migrated."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command

from guichet.errors import ConfigError, StoreError
from guichet.station import Station
from guichet.station.enrolling import enrol
from guichet.store.engine import HEAD, open_engine, sqlite_url, writing
from guichet.store.upkeep import check, drop_old
from tests.posts import World
from tests.store.test_migrations import config
from tests.sync.test_sync import in_step
from tests.waiting import until

HOLD = """
import sys
from pathlib import Path
from guichet.station import Station
from tests.posts import Clock
station = Station.open(Path(sys.argv[1]), Clock())
print("open", flush=True)
sys.stdin.read()
"""


def test_a_second_program_in_a_folder_refuses_politely_until_the_first_is_gone(
    world: World,
) -> None:
    folder = world.enrolled("one")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    with pytest.raises(ConfigError, match="déjà ouvert avec ce dossier"):
        Station.open(folder, world.clock)
    with pytest.raises(ConfigError, match="déjà ouvert avec ce dossier"):
        enrol(folder, world.url, "AAAAA-BBBBB", "one", world.clock)
    asked = [sys.executable, "-m", "guichet", "procedures", "--agent", "X", "--dir", str(folder)]
    done = subprocess.run(asked, input="1", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "déjà ouvert avec ce dossier" in done.stderr
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    station = world.open(folder)
    until(lambda: in_step(station))


def test_a_folder_is_free_again_whichever_thread_closes_the_station(world: World) -> None:
    folder = world.enrolled("one")
    with ThreadPoolExecutor(1) as opener, ThreadPoolExecutor(1) as closer:
        station = opener.submit(Station.open, folder, world.clock).result()
        closer.submit(station.close).result()
        world.open(folder)


def older(folder: Path) -> Path:
    """The folder's database as version 0006 of the schema had it."""
    path = folder / "station.sqlite3"
    engine = open_engine(sqlite_url(path))
    with writing(engine) as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0006")
    engine.dispose()
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_a_database_is_copied_before_it_is_migrated(world: World) -> None:
    folder = world.enrolled("one")
    path = older(folder)
    before = dump(path)
    world.stop()
    station = world.open(folder)
    copy = folder / "station.sqlite3.avant-0006"
    assert dump(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    check(station._core.engine)
    with station._core.engine.connect() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert revision == HEAD


def test_a_migration_that_fails_leaves_the_database_as_it_was(world: World) -> None:
    folder = world.enrolled("one")
    path = older(folder)
    with closing(sqlite3.connect(path)) as database:  # where the migration makes one of its own
        database.execute("CREATE TABLE report (words TEXT)")
        database.commit()
    before = dump(path)
    with pytest.raises(StoreError, match="rien n’a été changé"):
        Station.open(folder, world.clock)
    assert dump(path) == before
    assert dump(folder / "station.sqlite3.avant-0006") == before


def test_no_room_for_the_copy_is_said_and_nothing_is_migrated(world: World) -> None:
    folder = world.enrolled("one")
    path = older(folder)
    before = dump(path)
    (folder / "station.sqlite3.avant-0006.partiel").mkdir()
    with pytest.raises(StoreError, match="copiée avant sa mise à jour"):
        Station.open(folder, world.clock)
    assert dump(path) == before


def test_what_cannot_be_deleted_keeps_nobody_from_working(tmp_path: Path) -> None:
    path, old = tmp_path / "a.sqlite3", datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    stuck, gone = (tmp_path / f"a.sqlite3.{kind}" for kind in ("avant-0001", "abimee-2026"))
    stuck.mkdir()  # no file is deleted so
    gone.touch()
    for each in (stuck, gone):
        os.utime(each, (old, old))
    drop_old(path, datetime(2026, 3, 1, tzinfo=UTC))
    assert (stuck.exists(), gone.exists()) == (True, False)
