"""The operations of a request, on their way to being judged."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool

from guichet.central import keyring, metrics, pull, reach, registry
from guichet.central.auth import Device, admit, note_within
from guichet.central.judge import failed, judge, unreadable
from guichet.central.problems import Problem
from guichet.central.sent import Unreadable
from guichet.central.transactions import SLICE, submitted, transact
from guichet.domain.operations import Operation
from guichet.errors import StoreError

Work = Callable[[Connection], str]


async def verdicts(
    state: Any,
    headers: Mapping[str, str],
    sent: Sequence[Operation | Unreadable],
    since: str | None,
    now: datetime,
) -> list[str]:
    """The verdict on each of them as JSON text, in their order.

    `state` is the application's. Who sends them is looked at in the transaction that judges the
    first. Raises Problem and StoreError; what was judged before a fault is kept.
    """
    operations = [each for each in sent if isinstance(each, Operation)]
    known: list[Device] = []
    held: list[Connection] = []  # whose transaction holds the locks, and of what follows too

    def enter(connection: Connection) -> str:
        if not known:
            named = headers.get("authorization"), headers.get("user-agent")
            heard = admit(connection, *named, now, state.protection.unused_days)
            note_within(connection, heard)
            device = heard.device
            state.budgets.request(device.id)
            if since is not None:
                pull.known(connection, device.site, since)
            state.budgets.operations(device.site, operations)
            known.append(device)
        return ""

    def work(place: int, connection: Connection) -> str:
        enter(connection)
        operation, device = operations[place], known[0]
        if connection not in held:
            held[:] = [connection]
            together = operations[place : place + SLICE]
            reach.lock(connection, [each for each in together if each.site == device.site])
        authority = registry.authority_within(connection, now, state.hold_minutes, state.waiting)
        return judge(connection, operation, device, state.clock(), authority)

    works = [partial(work, place) for place in range(len(operations))]
    judged = await _judged(state.engine, now, works or [enter], operations)
    for operation, verdict in zip(operations, judged, strict=False):
        metrics.judged(operation.action.kind, verdict)
    given = iter(judged)
    return [unreadable(each) if isinstance(each, Unreadable) else next(given) for each in sent]


async def _judged(
    engine: Engine, now: datetime, works: Sequence[Work], operations: Sequence[Operation]
) -> list[str]:
    try:
        return await submitted(engine, works)
    except keyring.NoGoodKeyError:
        await run_in_threadpool(keyring.signer, engine, now)
        return await submitted(engine, works)
    except (Problem, StoreError):
        raise
    except Exception:  # noqa: BLE001 - whose fault it is shows when each is judged alone
        return await run_in_threadpool(_one_by_one, engine, works, operations)


def _one_by_one(
    engine: Engine, works: Sequence[Work], operations: Sequence[Operation]
) -> list[str]:
    judged = []
    for work, operation in zip(works, operations, strict=True):
        try:
            judged.append(transact(engine, work))
        except (Problem, StoreError):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, the next one must be judged
            judged.append(failed(operation, fault))
    return judged
