"""A disk that is full under a real process: said, nothing by halves, on when there is room."""

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.errors import StoreError
from guichet.station import Link
from tests.faults.processes import central_process, victim
from tests.faults.test_kill import answers, registered, visits
from tests.posts import World
from tests.sync.test_sync import arrive, expected, in_step
from tests.waiting import until


def test_a_station_without_room_says_so_keeps_nothing_by_halves_and_goes_on(world: World) -> None:
    folder = world.enrolled("one")
    world.stop()
    refused, room = victim(folder, "full")
    assert refused.split(" ", 1)[1] in (
        "Le disque refuse d’écrire ou de lire True",  # a limit
        "Le disque est plein True",  # a full disk
    )
    assert room == "room lived True"
    world.start()
    station = world.open(folder)
    until(lambda: in_step(station), 20)
    assert station.refused() == []
    assert visits(station._core.engine) == visits(world.engine)


def test_a_central_without_room_answers_later_and_loses_nothing(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    with central_process(world) as central:
        until(lambda: in_step(station), 20)
        log = world.folder / "central.sqlite3-wal"
        central.limit_files(log.stat().st_size)
        persons = registered(station, 40)
        until(lambda: station.sync_state.link is Link.OFFLINE, 20)
        assert "panne" in station.sync_state.problem
        assert station.sync_state.pending > 0
        central.limit_files(resource.RLIM_INFINITY)
        until(lambda: in_step(station), 30)
        assert len(answers(world)) == len(persons)
        arrive(station, expected(station))
        until(lambda: in_step(station))
    assert station.refused() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MiB, which only the system's administrator can make."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("no small disk can be made here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_station_on_a_full_disk_says_so_and_both_its_files_are_whole_after(
    world: World, small_disk: Path
) -> None:
    folder = small_disk / "one"
    shutil.copytree(world.enrolled("one"), folder)
    station = world.open(folder)
    until(lambda: in_step(station))
    world.stop()
    filler = small_disk / "filler"
    fill(filler)
    done: list[set[str]] = []

    def work() -> None:
        for _ in range(50):
            done.append(visits(station._core.engine))
            arrive(station, expected(station))

    with pytest.raises(StoreError, match="Le disque est plein"):
        work()
    before = done[-1]
    assert visits(station._core.engine) == before
    filler.unlink()
    arrive(station, expected(station))
    made = visits(station._core.engine)
    assert len(made) == len(before) + 1
    until(lambda: station.sync_state.pending > 0)
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite3")) as journal:
        kinds = journal.execute("SELECT count(*) FROM done WHERE kind = 'check_in'").fetchone()
    with contextlib.closing(sqlite3.connect(folder / "station.sqlite3")) as database:
        queued = database.execute("SELECT count(*) FROM outbox WHERE kind = 'check_in'").fetchone()
    assert kinds == queued
    world.start()
    until(lambda: in_step(station), 20)
    assert station.refused() == []
    assert made == visits(world.engine) & made
    station.close()
