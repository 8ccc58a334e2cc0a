"""Devices: tokens that are renewed, expire, and are revoked while a stream is open."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from guichet.central import devices, registry
from guichet.station import Link
from tests.central.samples import Caller, furnish
from tests.posts import World
from tests.servers import CentralUnderTest, Clock
from tests.waiting import until

UNUSED = 90


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine)
    with Caller(central.url, central.enrol(1), clock()) as made:
        yield made


def answer(caller: Caller, token: str) -> str | None:
    """The reason why that token is not taken; None when it is."""
    said = caller.http.get("/v1/hello", headers={"Authorization": f"Bearer {token}"})
    return None if said.status_code == 200 else str(said.json()["reason"])


def test_the_old_token_is_good_until_the_new_one_is_used(caller: Caller) -> None:
    old = caller.station.token
    lost = caller.http.post("/v1/rotate").json()["token"]
    assert answer(caller, old) is None
    new = caller.http.post("/v1/rotate").json()["token"]
    assert len({old, lost, new}) == 3
    assert answer(caller, lost) == "device_unknown"  # the answer that was lost on the way
    assert answer(caller, old) is None
    assert answer(caller, new) is None
    assert answer(caller, old) == "device_unknown"
    assert answer(caller, new) is None


def test_a_silent_device_is_let_in_no_more_until_it_is_readmitted(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    clock.advance(days=60)
    assert answer(caller, caller.station.token) is None
    clock.advance(days=UNUSED)
    assert answer(caller, caller.station.token) is None
    clock.advance(days=UNUSED, seconds=1)
    said = caller.http.get("/v1/changes")
    assert (said.status_code, said.json()["type"]) == (401, "urn:guichet:problem:device_expired")
    (listed,) = devices.listed(central.engine, clock(), UNUSED)
    assert listed.standing == "device_expired"
    assert devices.readmit(central.engine, caller.station.station, clock())
    assert answer(caller, caller.station.token) is None
    assert not devices.readmit(central.engine, "nobody", clock())


def test_what_a_device_runs_and_when_it_was_heard_are_listed(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    def listed() -> tuple[Any, ...]:
        (one,) = devices.listed(central.engine, clock(), UNUSED, site=1)
        return one.seen_at, one.version, one.standing

    begun = clock()
    clock.advance(minutes=5)
    caller.http.get("/v1/hello", headers={"User-Agent": "guichet/0.9"})
    assert listed() == (clock(), "0.9", "good")
    clock.advance(minutes=1)
    caller.http.get("/v1/hello", headers={"User-Agent": "guichet/0.9"})
    assert listed()[0] < clock()  # not written down each time
    clock.advance(minutes=1)
    caller.http.get("/v1/hello", headers={"User-Agent": "guichet/0.9"})
    assert listed()[0] == clock() > begun
    assert devices.listed(central.engine, clock(), UNUSED, site=2) == []
    registry.revoke(central.engine, caller.station.station, clock())
    assert listed()[2] == "device_revoked"


def test_a_revoked_device_s_stream_ends_within_seconds(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    with (
        Caller(central.url, central.enrol(1), clock()) as other,
        other.http.stream("GET", "/v1/events") as kept,
        caller.http.stream("GET", "/v1/events") as cut,
    ):
        until(lambda: central.events.streams == 2)
        registry.revoke(central.engine, caller.station.station, clock())
        told = "".join(cut.iter_text())  # until it ends
        assert told.startswith("event: changed")
        assert central.events.streams == 1
        assert kept.is_stream_consumed is False
    assert answer(caller, caller.station.token) == "device_revoked"


def test_hello_says_what_holds_and_asks_for_no_protocol(caller: Caller, clock: Clock) -> None:
    del caller.http.headers["Guichet-Protocol"]
    said = caller.http.get("/v1/hello")
    assert said.json() == {
        "now": clock().isoformat().replace("+00:00", "Z"),
        "protocol_min": 1,
        "protocol_max": 1,
        "site": 1,
        "station": caller.station.station,
        "flags": {"cooldown": True},
    }
    assert httpx.get(f"{caller.http.base_url}/v1/hello").status_code == 401


def test_a_station_renews_its_token_each_month(world: World) -> None:
    folder = world.enrolled("one")
    file = folder / "enrolment.json"
    before = json.loads(file.read_text())
    station = world.open(folder)
    until(lambda: station.sync_state.link is Link.ONLINE)
    assert json.loads(file.read_text()) == before
    station.close()
    world.clock.forward(days=31)
    station = world.open(folder)
    until(lambda: json.loads(file.read_text())["token"] != before["token"])
    after = json.loads(file.read_text())
    assert after["token_at"] == world.clock().isoformat()
    with httpx.Client(base_url=world.url) as http:

        def bearing(token: str) -> int:
            return http.get("/v1/hello", headers={"Authorization": f"Bearer {token}"}).status_code

        def replaced() -> bool:
            station._core.sync.once()  # with the new one, once it is on the disk
            return bearing(before["token"]) == 401

        until(replaced)
        assert bearing(after["token"]) == 200
