"""What time alone changes: holds, offers and cool-downs run out, kept seats become everybody's, a
new day brings new slots.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from guichet.domain import quotas
from guichet.domain.model import Site
from guichet.domain.waiting import Rules
from guichet.store import leases, steering, waiting
from guichet.store.booking import DEMANDS, SEAT, SLOTS, recounted
from guichet.store.cooling import cooled
from guichet.store.records import get
from guichet.store.waiting import Key, Seat


def sites_to_sweep(connection: Connection, now: datetime, rules: Rules) -> list[int]:
    """The sites where `sweep` has something to do."""
    held = select(SLOTS.c.site).join(SEAT, SEAT.c.slot == SLOTS.c.id).where(_expired(now))
    back = select(SLOTS.c.site).where(SLOTS.c.id.in_(select(SEAT.c.slot).where(cooled(now))))
    unsold = select(SLOTS.c.site).where(_unsold(now))
    over = select(DEMANDS.c.site).where(DEMANDS.c.until <= now)
    old = select(DEMANDS.c.site).where(*waiting.old(now, rules))
    found = (
        connection.execute(each.distinct()).scalars() for each in (held, back, unsold, over, old)
    )
    return sorted({*steering.due(connection, now), *(site for sites in found for site in sites)})


def sweep(connection: Connection, site: int, now: datetime, rules: Rules) -> list[Key]:
    """Let go what is over at the site; the (kind, key) of what has changed since last asked.

    Seats that become free so are offered to those who wait, as far as they may have them.
    """
    made = _made(connection, site, now, rules)
    of_site = SEAT.c.slot.in_(select(SLOTS.c.id).where(SLOTS.c.site == site))
    over = waiting.lapse(connection, site, now)
    expired = connection.execute(
        select(SEAT.c.slot, SEAT.c.number, SEAT.c.quota, SEAT.c.hold)
        .where(_expired(now), of_site)
        .order_by(SEAT.c.slot, SEAT.c.number)
    ).all()
    connection.execute(update(SEAT).where(_expired(now), of_site).values(hold=None))
    back = connection.execute(
        update(SEAT)
        .where(cooled(now), of_site)
        .values(kept_for=None)
        .returning(SEAT.c.slot, SEAT.c.number, SEAT.c.quota)
    ).all()
    # Nobody could have had what was offered to somebody, lent to a station or kept back.
    over_all = {*over, *leases.ended(connection, [seat.hold for seat in expired])}
    offered = [Seat(*seat[:3]) for seat in expired if seat.hold in over_all]
    offered += [Seat(*seat) for seat in sorted(back)]
    held = [Seat(*seat[:3]) for seat in expired if seat.hold not in over_all]
    told = waiting.offer(connection, offered, now, rules)
    told += waiting.offer(connection, held, now, rules, now - rules.recent)
    slots = [seat.slot for seat in (*expired, *back)] + list(_shared(connection, site, now))
    demands = dict.fromkeys([*over, *told, *waiting.forget(connection, site, now, rules)])
    return [
        *made,
        *(("slot", slot) for slot in recounted(connection, slots, now)),
        *(("demand", key) for key in demands),
    ]


def _made(connection: Connection, site: int, now: datetime, rules: Rules) -> list[Key]:
    """The slots that a new day brings."""
    found = get(connection, Site, site) if site in steering.due(connection, now) else None
    return steering.republish(connection, found, now, rules) if found else []


def _shared(connection: Connection, site: int, now: datetime) -> Iterator[str]:
    """Make the unsold seats of the points d'accès numérique everybody's; their slots.

    They are offered to nobody who waits: a mediator could have booked them all along.
    """
    unsold = select(SLOTS.c.id).where(SLOTS.c.site == site, _unsold(now))
    yield from connection.execute(
        update(SEAT)
        .where(SEAT.c.quota == quotas.PAN, SEAT.c.free_at <= now, SEAT.c.slot.in_(unsold))
        .values(quota=quotas.PUBLIC)
        .returning(SEAT.c.slot)
    ).scalars()


def _unsold(now: datetime) -> ColumnElement[bool]:
    return and_(SLOTS.c.pan_until <= now, SLOTS.c.free_pan > 0)


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(SEAT.c.hold.is_not(None), SEAT.c.appointment.is_(None), SEAT.c.free_at <= now)
