"""Booked from one site at another: what each site’s feed holds of it."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from guichet.central import reach
from guichet.central.transactions import transact
from guichet.domain.model import Demand
from guichet.domain.operations import (
    Cancel,
    CheckIn,
    Hold,
    Move,
    RecordDemand,
    Register,
    Release,
    UndoCheckIn,
)
from guichet.store.engine import reading, writing
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from tests.central.samples import (
    DAY,
    PROCEDURE,
    Caller,
    book,
    person,
    publish,
    row,
    slot,
)
from tests.central.sites import cooled, done, free, held
from tests.servers import CentralUnderTest, Clock
from tests.waiting import until


def booked(callers: dict[int, Caller], slot_id: str = "s2") -> str:
    """p1's appointment at another site, booked from their own."""
    hold = uuid.uuid4().hex
    done(callers[1], Hold(hold, slot_id))
    action = book(slot_id, "p1", hold)
    done(callers[1], action)
    return action.appointment


def said(callers: dict[int, Caller], key: str) -> dict[int, tuple[int, str, int]]:
    """Site, status and revision of an appointment, by the feed that tells them."""
    found = {site: held(caller, "appointment").get(key) for site, caller in callers.items()}
    return {
        site: (record["site"], record["status"], record["revision"])
        for site, record in found.items()
        if record is not None
    }


def test_a_slot_is_in_its_own_sites_feed_only(callers: dict[int, Caller]) -> None:
    hold = uuid.uuid4().hex
    verdict = done(callers[1], Hold(hold, "s2"))
    # Whose feed does not hold it is told so, not shown it.
    assert verdict["changes"] == [{"kind": "slot", "key": "s2", "sequence": 0, "record": None}]
    assert row(callers[2].pull_all(), "slot", "s2")["record"]["free"] == 2
    assert list(held(callers[1], "slot")) == ["s1"]
    assert done(callers[1], Release(hold))["changes"] == []
    assert row(callers[2].pull_all(), "slot", "s2")["record"]["free"] == 3


def test_both_sites_have_the_appointment_and_its_person(callers: dict[int, Caller]) -> None:
    assert "p1" not in held(callers[2], "person")
    key = booked(callers)
    assert said(callers, key) == {1: (2, "booked", 1), 2: (2, "booked", 1)}
    for site in (1, 2):
        record = held(callers[site], "person")["p1"]
        assert record is not None
        assert record["site"] == 1
    assert "p1" not in held(callers[3], "person")
    assert row(callers[2].pull_all(), "slot", "s2")["record"]["free"] == 2


def test_what_changes_later_reaches_whoever_has_the_record(callers: dict[int, Caller]) -> None:
    key = booked(callers)
    done(callers[1], Register(person("p1", family_name="Diop")))
    done(callers[2], CheckIn("v1", key, "A101", None))
    for site in (1, 2):
        record = held(callers[site], "person")["p1"]
        assert record is not None
        assert record["family_name"] == "Diop"
    assert said(callers, key) == dict.fromkeys((1, 2), (2, "arrived", 1))
    done(callers[2], UndoCheckIn("v1"))
    assert said(callers, key) == dict.fromkeys((1, 2), (2, "booked", 1))
    # The visit is the counter's.
    assert list(held(callers[2], "visit")) == ["v1"]
    assert held(callers[1], "visit") == {}


@pytest.mark.parametrize("by", [1, 2])
def test_either_site_moves_and_cancels(
    callers: dict[int, Caller], central: CentralUnderTest, clock: Clock, by: int
) -> None:
    key = booked(callers)
    publish(central.engine, 2, slot("later", 2, day=DAY + timedelta(days=1)))
    done(callers[by], Move(key, "none", "later"))
    assert said(callers, key) == dict.fromkeys((1, 2), (2, "booked", 2))
    assert free(callers[2]) == {"s2": 2, "later": 2}
    cooled(central, clock)
    assert free(callers[2]) == {"s2": 3, "later": 2}
    done(callers[by], Cancel(key, "person"))
    assert said(callers, key) == dict.fromkeys((1, 2), (2, "cancelled", 3))
    cooled(central, clock)
    assert free(callers[2]) == {"s2": 3, "later": 3}


