"""A disk that is full under a real process: said, nothing by halves, on when there is room."""

import resource

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
