"""What stands for or against an operation on an appointment."""

from sqlalchemy import Connection, bindparam, or_, select

from guichet.domain.lifecycle import APPOINTMENT
from guichet.domain.model import Appointment, AppointmentStatus, Person
from guichet.domain.reference import reference_of
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


def active(connection: Connection, person: str, family: str) -> str | None:
    """The appointment that the person holds in the family, at whatever site."""
    asked = {"person": person, "family": family}
    found: str | None = connection.execute(_ACTIVE, asked).scalar()
    return found


def taken(connection: Connection, appointment: str) -> bool:
    """Whether an appointment has that id, or the reference that follows from it."""
    asked = {"id": appointment, "reference": reference_of(appointment)}
    return connection.execute(_TAKEN, asked).first() is not None


_ACTIVE = select(_APPOINTMENT.c.id).where(
    _APPOINTMENT.c.person == bindparam("person"),
    _APPOINTMENT.c.family == bindparam("family"),
    _APPOINTMENT.c.status == AppointmentStatus.BOOKED.value,
)
_TAKEN = select(_APPOINTMENT.c.id).where(
    or_(_APPOINTMENT.c.id == bindparam("id"), _APPOINTMENT.c.reference == bindparam("reference"))
)
"""Made once: building a statement takes longer than the database does to answer it."""
