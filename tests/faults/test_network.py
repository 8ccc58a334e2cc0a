"""Answers lost, doubled, late or trickling; a central that says later: nothing lost, none twice."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from guichet.central import feed
from guichet.station import Link
from guichet.store.engine import reading
from guichet.sync import client
from tests.faults.proxy import proxy_to
from tests.faults.test_kill import answers
from tests.posts import World
from tests.sync.test_sync import arrive, expected, in_step, of
from tests.waiting import until
from tests.wire import wire_to

OPERATIONS = "/v1/operations"


def verdicts(answer: bytes) -> bytes:
    return answer.partition(b'"verdicts":')[2]


def again(world: World, exchange: tuple[str, dict[str, str], bytes, bytes]) -> bytes:
    """Send what was sent before once more; what central answers."""
    path, headers, body, _answer = exchange
    got = httpx.post(world.url + path.partition("?")[0], headers=headers, content=body)
    got.raise_for_status()
    return got.content


def test_a_connection_cut_after_the_commit_gets_the_same_verdict_byte_for_byte(
    world: World,
) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.lose = 3
        arrive(station, expected(station))
        until(lambda: wire.lost == 3 and in_step(station), 30)
        told = {verdicts(answer) for *_request, answer in wire.exchanged}
        assert len(wire.exchanged) == 4
        assert len(told) == 1
        assert len(answers(world)) == 1


def test_an_old_request_that_comes_again_after_newer_ones_changes_nothing(world: World) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        row = expected(station)
        arrive(station, row)
        until(lambda: in_step(station))
        visit = of(station, row)[0].visit or ""
        assert station.calling.call(visit, "4") is None
        until(lambda: in_step(station))
        assert station.calling.start(visit) is None
        until(lambda: in_step(station))
        with reading(world.engine) as connection:
            before = feed.sequences(connection)
        for exchange in reversed(wire.exchanged):
            assert verdicts(again(world, exchange)) == verdicts(exchange[-1])
        with reading(world.engine) as connection:
            assert feed.sequences(connection) == before
        assert len(answers(world)) == 3


def test_two_copies_of_a_request_at_once_are_judged_once(world: World) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.lose = 1
        arrive(station, expected(station))
        until(lambda: wire.lost == 1)
        request = wire.exchanged[0]
        fresh = request[2].replace(b'"id":"', b'"id":"x')  # an operation central has not seen
        fresh = fresh.replace(b'"visit":"', b'"visit":"x')
        copy = (request[0], request[1], fresh, b"")
        with ThreadPoolExecutor(8) as pool:
            told = set(pool.map(lambda _n: verdicts(again(world, copy)), range(8)))
        assert len(told) == 1
        assert len(answers(world)) == 2
        until(lambda: in_step(station), 30)


@pytest.mark.parametrize("how", ["silent", "trickling"])
def test_a_central_that_never_finishes_its_answer_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(client, "_LONGEST", 1.0)
    with proxy_to(world.url) as proxy:
        station = world.open(world.enrolled("one", url=proxy.url))
        until(lambda: in_step(station))
        if how == "silent":
            proxy.silent = True
        else:
            proxy.trickle = 0.05
        row = expected(station)
        start = time.monotonic()
        ticket = arrive(station, row)
        assert time.monotonic() - start < 1.0
        until(lambda: station.sync_state.link is Link.OFFLINE, 15)
        assert station.sync_state.pending == 1
        assert [r.ticket for r in of(station, row)] == [ticket]
        proxy.silent, proxy.trickle = False, None
        until(lambda: in_step(station), 30)


def test_closing_does_not_wait_for_a_central_that_does_not_answer(world: World) -> None:
    with proxy_to(world.url) as proxy:
        station = world.open(world.enrolled("one", url=proxy.url))
        until(lambda: in_step(station))
        proxy.silent = True
        arrive(station, expected(station))
        threads = station._core.sync._threads[:]
        start = time.monotonic()
        station.close()
        assert time.monotonic() - start < 2.0
        assert not any(thread.is_alive() for thread in threads)


def in_a_minute() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)


@pytest.mark.parametrize("asked", ["60", "a date"])
def test_a_storm_with_a_pause_asked_for_is_one_request_each(world: World, asked: str) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        header = asked if asked == "60" else in_a_minute()
        wire.status, wire.headers = 503, {"Retry-After": header}
        wire.asked.clear()
        arrive(station, expected(station))
        until(lambda: station.sync_state.link is Link.OFFLINE)
        for _ in range(5):
            arrive(station, expected(station))
        start = time.monotonic()
        until(lambda: time.monotonic() - start > 2)
        assert len([path for path in wire.asked if OPERATIONS in path]) == 1
        assert len([path for path in wire.asked if "/v1/events" in path]) <= 2
        assert station.sync_state.pending >= 6


def test_a_storm_without_a_pause_is_not_hammered_by_an_agent_at_work(world: World) -> None:
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.status = 429
        wire.asked.clear()
        start = time.monotonic()
        made = 0
        while time.monotonic() - start < 3:
            station._core.left()  # as every action of the agent does
            made += 1
        asked = [path for path in wire.asked if OPERATIONS in path or "changes" in path]
        assert made > 100
        assert 1 <= len(asked) <= 5
        arrive(station, expected(station))
        assert len(answers(world)) == 0
        wire.status = None
        until(lambda: in_step(station), 30)
        assert len(answers(world)) == 1
