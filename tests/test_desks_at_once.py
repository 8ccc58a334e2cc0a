"""Many desks that call at once, and two that are cut off: nobody is called twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from guichet.domain.model import Role, Visit
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from tests.posts import DAY, World
from tests.waiting import until

STATIONS, DESKS_EACH, WALK_INS = 4, 8, 45
_VISIT = TABLES["visit"]


def in_line(station: Station) -> set[str]:
    return {each.turn.visit for each in station.calling.line()}


def test_32_desks_call_at_once_and_each_person_is_called_once(world: World) -> None:
    stations = [world.station(f"s{n}", Role.COUNTER) for n in range(STATIONS)]
    for number in range(WALK_INS):
        assert isinstance(stations[number % STATIONS].reception.walk_in(None), Visit)
    until(lambda: len({frozenset(in_line(each)) for each in stations}) == 1)
    waiting = in_line(stations[0])
    assert len(waiting) > STATIONS * DESKS_EACH
    begin = Barrier(STATIONS * DESKS_EACH)

    def work(number: int) -> list[str]:
        station, desk = stations[number % STATIONS], str(100 + number)
        begin.wait()
        called = []
        while (here := station.calling.next(desk)).row is not None:
            assert here.refused is None
            visit = here.row.visit or ""
            called.append(visit)
            assert station.calling.start(visit) is None
            assert station.calling.finish(visit, "served") is None
        return called

    with ThreadPoolExecutor(STATIONS * DESKS_EACH) as pool:
        each = list(pool.map(work, range(STATIONS * DESKS_EACH)))
    assert Counter(visit for called in each for visit in called) == Counter(waiting)
    until(lambda: all(station.sync_state.pending == 0 for station in stations))
    assert not any(station.sync_state.to_settle for station in stations)
    with reading(world.engine) as connection:
        query = select(_VISIT).where(_VISIT.c.id.in_(waiting))
        visits = {visit.id: visit for visit in records(connection, Visit, query)}
    assert {key: visit.desk for key, visit in visits.items()} == {
        key: str(100 + number) for number, called in enumerate(each) for key in called
    }


def test_two_stations_cut_off_call_only_whom_they_received(world: World) -> None:
    stations = [world.station(name, Role.COUNTER) for name in ("a", "b")]
    for station in stations * 2:
        assert isinstance(station.reception.walk_in(None), Visit)
    until(lambda: in_line(stations[0]) == in_line(stations[1]))
    until(lambda: not any(station.sync_state.pending for station in stations))
    world.stop()
    until(lambda: all(station.cut_off for station in stations), 40)
    called = []
    for number, station in enumerate(stations):
        for desk in ("71", "72", "73"):
            here = station.calling.next(f"{desk}{number}")
            if here.row is not None:
                called.append(here.row.visit)
            else:
                assert here.alone  # others wait, whom another station has received
    assert len(called) == len(set(called)) == 4
    world.start()
    until(lambda: not any(station.sync_state.pending for station in stations), 40)
    assert not any(station.sync_state.to_settle for station in stations)
    with reading(world.engine) as connection:
        query = select(_VISIT).where(_VISIT.c.day == DAY, _VISIT.c.id.in_(called))
        assert {visit.calls for visit in records(connection, Visit, query)} == {1}
