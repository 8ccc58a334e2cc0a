"""Seats for several: all of them, or none."""

import pytest

from guichet.domain.model import Slot
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.errors import CentralUnavailable
from guichet.station import Station
from guichet.station.family import hold_all, hold_all_longer, release_all
from guichet.station.mediation import Held
from tests.posts import World


def slots(station: Station) -> list[Slot]:
    """Three slots of one day with two free seats or more."""
    days = station.mediation.slots("REMI")
    return [slot for slot in days[max(days)] if open_seats(slot) > 1][:3]


def free(station: Station) -> dict[str, int]:
    days = station.mediation.slots("REMI").values()
    return {slot.id: open_seats(slot) for day in days for slot in day}


def fill(station: Station, slot: Slot) -> None:
    while isinstance(station.mediation.hold(slot), Held):
        pass


def test_all_are_held_also_of_one_slot(world: World) -> None:
    station = world.station("pan")
    first, second, _third = slots(station)
    before = free(station)
    held = hold_all(station.mediation, [first, first, second])
    assert not isinstance(held, Refused)
    assert [each.slot for each in held] == [first, first, second]
    assert len({each.id for each in held}) == 3
    taken = {first.id: 2, second.id: 1}
    assert free(station) == {key: n - taken.get(key, 0) for key, n in before.items()}
    release_all(station.mediation, held)
    assert free(station) == before


def test_one_refused_gives_the_others_back(world: World) -> None:
    station, other = world.station("pan"), world.station("other")
    first, second, third = slots(station)
    fill(other, third)
    before = free(other)
    assert hold_all(station.mediation, [first, second, third]) == Refused("slot_full")
    now = free(station)
    assert {slot.id: now[slot.id] for slot in (first, second)} == {
        slot.id: before[slot.id] for slot in (first, second)
    }


def test_kept_longer_all_or_none(world: World) -> None:
    station, other = world.station("pan"), world.station("other")
    first, second, _third = slots(station)
    held = hold_all(station.mediation, [first, second])
    assert not isinstance(held, Refused)
    world.clock.forward(minutes=3)
    longer = hold_all_longer(station.mediation, held)
    assert not isinstance(longer, Refused)
    assert [each.id for each in longer] == [each.id for each in held]
    assert all(a.until > b.until for a, b in zip(longer, held, strict=True))
    world.clock.forward(minutes=6)
    fill(other, second)
    assert hold_all_longer(station.mediation, longer) == Refused("slot_full")
    assert free(station)[first.id] == open_seats(first)


def test_nothing_is_held_without_central(world: World) -> None:
    station = world.station("pan")
    wanted = slots(station)
    world.stop()
    with pytest.raises(CentralUnavailable):
        hold_all(station.mediation, wanted)
