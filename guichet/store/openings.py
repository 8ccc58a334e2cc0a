"""What is read of a site's openings: its rules, closures, slots, and who is expected."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from guichet.domain.model import Appointment, AppointmentStatus, Slot
from guichet.domain.openings import Closure, Opening
from guichet.store.records import TABLES, records

_APPOINTMENT = TABLES["appointment"]
_SLOT = TABLES["slot"]
_OPENING = TABLES["opening"]
_CLOSURE = TABLES["closure"]


def openings(connection: Connection, site: int) -> list[Opening]:
    """Every version of every rule of a site, by rule."""
    statement = select(_OPENING).where(_OPENING.c.site == site)
    return records(connection, Opening, statement.order_by(_OPENING.c.rule, _OPENING.c.version))


def closures(connection: Connection, site: int, day: date) -> list[Closure]:
    """The closures of a site that end on that day or later, by their first day."""
    statement = select(_CLOSURE).where(_CLOSURE.c.site == site, _CLOSURE.c.last >= day)
    return records(connection, Closure, statement.order_by(_CLOSURE.c.first, _CLOSURE.c.id))


def every_slot(connection: Connection, site: int, now: datetime) -> list[Slot]:
    """The slots of a site after `now`, closed ones too, by time."""
    statement = select(_SLOT).where(_SLOT.c.site == site, _SLOT.c.starts_at > now)
    return records(connection, Slot, statement.order_by(_SLOT.c.starts_at, _SLOT.c.id))


def booked_between(connection: Connection, site: int, first: date, last: date) -> list[Appointment]:
    """The appointments to come at a site from one day to another, both included, by time."""
    statement = (
        select(_APPOINTMENT)
        .where(
            _APPOINTMENT.c.site == site,
            _APPOINTMENT.c.day >= first,
            _APPOINTMENT.c.day <= last,
            _APPOINTMENT.c.status == AppointmentStatus.BOOKED,
        )
        .order_by(_APPOINTMENT.c.starts_at, _APPOINTMENT.c.id)
    )
    return records(connection, Appointment, statement)
