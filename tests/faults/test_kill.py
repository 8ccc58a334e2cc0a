"""Stations and central killed with -9, as a power cut would: nothing lost, nothing twice."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from guichet.domain.operations import Register
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from tests.faults.processes import central_process, victim
from tests.posts import World
from tests.store.samples import ADA
from tests.sync.test_sync import in_step
from tests.waiting import until

VERDICT = METADATA.tables["verdict"]
VISIT = TABLES["visit"]


def answers(world: World) -> dict[str, str]:
    """Central's verdicts, by operation."""
    with reading(world.engine) as connection:
        rows = connection.execute(select(VERDICT.c.operation, VERDICT.c.answer)).all()
        return {row.operation: row.answer for row in rows}


def visits(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(VISIT.c.id).where(VISIT.c.site == 1)).scalars())


def killed_and_back(world: World, *how: str) -> list[list[str]]:
    """Kill a station that way again and again; then it opens, and central is told everything."""
    folder = world.enrolled("one")
    world.stop()
    told = [line.split() for line in victim(folder, *how)]
    assert [words[-1] for words in told] == ["True"] * len(told), told
    world.start()
    station = world.open(folder)
    until(lambda: in_step(station), 20)
    assert station.refused() == []
    assert visits(station._core.engine) == visits(world.engine)
    with reading(world.engine) as connection:
        requests = connection.execute(select(VERDICT.c.request)).scalars()
        judged = [json.loads(request)["action"]["visit"] for request in requests]
    assert len(judged) == len(set(judged))
    assert set(judged) <= visits(world.engine)
    return told


def test_a_station_killed_at_a_statement_has_done_all_or_nothing(world: World) -> None:
    told = killed_and_back(world, "statements", "5", "16")
    assert [words[1] for words in told[:3]] == ["killed"] * 3
    assert told[-1][1] == "lived"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_station_killed_at_every_statement_has_done_all_or_nothing(world: World) -> None:
    told = [line.split() for line in victim(world.enrolled("one"), "every")]
    assert len(told) > 30
    assert [words[1:] for words in told] == [["killed", "True"]] * (len(told) - 1) + [
        ["lived", "True"]
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_station_killed_at_any_moment_has_done_all_or_nothing(world: World) -> None:
    told = killed_and_back(world, "moments", "60")
    assert sum(words[1] == "killed" for words in told) > 20


def registered(station: Station, count: int) -> set[str]:
    """Register so many persons; their ids."""
    for number in range(count):
        station._core.submit(Register(replace(ADA, id=f"p{number}", site=1)))
    return {f"p{number}" for number in range(count)}


def test_central_killed_in_a_batch_keeps_its_verdicts_and_judges_the_rest_later(
    world: World,
) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    world.stop()
    persons = registered(station, 250)
    with central_process(world) as central:
        until(lambda: answers(world), 20)
        central.kill()
    before = answers(world)
    assert 0 < len(before) < 250
    with central_process(world):
        until(lambda: in_step(station), 30)
    after = answers(world)
    assert len(after) == 250
    assert before.items() <= after.items()
    assert station.refused() == []
    person = TABLES["person"]
    with reading(world.engine) as connection:
        found = connection.execute(select(person.c.id).where(person.c.id.like("p%"))).scalars()
        assert persons <= set(found)
