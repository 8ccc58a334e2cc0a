import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from guichet.central import keyring, registry
from guichet.convocation.token import Verified, identity_digest, verify
from guichet.domain.identity import identity_of
from guichet.domain.operations import Cancel, CheckIn, Hold, Register
from guichet.store.booking import SEAT
from guichet.store.engine import reading
from guichet.store.wire import operation_json
from tests.central.samples import (
    Caller,
    book,
    furnish,
    operation,
    person,
    publish,
    row,
    slot,
)
from tests.servers import CentralUnderTest, Clock
from tests.waiting import until


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("matin"), person("p1"), person("p2"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def taken(central: CentralUnderTest, slot_id: str) -> list[str]:
    with reading(central.engine) as connection:
        statement = sa.select(SEAT.c.appointment).where(
            SEAT.c.slot == slot_id, SEAT.c.appointment.is_not(None)
        )
        return list(connection.execute(statement).scalars())


def test_a_verdict_carries_the_rows_as_central_has_them(caller: Caller) -> None:
    hold = str(uuid.uuid4())
    held, booked = caller.do(Hold(hold, "matin"), wanted := book("matin", "p1", hold))
    assert held["reason"] is None
    assert row(held["changes"], "slot", "matin")["record"]["free"] == 2
    assert booked["reason"] is None
    appointment = row(booked["changes"], "appointment", wanted.appointment)
    assert appointment["sequence"] > 0
    assert appointment["record"]["status"] == "booked"
    assert row(booked["changes"], "slot", "matin")["record"]["free"] == 2
    assert row(booked["changes"], "person", "p1")["record"]["family_name"] == "Diallo"
    assert booked["detail"]["reference"] == appointment["record"]["reference"]
    # The same rows are those of the feed.
    assert row(caller.pull_all(), "appointment", wanted.appointment) == appointment


def test_the_token_is_signed_for_the_person(caller: Caller, central: CentralUnderTest) -> None:
    wanted = book("matin", "p1")
    (booked,) = caller.do(wanted)
    token = row(booked["changes"], "appointment", wanted.appointment)["record"]["token"]
    known = {key.kid: bytes.fromhex(key.public) for key in keyring.keys(central.engine)}
    verified = verify(token, known)
    assert isinstance(verified, Verified)
    secret = bytes.fromhex(caller.station.identity_secret)
    assert verified.claims.site == 1
    assert verified.claims.digest == identity_digest(
        secret, wanted.appointment, identity_of(person("p1"))
    )


def test_a_refusal_carries_the_rows_too(caller: Caller) -> None:
    (refused,) = caller.do(Hold("h", "unknown"))
    assert refused["reason"] == "unknown_slot"
    assert refused["changes"] == [{"kind": "slot", "key": "unknown", "sequence": 0, "record": None}]


def test_an_operation_sent_again_gets_the_same_verdict(
    caller: Caller, central: CentralUnderTest
) -> None:
    wanted = book("matin", "p1")
    sent = operation(caller.station, wanted, caller.at)
    first = caller.send(sent)
    caller.do(Cancel(wanted.appointment, "person"))
    central.stop()
    central.start()
    assert caller.send(sent, sent) == first * 2
    assert taken(central, "matin") == []


def test_an_operation_sent_twice_at_once_is_judged_once(
    caller: Caller, central: CentralUnderTest
) -> None:
    sent = operation(caller.station, book("matin", "p1"), caller.at)
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: caller.send(sent), range(16)))
    assert all(verdict == verdicts[0] for verdict in verdicts)
    assert verdicts[0][0]["reason"] is None
    assert len(taken(central, "matin")) == 1


