"""The mediator's work: find or record a person, hold a seat, book, print."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from guichet.convocation import document
from guichet.convocation.document import convocation_of
from guichet.domain.model import (
    Accord,
    AccordMode,
    Appointment,
    Person,
    Procedure,
    Site,
    Slot,
)
from guichet.domain.operations import (
    Applied,
    Book,
    Cancel,
    Hold,
    Move,
    Refused,
    Register,
    Release,
)
from guichet.errors import CentralUnavailable, DocumentError
from guichet.i18n import _
from guichet.station.core import Core
from guichet.store import queries
from guichet.store.engine import reading, writing
from guichet.store.records import get, put

_PATIENCE = 8.0
"""Seconds a mediator waits for central's yes before being told that it will come later."""


@dataclass(frozen=True, slots=True)
class Held:
    """A seat kept for this station until a moment of this station's clock (UTC)."""

    id: str
    slot: Slot
    until: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment; `confirmed` False: central has not answered yet, nothing is certain."""

    appointment: Appointment
    confirmed: bool


class Mediation:
    """Everything the mediator's screens ask for."""

    def __init__(self, core: Core, documents: Path) -> None:
        self._core = core
        self._documents = documents
        self.practice: Path | None = None
        """Where pictures of what is printed go, for the demo's practice camera."""

    def find_persons(self, query: str) -> list[Person]:
        """The persons this station knows, by name, phone or numéro étranger."""
        with reading(self._core.engine) as connection:
            return queries.find_persons(connection, self._core.enrolment.site, query)

    def find_persons_at_central(self, query: str) -> list[Person]:
        """The same asked of central, which remembers longer. Raises CentralUnavailable."""
        return self._core.client().persons(query)

    def new_person_id(self) -> str:
        """An id for a person about to be recorded."""
        return uuid.uuid4().hex

    def register(self, person: Person) -> Refused | None:
        """Record a new person, or what has changed about one."""
        outcome = self._core.submit(Register(person))
        return outcome if isinstance(outcome, Refused) else None

    def adopt(self, person: Person) -> None:
        """Keep here a person found at central."""
        with writing(self._core.engine) as connection:
            if get(connection, Person, person.id) is None:
                put(connection, person)

    def procedures(self) -> list[Procedure]:
        """What people come for, by label."""
        with reading(self._core.engine) as connection:
            found = queries.everything(connection, Procedure)
        return sorted(found, key=lambda procedure: procedure.label)

    def slots(self, procedure: str) -> dict[date, list[Slot]]:
        """The coming slots for a procedure, full ones included, by day."""
        now = self._core.clock()
        with reading(self._core.engine) as connection:
            slots = queries.slots_from(connection, self._core.enrolment.site, self._core.today())
        days: dict[date, list[Slot]] = {}
        for slot in slots:
            if procedure in slot.procedures and slot.starts_at > now:
                days.setdefault(slot.day, []).append(slot)
        return days

    def hold(self, slot: Slot, hold: str | None = None) -> Held | Refused:
        """Keep a seat for a few minutes; with the id of a hold, keep that one longer.

        Only central can: raises CentralUnavailable when it does not answer.
        """
        hold = hold or uuid.uuid4().hex
        verdict = self._core.ask(Hold(hold, slot.id))
        if verdict.reason is not None:
            return Refused(verdict.reason, verdict.detail)
        until = datetime.fromisoformat(verdict.detail["until"])
        central_now = datetime.fromisoformat(verdict.detail["now"])
        return Held(hold, slot, self._core.clock() + (until - central_now))

    def release(self, held: Held) -> None:
        """Give a held seat back; if central cannot be told, the hold runs out by itself."""
        try:
            self._core.ask(Release(held.id))
        except CentralUnavailable:
            return

    def accord(self, mode: AccordMode, language: str) -> Accord:
        """The person's accord, given now and recorded by the agent at work."""
        agent = self._core.agent
        return Accord(self._core.clock(), mode, language, agent.code if agent else "")

    def book(
        self, person: Person, procedure: Procedure, held: Held, accord: Accord
    ) -> Booked | Refused:
        """Book the held seat and wait for central's yes."""
        while True:
            book = Book(
                appointment=secrets.token_hex(8),
                hold=held.id,
                slot=held.slot.id,
                person=person.id,
                procedure=procedure.code,
                accord=accord,
            )
            outcome, confirmed = self._core.confirm(book, _PATIENCE)
            if outcome != Refused("id_taken"):  # else, once in millions, draw another reference
                return self._booked(book.appointment, outcome, confirmed=confirmed)

    def move(self, appointment: Appointment, held: Held) -> Booked | Refused:
        """Swap the appointment's seat for the held one; the reference stays."""
        move = Move(appointment.id, held.id, held.slot.id)
        outcome, confirmed = self._core.confirm(move, _PATIENCE)
        return self._booked(appointment.id, outcome, confirmed=confirmed)

    def cancel(self, appointment: Appointment, by: str) -> Booked | Refused:
        """Cancel; `by` is "person", "service" or "mistake"."""
        outcome, confirmed = self._core.confirm(Cancel(appointment.id, by), _PATIENCE)
        return self._booked(appointment.id, outcome, confirmed=confirmed)

    def _booked(
        self, appointment: str, outcome: Applied | Refused, *, confirmed: bool
    ) -> Booked | Refused:
        if isinstance(outcome, Refused):
            return outcome
        with reading(self._core.engine) as connection:
            found = get(connection, Appointment, appointment)
        if found is None:
            return Refused("unknown_appointment")
        return Booked(found, confirmed)

    def appointments_of(self, person: Person) -> list[Appointment]:
        """The person's appointments here, the latest first."""
        with reading(self._core.engine) as connection:
            return queries.appointments_of(connection, person.id)

    def convocation(self, appointment: str) -> Path:
        """Write the convocation of a confirmed appointment as PDF. Raises DocumentError."""
        with reading(self._core.engine) as connection:
            found = get(connection, Appointment, appointment)
            person = get(connection, Person, found.person if found else "")
            procedure = get(connection, Procedure, found.procedure if found else "")
            site = get(connection, Site, found.site if found else 0)
        if found is None or person is None or procedure is None or site is None:
            raise DocumentError(
                _("Ce rendez-vous n’est plus sur ce poste\u00a0: recherchez la personne.")
            )
        if found.token is None:
            raise DocumentError(
                _(
                    "La centrale n’a pas encore confirmé ce rendez-vous\u00a0: "
                    "la convocation s’imprimera dès sa réponse."
                )
            )
        printed = convocation_of(found, person, procedure, site, self._core.today())
        path = document.write(printed, self._documents)
        if self.practice is not None:
            document.write_picture(printed, self.practice)
        return path

    def open(self, path: Path) -> None:
        """Show a document in the system's viewer. Raises DocumentError."""
        document.open_document(path)

    def print(self, path: Path) -> None:
        """Send a document to the printer. Raises DocumentError."""
        document.print_document(path)

    def printer_available(self) -> bool:
        """Whether this machine can print."""
        return document.printer_available()
