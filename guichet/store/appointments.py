"""What stands for or against an operation on an appointment."""

from sqlalchemy import Connection, bindparam, or_, select

from guichet.domain.lifecycle import APPOINTMENT
from guichet.domain.model import Appointment, AppointmentStatus, Person
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


def held(connection: Connection, person: str, family: str) -> str | None:
    """The id of the appointment that the person holds in the family, at whatever site."""
    found: str | None = _HELD.value(connection, person=person, family=family)
    return found


def taken(connection: Connection, appointment: Appointment) -> bool:
    """Whether there is an appointment of its id, or of the reference that follows from it."""
    named = {"id": appointment.id, "reference": appointment.reference}
    return _TAKEN.first(connection, **named) is not None


_HELD = Prepared(
    select(_APPOINTMENT.c.id).where(
        _APPOINTMENT.c.person == bindparam("person"),
        _APPOINTMENT.c.family == bindparam("family"),
        _APPOINTMENT.c.status == AppointmentStatus.BOOKED.value,
    )
)
_TAKEN = Prepared(
    select(_APPOINTMENT.c.id).where(
        or_(
            _APPOINTMENT.c.id == bindparam("id"), _APPOINTMENT.c.reference == bindparam("reference")
        )
    )
)
