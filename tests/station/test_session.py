from datetime import timedelta

import pytest

from guichet.central import training
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.errors import ConfigError
from guichet.station import SignedIn, Station
from tests.posts import World

SUPERVISOR = training.agent_code(Role.SUPERVISOR, 1)
PIN = training.PINS[Role.SUPERVISOR]


def test_an_agent_signs_in_online_or_not_in_any_case(world: World) -> None:
    station = world.station("one")
    world.stop()
    answer = station.session.sign_in(f" {SUPERVISOR.lower()} ", PIN)
    assert isinstance(answer, SignedIn)
    assert answer.modes == (Role.SUPERVISOR, Role.COUNTER, Role.MEDIATOR)
    assert station.session.agent is not None
    station.session.sign_out()
    assert station.session.agent is None


def test_an_agent_has_only_the_modes_of_their_role(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    code, pin = training.agent_code(Role.MEDIATOR, 1), training.PINS[Role.MEDIATOR]
    answer = station.session.sign_in(code, pin)
    assert isinstance(answer, SignedIn)
    assert answer.modes == (Role.MEDIATOR,)


@pytest.mark.parametrize("code", [SUPERVISOR, "NOBODY", ""])
def test_wrong_pins_cost_more_and_more_time_whoever_the_code_names(world: World, code: str) -> None:
    station = world.station("one")
    for _ in range(3):
        answer = station.session.sign_in(code, "0000")
        assert isinstance(answer, Refused)
        assert answer.reason == "wrong_pin"
    answer = station.session.sign_in(code, PIN)
    assert answer == Refused("wait", {"seconds": "2"})
    world.clock.forward(seconds=2)
    assert isinstance(station.session.sign_in(code, "0000"), Refused)
    assert station.session.sign_in(code, PIN) == Refused("wait", {"seconds": "4"})


def test_the_delay_survives_a_restart_and_a_clock_set_back(world: World) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    for _ in range(3):
        station.session.sign_in(SUPERVISOR, "0000")
    station.close()
    world.clock.now -= timedelta(days=1)
    again = Station.open(folder, world.clock)
    try:
        assert again.session.sign_in(SUPERVISOR, PIN) == Refused("wait", {"seconds": "2"})
        world.clock.forward(seconds=3)
        assert isinstance(again.session.sign_in(SUPERVISOR, PIN), SignedIn)
    finally:
        again.close()


def test_a_right_pin_forgets_the_failures(world: World) -> None:
    station = world.station("one")
    for _ in range(2):
        station.session.sign_in(SUPERVISOR, "0000")
    station.session.sign_in(SUPERVISOR, PIN)
    assert station.session.sign_in(SUPERVISOR, "0000") == Refused("wrong_pin", {"seconds": "0"})


def test_an_agent_of_another_site_is_not_known_here(world: World) -> None:
    station = world.station("one", site=1)
    answer = station.session.sign_in(training.agent_code(Role.SUPERVISOR, 2), PIN)
    assert isinstance(answer, Refused)


def test_a_second_window_on_the_same_folder_is_refused(world: World) -> None:
    folder = world.enrolled("one")
    world.open(folder)
    with pytest.raises(ConfigError, match="déjà ouvert"):
        Station.open(folder, world.clock)


def test_a_folder_that_was_never_enrolled_says_how(world: World) -> None:
    (world.folder / "new").mkdir()
    with pytest.raises(ConfigError, match="guichet enrol"):
        Station.open(world.folder / "new", world.clock)


def test_the_token_is_readable_by_its_owner_only_and_nowhere_else(world: World) -> None:
    folder = world.enrolled("one")
    station = world.open(folder)
    token = station._core.enrolment.token
    assert (folder / "enrolment.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "station.sqlite3").stat().st_mode & 0o777 == 0o600
    holders = [p.name for p in folder.rglob("*") if p.is_file() and token in p.read_text("latin1")]
    assert holders == ["enrolment.json"]
    assert token not in world.path.read_text("latin1")
