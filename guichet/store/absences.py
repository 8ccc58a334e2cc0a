"""Who has not come: noted by somebody once the site has closed, and taken back."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from guichet.domain.closing import absent_from, closing
from guichet.domain.lifecycle import APPOINTMENT, STEP_UNDO_REASONS
from guichet.domain.model import Appointment, AppointmentStatus, Site
from guichet.domain.operations import Applied, MarkAbsent, Operation, Refused, UndoAbsent
from guichet.store.records import TABLES, get, put

_SLOT = TABLES["slot"]


def note(
    connection: Connection, operation: Operation, action: MarkAbsent | UndoAbsent
) -> Applied | Refused:
    """Note that somebody has not come, or take that back; refused before the site has closed."""
    appointment = get(connection, Appointment, action.appointment)
    site = get(connection, Site, operation.site)
    if appointment is None or site is None or appointment.site != site.number:
        return Refused("unknown_appointment")
    status = APPOINTMENT[appointment.status, action.kind]
    if not isinstance(status, AppointmentStatus):
        return Refused(status)
    if isinstance(action, UndoAbsent):
        if action.reason not in STEP_UNDO_REASONS:
            return Refused("unknown_reason")
        changed = replace(appointment, status=status, absent_at=None, absent_by=None)
    elif appointment.status is status:
        return Applied(detail={"reference": appointment.reference})
    else:
        closed = closed_at(connection, site, appointment.day)
        if operation.at < absent_from(appointment.starts_at, closed, site.late_minutes):
            return Refused("not_closed")
        agent, at = operation.agent, operation.at
        changed = replace(appointment, status=status, absent_at=at, absent_by=agent)
    put(connection, changed)
    return Applied((("appointment", appointment.id),), {"reference": appointment.reference})


def closed_at(connection: Connection, site: Site, day: date) -> datetime:
    """When the site has closed, or will, on a day (UTC)."""
    statement = select(_SLOT.c.starts_at, _SLOT.c.minutes).where(
        _SLOT.c.site == site.number, _SLOT.c.day == day, _SLOT.c.closed.is_(False)
    )
    ends = [at + timedelta(minutes=minutes) for at, minutes in connection.execute(statement)]
    last = max(ends, default=None)
    return closing(day, site.time_zone, site.closes, site.late_minutes, last)
