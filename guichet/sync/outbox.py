"""Operations on their way to central, and the states that wait for central's word on them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from guichet.domain.model import Visit, VisitStatus
from guichet.domain.operations import Operation, Verdict, concerned
from guichet.domain.replicated import Change
from guichet.domain.settling import Settlement
from guichet.store.records import change_json, get, replicate, to_json
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into
from guichet.store.wire import operation_json, read_change

_OUTBOX = METADATA.tables["outbox"]
_DEFERRED = METADATA.tables["deferred"]

UNACCEPTED = frozenset({"pending", "refused", "quarantined"})
"""The states of what central has not accepted."""

Key = tuple[str, str]

_UNJUDGED = frozenset({"invalid_operation", "failed"})
"""Central could not read it, or failed on it: no rule said no, and it may be sent again one day."""

TO_SETTLE = ("refused", "quarantined", "flagged")
"""The states of what waits for a person; `flagged`: it took effect, but not as it was meant."""

ROW = ("operation", "kind", "body", "concerned", "state", "reason", "created_at")
"""What makes an operation of the outbox; its position is where it is put."""
_SELECTED = select(*(_OUTBOX.c[name] for name in ROW))
ROWS = _SELECTED.order_by(_OUTBOX.c.position)
LAST_FIRST = _SELECTED.order_by(_OUTBOX.c.position.desc())


@dataclass(frozen=True, slots=True)
class Queued:
    """An operation of the outbox. `state`: pending, or one of TO_SETTLE."""

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
    return [_queued(row) for row in connection.execute(statement)]


def _queued(row: Any) -> Queued:
    return Queued(row.operation, row.kind, row.body, row.state, row.reason, row.created_at)


def to_settle(connection: Connection) -> list[Queued]:
    """What waits for a person, in the order it was done."""
    statement = select(_OUTBOX).where(_OUTBOX.c.state.in_(TO_SETTLE)).order_by(_OUTBOX.c.position)
    return [_queued(row) for row in connection.execute(statement)]


def entries(
    connection: Connection, operations: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """The rows of these operations, of all when None, in the order they were made."""
    statement = ROWS if operations is None else ROWS.where(_OUTBOX.c.operation.in_(operations))
    return [dict(row) for row in connection.execute(statement).mappings()]


def restore(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows of that form at the end of the queue."""
    if rows:
        connection.execute(insert(_OUTBOX), list(rows))


def drop(connection: Connection, operations: Sequence[str]) -> None:
    """Take operations out, whatever their state."""
    connection.execute(delete(_OUTBOX).where(_OUTBOX.c.operation.in_(operations)))


def withdraw(connection: Connection) -> list[dict[str, Any]]:
    """Take what is pending out of the queue, to be put back behind something else."""
    waiting = [row for row in entries(connection) if row["state"] == "pending"]
    connection.execute(delete(_OUTBOX).where(_OUTBOX.c.state == "pending"))
    return waiting


def restamp(connection: Connection, station: str) -> None:
    """Make every operation that waits one of that station's."""
    connection.execute(update(_OUTBOX).values(body=stamped(_OUTBOX.c.body, station)))


def stamped(body: ColumnElement[str], station: str) -> ColumnElement[str]:
    """SQLite's expression for an operation's JSON text with another station in it."""
    # What is no JSON is left as it is, for central to refuse and a person to see.
    return case((func.json_valid(body) == 1, func.json_set(body, "$.station", station)), else_=body)


def counts(connection: Connection) -> dict[str, int]:
    """How many operations are in each state."""
    statement = select(_OUTBOX.c.state, func.count()).group_by(_OUTBOX.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}


def all_of_it(connection: Connection) -> list[Queued]:
    """Everything in the outbox, in the order it was made."""
    return [
        _queued(row) for row in connection.execute(select(_OUTBOX).order_by(_OUTBOX.c.position))
    ]


def retry(connection: Connection, operation: str | None) -> int:
    """Queue a refused or quarantined operation again, or all of them; how many there were."""
    again = update(_OUTBOX).where(_OUTBOX.c.state.in_(UNACCEPTED - {"pending"}))
    if operation is not None:
        again = again.where(_OUTBOX.c.operation == operation)
    return connection.execute(again.values(state="pending", reason=None)).rowcount


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


def settle(connection: Connection, *verdicts: Verdict) -> bool:
    """Take central's verdicts: the operations leave the queue, central's states replace ours.

    All at once, for what still waits is looked through each time. Whether central has answered for
    every record that they changed here; else some stay as only this station believes them to be.
    """
    answered = _answered(connection, verdicts)
    left = {verdict.operation: _left(verdict) for verdict in verdicts}
    gone = [{"settled": operation} for operation, state in left.items() if state is None]
    kept = [
        {"settled": operation, "in_state": state[0], "because": state[1]}
        for operation, state in left.items()
        if state is not None
    ]
    if gone:
        connection.execute(_GONE, gone)
    if kept:
        connection.execute(_KEPT, kept)
    absorb(connection, [change for verdict in verdicts for change in verdict.changes])
    _release_deferred(connection)
    return answered


def _answered(connection: Connection, verdicts: Sequence[Verdict]) -> bool:
    """Whether the verdicts tell the state of all that the operations changed here.

    Judging later, and knowing more, central may have left alone what followed from them here.
    """
    told = {(change.kind, change.key) for verdict in verdicts for change in verdict.changes}
    theirs = _OUTBOX.c.operation.in_([verdict.operation for verdict in verdicts])
    rows = connection.execute(select(_OUTBOX.c.concerned).where(theirs))
    return all((kind, key) in told for keys in rows.scalars() for kind, key in keys)


def duplicates(changes: Iterable[Change]) -> list[str]:
    """The visits that these changes say count no more, another of the same person does."""
    return [
        change.key
        for change in changes
        if isinstance(change.record, Visit) and change.record.status is VisitStatus.DUPLICATE
    ]


def flag(connection: Connection, rows: Sequence[dict[str, Any]], because: str) -> None:
    """Put rows of accepted operations back for a person to settle, save what has been settled."""
    new = [
        {**row, "state": "flagged", "reason": because}
        for row in rows
        if get(connection, Settlement, row["operation"]) is None
    ]
    if new:  # those that wait for a person already are left alone
        connection.execute(insert_into(connection, _OUTBOX).on_conflict_do_nothing(), new)


_GONE = delete(_OUTBOX).where(_OUTBOX.c.operation == bindparam("settled"))
_KEPT = (
    update(_OUTBOX)
    .where(_OUTBOX.c.operation == bindparam("settled"))
    .values(state=bindparam("in_state"), reason=bindparam("because"))
)


def _left(verdict: Verdict) -> tuple[str, str] | None:
    """The state and reason that an operation stays in the outbox with, if it does."""
    if verdict.reason is not None:
        return "quarantined" if verdict.reason in _UNJUDGED else "refused", verdict.reason
    oddity = verdict.detail.get("oddity")
    return None if oddity is None else ("flagged", oddity)


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
