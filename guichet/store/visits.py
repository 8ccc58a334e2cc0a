"""From arrival to outcome. What happened in the room is recorded, never refused by central."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from guichet.domain.identity import Check
from guichet.domain.lifecycle import UNDO_REASONS, VISIT, after, after_check_in
from guichet.domain.model import (
    Appointment,
    AppointmentStatus,
    Procedure,
    Site,
    Visit,
    VisitStatus,
)
from guichet.domain.operations import (
    Applied,
    CheckIn,
    NoteIdentity,
    Operation,
    Refused,
    UndoCheckIn,
)
from guichet.domain.tickets import MOST_PEOPLE
from guichet.domain.together import Arrival
from guichet.store.prepared import Prepared
from guichet.store.records import get, put, records
from guichet.store.schema import METADATA

VISITS = METADATA.tables["visit"]
_PERSONS = METADATA.tables["person"]
_LIVE = (
    VisitStatus.WAITING,
    VisitStatus.CALLED,
    VisitStatus.SERVING,
    VisitStatus.PARKED,
    VisitStatus.DONE,
)


def check_in(
    connection: Connection, operation: Operation, action: CheckIn, *, final: bool
) -> Applied | Refused:
    """Open the visit. Of two check-ins of one appointment on one day the earlier one counts.

    `final`: central says so. Then detail "oddity" has what the station did not know, if anything.
    """
    site = get(connection, Site, operation.site)
    if site is None:
        return Refused("unknown_site")
    known = get(connection, Visit, action.visit)
    if known is not None:
        return Refused("duplicate_id" if known.site == operation.site else "other_site")
    visit = _arrived(operation, action, ZoneInfo(site.time_zone))
    if action.appointment is not None:
        return _with_appointment(connection, action, visit, final=final)
    procedure = get(connection, Procedure, action.procedure or "")
    put(connection, replace(visit, procedure=procedure.code if procedure else None))
    return Applied((("visit", visit.id),), {"ticket": action.ticket})


def _arrived(operation: Operation, action: CheckIn, zone: ZoneInfo) -> Visit:
    """The visit as it begins, without what only the appointment or the démarche say."""
    return Visit(
        id=action.visit,
        site=operation.site,
        day=operation.at.astimezone(zone).date(),
        appointment=action.appointment,
        person=None,
        procedure=None,
        ticket=action.ticket,
        status=VisitStatus.WAITING,
        arrived_at=operation.at,
        called_at=None,
        started_at=None,
        ended_at=None,
        desk=None,
        outcome=None,
        anomaly=action.anomaly,
        people=min(MOST_PEOPLE, max(1, action.people)),  # they are here, whatever was typed
    )


def _with_appointment(
    connection: Connection, action: CheckIn, visit: Visit, *, final: bool
) -> Applied:
    """Open the visit of who has an appointment, which may be for another day or site."""
    appointment = get(connection, Appointment, action.appointment or "")
    changed = [("visit", visit.id)]
    oddity = _elsewhere(appointment, visit)
    if oddity is not None:
        if action.anomaly is not None and (oddity == "unknown_here" or not final):
            oddity = None  # the station has said so itself, or the paper is newer than its record
        visit = replace(visit, anomaly=oddity or action.anomaly)
    elif appointment is not None:
        status, oddity = after_check_in(appointment.status)
        put(connection, replace(appointment, status=status))
        changed.append(("appointment", appointment.id))
    if appointment is not None and appointment.site == visit.site:
        visit = replace(visit, person=appointment.person, procedure=appointment.procedure)
        oddity = _one_counts(connection, action, visit, oddity, changed)
    else:
        put(connection, visit)
    detail = {"ticket": action.ticket}
    if final and oddity is not None and oddity != action.anomaly:
        detail["oddity"] = oddity
    return Applied(tuple(changed), detail)


def _elsewhere(appointment: Appointment | None, visit: Visit) -> str | None:
    """Why an arrival leaves the appointment alone, if it does: it is not for here and now.

    A person who was not told that it was moved is here all the same, and is still expected there.
    """
    if appointment is None:
        return "unknown_here"
    moved = appointment.revision > 1
    if appointment.site != visit.site:
        return "moved" if moved else "unknown_here"
    return "moved" if moved and appointment.day != visit.day else None


def _one_counts(
    connection: Connection,
    action: CheckIn,
    visit: Visit,
    oddity: str | None,
    changed: list[tuple[str, str]],
) -> str | None:
    """Keep the visit; of two of that day one counts. What was odd, "double" when there are two."""
    visit = replace(visit, anomaly=oddity or visit.anomaly)
    earlier = visit_of(connection, visit.appointment or "", visit.site)
    if earlier is None or earlier.day != visit.day:
        put(connection, visit)
        return oddity
    first, second = sorted((earlier, visit), key=lambda v: (v.arrived_at, v.id))
    if first is visit and earlier.status is not VisitStatus.WAITING:
        first, second = earlier, visit  # the other one has been called already: it goes on
    # Whichever arrived here first, the one that counts keeps what it said of itself.
    said = action.anomaly if oddity == "double" else visit.anomaly
    put(connection, replace(visit, anomaly=said) if first is visit else first)
    put(connection, replace(second, status=VisitStatus.DUPLICATE, anomaly="double"))
    changed.append(("visit", earlier.id))
    return "double"


def undo_check_in(
    connection: Connection, operation: Operation, action: UndoCheckIn
) -> Applied | Refused:
    """Take a check-in back, and the appointment's arrival when it was this visit that counted."""
    visit = known(connection, operation, action.visit)
    if visit is None:
        return Refused("unknown_visit")
    status = VISIT[visit.status, action.kind]
    if not isinstance(status, VisitStatus):
        return refused(status, visit)
    if action.reason is not None and action.reason not in UNDO_REASONS:
        return Refused("unknown_reason")
    counted = visit.status is not VisitStatus.DUPLICATE
    undone = replace(visit, status=status, outcome=action.reason)
    return _undone(connection, undone, counted=counted)


