"""Seats lent to stations: never the same twice, back when their time is over, confirmed late."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from guichet.central import registry
from guichet.central.events import keep_house
from guichet.domain.model import Demand, Role
from guichet.domain.operations import RecordDemand
from guichet.domain.waiting import Rules
from guichet.store.booking import NEVER
from guichet.store.engine import reading
from guichet.store.schema import METADATA
from tests.central.samples import (
    PROCEDURE,
    Caller,
    agent,
    book,
    furnish,
    person,
    publish,
    row,
    slot,
)
from tests.servers import CentralUnderTest, Clock

SEAT, LEASE = METADATA.tables["seat"], METADATA.tables["lease"]
WEDNESDAY = date(2026, 11, 25)
ENDS = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
"""The end of Tuesday in Paris: the day after START is the next open one."""


class Post(Caller):
    """A station that is lent seats."""

    def lent(self, wanted: int = 6, *busy: str) -> list[dict[str, Any]]:
        answer = self.http.post("/v1/leases", json={"wanted": wanted, "busy": list(busy)})
        assert answer.status_code == 200, answer.text
        leases: list[dict[str, Any]] = answer.json()["leases"]
        return leases


@pytest.fixture
def posts(central: CentralUnderTest, clock: Clock) -> Iterator[list[Post]]:
    """Two stations of a site with 16 open seats on Wednesday, in 4 slots, and some persons."""
    slots = [
        replace(slot(f"w{hour}", seats=4, day=WEDNESDAY), starts_at=_at(hour))
        for hour in (8, 9, 10, 11)
    ]
    people = [person(f"p{n}") for n in range(20)]
    furnish(central.engine, slot("tuesday", seats=8), *slots, *people)
    publish(central.engine, 1, replace(agent(1), roles=(Role.SUPERVISOR,)))
    with ExitStack() as stack:
        yield [stack.enter_context(Post(central.url, central.enrol(1), clock())) for _ in range(2)]


def _at(hour: int, day: date = WEDNESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def seats(central: CentralUnderTest) -> dict[tuple[str, int], tuple[str | None, bool]]:
    """By seat, its hold and whether it is booked."""
    with reading(central.engine) as connection:
        rows = connection.execute(SEAT.select()).all()
    return {(r.slot, r.number): (r.hold, r.free_at == NEVER) for r in rows}


def free(post: Post, key: str) -> int:
    found: int = row(post.pull_all(), "slot", key)["record"]["free"]
    return found


def test_a_share_of_the_coming_days_is_lent_until_the_next_open_day_ends(
    posts: list[Post],
) -> None:
    leases = posts[0].lent()
    assert [each["slot"] for each in leases] == ["w8", "w9", "w10", "w11"]  # a quarter of 16
    assert {datetime.fromisoformat(each["until"]) for each in leases} == {ENDS}
    assert posts[0].lent() == leases  # an answer that was lost costs nothing
    assert [free(posts[1], key) for key in ("w8", "tuesday")] == [3, 8]
    assert posts[1].lent() == []  # the other station would take more than the share


def test_two_stations_never_have_the_same_seat(
    central: CentralUnderTest, posts: list[Post]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda n: posts[n % 2].lent(2), range(8)))
    assert {len(each) for each in answers} == {2}
    holds = {lease["hold"] for each in answers for lease in each}
    assert len(holds) == 4
    kept = [hold for hold, _booked in seats(central).values() if hold]
    assert sorted(kept) == sorted(holds)


def test_what_a_station_no_longer_wants_comes_back_but_not_what_it_has_booked_on(
    posts: list[Post],
) -> None:
    first, *others = posts[0].lent()
    assert posts[0].lent(0, first["hold"]) == [first]
    assert free(posts[1], others[0]["slot"]) == 4
    assert free(posts[1], first["slot"]) == 3


def test_booking_on_a_lease_takes_its_seat_though_the_rest_is_sold(posts: list[Post]) -> None:
    lease = posts[0].lent(1)[0]
    for n in range(3):
        assert posts[1].do(book("w8", f"p{n}"))[0]["reason"] is None
    assert posts[1].do(book("w8", "p4"))[0]["reason"] == "slot_full"
    assert posts[0].do(book("w8", "p5", lease["hold"]))[0]["reason"] is None
    assert lease["hold"] not in [each["hold"] for each in posts[0].lent()]


def test_a_late_confirmation_counts_while_a_seat_is_left_and_is_refused_after(
    central: CentralUnderTest, posts: list[Post], clock: Clock
) -> None:
    first, second = posts[0].lent(2)
    clock.now = ENDS + timedelta(hours=1)
    keep_house(central.engine, clock(), Rules())
    assert all(hold is None for hold, _booked in seats(central).values())
    assert posts[0].do(book(first["slot"], "p1", first["hold"]))[0]["reason"] is None
    for n in range(2, 6):
        assert posts[1].do(book(second["slot"], f"p{n}"))[0]["reason"] is None
    verdict = posts[0].do(book(second["slot"], "p6", second["hold"]))[0]
    assert verdict["reason"] == "slot_full"
    assert row(verdict["changes"], "slot", second["slot"])["record"]["free"] == 0


def test_a_lease_that_runs_out_is_offered_to_who_waits(
    central: CentralUnderTest, posts: list[Post], clock: Clock
) -> None:
    lease = posts[0].lent(1)[0]
    waiting = Demand("d1", 1, PROCEDURE.code, "p7", clock(), "agent1", waiting=True)
    assert posts[1].do(RecordDemand(waiting))[0]["reason"] is None
    publish(central.engine, 1, slot("later", day=date(2026, 12, 10)))
    clock.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    rules = Rules(notice=timedelta(), least=timedelta())
    keep_house(central.engine, clock(), rules)
    demand = row(posts[1].pull_all(), "demand", "d1")["record"]
    assert demand["offered"] == lease["slot"]
    with reading(central.engine) as connection:
        assert connection.execute(LEASE.select()).all() == []


def test_a_lease_is_renewed_day_by_day_until_its_slot_is_near(
    central: CentralUnderTest, posts: list[Post], clock: Clock
) -> None:
    publish(central.engine, 1, slot("t9", seats=8, day=date(2026, 11, 26)))
    before = {each["slot"]: each for each in posts[0].lent(5)}
    assert set(before) == {"w8", "w9", "w10", "w11", "t9"}
    clock.now += timedelta(days=1)
    after = {each["slot"]: each for each in posts[0].lent(5)}
    assert after["t9"]["hold"] == before["t9"]["hold"]
    assert datetime.fromisoformat(after["t9"]["until"]) == ENDS + timedelta(days=1)
    assert after["w8"] == before["w8"]  # it would not come back before Wednesday's 8 o'clock


def test_a_revoked_station_gives_all_back(
    central: CentralUnderTest, posts: list[Post], clock: Clock
) -> None:
    assert posts[0].lent()
    assert registry.revoke(central.engine, posts[0].station.station, clock())
    assert all(hold is None for hold, _booked in seats(central).values())
    assert free(posts[1], "w8") == 4
    assert len(posts[1].lent()) == 4


@pytest.mark.parametrize(
    "body", [{}, {"wanted": -1, "busy": []}, {"wanted": 51, "busy": []}, {"wanted": 1, "busy": [3]}]
)
def test_what_is_no_request_is_said_to_be_none(posts: list[Post], body: dict[str, Any]) -> None:
    assert posts[0].http.post("/v1/leases", json=body).status_code == 422


def test_whose_leases_they_are_nobody_else_can_say(posts: list[Post]) -> None:
    leases = posts[0].lent(2)
    assert posts[1].lent(0, *(each["hold"] for each in leases)) == []
    assert posts[0].lent(2) == leases
    assert uuid.UUID(leases[0]["hold"])
