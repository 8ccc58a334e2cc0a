"""Records between the domain's dataclasses, table rows and JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Select,
    Table,
    bindparam,
    delete,
    literal,
    select,
)

from guichet.domain.model import Person, Visit
from guichet.domain.names import search_key
from guichet.domain.passage import measured
from guichet.domain.replicated import RECORDS, Change, Record
from guichet.phones import digits_key
from guichet.store.prepared import Prepared
from guichet.store.schema import METADATA
from guichet.store.types import UtcDateTime
from guichet.store.upsert import insert_into

Key = tuple[str, str]
"""A record's kind and key."""

R = TypeVar("R", bound=Record)

TABLES: dict[str, Table] = {
    kind: METADATA.tables["public_key" if kind == "key" else kind] for kind in RECORDS
}
KINDS: dict[type, str] = {model: kind for kind, model in RECORDS.items()}
_COLUMNS: dict[type, tuple[str, ...]] = {
    model: tuple(str(column.name) for column in TABLES[kind].columns)
    for kind, model in RECORDS.items()
}
_NESTED: dict[type, tuple[str, ...]] = {
    model: tuple(
        str(column.name)
        for column in TABLES[kind].columns
        if isinstance(column.type, JSON) and str(column.name) in model.__dataclass_fields__
    )
    for kind, model in RECORDS.items()
}
_MOMENTS: dict[type, tuple[str, ...]] = {
    model: tuple(
        str(column.name) for column in TABLES[kind].columns if isinstance(column.type, UtcDateTime)
    )
    for kind, model in RECORDS.items()
}
_NATIVE = (date, datetime)
"""What a column takes as it is."""


def key_column(kind: str) -> Any:
    """The primary key column of a kind's table."""
    return next(iter(TABLES[kind].primary_key.columns))


def key_of(record: Record) -> str:
    """The key of a record on the wire."""
    return str(getattr(record, key_column(KINDS[type(record)]).name))


def to_json(record: Record) -> str:
    """The record as JSON text."""
    return msgspec.json.encode(record).decode()


def from_json(kind: str, body: Any) -> Record:
    """The record of a JSON value already parsed; raises msgspec.ValidationError."""
    return msgspec.convert(body, RECORDS[kind])


def columns(record: Record, sequence: int = 0) -> dict[str, Any]:
    """The record as a table row."""
    row: dict[str, Any] = msgspec.to_builtins(record, builtin_types=_NATIVE)
    for name in _NESTED[type(record)]:
        row[name] = msgspec.to_builtins(row[name])
    if isinstance(record, Person):
        row["match_key"] = search_key(record.family_name, record.given_names)
        row["phone_key"] = digits_key(record.phone or "")
    if isinstance(record, Visit):
        row["waited"], row["served"] = measured(record)
    row["sequence"] = sequence
    return row


def records(
    connection: Connection,
    model: type[R],
    statement: Executable | Prepared,
    parameters: Mapping[str, Any] | None = None,
) -> list[R]:
    """The records that a statement gives the model's whole rows of, in its order."""
    names, rows = _COLUMNS[model], _rows(connection, statement, parameters or {})
    return [msgspec.convert(dict(zip(names, row, strict=True)), model) for row in rows]


def _rows(
    connection: Connection, statement: Executable | Prepared, parameters: Mapping[str, Any]
) -> Sequence[Any]:
    if isinstance(statement, Prepared):
        return statement.rows(connection, **parameters)
    return connection.execute(statement, parameters).all()


def record(
    connection: Connection,
    model: type[R],
    statement: Select[Any],
    parameters: Mapping[str, Any] | None = None,
) -> R | None:
    """The first of those records, or None."""
    return next(iter(records(connection, model, statement.limit(1), parameters)), None)


def get(connection: Connection, model: type[R], key: str | int) -> R | None:
    """The record with that key, or None."""
    kind = KINDS[model]
    memory, named = _MEMORY.get(connection, _NOTHING), (kind, str(key))
    if named in memory:
        return cast("R | None", memory[named])
    value = int(key) if kind == "site" else key
    found = next(iter(records(connection, model, _BY_KEY[kind], {"key": value})), None)
    if memory is not _NOTHING:
        memory[named] = found
    return found


# What a transaction remembers ----------------------------------------------------------------

_MEMORY: WeakKeyDictionary[Connection, dict[Key, Record | None]] = WeakKeyDictionary()
_NOTHING: dict[Key, Record | None] = {}
"""The memory of who keeps none; nothing is ever put there."""


@contextmanager
def remembering(connection: Connection, known: Mapping[Key, Record | None]) -> Iterator[None]:
    """Let `get` and `put` remember the records that they read and wrote meanwhile, and `known`.

    For one operation, under the lock that its records are changed under. A record that is changed
    otherwise than by `put` is to be remembered or forgotten by whoever does so.
    """
    _MEMORY[connection] = dict(known)
    try:
        yield
    finally:
        del _MEMORY[connection]


