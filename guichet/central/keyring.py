"""The keys central signs convocations with: made, renewed, revoked; stations hear by the feed."""

import logging
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.convocation import token
from guichet.domain.keys import PublicKey, Standing, standing
from guichet.store.engine import reading
from guichet.store.prepared import Prepared
from guichet.store.queries import everything
from guichet.store.records import get, put
from guichet.store.schema import METADATA

logger = logging.getLogger(__name__)

PRIVATE_KEYS = METADATA.tables["signing_key"]
_PUBLIC = METADATA.tables["public_key"]
_PAIRS = Prepared(
    select(
        *(_PUBLIC.c[each.name] for each in fields(PublicKey)),
        PRIVATE_KEYS.c.created_at,
        PRIVATE_KEYS.c.private,
    ).join_from(_PUBLIC, PRIVATE_KEYS, _PUBLIC.c.kid == PRIVATE_KEYS.c.kid)
)
KEY_VALIDITY = timedelta(days=730)
_KEY_MARGIN = timedelta(days=1)
"""A new key is good at once on a clock that is late, and on the demo's, which goes back to 9:40."""


class NoGoodKeyError(Exception):
    """No key is good at that moment: `signer` makes one."""


def keys(engine: Engine) -> list[PublicKey]:
    """Every key convocations may be verified with, revoked and ended ones included."""
    with reading(engine) as connection:
        return everything(connection, PublicKey)


def new_key(engine: Engine, now: datetime, begins: datetime | None = None) -> PublicKey:
    """Sign with a fresh key from `begins` (UTC) on, or at once; what was signed before stays good.

    Stations hear of it now, so that those without network on that day know it already.
    """
    return transact(engine, lambda c: add_key(c, now, begins))


def add_key(connection: Connection, now: datetime, begins: datetime | None = None) -> PublicKey:
    """The same in a transaction of the caller's."""
    kid, private, public = token.new_key()
    begins = begins or now
    key = PublicKey(kid, public.hex(), begins - _KEY_MARGIN, begins + KEY_VALIDITY, None)
    connection.execute(insert(PRIVATE_KEYS).values(kid=kid, private=private.hex(), created_at=now))
    _tell(connection, key)
    return key


def signer(engine: Engine, now: datetime) -> tuple[str, bytes]:
    """The key to sign with at `now`: its id and its seed.

    When none is good any more a new one is made: see docs/adr/0011-keys.md.
    """
    with reading(engine) as connection:
        found = signing(connection, now)
    return found or transact(engine, lambda c: _made_good(c, now))


def withdraw(connection: Connection, kid: str, now: datetime) -> PublicKey | None:
    """Revoke a key at once, for all it has ever signed; None when there is none of that id.

    Its private half is deleted. Revoked again, it keeps the moment of the first time.
    """
    feed.lock(connection, 0)
    key = get(connection, PublicKey, kid)
    if key is None or key.revoked_at is not None:
        return key
    key = replace(key, revoked_at=now)
    connection.execute(delete(PRIVATE_KEYS).where(PRIVATE_KEYS.c.kid == kid))
    _tell(connection, key)
    return key


def _made_good(connection: Connection, now: datetime) -> tuple[str, bytes]:
    feed.lock(connection, 0)  # of no site: of two processes that find none, one makes a key
    found = signing(connection, now)
    if found is None:
        key = add_key(connection, now)
        logger.warning("no signing key was good any more: made %s", key.kid)
        found = signing(connection, now)
    if found is None:
        raise RuntimeError("a key just made does not sign")
    return found


def signing(connection: Connection, now: datetime) -> tuple[str, bytes] | None:
    """The good key whose time came last, on a late clock any good one: its id and its seed."""
    good = [
        (public.not_before, created_at, public.kid, private)
        for public, created_at, private in (
            (PublicKey(*row[:-2]), row.created_at, row.private) for row in _PAIRS.rows(connection)
        )
        if standing(public, now) is Standing.GOOD
    ]
    begun = [each for each in good if each[0] + _KEY_MARGIN <= now]
    if not good:
        return None
    *_when, kid, private = max(begun or good)
    return kid, bytes.fromhex(private)


def _tell(connection: Connection, key: PublicKey) -> None:
    """Put the key as it is now into every site's feed."""
    put(connection, key)
    sites: Iterable[int] = feed.started(connection)
    for site in sites:
        feed.lock(connection, site)
        feed.publish(connection, site, [("key", key.kid)])