def note_identity(
    connection: Connection, operation: Operation, action: NoteIdentity
) -> Applied | Refused:
    """Keep whether the ID shown was the person's, at any step; the last check counts."""
    visit = known(connection, operation, action.visit)
    if visit is None:
        return Refused("unknown_visit")
    if action.result not in (Check.MATCHED, Check.MISMATCHED):
        return Refused("unknown_reason")
    put(connection, replace(visit, identity=action.result))
    return Applied((("visit", visit.id),))


def known(connection: Connection, operation: Operation, visit: str) -> Visit | None:
    """The visit, when it is one of the operation's own site."""
    found = get(connection, Visit, visit)
    return found if found is not None and found.site == operation.site else None


def refused(reason: str, visit: Visit) -> Refused:
    """The refusal of a step that the visit's status does not allow."""
    return Refused(reason, {"ticket": visit.ticket, "desk": visit.desk or ""})


def visit_of(connection: Connection, appointment: str, site: int) -> Visit | None:
    """The visit that counts for the appointment at a site, if the person has come there."""
    found = records(connection, Visit, _COME, {"appointment": appointment})
    return next((each for each in found if each.site == site and each.status in _LIVE), None)


_COME = Prepared(select(VISITS).where(VISITS.c.appointment == bindparam("appointment")))
"""All visits of an appointment; those of the site are sorted out here, for SQLite would look
through everyone who has come there."""


def arrivals_around(connection: Connection, visit: Visit, within: timedelta) -> list[Arrival]:
    """Who was checked in at the site so long before or after somebody, and they, by time."""
    statement = (
        select(VISITS.c.arrived_at, _PERSONS.c.family_name, _PERSONS.c.phone, VISITS.c.ticket)
        .select_from(VISITS.join(_PERSONS, _PERSONS.c.id == VISITS.c.person))
        .where(
            VISITS.c.site == visit.site,
            VISITS.c.day == visit.day,
            VISITS.c.status.in_([each.value for each in _LIVE]),
            VISITS.c.arrived_at.between(visit.arrived_at - within, visit.arrived_at + within),
        )
        .order_by(VISITS.c.arrived_at, VISITS.c.id)
    )
    return [Arrival(*row) for row in connection.execute(statement)]


_DUPLICATES = Prepared(
    select(VISITS)
    .where(
        VISITS.c.appointment == bindparam("appointment"),
        VISITS.c.site == bindparam("site"),
        VISITS.c.status == VisitStatus.DUPLICATE.value,
    )
    .order_by(VISITS.c.arrived_at, VISITS.c.id)
)


def _undone(connection: Connection, visit: Visit, *, counted: bool) -> Applied:
    """Take the visit back, and the appointment's arrival when it was this visit that counted.

    Checked in elsewhere too, the person holds that other ticket: it counts from now on.
    """
    put(connection, visit)
    changed = [("visit", visit.id)]
    appointment = get(connection, Appointment, visit.appointment or "") if counted else None
    if appointment is not None and appointment.site == visit.site:
        where = {"appointment": appointment.id, "site": visit.site}
        for other in records(connection, Visit, _DUPLICATES, where)[:1]:
            put(connection, replace(other, status=VisitStatus.WAITING))
            changed.append(("visit", other.id))
            return Applied(tuple(changed), {"ticket": visit.ticket, "stands": other.ticket})
        if appointment.status is AppointmentStatus.ARRIVED:
            status = after(appointment.status, "undo_check_in")
            put(connection, replace(appointment, status=status))
            changed.append(("appointment", appointment.id))
    return Applied(tuple(changed), {"ticket": visit.ticket})
