"""The seats central lends this station for when it is cut off: when to ask, what it has."""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, delete, insert, select

from guichet.domain.leases import Lease
from guichet.errors import CentralRefused, DeviceRejected
from guichet.store import leases
from guichet.store.engine import reading, writing
from guichet.store.schema import METADATA

if TYPE_CHECKING:
    from guichet.sync.client import CentralClient

logger = logging.getLogger(__name__)

_OUTBOX = METADATA.tables["outbox"]
_SETTING = METADATA.tables["setting"]

_WANTED = 20
"""As many as a station asks for: central's rules say how many it gets."""
_EVERY = timedelta(hours=1)
_SOONER = timedelta(minutes=5)
"""Between two requests: usually, and when one of the seats has been booked."""
_USED_FOR = timedelta(days=7)
"""A station where no mediator has signed in for so long books for nobody."""


def borrow(
    engine: Engine, connect: "Callable[[], CentralClient]", clock: Callable[[], datetime]
) -> bool:
    """Ask central for seats when it is time to; whether it was. Raises the faults of the network.

    What central has lent counts by the station's clock from then on.
    """
    now = clock()
    with reading(engine) as connection:
        asked = wanted(connection, now.date())
        if not due(connection, asked, now):
            return False
        booked = busy(connection)
    try:
        central, lent = connect().leases(asked, booked)
    except DeviceRejected:
        raise
    except CentralRefused as error:  # an older central lends nothing
        logger.info("no seats are lent: %s", error.reason)
        central, lent = now, []
    ahead = clock() - central
    with writing(engine) as connection:
        take_over(connection, [replace(each, until=each.until + ahead) for each in lent], now)
    return True


def mediated(connection: Connection, today: date) -> None:
    """A mediator works at this station today."""
    _remember(connection, "mediated", today.isoformat())


def wanted(connection: Connection, today: date) -> int:
    """How many seats this station has use for."""
    last = _setting(connection, "mediated")
    return _WANTED if last and today - date.fromisoformat(last) <= _USED_FOR else 0


def due(connection: Connection, wanted: int, now: datetime) -> bool:
    """Whether it is time to ask central.

    Once an hour; sooner when seats have been booked, are over, or are wanted no more.
    """
    has = len(leases.spare(connection, now))
    if not wanted and not has:
        return False
    asked, _, given = (_setting(connection, "leases_asked") or "").partition("|")
    if not asked:
        return True
    sooner = has < int(given) if wanted else has > 0
    since = now - datetime.fromisoformat(asked)
    return not timedelta() <= since < (_SOONER if sooner else _EVERY)


def busy(connection: Connection) -> list[str]:
    """The holds that pending operations here book on."""
    bodies = select(_OUTBOX.c.body).where(
        _OUTBOX.c.state == "pending", _OUTBOX.c.kind.in_(["book", "move"])
    )
    return [json.loads(body)["action"]["hold"] for body in connection.execute(bodies).scalars()]


def take_over(connection: Connection, lent: Iterable[Lease], now: datetime) -> None:
    """This is all that central has lent, said at `now`; what was booked on meanwhile is gone."""
    gone = set(busy(connection))
    kept = [lease for lease in lent if lease.hold not in gone]
    leases.replace_all(connection, kept)
    _remember(connection, "leases_asked", f"{now.isoformat()}|{len(kept)}")


def _setting(connection: Connection, name: str) -> str | None:
    return connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar()


def _remember(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(_SETTING).where(_SETTING.c.name == name))
    connection.execute(insert(_SETTING).values(name=name, value=value))
