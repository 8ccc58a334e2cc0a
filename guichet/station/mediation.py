"""The mediator's work: find or record a person, hold a seat, book."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from guichet.domain.competence import commune_named, elsewhere, site_for
from guichet.domain.foreigner_number import Existence
from guichet.domain.model import (
    Accord,
    AccordMode,
    Appointment,
    Competence,
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
from guichet.domain.provenance import Through
from guichet.errors import CentralUnavailable, GuichetError
from guichet.station.core import Core
from guichet.station.lending import Lending
from guichet.station.likely import Alike, likely_same
from guichet.store import queries, search
from guichet.store.engine import reading, writing
from guichet.store.records import get, put

_PATIENCE = 8.0
"""Seconds a mediator waits for central's yes before being told that it will come later."""


@dataclass(frozen=True, slots=True)
class Held:
    """A seat kept for this station until a moment of this station's clock (UTC).

    `lent`: it is one of those that central has lent, and central does not know who for.
    """

    id: str
    slot: Slot
    until: datetime
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment; `confirmed` False: central has not answered yet, nothing is certain.

    `lent`: its seat was kept by this station, so that central's yes is to be expected.
    """

    appointment: Appointment
    confirmed: bool
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another site is competent for who lives in this commune (its name)."""

    site: Site
    commune: str


def by_day(slots: Iterable[Slot]) -> dict[date, list[Slot]]:
    """Slots that are in order of time, by their day."""
    return {day: list(found) for day, found in groupby(slots, lambda slot: slot.day)}


