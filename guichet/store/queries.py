"""What screens and central read. Each query is one statement; no lazy loading anywhere."""

import re
import string
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from guichet.domain.day import DayRow, DayState, state_of
from guichet.domain.model import (
    Agent,
    Appointment,
    AppointmentStatus,
    Competence,
    Person,
    Procedure,
    PublicKey,
    Site,
    Slot,
    VisitStatus,
)
from guichet.domain.names import display_name, search_words
from guichet.phones import digits_key
from guichet.store.records import TABLES, R, from_row

_APPOINTMENT = TABLES["appointment"]
_VISIT = TABLES["visit"]
_PERSON = TABLES["person"]
_PROCEDURE = TABLES["procedure"]
_SLOT = TABLES["slot"]
_HIDDEN = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)
_MIN_DIGITS = 4
_PREFIX = re.compile(r"^\s*(?:(?:\+|00)\s*33\s*(?:\(0\))?|0)")
"""What stands before the nine digits of a French number, so that a part of one is found too."""


def everything(connection: Connection, model: type[R]) -> list[R]:
    """Every record of a type: only for the few that a site has dozens of at most."""
    kind = {
        Competence: "competence",
        Site: "site",
        Procedure: "procedure",
        Agent: "agent",
        PublicKey: "key",
    }[model]
    return [from_row(model, row) for row in connection.execute(select(TABLES[kind]))]


def find_persons(connection: Connection, site: int, query: str, limit: int = 50) -> list[Person]:
    """The persons of a site found by name (any order, no accents needed), phone or number."""
    digits = "".join(c for c in query if c in string.digits)
    if len(digits) >= _MIN_DIGITS:
        key = digits_key(_PREFIX.sub("", query))
        condition: ColumnElement[bool] = _PERSON.c.number.like(f"{digits}%")
        if key:
            condition = or_(condition, _PERSON.c.phone_key.like(f"%{key}%"))
    else:
        words = search_words(query)
        if not words:
            return []
        condition = and_(
            *(
                or_(_PERSON.c.match_key.like(f"{w}%"), _PERSON.c.match_key.like(f"% {w}%"))
                for w in words
            )
        )
    statement = (
        select(_PERSON)
        .where(_PERSON.c.site == site, condition)
        .order_by(_PERSON.c.match_key)
        .limit(limit)
    )
    return [from_row(Person, row) for row in connection.execute(statement)]


def slots_from(connection: Connection, site: int, day: date) -> list[Slot]:
    """The slots of a site from a day on, by time."""
    statement = (
        select(_SLOT)
        .where(_SLOT.c.site == site, _SLOT.c.day >= day)
        .order_by(_SLOT.c.starts_at, _SLOT.c.id)
    )
    return [from_row(Slot, row) for row in connection.execute(statement)]


def appointments_of(connection: Connection, person: str) -> list[Appointment]:
    """A person's appointments, the latest first."""
    statement = (
        select(_APPOINTMENT)
        .where(_APPOINTMENT.c.person == person)
        .order_by(_APPOINTMENT.c.starts_at.desc())
    )
    return [from_row(Appointment, row) for row in connection.execute(statement)]


def appointment_by_reference(connection: Connection, reference: str) -> Appointment | None:
    """The appointment with that reference ("7K4Q-92XD-3")."""
    statement = select(_APPOINTMENT).where(_APPOINTMENT.c.reference == reference)
    row = connection.execute(statement).first()
    return None if row is None else from_row(Appointment, row)


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
    return [_day_row(row) for row in rows]


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
)


def _day_row(row: Sequence[Any]) -> DayRow:
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
    ) = row
    return DayRow(
        appointment or visit_appointment or visit,
        _state(appointment_status, visit_status),
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
    )


@cache
def _state(appointment: str | None, visit: str | None) -> DayState:
    return state_of(
        AppointmentStatus(appointment) if appointment else None,
        VisitStatus(visit) if visit else None,
    )
