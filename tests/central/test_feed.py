import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete

from guichet.central import feed, keyring, pull, registry
from guichet.central.transactions import transact
from guichet.domain.model import AppointmentStatus, Procedure, Site
from guichet.domain.operations import CheckIn, Register
from guichet.domain.reference import reference_of
from guichet.store.records import TABLES
from tests.central.samples import DAY, Caller, appointment, furnish, person, publish, row, slot
from tests.servers import CentralUnderTest, Clock


@pytest.fixture
def caller(central: CentralUnderTest, clock: Clock) -> Iterator[Caller]:
    furnish(central.engine, slot("matin"), person("p1"))
    with Caller(central.url, central.enrol(1), clock()) as caller:
        yield caller


def test_pages_never_skip_or_repeat_while_others_write(caller: Caller) -> None:
    writers, each = 6, 25
    seen: list[tuple[str, str, int]] = []
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(each):
            (verdict,) = caller.do(Register(person(f"w{writer}-{number}")))
            assert verdict["reason"] is None

    def read() -> None:
        cursor, last_round = None, False
        while True:
            page = caller.pull(cursor, limit=2)
            cursor = page["cursor"]
            seen.extend((c["kind"], c["key"], c["sequence"]) for c in page["changes"])
            if last_round and not page["more"]:
                return
            last_round = done.is_set()

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(read)
        for future in [pool.submit(write, writer) for writer in range(writers)]:
            future.result()
        done.set()
        reader.result()
    sequences = [sequence for _kind, _key, sequence in seen]
    assert sequences == sorted(set(sequences))
    expected = {f"w{writer}-{number}" for writer in range(writers) for number in range(each)}
    assert {key for kind, key, _ in seen if kind == "person" and key != "p1"} == expected


def test_pages_join_up(caller: Caller, central: CentralUnderTest) -> None:
    publish(central.engine, 1, *(person(f"many{n}") for n in range(25)))
    whole = caller.pull()
    assert not whole["more"]
    page = caller.pull(limit=4)
    joined = list(page["changes"])
    while page["more"]:
        assert len(page["changes"]) == 4
        page = caller.pull(page["cursor"], limit=4)
        joined += page["changes"]
    assert joined == whole["changes"]
    assert page["cursor"] == whole["cursor"]


def test_a_changed_record_comes_again_with_its_newest_state_only(caller: Caller) -> None:
    cursor = caller.pull()["cursor"]
    assert caller.pull(cursor)["changes"] == []
    for name in ("Diop", "Sow"):
        caller.do(Register(person("p1", family_name=name)))
    page = caller.pull(cursor)
    assert row(page["changes"], "person", "p1")["record"]["family_name"] == "Sow"
    assert not page["more"]
    assert caller.pull(page["cursor"])["changes"] == []