def remembered(connection: Connection) -> Mapping[Key, Record | None]:
    """What is remembered now, None being a record that does not exist."""
    return _MEMORY.get(connection, _NOTHING)


def remember(connection: Connection, record: Record) -> None:
    """The record has just been written so."""
    memory = _MEMORY.get(connection, _NOTHING)
    if memory is not _NOTHING:
        memory[KINDS[type(record)], key_of(record)] = _as_read(record)


def forget(connection: Connection) -> None:
    """What was written has been taken back."""
    _MEMORY.get(connection, _NOTHING).clear()


def _as_read(record: R) -> R:
    """The record as the database gives it back: its moments in UTC."""
    moments = ((name, getattr(record, name)) for name in _MOMENTS[type(record)])
    utc = {name: at.astimezone(UTC) for name, at in moments if at is not None and at.utcoffset()}
    return replace(record, **utc) if utc else record


def read_together(
    connection: Connection, columns: tuple[Column[Any], ...], key: str, keys: Sequence[Key]
) -> tuple[Sequence[Any] | None, dict[Key, Record | None]]:
    """The row of a table whose first of these columns is `key`, and the records with those keys,
    at most one of a kind, read by a single statement; None for what there is not.
    """
    asked: dict[str, Any] = {kind: int(k) if kind == "site" else k for kind, k in keys}
    asked["first"] = key
    row = _together(columns, tuple(kind for kind, _key in keys)).first(connection, **asked)
    start = len(columns)
    first = row[:start] if row[0] is not None else None
    found: dict[Key, Record | None] = {}
    for kind, named in keys:
        names, model = _COLUMNS[RECORDS[kind]], RECORDS[kind]
        part = row[start : start + len(names)]
        start += len(names)
        there = part[0] is not None
        found[kind, named] = (
            msgspec.convert(dict(zip(names, part, strict=True)), model) if there else None
        )
    return first, found


@cache
def _together(columns: tuple[Column[Any], ...], kinds: tuple[str, ...]) -> Prepared:
    joined: Any = select(literal(1).label("one")).subquery("one")
    joined = joined.outerjoin(columns[0].table, columns[0] == bindparam("first"))
    for kind in kinds:
        joined = joined.outerjoin(TABLES[kind], key_column(kind) == bindparam(kind))
    tables = (TABLES[kind] for kind in kinds)
    every = (each for table in tables for each in table.columns)
    return Prepared(select(*columns, *every).select_from(joined))


def _is(kind: str, key: str | int) -> ColumnElement[bool]:
    column = key_column(kind)
    return cast("ColumnElement[bool]", column == (int(key) if kind == "site" else key))


_BY_KEY = {
    kind: Prepared(select(table).where(key_column(kind) == bindparam("key")))
    for kind, table in TABLES.items()
}


def put(connection: Connection, *records: Record) -> None:
    """Write records as they are now; what is known of their sequence stays."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_kind.setdefault(KINDS[type(record)], []).append(columns(record))
        remember(connection, record)
    for kind, rows in by_kind.items():
        _upsert(connection, kind, rows, keep_sequence=True)


def replicate(connection: Connection, changes: Iterable[Change]) -> None:
    """Write what central says, unless something newer from central is already there."""
    newest: dict[tuple[str, str], Change] = {}
    for change in sorted(changes, key=lambda c: c.sequence):
        newest[change.kind, change.key] = change
    by_kind: dict[str, list[Change]] = {}
    for change in newest.values():
        by_kind.setdefault(change.kind, []).append(change)
    for kind, group in by_kind.items():
        gone = [c for c in group if c.record is None]
        for change in gone:
            table = TABLES[kind]
            connection.execute(
                delete(table).where(_is(kind, change.key), table.c.sequence <= change.sequence)
            )
        rows = [columns(c.record, c.sequence) for c in group if c.record is not None]
        if rows:
            _upsert(connection, kind, rows, keep_sequence=False)


def _upsert(
    connection: Connection, kind: str, rows: Sequence[dict[str, Any]], *, keep_sequence: bool
) -> None:
    _UPSERTS[kind, keep_sequence].run(connection, *rows)


def _upsert_statement(kind: str, connection: Connection, *, keep_sequence: bool) -> Any:
    table = TABLES[kind]
    key = key_column(kind)
    statement = insert_into(connection, table)
    new = statement.excluded
    values = {
        column.name: new[column.name]
        for column in table.columns
        if column is not key and not (keep_sequence and column.name == "sequence")
    }
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_=values,
        where=None if keep_sequence else table.c.sequence <= new["sequence"],
    )


_UPSERTS = {
    (kind, keep): Prepared(partial(_upsert_statement, kind, keep_sequence=keep))
    for kind in TABLES
    for keep in (True, False)
}


def change_json(kind: str, key: str, sequence: int, body: str | None) -> str:
    """One change as JSON text, its body already JSON."""
    named = msgspec.json.encode(key).decode()
    return f'{{"kind":"{kind}","key":{named},"sequence":{sequence},"record":{body or "null"}}}'
