"""What screens and central read. Each query is one statement; no lazy loading anywhere."""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select, union

from guichet.domain.day import DayRow, DayState, state_of
from guichet.domain.desks import Desk, Step
from guichet.domain.keys import PublicKey
from guichet.domain.lifecycle import UNFINISHED
from guichet.domain.model import (
    Agent,
    Appointment,
    AppointmentStatus,
    Competence,
    Demand,
    Procedure,
    Site,
    Slot,
    Visit,
    VisitStatus,
)
from guichet.domain.names import display_name
from guichet.domain.provenance import Provenance, Through
from guichet.store.records import TABLES, R, record, records

_APPOINTMENT = TABLES["appointment"]
_VISIT = TABLES["visit"]
_PERSON = TABLES["person"]
_PROCEDURE = TABLES["procedure"]
_SLOT = TABLES["slot"]
_DEMAND = TABLES["demand"]
_REPORT = TABLES["report"]
_DESK = TABLES["desk"]
SLOTS_AT_ONCE = 5000
"""A site's slots of two months are fewer."""
_HIDDEN = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)


def everything(connection: Connection, model: type[R]) -> list[R]:
    """Every record of a type: only for the few that a site has dozens of at most."""
    kind = {
        Competence: "competence",
        Site: "site",
        Procedure: "procedure",
        Agent: "agent",
        PublicKey: "key",
    }[model]
    return records(connection, model, select(TABLES[kind]))


def slots_from(connection: Connection, site: int, day: date) -> list[Slot]:
    """The slots of a site from a day on that are not closed, by time."""
    statement = (
        select(_SLOT)
        .where(_SLOT.c.site == site, _SLOT.c.day >= day, _SLOT.c.closed.is_(False))
        .order_by(_SLOT.c.starts_at, _SLOT.c.id)
    )
    return records(connection, Slot, statement)


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


def day_rows(connection: Connection, site: int, day: date) -> list[DayRow]:
    """The day of a site: one line an appointment, and one a visit without one, by time."""
    live = and_(
        _VISIT.c.appointment == _APPOINTMENT.c.id,
        _VISIT.c.status.not_in(_HIDDEN),
    )
    planned = (
        select(*_DAY_COLUMNS)
        .select_from(
            _APPOINTMENT.join(_PERSON, _PERSON.c.id == _APPOINTMENT.c.person, isouter=True)
            .join(_PROCEDURE, _PROCEDURE.c.code == _APPOINTMENT.c.procedure, isouter=True)
            .join(_VISIT, live, isouter=True)
        )
        .where(_APPOINTMENT.c.site == site, _APPOINTMENT.c.day == day)
        .order_by(_APPOINTMENT.c.starts_at, _APPOINTMENT.c.id)
    )
    known = select(_APPOINTMENT.c.id).where(_APPOINTMENT.c.site == site, _APPOINTMENT.c.day == day)
    others = (
        select(*_DAY_COLUMNS)
        .select_from(
            _VISIT.join(_APPOINTMENT, _APPOINTMENT.c.id == _VISIT.c.appointment, isouter=True)
            .join(_PERSON, _PERSON.c.id == _VISIT.c.person, isouter=True)
            .join(_PROCEDURE, _PROCEDURE.c.code == _VISIT.c.procedure, isouter=True)
        )
        .where(
            _VISIT.c.site == site,
            _VISIT.c.day == day,
            _VISIT.c.status.not_in(_HIDDEN),
            or_(_VISIT.c.appointment.is_(None), _VISIT.c.appointment.not_in(known)),
        )
        .order_by(_VISIT.c.arrived_at)
    )
    rows = [*connection.execute(planned), *connection.execute(others)]
    told = connection.execute(
        select(_REPORT.c.appointment, _REPORT.c.visit).where(
            _REPORT.c.site == site, _REPORT.c.day == day
        )
    )
    reported = {key for pair in told for key in pair if key is not None}
    return [_day_row(row, reported) for row in rows]


