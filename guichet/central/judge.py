"""Central's verdict on an operation: judged once, repeated identically for ever."""

import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert

from guichet.central import feed, reach
from guichet.central.auth import Device
from guichet.central.sent import Unreadable
from guichet.domain.operations import (
    Applied,
    Book,
    CheckIn,
    Move,
    Operation,
    Refused,
    SetClosure,
    SetOpenings,
    concerned,
)
from guichet.store.apply import apply
from guichet.store.booking import Authority
from guichet.store.prepared import Prepared
from guichet.store.records import Key, read_together, remembering
from guichet.store.schema import METADATA
from guichet.store.wire import operation_json

log = logging.getLogger(__name__)

VERDICTS = METADATA.tables["verdict"]
_KNOWN = tuple(VERDICTS.c[name] for name in ("operation", "station", "request", "answer"))
_KEPT = Prepared(insert(VERDICTS))


def unreadable(sent: Unreadable) -> str:
    """The verdict on what is no operation, as JSON text; not kept, for who knows who sent it."""
    return _bare(sent.id, "invalid_operation", {"where": sent.where, "what": sent.what})


def failed(operation: Operation, fault: Exception) -> str:
    """The verdict on an operation that met a fault of our own, as JSON text; not kept.

    Else the station would send the same batch for ever, and what waits behind never arrive.
    """
    frames = "".join(traceback.format_tb(fault.__traceback__))
    # Not log.exception: the message of an exception may quote what somebody typed.
    log.error("%s: %s\n%s", operation.action.kind, type(fault).__name__, frames)
    return _bare(operation.id, "failed", {})


def _bare(operation: str, reason: str, detail: dict[str, str]) -> str:
    return _text({"operation": operation, "reason": reason, "detail": detail, "changes": []})


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def judge(
    connection: Connection,
    operation: Operation,
    station: Device,
    now: datetime,
    authority: Authority,
) -> str:
    """Apply the operation that `station` sent, unless it was before; the verdict as JSON text.

    The caller's transaction holds all of it: the effect, the feed and the verdict. It has locked
    what the operation may write to (guichet.central.reach.lock).
    """
    if (operation.station, operation.site) != (station.id, station.site):
        # Not kept: nobody must be able to spoil another station's operation in advance.
        return _unkept(connection, operation, station.site, "other_site")
    named = concerned(operation.action)
    known, records = read_together(connection, _KNOWN, operation.id, _read_by(operation, named))
    if known is not None:
        _id, theirs, request, answer = known
        # A station that was enrolled anew sends what it made before under its new name.
        if theirs == station.id or operation_json(replace(operation, station=theirs)) == request:
            return str(answer)
        return _unkept(connection, operation, station.site, "duplicate_id")
    with remembering(connection, records):
        outcome = apply(connection, operation, now, authority)
        changed = outcome.changed if isinstance(outcome, Applied) else ()
        if isinstance(operation.action, SetOpenings | SetClosure):
            # Thousands, and of this site's feed alone: its stations read them there.
            feed.publish(connection, operation.site, (key for key in changed if key[0] == "slot"))
            changed = tuple(key for key in changed if key[0] != "slot")
        rows = reach.publish(connection, operation.site, changed, named)
    answer = _verdict(operation, outcome, rows)
    kept = {
        "operation": operation.id,
        "site": operation.site,
        "station": operation.station,
        "agent": operation.agent,
        "kind": operation.action.kind,
        "at": operation.at,
        "received_at": now,
        "reason": outcome.reason if isinstance(outcome, Refused) else None,
        "request": operation_json(operation),
        "answer": answer,
    }
    _KEPT.run(connection, kept)
    return answer


def _read_by(operation: Operation, named: Sequence[Key]) -> list[Key]:
    """The records that the rules will look at, as far as the operation says which."""
    action = operation.action
    keys = [("agent", operation.agent), *named]
    if isinstance(action, CheckIn):
        keys.append(("site", str(operation.site)))
    if isinstance(action, Book | Move):
        keys.append(("demand", action.hold))  # which may be that of an offer
    if isinstance(action, Book):
        keys.append(("procedure", action.procedure))
    return keys


def _unkept(connection: Connection, operation: Operation, site: int, reason: str) -> str:
    rows = reach.publish(connection, site, (), concerned(operation.action))
    return _verdict(operation, Refused(reason), rows)


def _verdict(operation: Operation, outcome: Applied | Refused, rows: Iterable[str]) -> str:
    reason = outcome.reason if isinstance(outcome, Refused) else None
    return (
        f'{{"operation":{_text(operation.id)},"reason":{_text(reason)},'
        f'"detail":{_text(outcome.detail)},"changes":[{",".join(rows)}]}}'
    )
