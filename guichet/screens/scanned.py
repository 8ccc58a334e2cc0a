"""What is said of a convocation scanned away from the counter, and whose it is."""

from collections.abc import Callable

from textual.screen import Screen

from guichet.domain.calendar_fr import long_date
from guichet.domain.model import Appointment, Person
from guichet.domain.verdicts import Finding
from guichet.i18n import _
from guichet.screens.finding_words import FINDINGS
from guichet.screens.post import background
from guichet.station import Station


def person_of(station: Station, text: str) -> Person | Finding:
    """The person whose convocation was scanned, or why nobody is found; reads the database."""
    found = station.reception.appointment_of(text)
    if isinstance(found, Finding):
        return found
    return station.mediation.person(found.person) or Finding.NOT_FOUND


def look_for(
    screen: Screen[None], station: Station, text: str, select: Callable[[str], bool]
) -> None:
    """Find a scanned convocation in the day; `select` gets the appointment, and says if it did."""

    def read(found: Appointment | Finding) -> None:
        if isinstance(found, Finding):
            screen.notify(nobody(found), severity="warning")
        elif not select(found.id):
            screen.notify(another_day(station, found), severity="warning")

    background(screen, lambda: station.reception.appointment_of(text), read, group="scan")


def nobody(finding: Finding) -> str:
    """Why a scanned text leads to nobody, and what to do."""
    if finding is Finding.NOT_FOUND:
        return _("Convocation authentique, mais inconnue de ce poste. Cherchez par nom.")
    word, then = FINDINGS[finding]
    return f"{word}. {then}"


def another_day(station: Station, appointment: Appointment) -> str:
    """Why a convocation is not in the day that is shown."""
    day = long_date(station.local(appointment.starts_at).date())
    return _("Cette convocation n’est pas de la journée\u00a0: {day}.").format(day=day)
