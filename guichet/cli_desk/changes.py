"""What the desk's commands change: appointments booked, moved, cancelled, and their papers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from guichet.cli_desk import Wanted, said
from guichet.cli_desk.reads import labels, procedure_of
from guichet.cli_desk.said import Answer
from guichet.domain.model import AccordMode, Appointment, AppointmentStatus, Person
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.domain.reference import ReferenceProblem, parse_reference
from guichet.errors import CentralUnavailable, DocumentError
from guichet.i18n import _
from guichet.station import Station
from guichet.station.mediation import Booked, Held

Outcome = Answer | Refused

_MODES = {"aloud": AccordMode.READ_ALOUD, "paper": AccordMode.PRINTED}
_UNCHANGING = {
    AppointmentStatus.ARRIVED: "already_arrived",
    AppointmentStatus.ABSENT: "already_absent",
    AppointmentStatus.CANCELLED: "already_cancelled",
}
"""Why an appointment that is not to come gets no paper."""


@dataclass(frozen=True, slots=True)
class Given:
    """How the accord was given: "aloud" or "paper"; `language` None: the person's own."""

    how: str
    language: str | None


def book(
    station: Station, key: str, code: str, wanted: Wanted, given: Given, search: str | None
) -> Outcome:
    """Hold a seat, book it, write the convocation. The seat is given back after a refusal."""
    from guichet.screens.languages import LANGUAGES  # translated when imported

    procedure = procedure_of(station, code)
    if isinstance(procedure, Refused):
        return procedure
    person = _person(station, key, search)
    if isinstance(person, Refused):
        return person
    language = given.language or person.language or "fr"
    if given.language and language not in LANGUAGES:
        return Refused("unknown_language", {"known": ", ".join(LANGUAGES)})
    held = _held(station, procedure.code, wanted)
    if isinstance(held, Refused):
        return held
    mediation = station.mediation
    accord = mediation.accord(_MODES[given.how], language)
    outcome = mediation.book(person, procedure, held, accord)
    if isinstance(outcome, Refused):
        mediation.release(held)
        return _told_apart(station, person, outcome)
    return _with_paper(station, outcome, person)


def move(station: Station, reference: str, wanted: Wanted) -> Outcome:
    """Give an appointment another slot and write its convocation anew."""
    found = _appointment(station, reference)
    if isinstance(found, Refused):
        return found
    held = _held(station, found.procedure, wanted)
    if isinstance(held, Refused):
        return held
    outcome = station.mediation.move(found, held)
    if isinstance(outcome, Refused):
        station.mediation.release(held)
        return outcome
    return _with_paper(station, outcome, station.mediation.person(found.person))


def cancel(station: Station, reference: str, by: str) -> Outcome:
    """Cancel an appointment; without central it is done here and sent later."""
    found = _appointment(station, reference)
    if isinstance(found, Refused):
        return found
    outcome = station.mediation.cancel(found, by)
    if isinstance(outcome, Refused):
        return outcome
    later = _(
        "Annulé sur ce poste\u202f; la centrale n’a pas encore confirmé et l’apprendra à la "
        "prochaine ouverture."
    )
    facts = said.appointment_facts(station, outcome.appointment)
    return Answer(
        {**facts, "confirmed": outcome.confirmed},
        [said.appointment_lines(station, outcome.appointment, labels(station))],
        "" if outcome.confirmed else later,
    )


def convocation(station: Station, reference: str, *, printing: bool, opening: bool) -> Outcome:
    """Write the convocation of an appointment to come; print it, show it."""
    found = _appointment(station, reference)
    if isinstance(found, Refused):
        return found
    if found.status in _UNCHANGING:
        return Refused(_UNCHANGING[found.status])
    path = station.papers.convocation(found.id)
    if printing:
        station.papers.print(path)
    if opening:
        station.papers.open(path)
    facts = {
        "reference": found.reference,
        "convocation": str(path),
        "printed": printing,
        "opened": opening,
    }
    lines = [(_("référence"), found.reference), said.paper_line(path)]
    if printing:
        lines.append((_("imprimante"), _("la convocation est envoyée")))
    return Answer(facts, [lines])


def _person(station: Station, key: str, search: str | None) -> Person | Refused:
    """The person, kept here if a search at central gives them."""
    mediation = station.mediation
    person = mediation.person(key)
    if person is None and search:
        try:
            found = mediation.find_persons_at_central(search)
        except CentralUnavailable:
            return Refused("central_unavailable")
        person = next((each for each in found if each.id == key), None)
        if person is not None:
            mediation.adopt(person)
    return person or Refused("unknown_person")


def _appointment(station: Station, text: str) -> Appointment | Refused:
    reference = parse_reference(text)
    if isinstance(reference, ReferenceProblem):
        return Refused("bad_reference", {"problem": reference.value})
    return station.mediation.appointment(reference) or Refused("unknown_appointment")


def _held(station: Station, procedure: str, wanted: Wanted) -> Held | Refused:
    """A seat of the wanted slot, or of the first that still has one."""
    coming = [slot for day in station.mediation.slots(procedure).values() for slot in day]
    if wanted.slot is not None:
        fitting = [slot for slot in coming if slot.id == wanted.slot]
        outcome = Refused("unknown_slot")
    else:
        after = _moment(station, wanted.after)
        fitting = [slot for slot in coming if slot.starts_at >= after and open_seats(slot) > 0]
        outcome = Refused("no_slot")
    for slot in fitting:
        try:
            held = station.mediation.hold(slot)
        except CentralUnavailable:
            return Refused("central_unavailable")
        if isinstance(held, Held) or held.reason != "slot_full":
            return held
        outcome = held
    return outcome


def _moment(station: Station, after: datetime | None) -> datetime:
    """A moment asked for, which is the site's local time unless it says otherwise; else now."""
    if after is None:
        return station.now()
    local = after if after.tzinfo else after.replace(tzinfo=ZoneInfo(station.site.time_zone))
    return local.astimezone(UTC)


def _told_apart(station: Station, person: Person, refused: Refused) -> Refused:
    """A refusal with the reference of the appointment that stands in the way, if one does."""
    standing = refused.detail.get("appointment")
    for each in station.mediation.appointments_of(person):
        if each.id == standing:
            return Refused(refused.reason, {**refused.detail, "reference": each.reference})
    return refused


def _with_paper(station: Station, booked: Booked, person: Person | None) -> Outcome:
    """The appointment and its convocation: what is booked stays so when the paper fails."""
    it = booked.appointment
    if not booked.confirmed:
        return Refused("unconfirmed", {"reference": it.reference})
    path, warning = None, ""
    try:
        path = station.papers.convocation(it.id)
    except DocumentError as error:
        warning = str(error)
    facts = {**said.appointment_facts(station, it), "convocation": str(path) if path else None}
    lines = said.appointment_lines(station, it, labels(station), person)
    return Answer(facts, [[*lines, said.paper_line(path)]], warning)
