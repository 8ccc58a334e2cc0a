"""Inviting the people of a list to an exceptional day: each is found, or told to be not."""

import csv
import io
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from guichet.domain.foreigner_number import FormCode, form
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Role, Slot
from guichet.domain.openings import Opening, latest
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.domain.reference import ReferenceProblem, parse_reference
from guichet.errors import ConfigError, GuichetError
from guichet.i18n import _
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
    """What people are invited for: the démarche, the day's openings of it and their open slots,
    by time.
    """

    procedure: Procedure
    rules: tuple[Opening, ...]
    slots: tuple[Slot, ...]

    @property
    def seats(self) -> int:
        """How many can be invited still."""
        return sum(open_seats(slot) for slot in self.slots)


def listed(path: Path) -> list[tuple[int, str]]:
    """The first cell of each line that is not blank, by an editor's number; no header.

    Raises ConfigError when the file cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
        table = csv.reader(io.StringIO(text.replace(";", ","), newline=""), strict=True)
        cells = [(table.line_num, row[0].strip()) for row in table if row and row[0].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = _("{file} ne peut pas être lu\u00a0: il faut un fichier CSV en UTF-8.")
        raise ConfigError(message.format(file=path.name)) from error
    return [each for each in cells if each[0] > 1 or not _is_title(each[1])]


def _is_title(cell: str) -> bool:
    """Whether it names its column: it is no reference, though one in thirty has no digit."""
    return not any(map(str.isdigit, cell)) and not isinstance(parse_reference(cell), str)


class Inviting:
    """Every method blocks; what asks central raises CentralUnavailable and its kin."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._mediation = Mediation(core)

    def occasions(self, day: date) -> list[Occasion]:
        """What the exceptional openings of the day are for, a démarche each, by code."""
        number, now = self._core.known_site().number, self._core.clock()
        with reading(self._core.engine) as connection:
            rules = latest(queries.openings(connection, number))
            slots = queries.every_slot(connection, number, now)
        ours = [each for each in rules if each.exceptional and each.seats and each.first == day]
        procedures = {each.code: each for each in self._mediation.procedures()}
        found = list[Occasion]()
        for code in sorted({each for rule in ours for each in rule.procedures} & set(procedures)):
            of_it = tuple(each for each in ours if code in each.procedures)
            names = {each.rule for each in of_it}
            seats = (e for e in slots if e.day == day and e.rule in names and not e.closed)
            found.append(
                Occasion(procedures[code], of_it, tuple(e for e in seats if code in e.procedures))
            )
        return found

    def occasion(self, day: date, code: str | None) -> Occasion | Refused:
        """The one of the day, or which of several by the `code` of its démarche."""
        known = {each.procedure.code: each for each in self.occasions(day)}
        if not known:
            return Refused("no_exceptional_day")
        if code is None and len(known) == 1:
            return next(iter(known.values()))
        return known.get(code or "") or Refused("unknown_procedure", {"known": ", ".join(known)})

    def found(self, lines: Iterable[tuple[int, str]], occasion: Occasion) -> list[Guest]:
        """Whose each line is: the reference of an appointment, or a numéro étranger.

        Who has an appointment for that already, or stands there twice, is refused as well, and so
        are those for whom no seat is left.
        """
        guests, seen = list[Guest](), set[str]()
        left = occasion.seats
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

    def invite(
        self,
        guests: Sequence[Guest],
        occasion: Occasion,
        told: Callable[[Guest], None] = lambda _guest: None,
        stop: threading.Event | None = None,
    ) -> list[Guest]:
        """Book each of those found the day's earliest seat that is left; what became of each.

        `told` hears of each tried; from `stop` on the others are given back as they came. When
        central goes away meanwhile, or the disk fails, the rest are refused: those booked are to be
        told.
        """
        agent = self._core.agent
        if agent is None or Role.SUPERVISOR not in agent.roles:
            return [replace(each, refused="not_allowed") for each in guests]
        left = Counter({slot.id: open_seats(slot) for slot in occasion.slots})
        done, stopped = list[Guest](), stop or threading.Event()
        gone = False
        for guest in guests:
            now = guest
            if guest.refused is None and guest.appointment is None and not stopped.is_set():
                now = replace(guest, refused="central_unavailable")
                if not gone:
                    try:
                        now = self._booked(guest, occasion, left)
                    except GuichetError:
                        logger.warning("inviting stops", exc_info=True)
                        gone = True
                told(now)
            done.append(now)
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
