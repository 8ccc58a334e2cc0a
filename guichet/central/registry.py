"""What central knows of itself: its epoch, secret and keys, and the devices it lets in."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from guichet.central import feed, keyring, leases
from guichet.central.auth import STATIONS, Device, digest
from guichet.central.transactions import transact
from guichet.convocation import token
from guichet.domain.claims import Claims
from guichet.domain.identity import identity_of
from guichet.domain.model import Appointment, Person
from guichet.domain.reference import ALPHABET
from guichet.domain.waiting import Rules
from guichet.store.booking import Authority
from guichet.store.engine import migrate, reading
from guichet.store.prepared import Prepared
from guichet.store.schema import METADATA

SETTINGS = METADATA.tables["setting"]
CODES = METADATA.tables["enrol_code"]
_SETTING = Prepared(select(SETTINGS.c.value).where(SETTINGS.c.name == bindparam("name")))

MAX_STATIONS = 19
_CODE_HALF = 5  # characters; ten of 5 bits each are beyond trying out in an hour
_NAME_LENGTH = 60
_SECRET_BYTES = 32
_LOOKALIKES = str.maketrans("OIL", "011", "- ")

EnrolRefusal = Literal["enrol_code_unknown", "enrol_code_expired", "enrol_code_used", "site_full"]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a new station is given, once. `identity_secret` is hexadecimal."""

    station: str
    number: int
    site: int
    token: str
    identity_secret: str


def create(engine: Engine, now: datetime) -> None:
    """Make the database central's, or bring it up to date: tables, epoch, secret, signing key.

    The key is valid for two years from `now` on.
    """
    migrate(engine)

    def settle(connection: Connection) -> None:
        feed.lock(connection, 0)  # of no site: two processes that start at once take turns
        if _setting(connection, "epoch") is not None:
            return
        _set(connection, "identity_secret", secrets.token_hex(_SECRET_BYTES))
        _set(connection, "epoch", uuid.uuid4().hex)
        keyring.add_key(connection, now)

    transact(engine, settle)


def epoch(connection: Connection) -> str:
    """What cursors of this central begin with."""
    return _setting(connection, "epoch") or ""


def new_epoch(engine: Engine) -> None:
    """Make every station read everything again: for after a restore from a backup."""
    transact(engine, lambda c: _set(c, "epoch", uuid.uuid4().hex))


def add_enrol_code(engine: Engine, site: int, now: datetime, minutes: int = 60) -> str:
    """A code, as "7K4Q9-2XD3M", that enrols one station of the site within `minutes`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(2 * _CODE_HALF))
    row = {
        "code_hash": digest(code),
        "site": site,
        "expires_at": now + timedelta(minutes=minutes),
        "used_at": None,
    }
    transact(engine, lambda c: c.execute(insert(CODES).values(row)))
    return f"{code[:_CODE_HALF]}-{code[_CODE_HALF:]}"


def enrol(engine: Engine, code: str, name: str, now: datetime) -> Enrolled | EnrolRefusal:
    """Exchange a code for a device's credentials, or the reason why not.

    Case, spaces and hyphens of the code do not matter; O is read as 0, I and L as 1.
    """
    code_hash = digest(code.upper().translate(_LOOKALIKES))
    station, secret = str(uuid.uuid4()), secrets.token_urlsafe(_SECRET_BYTES)

    def exchange(connection: Connection) -> Enrolled | EnrolRefusal:
        statement = select(CODES).where(CODES.c.code_hash == code_hash)
        found = connection.execute(statement.with_for_update()).first()
        if found is None:
            return "enrol_code_unknown"
        if found.used_at is not None:
            return "enrol_code_used"
        if found.expires_at <= now:
            return "enrol_code_expired"
        feed.lock(connection, found.site)
        number = _free_number(connection, found.site)
        if number is None:
            return "site_full"
        connection.execute(update(CODES).where(CODES.c.code_hash == code_hash).values(used_at=now))
        connection.execute(
            insert(STATIONS).values(
                id=station,
                site=found.site,
                number=number,
                name=name.strip()[:_NAME_LENGTH],
                token_hash=digest(secret),
                enrolled_at=now,
                revoked_at=None,
                seen_at=now,
            )
        )
        identity_secret = _setting(connection, "identity_secret") or ""
        return Enrolled(station, number, found.site, secret, identity_secret)

    return transact(engine, exchange)


def revoke(engine: Engine, station: str, now: datetime) -> bool:
    """Let the station in no more; whether there was one to revoke. Seats lent to it come back."""
    statement = (
        update(STATIONS)
        .where(STATIONS.c.id == station, STATIONS.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(STATIONS.c.site)
    )

    def work(connection: Connection) -> bool:
        site = connection.execute(statement).scalar()
        if site is not None:
            leases.end(connection, station, site, now, Rules())
        return site is not None

    return transact(engine, work)


def stations(engine: Engine, site: int) -> list[Device]:
    """The site's stations that are let in, by number."""
    statement = (
        select(STATIONS)
        .where(STATIONS.c.site == site, STATIONS.c.revoked_at.is_(None))
        .order_by(STATIONS.c.number)
    )
    with reading(engine) as connection:
        return [Device(r.id, r.site, r.number, r.name) for r in connection.execute(statement)]


