"""Free slots over the sites, and who gets the last ones."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from secrets import token_hex

import pytest

from guichet.domain.operations import Book, Hold, Release
from tests.central.samples import PROCEDURE, Caller, furnish, person, publish, slot
from tests.servers import CentralUnderTest, Clock

SEATS, SEEKERS, STATIONS = 50, 1000, 8


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine)
    with Caller(central.url, central.enrol(1), clock()) as made:
        yield made


def ask(caller: Caller, procedure: str, **params: int) -> list[tuple[int, str]]:
    answer = caller.http.get("/v1/slots", params={"procedure": procedure, **params})
    assert answer.status_code == 200, answer.text
    return [(found["site"], found["id"]) for found in answer.json()["slots"]]


def test_the_nearest_of_each_site_come_by_time(caller: Caller, central: CentralUnderTest) -> None:
    first = date(2026, 11, 24)
    days = [first + timedelta(days=n) for n in range(6)]
    publish(central.engine, 1, *(slot(f"b{n}", 1, 2, day) for n, day in enumerate(days)))
    publish(central.engine, 2, *(slot(f"r{n}", 2, 1, day) for n, day in enumerate(days[3:])))
    caller.do(Hold("h1", "b0"), Hold("h2", "b0"))  # full: the next day is the nearest
    code = PROCEDURE.code
    found = [(1, "b1"), (1, "b2"), (1, "b3"), (2, "r0"), (2, "r1"), (2, "r2")]
    assert sorted(ask(caller, code)) == found
    assert ask(caller, code)[0] == (1, "b1")
    assert ask(caller, code, days=3) == [(1, "b1")]
    caller.do(Release("h1"))
    assert ask(caller, code)[0] == (1, "b0")
    assert ask(caller, "RENO") == []
    assert ask(caller, "%") == []
    assert ask(caller, PROCEDURE.code[:3]) == []


def test_days_and_names_are_checked(caller: Caller) -> None:
    for query in ("procedure=RENO&days=0", "procedure=RENO&days=61", ""):
        assert caller.http.get(f"/v1/slots?{query}").status_code == 422
    assert caller.http.get("/v1/slots", params={"procedure": "a\0"}).status_code == 422
    without = caller.http.get("/v1/slots", params={"procedure": "R"}, headers={"Authorization": ""})
    assert without.status_code == 401


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
    indirect=True,
)
def test_a_thousand_seekers_get_fifty_seats(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    seekers = [person(f"p{n:04}") for n in range(SEEKERS)]
    publish(central.engine, 1, slot("rare", seats=SEATS), *seekers)

    def seek(station: Caller, mine: range) -> list[str | None]:
        reasons = []
        for n in mine:
            wanted = Book(token_hex(8), f"h{n}", "rare", f"p{n:04}", PROCEDURE.code, None)
            held, booked = station.do(Hold(f"h{n}", "rare"), wanted)
            assert (held["reason"] is None) == (booked["reason"] is None)
            reasons.append(booked["reason"])
        return reasons

    with ExitStack() as stack, ThreadPoolExecutor(STATIONS) as pool:
        stations = [
            stack.enter_context(Caller(central.url, central.enrol(1), clock()))
            for _ in range(STATIONS)
        ]
        ranges = [range(first, SEEKERS, STATIONS) for first in range(STATIONS)]
        answers = Counter(reason for found in pool.map(seek, stations, ranges) for reason in found)
    assert answers == {None: SEATS, "slot_full": SEEKERS - SEATS}
    booked = [c["record"] for c in caller.pull_all() if c["kind"] == "appointment"]
    assert len({record["person"] for record in booked}) == len(booked) == SEATS
