import json
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import get_args

import pytest
from sqlalchemy import Engine, select

from guichet.domain.desks import Desk, DeskState
from guichet.domain.keys import PublicKey
from guichet.domain.model import (
    Appointment,
    AppointmentStatus,
    Competence,
    Demand,
    Person,
    Site,
    Visit,
    VisitStatus,
)
from guichet.domain.openings import ClosedFor, Closure, Opening
from guichet.domain.operations import Applied
from guichet.domain.replicated import RECORDS, Change, Record
from guichet.domain.reports import Report
from guichet.domain.settling import Settlement
from guichet.store import records
from guichet.store.engine import reading, writing
from tests.store.samples import (
    ACCORD,
    ADA,
    BOBIGNY,
    CHIEF,
    DAY,
    FIRST,
    NOW,
    RENEWAL,
    Counter,
    furnish,
    slot,
)

BOOKED = Appointment(
    "00000000aa000001", "0000-01A8-1", 93, "s1", DAY, FIRST, 20, "renew", "permit", "p-ada",
    AppointmentStatus.BOOKED, 1, "G1:…", NOW, "MARTIN", ACCORD, None,
)  # fmt: skip
VISIT = Visit(
    "v1", 93, DAY, BOOKED.id, "p-ada", "renew", "B101", VisitStatus.WAITING, FIRST,
    None, None, None, None, None, None,
)  # fmt: skip
KEY = PublicKey("ab", "cd", NOW, datetime(2030, 1, 1, tzinfo=UTC), None)
ONE_OF_EACH: list[Record] = [
    BOBIGNY, RENEWAL, slot("s1", 3), ADA, BOOKED, VISIT, CHIEF, KEY,
    Competence("93066:", "93066", "Saint-Denis", "", 3),
    Report(
        "r1", 93, DAY, NOW, "CB1", "expected", "a1", None, "mismatched", ("name", "paid"), "vu hier"
    ),
    Demand("d1", 93, "RENO", "p-ada", NOW, "MB1", True, "s1", FIRST, 1, DAY, NOW, None, True, DAY),
    Settlement(
        "o1", 93, DAY, "book", "slot_full", NOW, "MB1", "0000-01A8-1", "p-ada", "told", NOW, "SB1"
    ),
    Desk("93:3", 93, "3", ("A", "B"), DeskState.PAUSED, "CB1", NOW),
    Opening(
        "93:b:1", 93, "b", 1, "Renouvellements", DAY, None, (1, 2), time(9), time(12, 30), 15, 4,
        ("renew",), 1, 1,
    ),
    Closure("c1", 93, DAY, DAY, ClosedFor.STRIKE, time(14)),
]  # fmt: skip


def change(record: Record, sequence: int) -> Change:
    return Change(records.KINDS[type(record)], records.key_of(record), sequence, record)


def gone(record: Record, sequence: int) -> Change:
    return replace(change(record, sequence), record=None)


def replicate(engine: Engine, *changes: Change) -> None:
    with writing(engine) as connection:
        records.replicate(connection, changes)


def known(engine: Engine, record: Record) -> Record | None:
    with reading(engine) as connection:
        return records.get(connection, type(record), records.key_of(record))


def sequence(engine: Engine, record: Record) -> int:
    table = records.TABLES[records.KINDS[type(record)]]
    with reading(engine) as connection:
        found: int = connection.execute(select(table.c.sequence)).scalar_one()
    return found


def test_every_record_has_a_sample() -> None:
    assert (
        {type(record) for record in ONE_OF_EACH} == set(RECORDS.values()) == set(get_args(Record))
    )


def test_every_record_comes_back_as_it_was(engine: Engine) -> None:
    with writing(engine) as connection:
        records.put(connection, *ONE_OF_EACH)
    assert [known(engine, record) for record in ONE_OF_EACH] == ONE_OF_EACH


