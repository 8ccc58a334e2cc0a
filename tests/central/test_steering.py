"""Openings and closures over HTTP: who may, what stations hear, what a verdict holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest

from guichet.domain.model import Role
from guichet.domain.openings import ClosedFor, Closure, Opening
from guichet.domain.operations import SetClosure, SetOpenings
from tests.central.samples import PROCEDURE, Caller, agent, book, furnish, person, publish, row
from tests.servers import CentralUnderTest, Clock

RULE = Opening(
    "1:b:1", 1, "b", 1, "Matin", date(2026, 11, 24), None, (2,), time(9), time(10), 30, 2,
    (PROCEDURE.code,),
)  # fmt: skip
SLOT = "1-b-202611240800"
CLOSED = Closure("c1", 1, date(2026, 11, 24), date(2026, 11, 24), ClosedFor.WORKS)


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, person("p1"))
    publish(central.engine, 1, replace(agent(1), roles=(Role.SUPERVISOR,)))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def test_slots_come_by_the_feed_and_the_verdict_has_the_rule_alone(caller: Caller) -> None:
    (made,) = caller.do(SetOpenings((RULE,)))
    assert made["reason"] is None
    assert [(each["kind"], each["key"]) for each in made["changes"]] == [("opening", "1:b:1")]
    pulled = caller.pull_all()
    assert row(pulled, "opening", "1:b:1") == made["changes"][0]
    slots = [each for each in pulled if each["kind"] == "slot"]
    assert len(slots) == 2 * 9
    assert row(pulled, "slot", SLOT)["record"]["free"] == 2


def test_a_closure_leaves_tombstones_and_the_slots_of_who_is_booked(caller: Caller) -> None:
    caller.do(SetOpenings((RULE,)), wanted := book(SLOT, "p1"))
    (made,) = caller.do(SetClosure(CLOSED))
    assert made["changes"][0]["record"]["reason"] == "works"
    pulled = caller.pull_all()
    assert row(pulled, "slot", SLOT)["record"]["closed"] is True
    assert row(pulled, "slot", "1-b-202611240830")["record"] is None
    assert row(pulled, "appointment", wanted.appointment)["record"]["status"] == "booked"
    caller.do(SetClosure(replace(CLOSED, withdrawn=True)))
    assert row(caller.pull_all(), "slot", SLOT)["record"]["free"] == 1


def test_others_may_not(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 1, agent(1))
    told = caller.do(SetOpenings((RULE,)), SetClosure(CLOSED))
    assert [each["reason"] for each in told] == ["not_allowed", "not_allowed"]
    assert not [each for each in caller.pull_all() if each["kind"] in ("slot", "opening")]
