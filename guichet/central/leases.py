"""Lending seats to stations, so that they can book while they are cut off."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from guichet.central import feed
from guichet.central.auth import Device
from guichet.central.transactions import transact
from guichet.domain.leases import Lease, LeaseRules
from guichet.domain.model import Site
from guichet.domain.waiting import Rules
from guichet.store import waiting
from guichet.store.booking import Authority, recounted
from guichet.store.leases import allot, lent_to, take_back
from guichet.store.records import get


def lend(
    engine: Engine,
    device: Device,
    wanted: int,
    busy: Collection[str],
    now: datetime,
    authority: Authority,
    rules: LeaseRules,
) -> list[Lease]:
    """All that the device has been lent once it has asked for `wanted` seats in all.

    Asked again it gives the same, for longer; so an answer that was lost costs nothing.
    """

    def work(connection: Connection) -> list[Lease]:
        feed.lock(connection, device.site)
        site = get(connection, Site, device.site)
        if site is None:
            return []
        has, freed, taken = allot(connection, device.id, site, wanted, busy, now, authority, rules)
        _publish(connection, device.site, freed, taken, now, authority.waiting)
        return has

    return transact(engine, work)


def end(connection: Connection, station: str, site: int, now: datetime, rules: Rules) -> None:
    """Take back all that a station has been lent: it is no longer let in."""
    feed.lock(connection, site)
    freed = take_back(connection, lent_to(connection, station, now), now)
    _publish(connection, site, freed, (), now, rules)


def _publish(
    connection: Connection,
    site: int,
    freed: Sequence[str],
    taken: Iterable[str],
    now: datetime,
    rules: Rules,
) -> None:
    """Offer the seats taken back to those who wait, and tell the site's stations."""
    told = waiting.offer_freed(connection, freed, now, rules)
    slots = [*recounted(connection, freed, now), *taken]
    feed.publish(
        connection, site, [*(("slot", key) for key in slots), *(("demand", key) for key in told)]
    )
