"""The day of a site as it is shown, and as it is counted; each is one statement, or three."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union

from guichet.domain.day import DayRow, DayState, state_of
from guichet.domain.desks import Step
from guichet.domain.lifecycle import UNFINISHED
from guichet.domain.model import AppointmentStatus, Visit, VisitStatus
from guichet.domain.names import display_name
from guichet.store.records import TABLES

_APPOINTMENT = TABLES["appointment"]
_VISIT = TABLES["visit"]
_PERSON = TABLES["person"]
_PROCEDURE = TABLES["procedure"]
_REPORT = TABLES["report"]
_HIDDEN = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)


def day_rows(connection: Connection, site: int, day: date) -> list[DayRow]:
    """The day of a site: one line an appointment, and one a visit without one, by time."""
    live = and_(
        _VISIT.c.appointment == _APPOINTMENT.c.id,
        _VISIT.c.status.not_in(_HIDDEN),
    )
    planned = (
        select(*_COLUMNS)
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
        select(*_COLUMNS)
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


_MADE_FROM: dict[str, ColumnElement[Any]] = {
    "key": func.coalesce(_APPOINTMENT.c.id, _VISIT.c.appointment, _VISIT.c.id),
    "state": _VISIT.c.status,
    "starts_at": _APPOINTMENT.c.starts_at,
    "name": _PERSON.c.family_name,
    "procedure": func.coalesce(_PROCEDURE.c.label, ""),
    "reference": func.coalesce(_APPOINTMENT.c.reference, ""),
    "appointment": _APPOINTMENT.c.id,
    "visit": _VISIT.c.id,
    "ticket": func.coalesce(_VISIT.c.ticket, ""),
    "arrived_at": _VISIT.c.arrived_at,
    "called_at": _VISIT.c.called_at,
    "desk": func.coalesce(_VISIT.c.desk, ""),
    "needs": _PERSON.c.needs,
    "anomaly": _VISIT.c.anomaly,
    "confirmed": or_(_APPOINTMENT.c.id.is_(None), _APPOINTMENT.c.token.is_not(None)),
    "identity": _VISIT.c.identity,
    "reported": _VISIT.c.appointment,
    "lane": func.coalesce(_VISIT.c.lane, _PROCEDURE.c.lane),
    "for_desk": _VISIT.c.for_desk,
    "calls": func.coalesce(_VISIT.c.calls, 0),
    "started_at": _VISIT.c.started_at,
    "last": _VISIT.c.steps,
    "people": func.coalesce(_VISIT.c.people, 1),
}
"""What each field of a line is, or is made from by `_day_row`."""
_ROW_FIELDS = [field.name for field in fields(DayRow)]
_COLUMNS = (
    *(_MADE_FROM[name].label(name) for name in _ROW_FIELDS),
    _APPOINTMENT.c.status.label("appointment_status"),
    _VISIT.c.outcome,
    _PERSON.c.given_names,
)
_STATE, _NAME, _PLANNED, _CAME, _TICKET, _NEEDS, _REPORTED, _LANE, _LAST = map(
    _ROW_FIELDS.index,
    ("state", "name", "appointment", "visit", "ticket", "needs", "reported", "lane", "last"),
)


def _day_row(row: Sequence[Any], reported: AbstractSet[str]) -> DayRow:
    # One call a line of the day, several times a second: the columns are taken by their place.
    *values, appointment_status, outcome, given_names = row
    about = (values[_PLANNED], values[_CAME], values[_REPORTED])
    steps = values[_LAST]
    values[_STATE] = _state(appointment_status, values[_STATE], outcome)
    values[_NAME] = display_name(values[_NAME] or "", given_names or "")
    values[_NEEDS] = tuple(values[_NEEDS] or ())
    values[_REPORTED] = not reported.isdisjoint(about)
    values[_LANE] = values[_LANE] or values[_TICKET][:1]  # not known: the ticket's own letter
    values[_LAST] = msgspec.convert(steps[-1], Step) if steps else None
    return DayRow(*values)


@cache
def _state(appointment: str | None, visit: str | None, outcome: str | None) -> DayState:
    return state_of(
        AppointmentStatus(appointment) if appointment else None,
        VisitStatus(visit) if visit else None,
        outcome,
    )
