"""Inviting the people of a list to an exceptional day: each is found, or told to be not."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from guichet.domain.foreigner_number import FormCode, form
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Role, Slot
from guichet.domain.openings import latest
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.domain.reference import ReferenceProblem, parse_reference
from guichet.errors import GuichetError
from guichet.station.core import Core
from guichet.station.family import FULL, hold_all_patiently
from guichet.station.mediation import Booked, Mediation
from guichet.store import openings as queries
from guichet.store.engine import reading

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guest:
    """A line of the list, by its number: whose it is, and what they were given; or why not."""

    line: int
    person: Person | None = None
    appointment: Appointment | None = None
    confirmed: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What people are invited for: the démarche, and its open slots of the day, by time."""

    procedure: Procedure
    slots: tuple[Slot, ...]


class Inviting:
    """Every method blocks; what asks central raises CentralUnavailable and its kin."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._mediation = Mediation(core)

    def occasion(self, day: date, code: str | None) -> Occasion | Refused:
        """What the exceptional openings of the day are for; `code`: which démarche of several."""
        number, now = self._core.known_site().number, self._core.clock()
        with reading(self._core.engine) as connection:
            rules = latest(queries.openings(connection, number))
            slots = queries.every_slot(connection, number, now)
        ours = [each for each in rules if each.exceptional and each.seats and each.first == day]
        codes = {each for rule in ours for each in rule.procedures}
        if not ours:
            return Refused("no_exceptional_day")
        if (code or next(iter(codes))) not in codes or (code is None and len(codes) > 1):
            return Refused("unknown_procedure", {"known": ", ".join(sorted(codes))})
        chosen = code or codes.pop()
        procedure = next(each for each in self._mediation.procedures() if each.code == chosen)
        names = {each.rule for each in ours}
        found = [e for e in slots if e.day == day and e.rule in names and not e.closed]
        return Occasion(procedure, tuple(e for e in found if chosen in e.procedures))

    def found(self, lines: Iterable[tuple[int, str]], occasion: Occasion) -> list[Guest]:
        """Whose each line is: the reference of an appointment, or a numéro étranger.

        Who has an appointment for that already, or stands there twice, is refused as well, and so
        are those for whom no seat is left.
        """
        guests, seen = list[Guest](), set[str]()
        left = sum(open_seats(slot) for slot in occasion.slots)
        for number, text in lines:
            person = self._whose(text)
            if isinstance(person, str):
                guests.append(Guest(number, refused=person))
                continue
            refused = None
            if person.id in seen:
                refused = "twice"
            elif self._has_one(person, occasion.procedure):
                refused = "already_booked"
            elif left <= 0:
                refused = "no_slot"
            else:
                left -= 1
            seen.add(person.id)
            guests.append(Guest(number, person, refused=refused))
        return guests

    def _whose(self, text: str) -> Person | str:
        """The person of a line, or why there is none."""
        typed = form(text)
        if typed.code is FormCode.OK:
            known = self._mediation.find_persons(text) or self._mediation.find_persons_at_central(
                text
            )
            same = {each.id: each for each in known if each.number == typed.value}
            if len(same) > 1:
                return "several_persons"
            return next(iter(same.values()), "unknown_person")
        reference = parse_reference(text)
        if isinstance(reference, ReferenceProblem):
            return "bad_line"
        appointment = self._mediation.appointment(reference)
        person = self._mediation.person(appointment.person) if appointment else None
        return person or "unknown_appointment"

    def _has_one(self, person: Person, procedure: Procedure) -> bool:
        return any(
            each.family == procedure.family and each.status is AppointmentStatus.BOOKED
            for each in self._mediation.appointments_of(person)
        )

    def invite(self, guests: Sequence[Guest], occasion: Occasion) -> list[Guest]:
        """Book each of those found the day's earliest seat that is left; what became of each.

        When central goes away meanwhile, or the disk fails, the rest are refused: those booked are
        to be told.
        """
        agent = self._core.agent
        if agent is None or Role.SUPERVISOR not in agent.roles:
            return [replace(each, refused="not_allowed") for each in guests]
        left = Counter({slot.id: open_seats(slot) for slot in occasion.slots})
        done, gone = list[Guest](), False
        for guest in guests:
            if guest.refused is None and not gone:
                try:
                    done.append(self._booked(guest, occasion, left))
                    continue
                except GuichetError:
                    logger.warning("inviting stops", exc_info=True)
                    gone = True
            done.append(replace(guest, refused=guest.refused or "central_unavailable"))
        return done

    def _booked(self, guest: Guest, occasion: Occasion, left: Counter[str]) -> Guest:
        """`left` is how many seats each slot seems to have, and is brought up to date."""
        person = guest.person
        if person is None:
            return guest
        self._mediation.adopt(person)
        for slot in occasion.slots:
            if left[slot.id] <= 0:
                continue
            held = hold_all_patiently(self._mediation, [slot], threading.Event())
            if isinstance(held, Refused):
                if held.reason not in FULL:
                    return replace(guest, refused=held.reason)
                left[slot.id] = 0
                continue
            # Nobody has asked to be helped: the site invites, so there is no accord to record.
            outcome = self._mediation.book(person, occasion.procedure, held[0], None)
            if isinstance(outcome, Booked):
                left[slot.id] -= 1
                return replace(guest, appointment=outcome.appointment, confirmed=outcome.confirmed)
            self._mediation.release(held[0])
            return replace(guest, refused=outcome.reason)
        return replace(guest, refused="no_slot")
