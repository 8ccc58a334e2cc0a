"""Central's verdict on an operation: judged once, repeated identically for ever."""

import json
import logging
import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from guichet.central import feed, reach
from guichet.central.auth import Device
from guichet.central.sent import Unreadable
from guichet.central.transactions import transact
from guichet.domain.operations import Applied, Operation, Refused, concerned
from guichet.errors import StoreError
from guichet.store.apply import apply
from guichet.store.booking import Authority
from guichet.store.schema import METADATA
from guichet.store.wire import operation_json

log = logging.getLogger(__name__)

VERDICTS = METADATA.tables["verdict"]


def judge(
    engine: Engine, operation: Operation, station: Device, now: datetime, authority: Authority
) -> str:
    """Apply the operation that `station` sent, unless it was before; the verdict as JSON text.

    Everything is one transaction: the effect, the feed and the verdict. Raises StoreError when the
    database fails: nothing has happened then. A fault of our own is a verdict too, not kept: else
    the station would send the same batch for ever, and what waits behind would never arrive.
    """
    try:
        return transact(engine, lambda c: _judge(c, operation, station, now, authority))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next operation must be judged
        frames = "".join(traceback.format_tb(error.__traceback__))
        # Not log.exception: the message of an exception may quote what somebody typed.
        log.error("%s: %s\n%s", operation.action.kind, type(error).__name__, frames)  # noqa: TRY400
        return _unkept(operation.id, "failed", {})


def unreadable(sent: Unreadable) -> str:
    """The verdict on what is no operation, as JSON text; not kept, for who knows who sent it."""
    return _unkept(sent.id, "invalid_operation", {"where": sent.where, "what": sent.what})


def _unkept(operation: str, reason: str, detail: dict[str, str]) -> str:
    verdict = {"operation": operation, "reason": reason, "detail": detail, "changes": []}
    return json.dumps(verdict)


def _judge(
    connection: Connection,
    operation: Operation,
    station: Device,
    now: datetime,
    authority: Authority,
) -> str:
    if (operation.station, operation.site) != (station.id, station.site):
        # Not kept: nobody must be able to spoil another station's operation in advance.
        return _verdict(connection, operation, station.site, Refused("other_site"))
    reach.lock(connection, operation)
    known = connection.execute(select(VERDICTS).where(VERDICTS.c.operation == operation.id)).first()
    if known is not None:
        # A station that was enrolled anew sends what it made before under its new name.
        same = operation_json(replace(operation, station=known.station)) == known.request
        if known.station == station.id or same:
            return str(known.answer)
        return _verdict(connection, operation, station.site, Refused("duplicate_id"))
    outcome = apply(connection, operation, now, authority)
    changed = outcome.changed if isinstance(outcome, Applied) else ()
    told = reach.publish(connection, station.site, changed)
    answer = _verdict(connection, operation, station.site, outcome, told)
    connection.execute(
        insert(VERDICTS).values(
            operation=operation.id,
            site=operation.site,
            station=operation.station,
            agent=operation.agent,
            kind=operation.action.kind,
            at=operation.at,
            received_at=now,
            reason=outcome.reason if isinstance(outcome, Refused) else None,
            request=operation_json(operation),
            answer=answer,
        )
    )
    return answer


def _verdict(
    connection: Connection,
    operation: Operation,
    site: int,
    outcome: Applied | Refused,
    told: Iterable[tuple[str, str]] = (),
) -> str:
    reason = outcome.reason if isinstance(outcome, Refused) else None
    rows = feed.rows_json(connection, site, (*concerned(operation.action), *told))
    return (
        f'{{"operation":{json.dumps(operation.id)},"reason":{json.dumps(reason)},'
        f'"detail":{json.dumps(outcome.detail)},"changes":[{",".join(rows)}]}}'
    )
