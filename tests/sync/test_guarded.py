"""What a station makes of a central that tells it to update, or to slow down."""

import pytest
from sqlalchemy import func, select

from guichet.central.app import create_app
from guichet.central.budgets import Protection
from guichet.central.judge import VERDICTS
from guichet.central.serve import running
from guichet.domain.model import Role
from guichet.domain.operations import Applied, Register
from guichet.errors import CentralUnavailable, UpdateRequired
from guichet.station import Link, Station
from guichet.store.engine import reading
from guichet.sync.client import CentralClient
from tests.posts import World
from tests.waiting import until


def edit(station: Station, times: int) -> None:
    """So many operations of an agent at work."""
    person = station.mediation.find_persons("a")[0]
    for _ in range(times):
        assert isinstance(station._core.submit(Register(person)), Applied)


def judged(world: World) -> int:
    with reading(world.engine) as connection:
        return connection.execute(select(func.count()).select_from(VERDICTS)).scalar_one()


def test_an_old_station_is_told_to_update_and_keeps_working(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.enrolled("one")
    world.open(folder).close()
    with monkeypatch.context() as old:
        old.setattr("guichet.sync.client.PROTOCOL", "0")
        station = world.open(folder)
        until(lambda: station.sync_state.link is Link.OUTDATED)
        assert "Mettez le poste à jour" in station.sync_state.problem
        edit(station, 5)
        until(lambda: station.sync_state.pending == 5)
        with pytest.raises(UpdateRequired):
            station._core.sync.once()
        assert station.refused() == []  # nothing was set aside as if it were wrong
        assert station._core.client().hello().protocol_max == 1
        station.close()
    assert judged(world) == 0
    updated = world.open(folder)
    until(lambda: judged(world) == 5)
    assert updated.refused() == []


def test_a_station_told_to_wait_loses_nothing(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    until(lambda: station.sync_state.link is Link.ONLINE)
    world.stop()
    protection = Protection(requests=2)
    with running(
        create_app(world.engine, clock=world.clock, protection=protection), port=world._port
    ):
        edit(station, 3)

        def told_to_wait() -> bool:
            try:
                station._core.sync.once()
            except CentralUnavailable as error:
                return "Trop de demandes" in str(error) and (error.retry_after or 0) >= 1
            return False

        until(told_to_wait)
    assert station.refused() == []
    world.start()
    station._core.sync.once()
    assert (station.refused(), judged(world)) == ([], 3)


def test_hello_is_understood(world: World) -> None:
    station = world.station("one")
    token = station._core.enrolment.token
    client = CentralClient(world.url, token)
    said = client.hello()
    client.close()
    assert (said.now, said.flags) == (world.clock(), {"cooldown": True})
