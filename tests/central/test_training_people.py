from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.central.training_catalogue import LANES, SITES, Lane
from guichet.central.training_day import received
from guichet.central.training_people import PERSONAS, people

NINE_FORTY = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - invented people


@given(st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_people(seed: int) -> None:
    first, again = (people(_random(seed), 60, 2026) for _time in range(2))
    assert first == again
    assert len({person.id for person in first}) == 60


def test_another_seed_gives_other_people_but_the_same_personas() -> None:
    one, other = people(_random(1), 60, 2026), people(_random(2), 60, 2026)
    assert one[: len(PERSONAS)] == other[: len(PERSONAS)]
    assert one[len(PERSONAS) :] != other[len(PERSONAS) :]


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.letter)
def test_each_lane_has_a_desk_at_each_site(lane: Lane) -> None:
    assert all(lane.desks(site.number) >= 1 for site in SITES)


def test_nobody_has_come_to_an_empty_day() -> None:
    assert received(_random(1), SITES[0], [], NINE_FORTY) == ([], [])