def test_an_appointment_moved_on_stays_known_where_it_was(callers: dict[int, Caller]) -> None:
    """So that the paper of the first site is found superseded there."""
    key = booked(callers)
    done(callers[1], Move(key, "none", "s3"))
    assert said(callers, key) == dict.fromkeys((1, 2, 3), (3, "booked", 2))
    assert held(callers[3], "person")["p1"] is not None
    done(callers[1], Move(key, "none", "s1"))
    done(callers[1], Cancel(key, "mistake"))
    assert said(callers, key) == dict.fromkeys((1, 2, 3), (1, "cancelled", 4))
    done(callers[1], Register(person("p1", family_name="Sow")))
    names = {site: held(caller, "person")["p1"] for site, caller in callers.items()}
    assert {record and record["family_name"] for record in names.values()} == {"Sow"}


def test_a_record_that_is_gone_is_gone_everywhere(
    callers: dict[int, Caller], central: CentralUnderTest
) -> None:
    key = booked(callers)
    with writing(central.engine) as connection:
        for kind, gone in (("appointment", key), ("person", "p1")):
            connection.execute(TABLES[kind].delete().where(TABLES[kind].c.id == gone))
    gone_ = [("appointment", key), ("person", "p1")]
    transact(central.engine, lambda c: reach.publish(c, 1, gone_))
    for site in (1, 2):
        assert held(callers[site], "appointment") == {key: None}
        assert held(callers[site], "person")["p1"] is None
    assert "p1" not in held(callers[3], "person")


def test_only_their_own_site_finds_a_person(
    callers: dict[int, Caller], central: CentralUnderTest
) -> None:
    booked(callers)
    done(callers[1], Register(replace(person("p1"), family_name="Keita")))
    found = {}
    for site, caller in callers.items():
        answer = caller.http.post("/v1/persons", json={"q": "keita"}).json()["persons"]
        found[site] = [each["id"] for each in answer]
    assert found == {1: ["p1"], 2: [], 3: []}
    words = METADATA.tables["person_word"]
    with reading(central.engine) as connection:
        leading = connection.execute(select(words.c.site).where(words.c.word == "KEITA"))
        assert set(leading.scalars()) == {1}


def test_a_third_site_learns_nothing(callers: dict[int, Caller]) -> None:
    key = booked(callers)
    for action in (Cancel(key, "person"), Move(key, "none", "s3")):
        (verdict,) = callers[3].do(action)
        assert verdict["reason"] == "unknown_appointment"
        assert row(verdict["changes"], "appointment", key)["record"] is None
    assert said(callers, key) == dict.fromkeys((1, 2), (2, "booked", 1))


def test_a_hold_at_another_site_runs_out_there(
    callers: dict[int, Caller], central: CentralUnderTest, clock: Clock
) -> None:
    publish(central.engine, 2, slot("rare", 2, seats=1))
    assert callers[1].hold("rare")["reason"] is None
    assert callers[2].hold("rare")["reason"] == "slot_full"
    clock.advance(minutes=5)
    until(lambda: row(callers[2].pull_all(), "slot", "rare")["record"]["free"] == 1)


def test_a_seat_freed_from_elsewhere_goes_to_who_waits_where_it_is(
    callers: dict[int, Caller], clock: Clock
) -> None:
    key = booked(callers)
    demand = Demand("d2", 2, PROCEDURE.code, "p2", clock(), "agent2", waiting=True)
    done(callers[2], RecordDemand(demand))
    verdict = done(callers[1], Cancel(key, "person"))
    offered = row(callers[2].pull_all(), "demand", "d2")["record"]
    assert offered["offered"] == "s2"
    # The demand's id is the seat's hold: none of the other site's business.
    assert [change["kind"] for change in verdict["changes"]] == ["appointment"]
    assert held(callers[1], "demand") == {}


def test_the_slots_of_one_site_are_asked_for(
    callers: dict[int, Caller], central: CentralUnderTest
) -> None:
    late = slot("late", 2, day=DAY + timedelta(days=30))
    publish(central.engine, 2, slot("rare", 2, seats=1), late)
    callers[2].hold("rare")

    def ask(**params: object) -> list[tuple[str, int]]:
        query: Any = {"procedure": PROCEDURE.code, **params}
        answer = callers[1].http.get("/v1/slots", params=query)
        assert answer.status_code == 200, answer.text
        return [(found["id"], found["free"]) for found in answer.json()["slots"]]

    assert ask(site=2) == [("rare", 0), ("s2", 3), ("late", 3)]
    assert ask(site=2, days=20) == [("rare", 0), ("s2", 3)]
    assert ask(site=9) == []
    assert ask(site=2, procedure="AUTRE") == []
    for wrong in ("0", "-1", "x", str(2**31)):
        query = {"procedure": "R", "site": wrong}
        assert callers[1].http.get("/v1/slots", params=query).status_code == 422
