"""Revoking a key: what it signed is believed no more, and what is still to come is signed anew."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, select

from guichet.central import feed, keyring, reach, registry
from guichet.central.transactions import transact
from guichet.convocation.token import Unverified, verify
from guichet.domain.model import Appointment, AppointmentStatus, Person
from guichet.store.booking import APPOINTMENTS, Authority
from guichet.store.engine import reading
from guichet.store.records import get, put, records


@dataclass(frozen=True, slots=True)
class Revoked:
    """What revoking a key did: `signer` is the id of the key that signs from now on, `signed_anew`
    how many appointments to come bear its signature instead.
    """

    signer: str
    signed_anew: int


def revoke(engine: Engine, kid: str, now: datetime) -> Revoked | None:
    """Revoke a key at once, and sign what is to come with another; None when it is unknown.

    The last good key is replaced by a new one. Asked again, it goes on where it was interrupted.
    Papers already handed over stay in the old signature: counters are told to check who comes.
    """
    if transact(engine, lambda c: keyring.withdraw(c, kid, now)) is None:
        return None
    authority = registry.authority(engine, now)
    with reading(engine) as connection:
        sites = connection.execute(select(APPOINTMENTS.c.site).distinct()).scalars().all()
    anew = 0
    for site in sorted(sites):
        anew += transact(
            engine, partial(_sign_anew, site=site, kid=kid, now=now, authority=authority)
        )
    return Revoked(keyring.signer(engine, now)[0], anew)


def _sign_anew(
    connection: Connection, site: int, kid: str, now: datetime, authority: Authority
) -> int:
    """Sign the site's appointments to come that bear the key's signature; how many."""
    feed.lock(connection, site)
    statement = select(APPOINTMENTS).where(
        APPOINTMENTS.c.site == site,
        APPOINTMENTS.c.starts_at >= now,
        APPOINTMENTS.c.status == AppointmentStatus.BOOKED.value,
        APPOINTMENTS.c.token.is_not(None),
    )
    signed = [
        each
        for each in records(connection, Appointment, statement)
        if _signed_by(each.token or "") == kid
    ]
    renewed = []
    for each in signed:
        person = get(connection, Person, each.person)
        if person is not None:
            renewed.append(replace(each, token=authority.sign(each, person)))
    if renewed:
        put(connection, *renewed)
        reach.publish(connection, site, [("appointment", each.id) for each in renewed])
    return len(renewed)


def _signed_by(text: str) -> str:
    """The id of the key that a token names."""
    named = verify(text, {})
    return named.kid if isinstance(named, Unverified) else ""
