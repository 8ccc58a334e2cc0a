"""What time alone changes: holds run out, and seats kept for some become everybody's."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from guichet.domain import quotas
from guichet.store.booking import SEAT, SLOTS, recounted


def sites_with_expired_holds(connection: Connection, now: datetime) -> list[int]:
    """The sites where `expired_slots` has something to do."""
    held = select(SLOTS.c.site).join(SEAT, SEAT.c.slot == SLOTS.c.id).where(_expired(now))
    unsold = select(SLOTS.c.site).where(_unsold(now))
    found = {*connection.execute(held.distinct()).scalars(), *connection.execute(unsold).scalars()}
    return sorted(found)


def expired_slots(connection: Connection, site: int, now: datetime) -> list[str]:
    """The site's slots where seats have become free, or everybody's, since last asked."""
    of_site = SEAT.c.slot.in_(select(SLOTS.c.id).where(SLOTS.c.site == site))
    freed = connection.execute(
        update(SEAT).where(_expired(now), of_site).values(hold=None).returning(SEAT.c.slot)
    ).scalars()
    changed = freed.all()
    unsold = select(SLOTS.c.id).where(SLOTS.c.site == site, _unsold(now))
    shared = connection.execute(
        update(SEAT)
        .where(SEAT.c.quota == quotas.PAN, SEAT.c.free_at <= now, SEAT.c.slot.in_(unsold))
        .values(quota=quotas.PUBLIC)
        .returning(SEAT.c.slot)
    ).scalars()
    return recounted(connection, [*changed, *shared], now)


def _unsold(now: datetime) -> ColumnElement[bool]:
    return and_(SLOTS.c.pan_until <= now, SLOTS.c.free_pan > 0)


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(SEAT.c.hold.is_not(None), SEAT.c.appointment.is_(None), SEAT.c.free_at <= now)
