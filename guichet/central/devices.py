"""The devices that central lets in: listed, given new tokens, let in again."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, update

from guichet.central.auth import STATIONS, digest, let_in
from guichet.central.transactions import transact
from guichet.store.engine import reading

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Listed:
    """A device. `seen_at` is true to two minutes; `standing` is "good" or a reason."""

    id: str
    site: int
    number: int
    name: str
    enrolled_at: datetime
    seen_at: datetime | None
    version: str | None
    standing: str


def listed(
    engine: Engine, now: datetime, unused_days: int, site: int | None = None
) -> list[Listed]:
    """The devices of a site, or all, revoked ones last."""
    statement = select(STATIONS).order_by(
        STATIONS.c.revoked_at.is_not(None), STATIONS.c.site, STATIONS.c.number
    )
    if site is not None:
        statement = statement.where(STATIONS.c.site == site)
    with reading(engine) as connection:
        return [
            Listed(
                row.id,
                row.site,
                row.number,
                row.name,
                row.enrolled_at,
                row.seen_at,
                row.version,
                let_in(row, now, unused_days) or "good",
            )
            for row in connection.execute(statement)
        ]


def rotate(engine: Engine, device: str) -> str:
    """A new token for the device, told once.

    The present one stays good until the new one is first used, so that an answer that is lost on
    the way locks nobody out.
    """
    token = secrets.token_urlsafe(_SECRET_BYTES)
    renewed = update(STATIONS).where(STATIONS.c.id == device).values(next_hash=digest(token))
    transact(engine, lambda c: c.execute(renewed))
    return token


def readmit(engine: Engine, device: str, now: datetime) -> bool:
    """Let a device in again that was silent for too long; whether there is one, not revoked."""
    back = (
        update(STATIONS)
        .where(STATIONS.c.id == device, STATIONS.c.revoked_at.is_(None))
        .values(seen_at=now)
    )
    return transact(engine, lambda c: c.execute(back).rowcount == 1)
