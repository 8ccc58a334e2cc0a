"""What stands for or against an operation on an appointment."""

from sqlalchemy import Connection, and_, bindparam, or_, select

from guichet.domain.lifecycle import APPOINTMENT
from guichet.domain.model import Appointment, AppointmentStatus, Person
from guichet.domain.reference import reference_of
from guichet.store.prepared import Prepared
from guichet.store.records import TABLES, get

_APPOINTMENT = TABLES["appointment"]


def appointment_for(connection: Connection, key: str, site: int) -> Appointment | None:
    """The appointment, if the site has a say in it: it takes place there, or is its person's."""
    appointment = get(connection, Appointment, key)
    if appointment is None or appointment.site == site:
        return appointment
    person = get(connection, Person, appointment.person)
    return appointment if person is not None and person.site == site else None


def objection(appointment: Appointment | None, kind: str) -> str | None:
    """The reason why the appointment cannot be moved or cancelled, if any."""
    if appointment is None:
        return "unknown_appointment"
    step = APPOINTMENT[appointment.status, kind]
    return None if isinstance(step, AppointmentStatus) else step


def in_the_way(
    connection: Connection, appointment: str, person: str, family: str
) -> tuple[bool, str | None]:
    """Whether an appointment has that id, or the reference that follows from it; and the one that
    the person holds in the family, at whatever site.
    """
    found = _IN_THE_WAY.rows(
        connection,
        id=appointment,
        reference=reference_of(appointment),
        person=person,
        family=family,
    )
    return any(row.taken for row in found), next((row.id for row in found if row.held), None)


_HELD = and_(
    _APPOINTMENT.c.person == bindparam("person"),
    _APPOINTMENT.c.family == bindparam("family"),
    _APPOINTMENT.c.status == AppointmentStatus.BOOKED.value,
)
_TAKEN = or_(
    _APPOINTMENT.c.id == bindparam("id"), _APPOINTMENT.c.reference == bindparam("reference")
)
_IN_THE_WAY = Prepared(
    select(_APPOINTMENT.c.id, _TAKEN.label("taken"), _HELD.label("held")).where(or_(_TAKEN, _HELD))
)
