"""How soon a station hears and is heard, and how long it leaves a central in trouble alone."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from guichet.central import events
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.serve import running
from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import GONE_AFTER
from guichet.domain.model import AccordMode
from guichet.station import Link, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading, writing
from guichet.sync import pace
from guichet.sync.exchanges import heard_at
from tests.posts import World, free_slot
from tests.store.samples import ADA
from tests.waiting import until
from tests.wire import Wire, wire_to

SOON = 2.0
"""Seconds within which another online station knows what was done: the product's promise."""


def expected(station: Station) -> list[DayRow]:
    """Who is expected today and has not come."""
    rows = station.reception.day()
    return [r for r in rows if r.state is DayState.EXPECTED and r.confirmed]


def arrive(station: Station, row: DayRow) -> str:
    """Check the person in; the ticket."""
    found = station.reception.admit(station.reception.choose(row.appointment or ""))
    assert found.visit is not None
    return found.visit.ticket


def in_step(station: Station) -> bool:
    state = station.sync_state
    return state.link is Link.ONLINE and state.pending == 0


def heard_after(station: Station, row: DayRow, ticket: str, start: float) -> float:
    """Seconds from `start` until the station's own copy holds the visit."""

    def heard() -> bool:
        rows = station.reception.day()
        return any(r.appointment == row.appointment and r.ticket == ticket for r in rows)

    until(heard, SOON, "the other station's check-in")
    return time.monotonic() - start


