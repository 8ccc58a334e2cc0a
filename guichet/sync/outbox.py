"""Operations on their way to central, and the states that wait for central's word on them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from guichet.domain.model import Change
from guichet.domain.operations import Operation, Verdict, concerned
from guichet.store.records import change_json, replicate, to_json
from guichet.store.schema import METADATA
from guichet.store.wire import operation_json, read_change

_OUTBOX = METADATA.tables["outbox"]
_DEFERRED = METADATA.tables["deferred"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Queued:
    """An operation of the outbox. `state`: pending, refused or quarantined."""

    operation: str
    kind: str
    body: str
    state: str
    reason: str | None
    created_at: datetime


def put(connection: Connection, operation: Operation, changed: Iterable[Key]) -> None:
    """Queue an operation, in the transaction that applied it here. `changed`: what it touched."""
    keys = {*concerned(operation.action), *changed}
    connection.execute(
        insert(_OUTBOX).values(
            operation=operation.id,
            kind=operation.action.kind,
            body=operation_json(operation),
            concerned=sorted(map(list, keys)),
            state="pending",
            reason=None,
            created_at=operation.at,
        )
    )


def queued(connection: Connection, state: str, limit: int = 100) -> list[Queued]:
    """The oldest operations in a state."""
    statement = (
        select(_OUTBOX).where(_OUTBOX.c.state == state).order_by(_OUTBOX.c.position).limit(limit)
    )
    return [
        Queued(row.operation, row.kind, row.body, row.state, row.reason, row.created_at)
        for row in connection.execute(statement)
    ]


def counts(connection: Connection) -> dict[str, int]:
    """How many operations are in each state."""
    statement = select(_OUTBOX.c.state, func.count()).group_by(_OUTBOX.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}


def quarantine(connection: Connection, operation: str, reason: str) -> None:
    """Set an operation aside that central cannot even read, so that nothing waits behind it."""
    connection.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.operation == operation)
        .values(state="quarantined", reason=reason)
    )
    _release_deferred(connection)


def forget(connection: Connection, operation: str) -> None:
    """Drop a refused operation that a person has dealt with."""
    connection.execute(delete(_OUTBOX).where(_OUTBOX.c.operation == operation))


def settle(connection: Connection, *verdicts: Verdict) -> None:
    """Take central's verdicts: the operations leave the queue, central's states replace ours.

    All at once, for what still waits is looked through each time.
    """
    accepted = [{"settled": v.operation} for v in verdicts if v.reason is None]
    refused = [
        {"settled": v.operation, "refused_for": v.reason} for v in verdicts if v.reason is not None
    ]
    if accepted:
        connection.execute(_ACCEPTED, accepted)
    if refused:
        connection.execute(_REFUSED, refused)
    absorb(connection, [change for verdict in verdicts for change in verdict.changes])
    _release_deferred(connection)


_ACCEPTED = delete(_OUTBOX).where(_OUTBOX.c.operation == bindparam("settled"))
_REFUSED = (
    update(_OUTBOX)
    .where(_OUTBOX.c.operation == bindparam("settled"))
    .values(state="refused", reason=bindparam("refused_for"))
)


def absorb(connection: Connection, changes: Iterable[Change]) -> None:
    """Write central's states, save those that pending operations here still touch."""
    busy = touched(connection)
    now: list[Change] = []
    later: list[Change] = []
    for change in changes:
        (later if (change.kind, change.key) in busy else now).append(change)
    replicate(connection, now)
    for change in later:
        _defer(connection, change)


def touched(connection: Connection) -> set[Key]:
    """The records that pending operations here concern."""
    rows = connection.execute(select(_OUTBOX.c.concerned).where(_OUTBOX.c.state == "pending"))
    return {(kind, key) for keys in rows.scalars() for kind, key in keys}


def _defer(connection: Connection, change: Change) -> None:
    where = (_DEFERRED.c.kind == change.kind, _DEFERRED.c.key == change.key)
    kept = connection.execute(select(_DEFERRED.c.sequence).where(*where)).scalar()
    if kept is not None and kept > change.sequence:
        return
    connection.execute(delete(_DEFERRED).where(*where))
    body = None if change.record is None else to_json(change.record)
    connection.execute(
        insert(_DEFERRED).values(
            kind=change.kind,
            key=change.key,
            sequence=change.sequence,
            body=change_json(change.kind, change.key, change.sequence, body),
        )
    )


def _release_deferred(connection: Connection) -> None:
    """Write the deferred states that no pending operation touches any more."""
    rows: list[Any] = list(connection.execute(select(_DEFERRED)))
    if not rows:
        return
    busy = touched(connection)
    free = [row for row in rows if (row.kind, row.key) not in busy]
    replicate(connection, [read_change(json.loads(row.body)) for row in free])
    for row in free:
        connection.execute(
            delete(_DEFERRED).where(_DEFERRED.c.kind == row.kind, _DEFERRED.c.key == row.key)
        )
