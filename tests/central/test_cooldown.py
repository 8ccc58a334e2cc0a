"""A seat given up is nobody else's for a while, and comes back when nobody can guess."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from guichet.central import flags
from guichet.central.events import keep_house
from guichet.domain.cooldown import Rules
from guichet.domain.model import Role
from guichet.domain.operations import Action, Cancel, Hold, Move
from guichet.domain.waiting import Rules as Waiting
from guichet.store.booking import SEAT
from tests.central.samples import Caller, agent, book, furnish, person, publish, row, slot
from tests.central.sites import cooled, free
from tests.servers import CentralUnderTest, Clock

RULES = Rules()


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("s1", seats=1), slot("s2"), person("p1"), person("p2"))
    with Caller(central.url, central.enrol(1), clock()) as made:
        yield made


def taken(caller: Caller, slot_id: str, who: str = "p1") -> str:
    """Book; the appointment's id."""
    action = book(slot_id, who)
    (verdict,) = caller.do(action)
    assert verdict["reason"] is None
    return action.appointment


def reason(caller: Caller, action: Action) -> str | None:
    found: str | None = caller.do(action)[0]["reason"]
    return found


def test_cancel_then_rebook_by_another_identity_fails_within_the_cooldown(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    first = taken(caller, "s1")
    (cancelled,) = caller.do(Cancel(first, "person"))
    assert row(cancelled["changes"], "slot", "s1")["record"]["free"] == 0
    clock.advance(seconds=RULES.shortest.total_seconds() - 1)
    keep_house(central.engine, clock(), Waiting())
    with Caller(central.url, central.enrol(1), clock()) as other:  # nor from another station
        for who in (caller, other):
            assert reason(who, book("s1", "p2")) == "slot_full"
            assert reason(who, Hold("h", "s1")) == "slot_full"
    clock.advance(seconds=1 + (RULES.longest - RULES.shortest).total_seconds())
    keep_house(central.engine, clock(), Waiting())
    assert free(caller)["s1"] == 1
    assert reason(caller, book("s1", "p2")) is None


def test_who_gave_it_up_may_take_it_back_at_once(caller: Caller) -> None:
    first = taken(caller, "s1")
    caller.do(Cancel(first, "mistake"))
    assert reason(caller, book("s1", "p1")) is None
    assert reason(caller, book("s1", "p2")) == "slot_full"


def test_moving_away_and_back(caller: Caller) -> None:
    mine = taken(caller, "s1")
    assert reason(caller, Move(mine, "none", "s2")) is None
    assert reason(caller, book("s1", "p2")) == "slot_full"
    assert reason(caller, Move(mine, "none", "s1")) is None
    assert free(caller)["s1"] == 0


def test_a_seat_taken_back_leaves_no_trace(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    """What was kept back and is booked again must not come back with the sweep."""
    caller.do(Cancel(taken(caller, "s1"), "mistake"))
    again = taken(caller, "s1")
    cooled(central, clock)
    with central.engine.connect() as connection:
        seat = connection.execute(SEAT.select().where(SEAT.c.slot == "s1")).one()
    assert (seat.appointment, seat.kept_for) == (again, None)
    assert free(caller)["s1"] == 0


def test_seats_come_back_at_different_moments(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 1, slot("many", seats=9), *(person(f"m{n}") for n in range(9)))
    for n in range(9):
        caller.do(Cancel(taken(caller, "many", f"m{n}"), "person"))
    with central.engine.connect() as connection:
        moments = connection.execute(
            sa.select(SEAT.c.free_at).where(SEAT.c.slot == "many")
        ).scalars()
        assert len(set(moments)) == 9


def test_a_site_that_switches_it_off_changes_no_other(
    callers: dict[int, Caller], central: CentralUnderTest
) -> None:
    assert flags.switch(central.engine, 2, "cooldown", enabled=False)
    for site, caller in callers.items():
        who = f"own{site}"
        publish(central.engine, site, person(who, site))
        caller.do(Cancel(taken(caller, f"s{site}", who), "person"))
    assert {site: free(caller)[f"s{site}"] for site, caller in callers.items()} == {
        1: 2,
        2: 3,
        3: 2,
    }
    flags.switch(central.engine, 2, "cooldown", enabled=True)
    callers[2].do(Cancel(taken(callers[2], "s2", "own2"), "person"))
    assert free(callers[2])["s2"] == 2


def test_an_urgent_seat_is_open_at_once(caller: Caller, central: CentralUnderTest) -> None:
    chief = replace(agent(1), roles=(Role.SUPERVISOR,))
    publish(central.engine, 1, chief, replace(slot("u1", seats=2), urgent=1))
    action = book("u1", "p1", hold="h")
    caller.do(Hold("h", "u1", "urgent"), action, Cancel(action.appointment, "person"))
    assert reason(caller, Hold("h2", "u1", "urgent")) is None