def test_every_record_is_replicated_and_removed(engine: Engine) -> None:
    replicate(engine, *(change(record, 5) for record in ONE_OF_EACH))
    assert [known(engine, record) for record in ONE_OF_EACH] == ONE_OF_EACH
    replicate(engine, *(gone(record, 6) for record in ONE_OF_EACH))
    assert [known(engine, record) for record in ONE_OF_EACH] == [None] * len(ONE_OF_EACH)


def test_what_is_not_there_is_none(engine: Engine) -> None:
    with reading(engine) as connection:
        assert records.get(connection, Person, "nobody") is None
        assert records.get(connection, Site, "93") is None


def test_the_higher_sequence_wins_and_the_lower_never_overwrites(engine: Engine) -> None:
    newer = replace(ADA, commune="Pantin")
    replicate(engine, change(ADA, 5))
    replicate(engine, change(newer, 6))
    replicate(engine, change(ADA, 5))
    assert known(engine, ADA) == newer
    assert sequence(engine, ADA) == 6


def test_the_same_sequence_puts_right_what_was_changed_here(engine: Engine) -> None:
    replicate(engine, change(ADA, 5))
    with writing(engine) as connection:
        records.put(connection, replace(ADA, commune="Pantin"))
    assert sequence(engine, ADA) == 5
    replicate(engine, change(ADA, 5))
    assert known(engine, ADA) == ADA


def test_an_older_tombstone_does_not_remove(engine: Engine) -> None:
    replicate(engine, change(ADA, 5))
    replicate(engine, gone(ADA, 4))
    assert known(engine, ADA) == ADA


def test_a_tombstone_of_what_was_never_here_is_harmless(engine: Engine) -> None:
    replicate(engine, gone(ADA, 4), gone(BOBIGNY, 5))
    assert known(engine, ADA) is None


def test_a_refused_local_record_is_removed_by_sequence_zero(engine: Engine) -> None:
    with writing(engine) as connection:
        records.put(connection, BOOKED)
    replicate(engine, gone(BOOKED, 0))
    assert known(engine, BOOKED) is None


@pytest.mark.parametrize("backwards", [False, True])
def test_within_one_batch_the_newest_counts_whatever_the_order(
    engine: Engine, *, backwards: bool
) -> None:
    newer = replace(ADA, commune="Pantin")
    batch = [change(ADA, 5), gone(ADA, 6), change(newer, 7), change(BOBIGNY, 1), gone(BOBIGNY, 8)]
    replicate(engine, *(reversed(batch) if backwards else batch))
    assert known(engine, ADA) == newer
    assert known(engine, BOBIGNY) is None


def test_putting_keeps_the_sequence_and_starts_at_zero(engine: Engine) -> None:
    with writing(engine) as connection:
        records.put(connection, ADA)
    assert sequence(engine, ADA) == 0
    replicate(engine, change(ADA, 9))
    with writing(engine) as connection:
        records.put(connection, replace(ADA, commune="Pantin"))
    assert sequence(engine, ADA) == 9


def test_one_active_appointment_never_stops_what_central_says(engine: Engine) -> None:
    furnish(engine)
    station = Counter(engine, authority=None)
    local = station.appointment(station.book(ADA, "s2"))
    other = replace(BOOKED, id="00000000bb000002", reference="0000-01B8-2")
    replicate(engine, change(BOOKED, 5), change(other, 6))
    assert [known(engine, a) for a in (local, BOOKED, other)] == [local, BOOKED, other]
    replicate(engine, change(local, 7))
    assert isinstance(station.check_in("v9", local.id), Applied)


def test_json_keeps_every_record() -> None:
    for record in ONE_OF_EACH:
        kind = records.KINDS[type(record)]
        assert records.from_json(kind, json.loads(records.to_json(record))) == record


def test_a_change_as_text() -> None:
    text = records.change_json("person", 'a"b', 3, records.to_json(ADA))
    assert text.startswith('{"kind":"person","key":"a\\"b","sequence":3,"record":{"id":"p-ada"')
    assert records.change_json("person", "x", 4, None).endswith('"record":null}')