class Mediation:
    """Everything the mediator's screens ask for."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.lending = Lending(core)

    def find_persons(self, query: str) -> list[Person]:
        """The persons this station knows, by name, phone or numéro étranger."""
        with reading(self._core.engine) as connection:
            return search.find_persons(connection, self._core.enrolment.site, query)

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

    def likely_same(self, person: Person) -> list[Alike]:
        """The persons known already who may be this new one, the likeliest first."""
        return likely_same(self._core, person)

    def existence(self, number: str) -> Existence:
        """What a register says of a numéro étranger, through central."""
        try:
            return self._core.client().existence(number)
        except GuichetError:  # whatever the fault, it must not count against the person
            return Existence.UNAVAILABLE

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

    def competences(self) -> list[Competence]:
        """Which site is competent for which commune, as far as this station was told."""
        with reading(self._core.engine) as connection:
            return queries.everything(connection, Competence)

    def elsewhere(self, person: Person) -> dict[str, Elsewhere]:
        """Where the person depends on another site than this one, by code of démarche."""
        matrix = self.competences()
        with reading(self._core.engine) as connection:
            codes = [each.code for each in queries.everything(connection, Procedure)]
            sites = {site.number: site for site in queries.everything(connection, Site)}
        found = elsewhere(matrix, person.commune, codes, self._core.enrolment.site)
        return {
            code: Elsewhere(sites[row.site], row.name)
            for code, row in found.items()
            if row.site in sites
        }

    def competent(self, person: Person, procedure: str) -> Site | None:
        """The site on which the person depends for a démarche; None when nothing is known."""
        matrix = self.competences()
        with reading(self._core.engine) as connection:
            sites = {site.number: site for site in queries.everything(connection, Site)}
        commune = commune_named(matrix, person.commune)
        row = site_for(matrix, commune.code, procedure) if commune else None
        return sites.get(row.site) if row else None

    def slots(self, procedure: str) -> dict[date, list[Slot]]:
        """The coming slots of this site for a procedure, full ones included, by day."""
        site, now = self._core.enrolment.site, self._core.clock()
        with reading(self._core.engine) as connection:
            return by_day(queries.coming_slots(connection, site, procedure, now))

    def hold(self, slot: Slot, hold: str | None = None) -> Held | Refused:
        """Keep a seat for a few minutes; with the id of a hold, keep that one longer.

        Only central can, save for the seats it has lent this station: raises CentralUnavailable
        when it does not answer and the slot has none of those.
        """
        hold = hold or uuid.uuid4().hex
        lent = self._lent(slot, hold) if self._core.cut_off else None
        if lent is not None:
            return lent
        try:
            verdict = self._core.ask(Hold(hold, slot.id))
        except CentralUnavailable:
            lent = self._lent(slot, hold)
            if lent is None:
                raise
            return lent
        if verdict.reason is not None:
            lent = self._lent(slot, hold) if verdict.reason == "slot_full" else None
            return lent or Refused(verdict.reason, verdict.detail)
        until = datetime.fromisoformat(verdict.detail["until"])
        central_now = datetime.fromisoformat(verdict.detail["now"])
        return Held(hold, slot, self._core.clock() + (until - central_now))

    def _lent(self, slot: Slot, hold: str) -> Held | None:
        lease = self.lending.take(slot, hold)
        return Held(lease.hold, slot, lease.until, lent=True) if lease else None

    def release(self, held: Held) -> None:
        """Give a held seat back; if central cannot be told, the hold runs out by itself.

        A seat lent to this station stays so, for the next person.
        """
        if self.lending.give_back(held.id):
            return
        try:
            self._core.ask(Release(held.id))
        except CentralUnavailable:
            return

    def accord(
        self,
        mode: AccordMode,
        language: str,
        through: Through = Through.PERSON,
        *,
        paid: bool | None = None,
    ) -> Accord:
        """The person's accord, given now and recorded by the agent at work."""
        agent = self._core.agent
        code = agent.code if agent else ""
        return Accord(self._core.clock(), mode, language, code, through.value, paid)

    def book(
        self,
        person: Person,
        procedure: Procedure,
        held: Held,
        accord: Accord | None,
        override: str | None = None,
        *,
        patient: bool = True,
    ) -> Booked | Refused:
        """Book the held seat and wait for central's yes, unless not `patient`.

        `accord`: None when nobody has asked for help. `override`: why a supervisor lets the person
        have a second one in the family.
        """
        while True:
            book = Book(
                appointment=secrets.token_hex(8),
                hold=held.id,
                slot=held.slot.id,
                person=person.id,
                procedure=procedure.code,
                accord=accord,
                override=override,
            )
            patience = self._patience if patient else 0.0
            outcome, confirmed = self._core.confirm(book, patience, held.slot)
            if outcome != Refused("id_taken"):  # else, once in millions, draw another reference
                return self._booked(book.appointment, outcome, confirmed, lent=held.lent)

    def move(self, appointment: Appointment, held: Held) -> Booked | Refused:
        """Swap the appointment's seat for the held one; the reference stays."""
        move = Move(appointment.id, held.id, held.slot.id)
        outcome, confirmed = self._core.confirm(move, self._patience, held.slot)
        return self._booked(appointment.id, outcome, confirmed, lent=held.lent)

    def cancel(self, appointment: Appointment, by: str) -> Booked | Refused:
        """Cancel; `by` is "person", "service" or "mistake"."""
        outcome, confirmed = self._core.confirm(Cancel(appointment.id, by), self._patience)
        return self._booked(appointment.id, outcome, confirmed)

    @property
    def _patience(self) -> float:
        """Nobody waits for a central that is known to be gone."""
        return 0.0 if self._core.cut_off else _PATIENCE

    def _booked(
        self,
        appointment: str,
        outcome: Applied | Refused,
        confirmed: bool,  # noqa: FBT001 - what confirm has given, passed on
        *,
        lent: bool = False,
    ) -> Booked | Refused:
        if isinstance(outcome, Refused):
            return outcome
        with reading(self._core.engine) as connection:
            found = get(connection, Appointment, appointment)
        if found is None:
            return Refused("unknown_appointment")
        return Booked(found, confirmed, lent)

    def person(self, key: str) -> Person | None:
        """The person of that id, if this station knows them."""
        with reading(self._core.engine) as connection:
            return get(connection, Person, key)

    def appointment(self, reference: str) -> Appointment | None:
        """The appointment of that reference, as reference_of writes it, if it is known here."""
        with reading(self._core.engine) as connection:
            return queries.appointment_by_reference(connection, reference)

    def appointments_of(self, person: Person) -> list[Appointment]:
        """The person's appointments here, the latest first."""
        with reading(self._core.engine) as connection:
            return queries.appointments_of(connection, person.id)
