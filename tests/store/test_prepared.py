from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from guichet.errors import StoreError
from guichet.store.engine import writing
from guichet.store.prepared import Prepared
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into

APPOINTMENTS = METADATA.tables["appointment"]
FEED = METADATA.tables["feed"]
CEST = timezone(timedelta(hours=2))
AT = datetime(2026, 9, 14, 11, 40, tzinfo=CEST)

_WRITE = Prepared(insert(APPOINTMENTS))
_READ_AS_EVER = select(APPOINTMENTS).where(APPOINTMENTS.c.id == bindparam("of"))
_READ = Prepared(_READ_AS_EVER)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as connection:
        yield connection


def appointment(key: str, **other: object) -> dict[str, Any]:
    """A row with every sort of value: moments, days, lists, objects, nothing."""
    return {
        **{column.name: None for column in APPOINTMENTS.columns},
        "id": key,
        "reference": key,
        "site": 1,
        "slot": "matin",
        "day": date(2026, 9, 14),
        "starts_at": AT,
        "minutes": 20,
        "procedure": "RENO",
        "family": "sejour",
        "person": key,
        "status": "booked",
        "revision": 0,
        "booked_at": AT,
        "booked_by": "C. Martin",
        "accord": {"agent": "Zoé", "paid": None},
        "presented": ["Passeport", "Justificatif « récent »"],
        "sequence": 0,
        **other,
    }


def test_what_is_read_is_what_sqlalchemy_reads(connection: Connection) -> None:
    assert _WRITE.run(connection, appointment("a1"), appointment("a2", accord=None)) == 2
    for key in ("a1", "a2"):
        row = _READ.first(connection, of=key)
        as_ever = connection.execute(_READ_AS_EVER, {"of": key}).one()
        assert row._asdict() == as_ever._asdict()
    assert row.starts_at == AT
    assert row.starts_at.tzinfo is UTC
    assert (row.accord, row.presented[1]) == (None, "Justificatif « récent »")
    assert _READ.value(connection, of="a1") == "a1"


def test_nothing_is_found(connection: Connection) -> None:
    assert _READ.rows(connection, of="nobody") == []
    assert _READ.first(connection, of="nobody") is None
    assert _READ.value(connection, of="nobody") is None
    assert _WRITE.run(connection) == 0


def test_it_says_how_many_rows_it_touched(connection: Connection) -> None:
    _WRITE.run(connection, appointment("a1"), appointment("a2"))
    moved = Prepared(
        update(APPOINTMENTS)
        .where(APPOINTMENTS.c.site == bindparam("of"), APPOINTMENTS.c.status == "booked")
        .values(minutes=bindparam("to"))
    )
    assert moved.run(connection, {"of": 1, "to": 30}) == 2
    assert moved.run(connection, {"of": 2, "to": 30}) == 0
    assert _READ.first(connection, of="a2").minutes == 30


def test_a_statement_that_the_databases_spell_apart(connection: Connection) -> None:
    advance = Prepared(
        lambda connection: (
            insert_into(connection, FEED)
            .on_conflict_do_update(
                index_elements=[FEED.c.site], set_={"sequence": FEED.c.sequence + 1}
            )
            .returning(FEED.c.sequence)
        )
    )
    assert [advance.value(connection, site=1, sequence=5) for _turn in range(3)] == [5, 6, 7]


def test_what_the_database_refuses_is_sqlalchemys_fault(engine: Engine) -> None:
    def twice() -> None:
        with writing(engine) as connection:
            _WRITE.run(connection, appointment("a1"))
            _WRITE.run(connection, appointment("a1"))

    with pytest.raises(IntegrityError) as refused:
        twice()
    assert "Zoé" not in str(refused.value)
    with writing(engine) as connection:
        assert _READ.rows(connection, of="a1") == []


def test_a_database_that_lacks_the_table_is_a_fault_of_the_store(engine: Engine) -> None:
    nowhere = Prepared(select(sa.table("nowhere", sa.column("a"))))
    with pytest.raises(StoreError), writing(engine) as connection:
        nowhere.rows(connection)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_given_up(engine: Engine) -> None:
    lost: list[int] = []

    def cut_off() -> None:
        with writing(engine) as connection:
            lost.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            with engine.connect() as other:
                other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (lost[0],))
            _READ.rows(connection, of="a1")

    with pytest.raises(StoreError):
        cut_off()
    with writing(engine) as connection:
        assert _READ.rows(connection, of="a1") == []
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() not in lost


def test_a_list_of_varying_length_cannot_be_prepared(connection: Connection) -> None:
    varying = Prepared(select(APPOINTMENTS.c.id).where(APPOINTMENTS.c.id.in_(["a1", "a2"])))
    with pytest.raises(TypeError):
        varying.rows(connection)


def test_who_listens_to_the_engine_hears_it(engine: Engine) -> None:
    heard: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    with writing(engine) as connection:
        _WRITE.run(connection, appointment("a1"), appointment("a2"))
        assert _READ.value(connection, of="a2") == "a2"
    assert [each.split()[0] for each in heard if "appointment" in each] == ["INSERT", "SELECT"]
