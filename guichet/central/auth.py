"""Which device a request comes from."""

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from guichet.central.problems import Problem
from guichet.store.schema import METADATA

STATIONS = METADATA.tables["station"]
_BY_TOKEN = select(STATIONS).where(STATIONS.c.token_hash == bindparam("wanted"))
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


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


def authenticate(connection: Connection, authorization: str | None) -> Device:
    """The device whose token the Authorization header bears; raises Problem (401)."""
    scheme, _space, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "device_unknown", _CHALLENGE)
    wanted = digest(token.strip())
    row = connection.execute(_BY_TOKEN, {"wanted": wanted}).first()
    if row is None or not hmac.compare_digest(row.token_hash, wanted):
        raise Problem(401, "device_unknown", _CHALLENGE)
    if row.revoked_at is not None:
        raise Problem(401, "device_revoked", _CHALLENGE)
    return Device(row.id, row.site, row.number, row.name)
