"""Persons and appointments as central publishes them, for measures that need many."""

from datetime import timedelta

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Slot
from guichet.domain.reference import reference_of


def person_of(site: int, key: str) -> Person:
    """Somebody of a site."""
    return Person(
        id=key,
        site=site,
        family_name="DIALLO",
        given_names=f"Awa {key[-6:]}",
        birth="1989-03-14",
        number=None,
        number_absent="first",
        phone="+33612345678",
        email=None,
        commune="Bobigny",
        language="fr",
        needs=(),
    )


def appointment_of(key: str, slot: Slot, person: Person, procedure: Procedure) -> Appointment:
    """The person is expected; the token is as long as a real one."""
    return Appointment(
        id=key,
        reference=reference_of(key),
        site=slot.site,
        slot=slot.id,
        day=slot.day,
        starts_at=slot.starts_at,
        minutes=procedure.minutes,
        procedure=procedure.code,
        family=procedure.family,
        person=person.id,
        status=AppointmentStatus.BOOKED,
        revision=1,
        token="G1:" + "A" * 150,
        booked_at=slot.starts_at - timedelta(days=1),
        booked_by="internet",
        accord=None,
        cancel_reason=None,
    )
