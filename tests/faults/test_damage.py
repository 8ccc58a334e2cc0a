"""The station's files damaged or deleted: said, kept aside, made anew, and nothing lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from guichet.errors import CentralUnavailable
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES
from tests.faults.test_kill import answers, visits
from tests.posts import World
from tests.sync.test_sync import arrive, expected, in_step
from tests.waiting import until


def overwritten(path: Path) -> None:
    """Noise over the middle half, as a bad sector would give."""
    whole = path.read_bytes()
    quarter = len(whole) // 4
    path.write_bytes(whole[:quarter] + b"\xa5" * (2 * quarter) + whole[3 * quarter :])


def truncated(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def no_database(path: Path) -> None:
    path.write_bytes(b"these are words, no database. " * 1000)


def deleted(path: Path) -> None:
    path.unlink()


DAMAGES = [
    overwritten,
    deleted,
    *(pytest.param(each, marks=pytest.mark.slow) for each in (truncated, emptied, no_database)),
]
CENTRAL_AWAY = "Ce poste n’a pas de copie de la journée"


def left_offline(world: World) -> tuple[Path, set[str]]:
    """A station closed with work that central has not heard of; its folder, and the visits."""
    folder = world.enrolled("one")
    station = world.open(folder)
    until(lambda: in_step(station))
    world.stop()
    for _ in range(3):
        arrive(station, expected(station))
    made = visits(station._core.engine)
    station.close()
    return folder, made


def whole(world: World, station: Station, made: set[str]) -> None:
    """Everything has arrived, once, and the two agree."""
    until(lambda: in_step(station), 20)
    assert station.refused() == []
    assert made <= visits(world.engine)
    assert visits(station._core.engine) == visits(world.engine)
    assert len(station.reception.day()) > 10


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_database_damaged_while_closed_is_made_anew_and_loses_nothing(
    world: World, damage: Callable[[Path], None]
) -> None:
    folder, made = left_offline(world)
    damage(folder / "station.sqlite3")
    with pytest.raises(CentralUnavailable, match=CENTRAL_AWAY) as told:
        world.open(folder)
    number = int(str(told.value).partition("gardées (")[2].partition(")")[0])
    assert number >= 3
    aside = list(folder.glob("station.sqlite3.abimee-20261124-*"))
    assert bool(aside) == (damage not in (emptied, deleted))
    world.start()
    whole(world, world.open(folder), made)
    assert len(answers(world)) == number


def test_the_agent_is_told_of_a_database_made_anew(world: World) -> None:
    folder, made = left_offline(world)
    overwritten(folder / "station.sqlite3")
    world.start()
    station = world.open(folder)
    assert "est mise de côté (station.sqlite3.abimee-20261124-084000)" in station.notice
    assert "reprises du journal" in station.notice
    whole(world, station, made)
    station.close()
    assert world.open(folder).notice == ""


def test_a_log_cut_short_loses_nothing(world: World) -> None:
    """The newest commits of a database are in its log; SQLite drops what it cannot read of it."""
    folder = world.enrolled("one")
    station = world.open(folder)
    until(lambda: in_step(station))
    world.stop()
    arrive(station, expected(station))
    made = visits(station._core.engine)
    path, log = folder / "station.sqlite3", folder / "station.sqlite3-wal"
    whole_file, whole_log = path.read_bytes(), log.read_bytes()
    station.close()
    path.write_bytes(whole_file)
    log.write_bytes(whole_log[:5000])
    world.start()
    whole(world, world.open(folder), made)


@pytest.mark.parametrize("damage", [overwritten, deleted])
def test_a_database_damaged_while_open_loses_nothing(
    world: World, damage: Callable[[Path], None]
) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    until(lambda: in_step(station))
    world.stop()
    arrive(station, expected(station))
    made = visits(station._core.engine)
    with station._core.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(folder / "station.sqlite3")
    station._core.engine.dispose()  # what the system still remembered of it is gone
    station._core.sync.recount()
    if damage is overwritten:
        until(lambda: "rouvrez-le" in station.sync_state.problem)
    station.close()
    world.start()
    whole(world, world.open(folder), made)


def test_a_damaged_journal_is_made_anew_from_the_outbox(world: World) -> None:
    folder, made = left_offline(world)
    no_database(folder / "journal.sqlite3")
    station = world.open(folder)  # central is away: nothing of this needs it
    station.close()
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as journal:
        (count,) = journal.execute("SELECT count(*) FROM done WHERE state = 'pending'").fetchone()
    assert count >= 3
    world.start()
    whole(world, world.open(folder), made)


def test_what_can_be_read_of_a_damaged_outbox_is_saved_without_the_journal(world: World) -> None:
    folder, made = left_offline(world)
    (folder / "journal.sqlite3").unlink()
    path = folder / "station.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        where = "SELECT rootpage FROM sqlite_master WHERE name = 'person'"
        (page,) = database.execute(where).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xa5" * size
    path.write_bytes(content)
    world.start()
    station = world.open(folder)
    assert "mise de côté" in station.notice
    whole(world, station, made)


def test_refusals_that_wait_for_a_person_outlive_the_database(world: World) -> None:
    folder = world.enrolled("one")
    station, two = world.open(folder), world.station("two")
    until(lambda: in_step(station) and in_step(two))
    arrive(station, row := expected(station))
    until(lambda: any(r.appointment == row.appointment and r.visit for r in two.reception.day()))
    visit = next(r for r in two.reception.day() if r.appointment == row.appointment).visit or ""
    world.stop()
    assert station.calling.call(visit, "1") is None
    assert two.calling.call(visit, "2") is None
    world.start()
    until(lambda: in_step(two) and in_step(station), 20)
    loser = station if station.refused() else two
    before = [(r.operation, r.reason) for r in loser.refused()]
    assert len(before) == 1
    where = loser.folder
    loser.close()
    deleted(where / "station.sqlite3")
    again = world.open(where)
    until(lambda: in_step(again), 20)
    assert [(r.operation, r.reason) for r in again.refused()] == before
    again.settled(before[0][0])
    again.close()
    deleted(where / "station.sqlite3")
    assert world.open(where).refused() == []


def test_a_replica_made_anew_is_what_it_was(world: World) -> None:
    folder = world.enrolled("one")

    def held(station: Station) -> dict[str, set[tuple[object, ...]]]:
        with reading(station._core.engine) as connection:
            return {
                kind: {tuple(map(repr, row)) for row in connection.execute(table.select())}
                for kind, table in TABLES.items()
            }

    station = world.open(folder)
    until(lambda: in_step(station))
    before = held(station)
    station.close()
    overwritten(folder / "station.sqlite3")
    station = world.open(folder)
    until(lambda: in_step(station))
    after = held(station)
    assert after.pop("person") >= before.pop("person")  # those without an appointment go at night
    assert after == before