def visits(connection: Connection, site: int, day: date) -> list[Visit]:
    """The visits of a day of a site, as far as they count."""
    statement = select(*(_VISIT.c[name] for name in _VISIT_FIELDS)).where(
        _VISIT.c.site == site, _VISIT.c.day == day, _VISIT.c.status.not_in(_HIDDEN)
    )
    return [_visit(row) for row in connection.execute(statement)]


_VISIT_FIELDS = [field.name for field in fields(Visit)]
_STATUS, _STEPS, _MISSING = (_VISIT_FIELDS.index(name) for name in ("status", "steps", "missing"))


def _visit(row: Sequence[Any]) -> Visit:
    # A day of them is read with each change that the supervisor is shown: this is twice as quick as
    # reading any record.
    values = list(row)
    values[_STATUS] = VisitStatus(values[_STATUS])
    values[_STEPS] = tuple(msgspec.convert(each, Step) for each in values[_STEPS])
    values[_MISSING] = tuple(values[_MISSING])
    return Visit(*values)


def owed_days(connection: Connection, site: int, before: date) -> list[date]:
    """The days of a site before that one on which something waits to be settled, in order."""
    standing = {_APPOINTMENT: (AppointmentStatus.BOOKED,), _VISIT: UNFINISHED}
    found = (
        select(table.c.day).where(
            table.c.site == site,
            table.c.day < before,
            table.c.status.in_([status.value for status in statuses]),
        )
        for table, statuses in standing.items()
    )
    return sorted(connection.execute(union(*found)).scalars())


_DAY_COLUMNS = (
    _APPOINTMENT.c.id.label("appointment"),
    _APPOINTMENT.c.status.label("appointment_status"),
    _APPOINTMENT.c.starts_at,
    _APPOINTMENT.c.reference,
    _APPOINTMENT.c.token,
    _PERSON.c.family_name,
    _PERSON.c.given_names,
    _PERSON.c.needs,
    _PROCEDURE.c.label.label("procedure"),
    _VISIT.c.id.label("visit"),
    _VISIT.c.appointment.label("visit_appointment"),
    _VISIT.c.status.label("visit_status"),
    _VISIT.c.ticket,
    _VISIT.c.arrived_at,
    _VISIT.c.called_at,
    _VISIT.c.desk,
    _VISIT.c.anomaly,
    _VISIT.c.identity,
    func.coalesce(_VISIT.c.lane, _PROCEDURE.c.lane).label("lane"),
    _VISIT.c.for_desk,
    _VISIT.c.calls,
    _VISIT.c.started_at,
    _VISIT.c.steps,
    _VISIT.c.people,
    _VISIT.c.outcome,
)


def _day_row(row: Sequence[Any], reported: AbstractSet[str]) -> DayRow:
    # One call a line of the day, several times a second: the columns are taken by their place.
    (
        appointment,
        appointment_status,
        starts_at,
        reference,
        token,
        family_name,
        given_names,
        needs,
        procedure,
        visit,
        visit_appointment,
        visit_status,
        number,
        arrived_at,
        called_at,
        desk,
        anomaly,
        identity,
        lane,
        for_desk,
        calls,
        started_at,
        steps,
        people,
        outcome,
    ) = row
    return DayRow(
        appointment or visit_appointment or visit,
        _state(appointment_status, visit_status, outcome),
        starts_at,
        display_name(family_name or "", given_names or ""),
        procedure or "",
        reference or "",
        appointment,
        visit,
        number or "",
        arrived_at,
        called_at,
        desk or "",
        tuple(needs or ()),
        anomaly,
        appointment is None or token is not None,
        identity,
        appointment in reported or visit_appointment in reported or visit in reported,
        lane or (number or "")[:1],  # what for is not known: the ticket's own letter
        for_desk,
        calls or 0,
        started_at,
        msgspec.convert(steps[-1], Step) if steps else None,
        people or 1,
    )


@cache
def _state(appointment: str | None, visit: str | None, outcome: str | None) -> DayState:
    return state_of(
        AppointmentStatus(appointment) if appointment else None,
        VisitStatus(visit) if visit else None,
        outcome,
    )