def test_another_station_knows_of_a_check_in_within_two_seconds(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    for row in expected(one)[:3]:
        start = time.monotonic()
        ticket = arrive(one, row)
        assert heard_after(two, row, ticket, start) < SOON
        until(lambda: in_step(one))


def test_whoever_waits_for_centrals_word_has_it_within_two_seconds(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    (procedure,) = (p for p in station.mediation.procedures() if p.code == "REMI")
    held = station.mediation.hold(free_slot(station, procedure.code))
    assert isinstance(held, Held)
    person = replace(ADA, site=1)
    assert station.mediation.register(person) is None
    accord = station.mediation.accord(AccordMode.READ_ALOUD, "fr")
    start = time.monotonic()
    booked = station.mediation.book(person, procedure, held, accord)
    assert time.monotonic() - start < SOON
    assert isinstance(booked, Booked)
    assert booked.confirmed


def test_after_an_outage_stations_hear_of_each_other_as_soon_as_before(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    until(lambda: in_step(one) and in_step(two))
    world.stop()
    until(lambda: one.sync_state.link is Link.OFFLINE and two.sync_state.link is Link.OFFLINE)
    world.start()
    until(lambda: in_step(one) and in_step(two))
    until(
        lambda: one._core.sync._listening.open and two._core.sync._listening.open,
        what="both listen again",
    )
    row = expected(one)[0]
    start = time.monotonic()
    assert heard_after(two, row, arrive(one, row), start) < SOON


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_whoever_hears_looks_every_half_hour_and_whoever_does_not_every_quarter_of_one(
    jitter: float,
) -> None:
    assert pace.next_look(jitter, listening=True) == pytest.approx(1620 + 360 * jitter)
    assert pace.next_look(jitter, listening=False) == 15
    at_desk = pace.next_look(jitter, listening=True, at_desk=True)
    assert at_desk == pytest.approx(162 + 36 * jitter)
    assert timedelta(seconds=2 * at_desk) < GONE_AFTER


@pytest.mark.parametrize(
    ("failures", "asked", "jitter", "deaf", "waking"),
    [
        (1, None, 0.0, 0.5, 0.0),
        (1, None, 1.0, 0.5, 0.5),
        (2, None, 0.5, 1.0, 0.5),
        (5, None, 1.0, 5.0, 5.0),  # half of the longest wait, and the other half
        (5000, None, 0.0, 5.0, 0.0),
        (1, 30.0, 0.0, 30.0, 0.0),  # what central asks for nothing cuts short
        (9, 30.0, 1.0, 36.0, 0.0),
        (1, 86400.0, 0.0, 300.0, 0.0),
        (1, 0.0, 1.0, 0.0, 0.0),
    ],
)
def test_the_rest_after_failures(
    failures: int, asked: float | None, jitter: float, deaf: float, waking: float
) -> None:
    assert pace.rest(failures, asked, jitter) == pytest.approx((deaf, waking))


@pytest.mark.parametrize(
    ("asked", "jitter", "pause"),
    [(None, 0.0, 0.5), (None, 1.0, 1.5), (7.0, 0.0, 7.5), (86400.0, 0.0, 300.5)],
)
def test_the_pause_between_two_streams(asked: float | None, jitter: float, pause: float) -> None:
    assert pace.listen_again(asked, jitter) == pause


class Counted:
    """Notes the paths that are asked for."""

    def __init__(self, app: ASGIApp, asked: list[str]) -> None:
        self.app = app
        self.asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        self.asked.append(scope.get("path", ""))
        await self.app(scope, receive, send)


def test_whoever_listens_asks_nothing_while_nothing_changes_and_hears_central_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "POLL", 0.05)
    monkeypatch.setattr(pace, "CALM", 0.05)
    monkeypatch.setattr(events, "COMMENT_EVERY", 0.15)
    app = create_app(world.engine, clock=world.clock, protection=UNLIMITED)
    asked: list[str] = []
    app.add_middleware(Counted, asked=asked)
    world.stop()
    with running(app, port=world._port):
        station = world.station("one")
        sync, pulls = station._core.sync, "/v1/changes"
        until(lambda: in_step(station) and sync._listening.open and asked.count(pulls) > 1)
        before = asked.count(pulls)
        for _ in range(5):
            world.clock.forward(minutes=2)
            until(lambda: station.liaison.facts().heard_at == world.clock())
        assert asked.count(pulls) - before <= 1  # one may have been under way
    until(lambda: not sync._listening.open and station.sync_state.link is Link.OFFLINE)


@contextmanager
def in_trouble(world: World, status: int, **headers: str) -> Iterator[tuple[Station, Wire]]:
    """A station that was online until central began to answer nothing but that status."""
    with wire_to(world.url) as wire:
        station = world.open(world.enrolled("one", url=wire.url))
        until(lambda: in_step(station))
        wire.status, wire.headers = status, headers
        wire.asked_at.clear()
        yield station, wire


def pauses(wire: Wire, request: str, number: int) -> list[float]:
    """The first so many pauses between two such requests, in seconds."""

    def moments() -> list[float]:
        return [at for asked, at in wire.asked_at if asked.startswith(request)]

    until(lambda: len(moments()) > number, 30, request)
    found = moments()[: number + 1]
    return [after - before for before, after in pairwise(found)]


def test_the_longer_central_is_in_trouble_the_longer_it_is_left_alone(world: World) -> None:
    with in_trouble(world, 503) as (station, wire):
        arrive(station, expected(station)[0])
        # New work may cut the first pause short.
        _first, second, third = pauses(wire, "POST /v1/operations", 3)
        assert second > 0.9
        assert third > 1.9


def test_what_central_says_between_exchanges_is_kept_once_a_minute(world: World) -> None:
    station = world.station("one")
    until(lambda: in_step(station))
    world.stop()
    exchanges = station._core.sync.exchanges

    def kept() -> datetime | None:
        with reading(station._core.engine) as connection:
            return heard_at(connection)

    world.clock.forward(minutes=10)
    exchanges._kept = -math.inf  # the last time is more than a minute ago
    exchanges.heard()
    then = world.clock()
    assert kept() == then
    world.clock.forward(minutes=10)
    exchanges.heard()
    assert kept() == then
    assert exchanges.silence() == timedelta(0)


def test_whoever_listens_waits_too_as_long_as_central_asks(world: World) -> None:
    with in_trouble(world, 429, **{"Retry-After": "2"}) as (_station, wire):
        *_first, last = pauses(wire, "GET /v1/events", 2)
        assert last > 1.9


@pytest.mark.parametrize("table", ["deferred", "outbox"])
def test_a_database_that_fails_is_said_and_keeping_in_step_goes_on(
    world: World, table: str
) -> None:
    station, other = world.station("one"), world.station("two")
    until(lambda: in_step(station) and in_step(other))
    engine = station._core.engine
    arrive(station, expected(station)[0])
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO lost")
    station._core.sync.wake()
    row = expected(other)[1]
    arrive(other, row)
    until(lambda: "base locale" in station.sync_state.problem, 20)
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE lost RENAME TO {table}")
    until(lambda: in_step(station) and not station.sync_state.problem, 20)