def test_another_station_cannot_use_an_operation_s_id(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    sent = operation(caller.station, Hold("h", "matin"), caller.at)
    caller.send(sent)
    with Caller(central.url, central.enrol(1), clock()) as other:
        copied = operation(other.station, Hold("h2", "matin"), caller.at)
        object.__setattr__(copied, "id", sent.id)
        assert other.send(copied)[0]["reason"] == "duplicate_id"


def test_a_station_speaks_for_itself_and_its_site_only(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    with Caller(central.url, central.enrol(2), clock()) as other:
        foreign = operation(caller.station, Hold("h", "matin"), caller.at)
        (verdict,) = other.send(foreign)
        assert verdict["reason"] == "other_site"
        assert verdict["changes"][0]["record"] is None
        assert caller.send(foreign)[0]["reason"] is None
        # Nor does an operation of its own reach a person of the other site.
        assert other.do(book("matin", "p1"))[0]["reason"] == "unknown_person"
        assert other.do(Register(person("p1", site=2)))[0]["reason"] == "other_site"
    assert row(caller.pull_all(), "slot", "matin")["record"]["free"] == 2


def test_a_check_in_at_another_site_leaves_the_appointment_alone(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    wanted = book("matin", "p1")
    caller.do(wanted)
    with Caller(central.url, central.enrol(2), clock()) as other:
        (verdict,) = other.do(CheckIn("v1", wanted.appointment, "A101", None))
    assert verdict["reason"] is None
    assert row(verdict["changes"], "visit", "v1")["record"]["anomaly"] == "unknown_here"
    assert row(verdict["changes"], "visit", "v1")["record"]["person"] is None
    kept = row(caller.pull_all(), "appointment", wanted.appointment)["record"]
    assert kept["status"] == "booked"


def test_the_last_seats_are_held_once_each(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 1, slot("rare", seats=5))
    start = threading.Barrier(16)

    def try_to_hold(_number: int) -> str | None:
        start.wait()
        reason: str | None = caller.hold("rare")["reason"]
        return reason

    with ThreadPoolExecutor(16) as pool:
        reasons = list(pool.map(try_to_hold, range(16)))
    assert sorted(reasons, key=str) == [None] * 5 + ["slot_full"] * 11
    assert row(caller.pull_all(), "slot", "rare")["record"]["free"] == 0


def test_the_last_seats_are_booked_once_each(caller: Caller, central: CentralUnderTest) -> None:
    persons = [person(f"crowd{n}") for n in range(16)]
    publish(central.engine, 1, slot("rare", seats=5), *persons)
    start = threading.Barrier(16)

    def try_to_book(number: int) -> dict[str, Any]:
        start.wait()
        return caller.do(book("rare", f"crowd{number}"))[0]

    with ThreadPoolExecutor(16) as pool:
        verdicts = list(pool.map(try_to_book, range(16)))
    assert sum(verdict["reason"] is None for verdict in verdicts) == 5
    assert {verdict["reason"] for verdict in verdicts} == {None, "slot_full"}
    seats = taken(central, "rare")
    assert len(seats) == len(set(seats)) == 5
    booked = [c for c in caller.pull_all() if c["kind"] == "appointment"]
    assert {change["key"] for change in booked} == set(seats)


def test_a_person_has_one_active_appointment_in_a_family(
    caller: Caller, central: CentralUnderTest
) -> None:
    start = threading.Barrier(2)

    def try_to_book(_number: int) -> dict[str, Any]:
        start.wait()
        return caller.do(book("matin", "p1"))[0]

    with ThreadPoolExecutor(2) as pool:
        verdicts = sorted(pool.map(try_to_book, range(2)), key=lambda v: str(v["reason"]))
    assert [verdict["reason"] for verdict in verdicts] == [None, "already_booked"]
    assert len(taken(central, "matin")) == 1


def test_a_hold_that_runs_out_gives_its_seat_back(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    publish(central.engine, 1, slot("rare", seats=1))
    assert caller.hold("rare")["reason"] is None
    assert caller.hold("rare")["reason"] == "slot_full"
    clock.advance(minutes=5)
    until(lambda: row(caller.pull_all(), "slot", "rare")["record"]["free"] == 1)
    assert caller.hold("rare")["reason"] is None


def test_a_station_enrolled_anew_hears_the_verdicts_of_what_it_sent_before(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    sent = operation(caller.station, Hold("h", "matin"), caller.at)
    first = caller.send(sent)
    with Caller(central.url, central.enrol(1), clock()) as anew:
        assert anew.send(replace(sent, station=anew.station.station)) == first
        other = replace(sent, station=anew.station.station, agent="agent2")
        assert anew.send(other)[0]["reason"] == "duplicate_id"


def test_a_cursor_of_another_life_of_central_has_nothing_judged(
    caller: Caller, central: CentralUnderTest
) -> None:
    cursor = caller.pull()["cursor"]
    sent = operation_json(operation(caller.station, Register(person("p9")), caller.at))
    registry.new_epoch(central.engine)

    def push(since: str) -> httpx.Response:
        body = f'{{"operations":[{sent}]}}'
        return caller.http.post("/v1/operations", content=body, params={"since": since})

    assert (push(cursor).status_code, push(cursor).json()["reason"]) == (410, "cursor_unknown")
    assert not [each for each in caller.pull_all() if each["key"] == "p9"]
    assert push(caller.pull()["cursor"]).json()["verdicts"][0]["reason"] is None
    assert row(caller.pull_all(), "person", "p9")