def test_days_before_yesterday_are_left_out(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    today = clock().date()
    for offset in (-2, -1, 0):
        publish(central.engine, 1, slot(f"day{offset}", day=today + timedelta(days=offset)))
    keys = {change["key"] for change in caller.pull_all() if change["kind"] == "slot"}
    assert keys == {"matin", "day-1", "day0"}
    # 23:30 UTC is tomorrow in Paris.
    clock.advance(hours=15, minutes=30)
    keys = {change["key"] for change in caller.pull_all() if change["kind"] == "slot"}
    assert keys == {"matin", "day0"}


def test_what_nobody_has_settled_is_told_for_a_week_and_then_how_it_ended(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    friday = clock().date() - timedelta(days=3)
    owed = replace(appointment("00000000aa000001", "matin", "p1", clock()), day=friday)
    other = appointment("0000000002abcdef", "matin", "p2", clock())
    over = replace(other, day=friday, status=AppointmentStatus.ARRIVED)
    publish(central.engine, 1, owed, over)

    def told(cursor: str | None = None) -> dict[str, bool]:
        """Of each appointment a page tells of, whether it still is one."""
        changes = caller.pull(cursor)["changes"]
        kept = [each for each in changes if each["kind"] == "appointment"]
        return {each["key"]: each["record"] is not None for each in kept}

    assert told() == {owed.id: True}
    cursor = caller.pull()["cursor"]
    publish(central.engine, 1, replace(owed, status=AppointmentStatus.ARRIVED))
    assert told() == {}  # who reads for the first time need not know
    assert told(cursor) == {owed.id: False}
    absent = replace(owed, status=AppointmentStatus.ABSENT, absent_at=clock(), absent_by="agent1")
    publish(central.engine, 1, absent)
    assert told() == told(cursor) == {owed.id: True}  # today, so that it can be taken back
    publish(central.engine, 1, owed)
    clock.advance(days=7 - 3 + 1)
    assert told() == {owed.id: True}
    clock.advance(days=1)
    assert told() == {}


def test_left_out_rows_do_not_stop_a_reader(caller: Caller, central: CentralUnderTest) -> None:
    old = [slot(f"old{n}", day=DAY - timedelta(days=30)) for n in range(20)]
    publish(central.engine, 1, *old)
    page = caller.pull(caller.pull(limit=1)["cursor"], limit=1000)
    assert not page["more"]
    assert caller.pull(page["cursor"]) == {**page, "changes": []}


def test_a_record_that_is_gone_leaves_a_tombstone(
    caller: Caller, central: CentralUnderTest
) -> None:
    cursor = caller.pull()["cursor"]

    def remove(connection: Connection) -> int:
        connection.execute(delete(TABLES["person"]).where(TABLES["person"].c.id == "p1"))
        return feed.publish(connection, 1, [("person", "p1")])

    sequence = transact(central.engine, remove)
    assert caller.pull(cursor)["changes"] == [
        {"kind": "person", "key": "p1", "sequence": sequence, "record": None}
    ]


def test_a_cursor_of_another_epoch_is_refused(caller: Caller, central: CentralUnderTest) -> None:
    cursor = caller.pull()["cursor"]
    registry.new_epoch(central.engine)
    answer = caller.http.get("/v1/changes", params={"since": cursor})
    assert answer.status_code == 410
    assert answer.json()["reason"] == "cursor_unknown"
    assert caller.pull()["cursor"] != cursor


def test_a_cursor_from_the_future_is_refused(caller: Caller, central: CentralUnderTest) -> None:
    with central.engine.connect() as connection:
        epoch = registry.epoch(connection)
    ahead = pull.encode_cursor(epoch, 10**6)
    assert caller.http.get("/v1/changes", params={"since": ahead}).status_code == 410


@pytest.mark.parametrize("cursor", ["", "?", "é", "bm90aGluZw", "a" * 500, "OjE"])
def test_a_cursor_that_is_none_is_refused(caller: Caller, cursor: str) -> None:
    answer = caller.http.get("/v1/changes", params={"since": cursor})
    assert answer.status_code == 410


def test_what_sites_share_is_in_every_feed(central: CentralUnderTest, clock: Clock) -> None:
    furnish(central.engine, slot("matin"))
    late = Site(3, "Saint-Denis", "2 rue Catulienne", "Europe/Paris", 30, 15)
    publish(central.engine, 3, late)
    extra = Procedure("DUPLI", "Duplicata", "duplicata", 10, "B", True, "", ())
    publish(central.engine, 1, extra)
    key = keyring.new_key(central.engine, clock())
    shared = {("site", "1"), ("site", "2"), ("site", "3")}
    shared |= {("procedure", "RENOUV"), ("procedure", "DUPLI"), ("key", key.kid)}
    for site in (1, 2, 3):
        with Caller(central.url, central.enrol(site), clock()) as caller:
            changes = caller.pull_all()
        keys = {(change["kind"], change["key"]) for change in changes}
        assert shared < keys
        assert sum(change["kind"] == "key" for change in changes) == 2
        assert (("slot", "matin") in keys) == (site == 1)
        assert {k for kind, k in keys if kind == "agent"} == ({f"agent{site}"} - {"agent3"})


def test_publishing_again_keeps_seats_that_are_taken(
    caller: Caller, central: CentralUnderTest
) -> None:
    caller.hold("matin")
    publish(central.engine, 1, slot("matin"))
    assert row(caller.pull_all(), "slot", "matin")["record"]["free"] == 2


def test_published_appointments_take_their_seats(
    caller: Caller, central: CentralUnderTest, clock: Clock
) -> None:
    booked = [appointment(f"{n:x}" * 16, "matin", "p1", clock()) for n in range(2)]
    cancelled = replace(booked[0], id="f" * 16, status=AppointmentStatus.CANCELLED)
    cancelled = replace(cancelled, reference=reference_of("f" * 16))
    booked[1] = replace(booked[1], family="other")
    for _ in range(2):
        publish(central.engine, 1, *booked, cancelled)
    assert row(caller.pull_all(), "slot", "matin")["record"]["free"] == 1
    assert caller.hold("matin")["reason"] is None
    assert caller.hold("matin")["reason"] == "slot_full"
    # Nothing is published rather than somebody without a seat.
    one_too_many = replace(booked[0], id="e" * 16, reference=reference_of("e" * 16), person="p2")
    with pytest.raises(ValueError, match="no seat left"):
        publish(central.engine, 1, one_too_many)
    assert "e" * 16 not in {change["key"] for change in caller.pull_all()}


def test_a_check_in_is_in_the_feed_of_its_site(caller: Caller) -> None:
    caller.do(CheckIn("v1", "unknown", "A101", None))
    assert row(caller.pull_all(), "visit", "v1")["record"]["ticket"] == "A101"


def test_sites_write_at_once_without_a_deadlock(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())
    furnish(engine)

    def write(number: int) -> None:
        shared = Procedure(f"P{number}", "Duplicata", "duplicata", 10, "B", True, "", ())
        publish(engine, 1 + number % 2, shared, person(f"x{number}", site=1 + number % 2))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    with engine.connect() as connection:
        for site in (1, 2):
            text, _last, _more = pull.rows_json(connection, site, 0, 1000, DAY)
            assert text.count('"kind":"procedure"') == 25


def test_a_large_publication_is_whole(engine: Engine, clock: Clock) -> None:
    registry.create(engine, clock())
    furnish(engine)
    slots = [slot(f"s{n}", seats=4) for n in range(30)]
    persons = [person(f"p{n}") for n in range(1200)]
    publish(engine, 1, *slots, *persons)
    with engine.connect() as connection:
        assert pull.rows_json(connection, 1, 0, 10_000, DAY)[0].count('"kind":') == 1230 + 5


@given(st.text(alphabet="0123456789abcdef", min_size=1), st.integers(0, 2**62))
def test_a_cursor_is_read_back(epoch: str, sequence: int) -> None:
    cursor = pull.encode_cursor(epoch, sequence)
    assert pull.decode_cursor(cursor, epoch) == sequence
    assert pull.decode_cursor(cursor, epoch + "0") is None


@given(st.text())
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    assert pull.decode_cursor(text, "no epoch of ours") is None
