"""Central restored from a backup older than what its stations know: nothing lost, none diverge."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from guichet.central import registry
from guichet.domain.operations import Register
from guichet.station import Link, Station
from guichet.station.enrolling import enrol
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from tests.faults.test_kill import answers
from tests.posts import World
from tests.store.samples import ADA
from tests.sync.test_steps import saved
from tests.sync.test_sync import arrive, expected, in_step, of
from tests.waiting import until

CHANGE = METADATA.tables["change"]


def restored(world: World, backup: Path) -> None:
    """Central goes on from that backup, as docs/protocol.md asks: under a new epoch."""
    world.engine.dispose()
    for path in world.folder.glob("central.sqlite3*"):
        path.unlink()
    shutil.copy(backup, world.path)
    world.engine = open_engine(sqlite_url(world.path))
    registry.new_epoch(world.engine)
    world.start()


def replica(station: Station) -> dict[tuple[str, str], int]:
    """What the station holds: each record's sequence in the feed."""
    found: dict[tuple[str, str], int] = {}
    with reading(station._core.engine) as connection:
        for kind in ("visit", "appointment", "person", "slot", "agent"):
            table = TABLES[kind]
            key = table.c.code if kind == "agent" else table.c.id
            for row in connection.execute(select(key, table.c.sequence)):
                found[kind, row[0]] = row.sequence
    return found


def fed(world: World, station: Station) -> dict[tuple[str, str], int]:
    """The same as central has it, for the records the station holds and all visits."""
    held = replica(station)
    with reading(world.engine) as connection:
        rows = connection.execute(select(CHANGE).where(CHANGE.c.site == 1)).all()
    return {
        (row.kind, row.key): row.sequence
        for row in rows
        if row.body != "null" and ((row.kind, row.key) in held or row.kind == "visit")
    }


def equal(world: World, *stations: Station) -> bool:
    return all(in_step(each) and replica(each) == fed(world, each) for each in stations)


def test_two_stations_give_a_restored_central_back_what_it_lost(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    arrive(one, known := expected(one))
    until(lambda: in_step(one))
    backup = saved(world)
    arrive(one, lost := expected(one))
    two._core.submit(Register(replace(ADA, id="p1", site=1)))
    until(lambda: in_step(one) and in_step(two))
    until(lambda: bool(of(two, lost)) and of(two, lost)[0].visit is not None)
    assert one.calling.call(of(one, lost)[0].visit or "", "4") is None
    assert one.calling.call(of(one, known)[0].visit or "", "5") is None
    until(lambda: equal(world, one, two), 20)
    before = answers(world)
    world.stop()
    # Work goes on while central is restored.
    assert one.calling.start(of(one, lost)[0].visit or "") is None
    arrive(two, late := expected(two))
    restored(world, backup)
    assert len(answers(world)) < len(before)
    until(lambda: equal(world, one, two), 30)
    assert set(before) < set(answers(world))
    assert one.refused() == two.refused() == []
    for station in (one, two):
        assert of(station, lost)[0].desk == "4"
        assert of(station, lost)[0].state == "serving"
        assert of(station, known)[0].desk == "5"
        assert of(station, late)[0].visit is not None


def test_what_a_restored_central_judges_otherwise_is_a_line_to_settle(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    arrive(one, row := expected(one))
    until(lambda: bool(of(two, row)) and of(two, row)[0].visit is not None)
    visit = of(one, row)[0].visit or ""
    backup = saved(world)
    two.close()
    assert one.calling.call(visit, "1") is None
    until(lambda: in_step(one))
    one.close()
    world.stop()
    restored(world, backup)
    two = world.open(two.folder)
    until(lambda: in_step(two) and of(two, row)[0].desk == "")
    assert two.calling.call(visit, "2") is None
    until(lambda: in_step(two))
    one = world.open(one.folder)
    until(lambda: equal(world, one, two), 20)
    assert [(r.kind, r.reason) for r in one.refused()] == [("call", "already_called")]
    assert of(one, row)[0].desk == of(two, row)[0].desk == "2"


def test_what_only_a_lost_station_did_is_no_ghost_at_the_others(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    backup = saved(world)
    arrive(two, row := expected(two))
    until(lambda: bool(of(one, row)) and of(one, row)[0].visit is not None)
    two.close()
    shutil.rmtree(two.folder)
    world.stop()
    restored(world, backup)
    until(lambda: equal(world, one) and of(one, row)[0].visit is None, 20)


def test_a_station_central_forgot_says_so_and_sends_all_once_enrolled_again(world: World) -> None:
    backup = saved(world)
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    folder = world.folder / "late"
    enrol(folder, world.url, code, "late", world.clock)
    station = world.open(folder)
    until(lambda: in_step(station))
    arrive(station, first := expected(station))
    until(lambda: in_step(station))
    known = set(answers(world))
    world.stop()
    restored(world, backup)
    arrive(station, second := expected(station))
    until(lambda: station.sync_state.link is Link.REJECTED, 20)
    assert "n’est pas connu de la centrale" in station.sync_state.problem
    assert station.sync_state.pending >= 1
    station.close()
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    enrol(folder, world.url, code, "late", world.clock)
    station = world.open(folder)
    until(lambda: equal(world, station), 20)
    assert station.refused() == []
    assert known < set(answers(world))
    for row in (first, second):
        assert of(station, row)[0].visit is not None


def test_a_revoked_station_enrolled_again_sends_nothing_twice(world: World) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    until(lambda: in_step(station))
    arrive(station, first := expected(station))
    until(lambda: in_step(station))
    before = answers(world)
    world.stop()  # else the station may hear that it is revoked before it has anything to send
    registry.revoke(world.engine, station._core.enrolment.station, world.clock())
    arrive(station, second := expected(station))
    world.start()
    until(lambda: station.sync_state.link is Link.REJECTED, 20)
    station.close()
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    enrol(folder, world.url, code, "one", world.clock)
    station = world.open(folder)
    until(lambda: equal(world, station), 20)
    assert station.refused() == []
    after = answers(world)
    assert before.items() <= after.items()
    kinds = [json.loads(answer)["reason"] for answer in after.values()]
    assert set(kinds) == {None}
    for row in (first, second):
        assert len(of(station, row)) == 1
