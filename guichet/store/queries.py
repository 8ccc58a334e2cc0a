"""What screens and central read. Each query is one statement; no lazy loading anywhere."""

import json
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from guichet.domain.desks import Desk
from guichet.domain.model import Appointment, Demand, Slot
from guichet.domain.provenance import Provenance, Through
from guichet.store.records import KINDS, TABLES, R, record, records

_APPOINTMENT = TABLES["appointment"]
_VISIT = TABLES["visit"]
_SLOT = TABLES["slot"]
_DEMAND = TABLES["demand"]
_DESK = TABLES["desk"]
SLOTS_AT_ONCE = 5000
"""A site's slots of two months are fewer."""


def everything(connection: Connection, model: type[R]) -> list[R]:
    """Every record of a type: only for the few that a site has dozens of at most."""
    return records(connection, model, select(TABLES[KINDS[model]]))


def coming_slots(
    connection: Connection, site: int, procedure: str, now: datetime, until: datetime | None = None
) -> list[Slot]:
    """The slots of a site for a procedure after `now`, full ones included, by time.

    Those up to `until` if given (both UTC), and never more than SLOTS_AT_ONCE.
    """
    statement = (
        select(_SLOT)
        .where(
            _SLOT.c.site == site,
            _SLOT.c.starts_at > now,
            _SLOT.c.closed.is_(False),
            _for(procedure),
        )
        .order_by(_SLOT.c.starts_at, _SLOT.c.id)
        .limit(SLOTS_AT_ONCE)
    )
    if until is not None:
        statement = statement.where(_SLOT.c.starts_at <= until)
    return records(connection, Slot, statement)


def nearest_slots(
    connection: Connection, procedure: str, now: datetime, until: datetime, each: int = 3
) -> list[Slot]:
    """The first slots of every site where a mediator may still book for a procedure, by time.

    At most `each` a site, between two moments (UTC).
    """
    place = func.row_number().over(partition_by=_SLOT.c.site, order_by=_SLOT.c.starts_at)
    first = (
        select(_SLOT.c.id, place.label("place"))
        .where(
            _SLOT.c.starts_at > now,
            _SLOT.c.starts_at <= until,
            _SLOT.c.free + _SLOT.c.free_pan > 0,
            _for(procedure),
        )
        .subquery()
    )
    statement = (
        select(_SLOT)
        .join(first, first.c.id == _SLOT.c.id)
        .where(first.c.place <= each)
        .order_by(_SLOT.c.starts_at, _SLOT.c.site)
    )
    return records(connection, Slot, statement)


def _for(procedure: str) -> ColumnElement[bool]:
    """Whether a slot is for the procedure."""
    return cast(_SLOT.c.procedures, String).contains(json.dumps(procedure), autoescape=True)


def demands(connection: Connection, site: int) -> list[Demand]:
    """The searches that found nothing at a site, the first one first."""
    statement = select(_DEMAND).where(_DEMAND.c.site == site).order_by(_DEMAND.c.at, _DEMAND.c.id)
    return records(connection, Demand, statement)


def waiting(connection: Connection, site: int) -> list[Demand]:
    """Those of a site who wait: first whose offer ends soonest, then who has waited the longest."""
    statement = (
        select(_DEMAND)
        .where(_DEMAND.c.site == site, _DEMAND.c.waiting.is_(True))
        .order_by(_DEMAND.c.until.is_(None), _DEMAND.c.until, _DEMAND.c.at, _DEMAND.c.id)
    )
    return records(connection, Demand, statement)


def waiting_counts(connection: Connection, site: int) -> tuple[int, int]:
    """How many of a site are offered a seat just now, and how many wait in all."""
    statement = select(func.count(_DEMAND.c.offered), func.count()).where(
        _DEMAND.c.site == site, _DEMAND.c.waiting.is_(True)
    )
    offered, everyone = connection.execute(statement).one()
    return offered, everyone


def desks(connection: Connection, site: int) -> list[Desk]:
    """The desks of a site as they were last opened, paused or closed, by name."""
    statement = select(_DESK).where(_DESK.c.site == site).order_by(_DESK.c.name)
    return records(connection, Desk, statement)


def tickets(connection: Connection, day: date) -> list[str]:
    """Every ticket given on a day, as far as it is known here."""
    return list(connection.execute(select(_VISIT.c.ticket).where(_VISIT.c.day == day)).scalars())


def appointments_for(connection: Connection, site: int, procedure: str) -> list[Appointment]:
    """The appointments of a site for a procedure, of the days that are kept."""
    statement = select(_APPOINTMENT).where(
        _APPOINTMENT.c.site == site, _APPOINTMENT.c.procedure == procedure
    )
    return records(connection, Appointment, statement)


def appointments_of(connection: Connection, person: str) -> list[Appointment]:
    """A person's appointments, the latest first."""
    statement = (
        select(_APPOINTMENT)
        .where(_APPOINTMENT.c.person == person)
        .order_by(_APPOINTMENT.c.starts_at.desc())
    )
    return records(connection, Appointment, statement)


def provenances(connection: Connection, site: int | None = None) -> list[Provenance]:
    """Who asked for each appointment that a mediator booked, at one site or at all."""
    statement = select(_APPOINTMENT.c.accord)
    if site is not None:
        statement = statement.where(_APPOINTMENT.c.site == site)
    accords = [accord for accord in connection.execute(statement).scalars() if accord]
    asked = [(Through(accord["through"]), accord["paid"]) for accord in accords]
    return [(who, paid if who is Through.INTERMEDIARY else None) for who, paid in asked]


def appointment_by_reference(connection: Connection, reference: str) -> Appointment | None:
    """The appointment with that reference ("7K4Q-92XD-3")."""
    statement = select(_APPOINTMENT).where(_APPOINTMENT.c.reference == reference)
    return record(connection, Appointment, statement)
