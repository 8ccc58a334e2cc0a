"""Two processes of central on one PostgreSQL: seats and turns are as safe as within one."""

import contextlib
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from guichet.central import registry
from guichet.domain.model import Slot
from guichet.domain.operations import Action, Call, CheckIn, Hold
from guichet.store.booking import SEAT
from guichet.store.engine import reading
from tests.central.samples import Caller, appointment, book, furnish, person, slot

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

PROGRAM = """
import sys
from guichet.central.serve import serve
serve(sys.argv[1], port=0, ready=lambda url: print(url, flush=True))
"""
NOW = datetime.now(UTC).replace(microsecond=0)


@contextlib.contextmanager
def central(url: str) -> Iterator[str]:
    command = [sys.executable, "-c", PROGRAM, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture
def stations(engine: Engine, database_url: str) -> Iterator[list[Caller]]:
    """Four stations of one site, two at each of two processes."""
    registry.create(engine, NOW)
    ids = [f"{number:x}" * 16 for number in range(4)]
    persons = [person(f"p{number}") for number in range(24)]
    known = [appointment(key, "past", f"p{n}", NOW) for n, key in enumerate(ids)]
    furnish(engine, coming("past"), coming("last", 1), coming("few"), *persons, *known)
    with contextlib.ExitStack() as on:
        urls = [on.enter_context(central(database_url)) for _ in range(2)]
        made = []
        for number in range(4):
            code = registry.add_enrol_code(engine, 1, NOW)
            station = registry.enrol(engine, code, f"poste {number}", NOW)
            assert isinstance(station, registry.Enrolled)
            made.append(on.enter_context(Caller(urls[number % 2], station, NOW)))
        yield made


def coming(key: str, seats: int = 8) -> Slot:
    at = NOW.replace(minute=0, second=0) + timedelta(days=2)
    return replace(slot(key, seats=seats), day=at.date(), starts_at=at)


def at_once(stations: list[Caller], drawn: Callable[[int], Action], each: int) -> list[Any]:
    """The reasons that central gives, every station asking `each` times."""
    together = Barrier(len(stations))

    def ask(rank: int) -> list[Any]:
        together.wait(timeout=10)
        actions = [drawn(rank * each + turn) for turn in range(each)]
        return [stations[rank].do(action)[0]["reason"] for action in actions]

    with ThreadPoolExecutor(len(stations)) as pool:
        return [why for whys in pool.map(ask, range(len(stations))) for why in whys]


def test_at_the_same_moment_each_thing_is_given_once(
    stations: list[Caller], engine: Engine
) -> None:
    holds = at_once(stations, lambda _n: Hold(str(uuid.uuid4()), "last"), 4)
    assert sorted(why or "" for why in holds) == ["", *["slot_full"] * 15]

    booked = at_once(stations, lambda n: book("few", f"p{4 + n}"), 4)
    assert sorted(why or "" for why in booked) == [*[""] * 8, *["slot_full"] * 8]
    with reading(engine) as connection:
        taken = select(func.count(SEAT.c.appointment.distinct())).where(SEAT.c.slot == "few")
        assert connection.execute(taken).scalar() == 8

    twice = at_once(stations, lambda _n: book("past", "p22"), 1)
    assert sorted(why or "" for why in twice) == ["", *["already_booked"] * 3]

    visits = [str(uuid.uuid4()) for _ in range(4)]
    for number, visit in enumerate(visits):
        (done,) = stations[0].do(CheckIn(visit, f"{number:x}" * 16, f"A10{number}", None))
        assert done["reason"] is None
    for visit in visits:
        called = at_once(stations, lambda rank, visit=visit: Call(visit, f"guichet {rank}"), 1)  # type: ignore[misc]
        assert sorted(why or "" for why in called) == ["", *["already_called"] * 3]
