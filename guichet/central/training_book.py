"""The appointment book of a training site: openings, and who has which seat."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from guichet.central import training_catalogue as catalogue
from guichet.central.training_day import received
from guichet.central.training_openings import openings
from guichet.central.training_people import PERSONAS, Persona, persona_id
from guichet.domain.calendar_fr import is_open_day
from guichet.domain.model import (
    Accord,
    AccordMode,
    Appointment,
    AppointmentStatus,
    Person,
    Site,
    Slot,
    Visit,
)
from guichet.domain.reference import reference_of
from guichet.domain.timetable import timetable

DAYS = 14
"""Days of openings, from the demo day on."""

_FREE_PERSONS = 0.2  # have no appointment yet, so that one can be booked for them
_CANCELLED = 0.03
_BY_MEDIATOR = 0.2
_TRIES = 40
_PROCEDURES = {procedure.code: procedure for procedure in catalogue.PROCEDURES}
_HOURLY = {8: 3.0, 9: 3.0, 10: 2.0, 11: 1.5, 12: 0.6, 13: 1.2, 14: 2.0, 15: 1.5, 16: 1.0}
_EVENING = 0.5


class Book:
    """The appointment book of one site while it is being filled."""

    def __init__(
        self,
        rng: Random,
        site: Site,
        persons: Sequence[Person],
        sign: Callable[[Appointment, Person], str],
        mediator: str,
        day: date,
        now: datetime,
    ) -> None:
        self._rng = rng
        self._site = site
        self._zone = ZoneInfo(site.time_zone)
        self._sign = sign
        self._mediator = mediator
        self._day = day
        self._now = now
        self._persons = {person.id: person for person in persons}
        special = {persona_id(persona.key) for persona in PERSONAS}
        plain = [person for person in persons if person.id not in special]
        pool = plain[: round(len(plain) * (1 - _FREE_PERSONS))]
        families = sorted({procedure.family for procedure in catalogue.PROCEDURES})
        self._waiting = {family: deque(rng.sample(pool, len(pool))) for family in families}
        self._before = day - timedelta(days=1)
        while not is_open_day(self._before):
            self._before -= timedelta(days=1)
        coming = (day + timedelta(days=after) for after in range(1, DAYS))
        self._coming = [other for other in coming if is_open_day(other)]
        days = (self._before, day, day + timedelta(days=DAYS - 1))
        self.openings = openings(site.number, *days)
        made = timetable(self.openings, (), days[0], days[-1], self._zone)
        self.slots = sorted(made, key=lambda slot: (slot.day, f"{slot.rule}"[0], slot.starts_at))
        self._left = {slot.id: slot.seats for slot in self.slots}
        self._appointments: list[Appointment] = []

    def fill(self, scale: float) -> tuple[list[Appointment], list[Visit]]:
        """Every appointment and visit; `scale` 1 is the load of two thousand persons."""
        index = self._site.number - 1
        special = [self._persona(p) for p in PERSONAS if p.site == self._site.number]
        self._appointments += special
        yesterday = self._draw(self._before, round(catalogue.YESTERDAY_BOOKED[index] * scale))
        today = self._draw(self._day, round(catalogue.DEMO_BOOKED[index] * scale))
        for rank, day in enumerate(self._coming):
            share = catalogue.OCCUPANCY[min(rank, len(catalogue.OCCUPANCY) - 1)]
            seats = sum(slot.seats for slot in self.slots if slot.day == day)
            self._draw(day, round(seats * share * scale))
        closing = datetime.combine(self._day, datetime.min.time(), self._zone).astimezone(UTC)
        past, visits = received(self._rng, self._site, yesterday, min(closing, self._now))
        come, today_visits = received(self._rng, self._site, today, self._now)
        final = {a.id: a for a in self._appointments}
        final |= {a.id: replace(a, status=AppointmentStatus.ABSENT) for a in yesterday}
        final |= {a.id: a for a in (*past, *come)}
        return list(final.values()), visits + today_visits

    def _draw(self, day: date, wanted: int) -> list[Appointment]:
        """Up to `wanted` more appointments of a day, crowded at opening; some are cancelled."""
        # On the demo day each start keeps a seat where it has several: there is always one soon.
        kept = int(day == self._day)
        seats = [
            slot
            for slot in self.slots
            if slot.day == day
            for _seat in range(min(self._left[slot.id], max(1, slot.seats - kept)))
        ]
        crowd = [_HOURLY.get(s.starts_at.astimezone(self._zone).hour, _EVENING) for s in seats]
        keyed = [
            (self._rng.random() ** (1 / weight), slot)
            for weight, slot in zip(crowd, seats, strict=True)
        ]
        keyed.sort(key=lambda pair: -pair[0])
        drawn = []
        for _key, slot in keyed[:wanted]:
            appointment = self._appointment(slot)
            if appointment is None:
                continue
            if day >= self._day and self._rng.random() < _CANCELLED:
                self._appointments.append(_cancelled(appointment, "person"))
                continue
            self._left[slot.id] -= 1
            self._appointments.append(appointment)
            drawn.append(appointment)
        return sorted(drawn, key=lambda a: (a.starts_at, a.id))

    def _appointment(self, slot: Slot) -> Appointment | None:
        """A new appointment of someone who has none of that family, None when nobody is left."""
        weights = [catalogue.WEIGHTS[code] for code in slot.procedures]
        (code,) = self._rng.choices(slot.procedures, weights)
        waiting = self._waiting[_PROCEDURES[code].family]
        for _try in range(min(_TRIES, len(waiting))):
            person = waiting.popleft()
            if person.number is not None or not _PROCEDURES[code].number_required:
                return self._booked(slot, person, code)
            waiting.append(person)
        return None

    def _booked(self, slot: Slot, person: Person, code: str) -> Appointment:
        identity = f"{self._rng.getrandbits(64):016x}"
        asked = min(slot.starts_at, self._now) - timedelta(minutes=self._rng.randint(900, 39_000))
        asked = asked.replace(second=0, microsecond=0)
        helped = self._rng.random() < _BY_MEDIATOR
        mode = self._rng.choice(tuple(AccordMode))
        appointment = Appointment(
            id=identity,
            reference=reference_of(identity),
            site=self._site.number,
            slot=slot.id,
            day=slot.day,
            starts_at=slot.starts_at,
            minutes=_PROCEDURES[code].minutes,
            procedure=code,
            family=_PROCEDURES[code].family,
            person=person.id,
            status=AppointmentStatus.BOOKED,
            revision=1,
            token=None,
            booked_at=asked,
            booked_by=self._mediator if helped else "internet",
            accord=Accord(asked, mode, person.language, self._mediator) if helped else None,
            cancel_reason=None,
        )
        return replace(appointment, token=self._sign(appointment, person))

    def _persona(self, persona: Persona) -> Appointment:
        person = self._persons[persona_id(persona.key)]
        appointment = self._booked(self._slot_for(persona), person, persona.procedure)
        if persona.when in {"cancelled", "mistake"}:
            return _cancelled(appointment, "mistake" if persona.when == "mistake" else "person")
        self._left[appointment.slot] -= 1
        if persona.when == "moved":
            appointment = replace(appointment, revision=2)
            return replace(appointment, token=self._sign(appointment, person))
        if persona.when == "yesterday":
            return replace(appointment, status=AppointmentStatus.ABSENT)
        return appointment

    def _slot_for(self, persona: Persona) -> Slot:
        """The first slot that fits the persona's moment and still has a seat."""
        days = {"yesterday": self._before, "tomorrow": self._coming[0]}
        day = days.get(persona.when, self._day)
        fits = [
            slot
            for slot in self.slots
            if slot.day == day and persona.procedure in slot.procedures and self._left[slot.id] > 0
        ]
        wanted = self._now
        if persona.when == "late":
            wanted -= timedelta(minutes=25)
        if persona.when == "later":
            wanted = fits[-1].starts_at - timedelta(hours=1)
        return next((slot for slot in fits if slot.starts_at >= wanted), fits[-1])


def _cancelled(appointment: Appointment, by: str) -> Appointment:
    """Cancelled as guichet.store.booking does: its newest print says the revision before."""
    return replace(
        appointment,
        status=AppointmentStatus.CANCELLED,
        revision=appointment.revision + 1,
        cancel_reason=by,
    )
