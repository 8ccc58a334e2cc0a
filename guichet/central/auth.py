"""Which device a request comes from."""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, update

from guichet.central.problems import Problem
from guichet.central.transactions import transact
from guichet.errors import StoreError
from guichet.store.prepared import Prepared
from guichet.store.schema import METADATA

log = logging.getLogger(__name__)

STATIONS = METADATA.tables["station"]
_BY_TOKEN = tuple(
    Prepared(select(STATIONS).where(column == bindparam("wanted")))
    for column in (STATIONS.c.token_hash, STATIONS.c.next_hash)
)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_SEEN = timedelta(minutes=2)
_AGENT = re.compile(r"guichet/([0-9A-Za-z.+-]{1,30})$")


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled station. `number` is its own among those of the site."""

    id: str
    site: int
    number: int
    name: str


def digest(secret: str) -> str:
    """What central keeps of a token or a code: its SHA-256, hexadecimal.

    Both are drawn at random and long, so a slow, salted hash would add nothing.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Heard:
    """A device that has been let in, and what is to be written down of it: nothing most of the
    time, for that it was heard is noted every two minutes only.
    """

    device: Device
    news: Mapping[str, Any]
    next_hash: str | None


def admit(
    connection: Connection,
    authorization: str | None,
    agent: str | None,
    now: datetime,
    unused_days: int,
) -> Heard:
    """The device whose token the Authorization header bears; raises Problem (401).

    `agent` is its User-Agent header. A token is good until a newer one is used.
    """
    row, token = _known(connection, authorization, now, unused_days)
    device = Device(row.id, row.site, row.number, row.name)
    return Heard(device, _news(row, token, agent, now), row.next_hash)


def note(engine: Engine, heard: Heard) -> None:
    """Write down that a device was heard, unless the database fails: it was served all the same."""
    if heard.news:
        try:
            transact(engine, lambda connection: note_within(connection, heard))
        except StoreError as error:
            log.warning("that a device was heard is not written down: %s", error)


def note_within(connection: Connection, heard: Heard) -> None:
    """The same in a writing transaction of the caller's."""
    if heard.news:
        # Unless the device has asked for yet another token meanwhile.
        same = STATIONS.c.next_hash.is_not_distinct_from(heard.next_hash)
        mine = STATIONS.c.id == heard.device.id
        connection.execute(update(STATIONS).where(mine, same).values(heard.news))


def let_in(row: Any, now: datetime, unused_days: int) -> str | None:
    """Why the device of that row is not let in; None when it is."""
    if row.revoked_at is not None:
        return "device_revoked"
    silent = now - (row.seen_at or row.enrolled_at)
    return "device_expired" if silent > timedelta(days=unused_days) else None


def _known(
    connection: Connection, authorization: str | None, now: datetime, unused_days: int
) -> tuple[Any, str]:
    """The row of the device whose token that is, and the token's digest; raises Problem (401)."""
    scheme, _space, token = (authorization or "").partition(" ")
    row, wanted = None, digest(token.strip())
    if scheme.lower() == "bearer" and token:
        found = (asked.first(connection, wanted=wanted) for asked in _BY_TOKEN)
        row = next(filter(None, found), None)
    reason = "device_unknown" if row is None else let_in(row, now, unused_days)
    if reason is not None:
        raise Problem(401, reason, _CHALLENGE)
    return row, wanted


def _news(row: Any, token: str, agent: str | None, now: datetime) -> dict[str, Any]:
    """What is to be written down of a device that was heard; nothing most of the time."""
    version = _version(agent)
    newer = {"token_hash": token, "next_hash": None} if row.token_hash != token else {}
    if newer or row.seen_at is None or now - row.seen_at >= _SEEN or version != row.version:
        return {"seen_at": now, "version": version, **newer}
    return {}


def _version(agent: str | None) -> str | None:
    """What a station says it runs, as "guichet/1.2"; None for whatever is none."""
    named = _AGENT.match(agent or "")
    return named[1] if named else None