def authority(
    engine: Engine,
    now: datetime,
    hold_minutes: int = 5,
    waiting: Rules | None = None,
) -> Authority:
    """Central's power to hold and sign, with the key that signs at `now`.

    Take a fresh one for each request: keys are rotated by other processes too.
    """
    kid, seed = keyring.signer(engine, now)
    with reading(engine) as connection:
        secret = _secret(connection)
    return Authority(partial(_signed, secret, kid, seed), hold_minutes, waiting or Rules())


def authority_within(
    connection: Connection, now: datetime, hold_minutes: int, waiting: Rules
) -> Authority:
    """The same for what is signed within a transaction of the caller's, by one key in all of it.

    When no key is good at `now` signing raises NoGoodKeyError, for it makes no new one.
    """

    def sign(appointment: Appointment, person: Person) -> str:
        signed = _SIGNERS.get(connection)
        if signed is None:
            key = keyring.signing(connection, now)
            if key is None:
                raise keyring.NoGoodKeyError
            signed = _SIGNERS[connection] = partial(_signed, _secret(connection), *key)
        return signed(appointment, person)

    return Authority(sign, hold_minutes, waiting)


_SIGNERS: WeakKeyDictionary[Connection, Callable[[Appointment, Person], str]] = WeakKeyDictionary()
"""What the transactions under way sign with."""


def _signed(secret: bytes, kid: str, seed: bytes, appointment: Appointment, person: Person) -> str:
    claims = Claims(
        appointment=appointment.id,
        revision=appointment.revision,
        site=appointment.site,
        starts_at=appointment.starts_at,
        digest=token.identity_digest(secret, appointment.id, identity_of(person)),
    )
    return token.sign(claims, kid, seed)


def _secret(connection: Connection) -> bytes:
    return bytes.fromhex(_setting(connection, "identity_secret") or "")


def _free_number(connection: Connection, site: int) -> int | None:
    """A number no station of the site has had; else the one given up longest ago.

    Tickets bear it: a number that changes hands within a day could give one ticket twice.
    """
    rows = connection.execute(
        select(STATIONS.c.number, STATIONS.c.revoked_at)
        .where(STATIONS.c.site == site)
        .order_by(STATIONS.c.enrolled_at)
    ).all()
    latest = {row.number: row.revoked_at for row in rows}
    for number in range(1, MAX_STATIONS + 1):
        if number not in latest:
            return number
    given_up = sorted((at, number) for number, at in latest.items() if at is not None)
    return given_up[0][1] if given_up else None


def _setting(connection: Connection, name: str) -> str | None:
    value: str | None = _SETTING.value(connection, name=name)
    return value


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(SETTINGS).where(SETTINGS.c.name == name))
    connection.execute(insert(SETTINGS).values(name=name, value=value))
