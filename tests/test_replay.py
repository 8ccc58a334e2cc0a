"""Arrivals through the whole of what there is: picture, decoder, station, HTTP, central."""

import pytest

from guichet.domain.model import Role
from guichet.station import Link
from tests.posts import World
from tests.replay import Replayed, arrived_once, book, heard, known, replay
from tests.waiting import until

_MIB = 1024 * 1024


def through(world: World, count: int, cut: range) -> list[int]:
    """So many arrivals, without network for some of them; the memory in use after each."""
    made = book(world, count)
    station = world.station("counter", Role.COUNTER)
    known(station, made)
    seen = Replayed()
    for number, seen in enumerate(replay(world, station, made)):  # noqa: B007 - the last one
        if number == cut.start:
            world.stop()
            until(lambda: station.sync_state.link is Link.OFFLINE, 30.0)
        if number == cut.stop:
            world.start()
    until(lambda: station.sync_state.link is Link.ONLINE, 30.0)
    heard(station)
    arrived_once(world, made, seen)
    return seen.memory


def test_everybody_is_seen_and_checked_in_once_network_or_not(world: World) -> None:
    through(world, 24, range(8, 16))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_eight_hundred_arrivals_no_miss_no_double_memory_flat(world: World) -> None:
    memory = through(world, 800, range(300, 400))
    assert max(memory[600:]) - max(memory[100:200]) < 24 * _MIB
