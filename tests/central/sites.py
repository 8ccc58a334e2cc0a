"""A station each of three sites, which book at each other's.

Import the fixture in the conftest.py of the packages that want it::

    from tests.central.sites import callers  # noqa: F401
"""

from collections.abc import Iterator
from typing import Any

import pytest

from guichet.central.events import keep_house
from guichet.domain.model import Site
from guichet.domain.operations import Action
from guichet.domain.waiting import Rules
from tests.central.samples import Caller, agent, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock

THIRD = Site(3, "Saint-Denis", "33 boulevard de la Commune de Paris", "Europe/Paris", 30, 15)


@pytest.fixture
def callers(central: CentralUnderTest, clock: Clock) -> Iterator[dict[int, Caller]]:
    """A station each of sites 1, 2 and 3; slots s1, s2 and s3, person p1 of site 1, p2 of 2."""
    furnish(central.engine, slot("s1"), person("p1"))
    publish(central.engine, 2, slot("s2", 2), person("p2", 2))
    publish(central.engine, 3, THIRD, agent(3), slot("s3", 3))
    made = {site: Caller(central.url, central.enrol(site), clock()) for site in (1, 2, 3)}
    yield made
    for caller in made.values():
        caller.http.close()


def done(caller: Caller, action: Action) -> dict[str, Any]:
    (verdict,) = caller.do(action)
    assert verdict["reason"] is None, verdict
    return verdict


def held(caller: Caller, kind: str) -> dict[str, dict[str, Any] | None]:
    """The records of a kind in the feed of the caller's site."""
    return {c["key"]: c["record"] for c in caller.pull_all() if c["kind"] == kind}


def free(caller: Caller) -> dict[str, int]:
    """How many seats are free in each slot of the caller's site."""
    return {key: made["free"] for key, made in held(caller, "slot").items() if made is not None}


def cooled(central: CentralUnderTest, clock: Clock) -> None:
    """Wait until what was given up is kept back no more."""
    clock.advance(minutes=30)
    keep_house(central.engine, clock(), Rules())
