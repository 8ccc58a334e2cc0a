import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from queue import SimpleQueue

import httpx
import pytest
from sqlalchemy import Engine, text

from guichet.central import feed, registry
from guichet.central.events import KEEPING_HOUSE, Events, keep_house
from guichet.domain.operations import Register
from guichet.domain.waiting import Rules
from guichet.store.booking import SEAT
from guichet.store.engine import reading, writing
from tests.central.samples import Caller, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock
from tests.waiting import until


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, person("p1"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


@contextmanager
def listening(caller: Caller) -> Iterator["SimpleQueue[int | None]"]:
    """The sequences that the stream tells; None is its end."""
    told: SimpleQueue[int | None] = SimpleQueue()
    with caller.http.stream("GET", "/v1/events") as response, ThreadPoolExecutor(1) as pool:
        assert response.headers["content-type"].startswith("text/event-stream")

        def listen() -> None:
            try:
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        told.put(int(line.removeprefix("data: ")))
            except httpx.HTTPError:
                pass  # this end or the other one has closed the stream
            told.put(None)

        reader = pool.submit(listen)
        try:
            yield told
        finally:
            with suppress(OSError):  # it was closed from the other side
                plug = response.extensions["network_stream"].get_extra_info("socket")
                plug.shutdown(socket.SHUT_RDWR)
        reader.result()


def until_told(told: "SimpleQueue[int | None]", sequence: int) -> None:
    while (said := told.get(timeout=10)) != sequence:
        assert said is not None, "the stream ended"
        assert said < sequence, "that is not this site's feed"


def sequence_of(central: CentralUnderTest, site: int) -> int:
    with central.engine.connect() as connection:
        return feed.sequence_of(connection, site)


def test_a_write_is_told_to_the_stations_of_its_site(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    with Caller(central.url, central.enrol(2), clock()) as elsewhere, listening(elsewhere) as other:
        with listening(caller) as told:
            (verdict,) = caller.do(Register(person("p1", family_name="Sow")))
            until_told(told, verdict["changes"][0]["sequence"])
        publish(central.engine, 2, person("p2", site=2))
        until_told(other, mine := sequence_of(central, 2))
        assert mine < verdict["changes"][0]["sequence"]


def test_what_another_process_writes_is_told_too(caller: Caller, central: CentralUnderTest) -> None:
    with listening(caller) as told:
        publish(central.engine, 1, person("p9"))
        until_told(told, sequence_of(central, 1))


def test_a_station_that_leaves_is_forgotten(caller: Caller, central: CentralUnderTest) -> None:
    with listening(caller) as told, listening(caller) as also:
        assert told.get(timeout=10) is not None
        assert also.get(timeout=10) is not None
        assert central.events.streams == 2
    until(lambda: central.events.streams == 0)


def test_stopping_ends_the_streams(
    caller: Caller, central: CentralUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(caller) as told:
        assert told.get(timeout=10) is not None
        stopper = threading.Thread(target=central.stop)
        stopper.start()
        until(lambda: told.get(timeout=10) is None)
        stopper.join(timeout=10)
        assert not stopper.is_alive()
    # They ended by themselves: the server had none to cut.
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    with pytest.raises(httpx.ConnectError):
        caller.http.get("/healthz")
    central.start()
    assert caller.http.get("/healthz").status_code == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_process_at_a_time_keeps_house(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())
    furnish(engine, person("p1"), slot("s1"))
    with writing(engine) as connection:
        held = {"hold": "h", "free_at": clock.now - timedelta(minutes=1)}
        connection.execute(SEAT.update().where(SEAT.c.number == 1).values(held))
    before = stood(engine)
    with reading(engine) as other:  # another process is at it
        other.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": KEEPING_HOUSE})
        keep_house(engine, clock(), Rules())
        assert stood(engine) == before
    keep_house(engine, clock(), Rules())
    assert stood(engine) > before


def stood(engine: Engine) -> int:
    with reading(engine) as connection:
        return feed.sequence_of(connection, 1)


async def test_silence_is_broken_by_a_comment(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.create(engine, clock())
    monkeypatch.setattr("guichet.central.events.COMMENT_EVERY", 0.01)
    events = Events(engine, clock)
    async with events.watching():
        stream = events.stream(1, "station")
        said = [await anext(stream) for _ in range(3)]
    assert said[0].startswith("event: changed\ndata: ")
    assert ":\n\n" in said[1:]
    assert [rest async for rest in stream if rest != ":\n\n"] == []
