"""Steering a site: when it receives, when it is closed, and who has to be moved for that."""

import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from guichet.domain.agenda import Day, agenda, models
from guichet.domain.calibration import Calibration, calibrate
from guichet.domain.model import Appointment, Person, Procedure, Role, Slot
from guichet.domain.moving import families, hit, propose
from guichet.domain.opening_checks import closure_refused, openings_refused
from guichet.domain.openings import Closure, Opening, latest
from guichet.domain.operations import Action, Refused, SetClosure, SetOpenings
from guichet.domain.timetable import (
    PUBLISHED,
    Preview,
    closed,
    plan,
    preview,
    taken_here,
    timetable,
)
from guichet.station.core import Core
from guichet.station.family import FULL, hold_all_patiently
from guichet.station.mediation import Booked, Held, Mediation
from guichet.store import openings as queries
from guichet.store.engine import reading
from guichet.store.queries import everything
from guichet.store.records import get

_NEXT_BEST = 5
"""How many other slots are tried for somebody when those proposed are full meanwhile."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The site's rules as they are now, models, closures to come, and its coming days."""

    rules: tuple[Opening, ...]
    templates: tuple[Opening, ...]
    closures: tuple[Closure, ...]
    days: tuple[Day, ...]
    to_move: int


@dataclass(frozen=True, slots=True)
class ToMove:
    """An appointment on closed time; `slot` is where it could go, None when nothing is free.

    `family` names those it goes with: the same for all who seem to have been booked together.
    """

    appointment: Appointment
    person: Person | None
    procedure: Procedure | None
    slot: Slot | None
    family: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one of them: the appointment as it is now, or why it could not be moved."""

    item: ToMove
    appointment: Appointment | None
    confirmed: bool = False
    refused: str | None = None


class Steering:
    """Everything that the supervisor's openings ask for; every method blocks.

    What changes something raises CentralUnavailable and its kin: only central can.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._mediation = Mediation(core)

    # Reading ------------------------------------------------------------------------------------

    def overview(self) -> Overview:
        """The site as it is to be."""
        today, openings, closures = self._core.today(), self._openings(), self._closures()
        slots, booked = self._coming()
        rules = [each for each in latest(openings) if each.last is None or each.last >= today]
        return Overview(
            tuple(each for each in rules if each.seats),
            tuple(models(openings)),
            tuple(closures),
            tuple(agenda(slots, booked, closures, rules)),
            len(self._hit(slots, booked, closures)),
        )

    def procedures(self) -> list[Procedure]:
        """The démarches, by label."""
        return self._mediation.procedures()

    def versions(self, rule: str) -> list[Opening]:
        """Every version of a rule, the newest first."""
        return [each for each in reversed(self._openings()) if each.rule == rule]

    def calibration(self) -> list[Calibration]:
        """What was measured of each rule, by central. Raises CentralUnavailable and its kin."""
        measured = self._core.client().durations()
        now = [each for each in latest(self._openings()) if each.seats and not each.exceptional]
        today = self._core.today()
        return [calibrate(e, measured) for e in now if e.last is None or e.last >= today]

    def new_rule(self) -> str:
        """A name for a rule that no other has."""
        return uuid.uuid4().hex[:8]

    # Previews -----------------------------------------------------------------------------------

    def preview_openings(self, openings: Sequence[Opening]) -> Preview | Refused:
        """What new versions would change, as far as is known here; or why they cannot be."""
        known = self._openings()
        codes = [each.code for each in self.procedures()]
        refused = openings_refused(openings, known, codes, self._core.today())
        return refused or self._preview([*known, *openings], self._closures())

    def preview_closure(self, closure: Closure) -> Preview | Refused:
        """What a closure would change, and whom it hits; or why it cannot be."""
        with reading(self._core.engine) as connection:
            before = get(connection, Closure, closure.id)
        refused = closure_refused(closure, before, self._core.today())
        others = [each for each in self._closures() if each.id != closure.id]
        return refused or self._preview(self._openings(), [*others, closure], [closure])

    def _preview(
        self,
        openings: Collection[Opening],
        closures: Collection[Closure],
        added: Collection[Closure] = (),
    ) -> Preview:
        today, zone, now = self._core.today(), self._zone, self._core.clock()
        known, booked = self._coming()
        last = max([today + PUBLISHED, *(slot.day for slot in known)])
        wanted = [s for s in timetable(openings, closures, today, last, zone) if s.starts_at > now]
        planned = plan(known, wanted, taken_here(known), closures, zone)
        return preview(known, planned, [each.id for each in self._hit(known, booked, added)])

    # Changing -----------------------------------------------------------------------------------

    def open(self, openings: Sequence[Opening]) -> Refused | None:
        """Record new versions of rules, all or none."""
        return self._asked(SetOpenings(tuple(openings)))

    def close(self, closure: Closure) -> Refused | None:
        """Close the site for a while."""
        return self._asked(SetClosure(closure))

    def lift(self, closure: Closure) -> Refused | None:
        """Take a closure back."""
        return self._asked(SetClosure(replace(closure, withdrawn=True)))

    def _asked(self, action: Action) -> Refused | None:
        if not self._may():
            return Refused("not_allowed")
        verdict = self._core.ask(action)
        self._core.sync.wake()  # the slots come by the feed
        return Refused(verdict.reason, verdict.detail) if verdict.reason else None

    # Who has to be moved ------------------------------------------------------------------------

    def to_move(self) -> list[ToMove] | Refused:
        """Those on closed time, by time, families together, each with where they could go."""
        if not self._may():
            return Refused("not_allowed")
        found = self._hit(*self._coming(), self._closures())
        with reading(self._core.engine) as connection:
            persons = {each.person: get(connection, Person, each.person) for each in found}
            procedures = {each.code: each for each in everything(connection, Procedure)}
        groups = families(found, {key: it for key, it in persons.items() if it is not None})
        proposed = propose(groups, self._open(), procedures, self._core.clock())
        return [
            ToMove(
                it, persons[it.person], procedures.get(it.procedure), proposed[it.id], group[0].id
            )
            for group in groups
            for it in group
        ]

    def move(
        self,
        items: Sequence[ToMove],
        told: Callable[[Moved], None] = lambda _moved: None,
        stop: threading.Event | None = None,
    ) -> list[Moved]:
        """Move these appointments, a family at a time, until `stop`; what became of each tried.

        `told` hears of each. Who cannot be moved stays where they are, and on the list. Raises
        CentralUnavailable and its kin when central does not answer: those moved are.
        """
        done: list[Moved] = []
        stopped = stop or threading.Event()
        groups: dict[str, list[ToMove]] = {}
        for item in items:
            groups.setdefault(item.family or item.appointment.id, []).append(item)
        for group in groups.values():
            if stopped.is_set() or not self._may():
                break
            for moved in self._move(group, stopped):
                told(moved)
                done.append(moved)
        return done

    def _move(self, group: Sequence[ToMove], stopped: threading.Event) -> Iterator[Moved]:
        slots, tried = [item.slot for item in group], set[str]()
        refused = "slot_full"
        for _attempt in range(_NEXT_BEST):
            known = [slot for slot in slots if slot is not None]
            if len(known) < len(group):  # all of them have one, or none has
                refused = "no_slot"
                break
            tried |= {slot.id for slot in known}
            held = hold_all_patiently(self._mediation, known, stopped)
            if not isinstance(held, Refused):
                yield from map(self._swapped, group, held)
                return
            if held.reason not in FULL:
                refused = held.reason
                break
            slots = self._next_best(group, tried)
        yield from (Moved(item, None, refused=refused) for item in group)

    def _next_best(self, group: Sequence[ToMove], tried: Collection[str]) -> list[Slot | None]:
        """Where those of the group could go instead, as far as is known by now."""
        left = [each for each in self._open() if each.id not in tried]
        procedures = {it.procedure.code: it.procedure for it in group if it.procedure}
        ours = [item.appointment for item in group]
        proposed = propose([ours], left, procedures, self._core.clock())
        return [proposed[each.id] for each in ours]

    def _open(self) -> list[Slot]:
        """The coming slots outside every closure: these are known before what they have closed."""
        shut = self._closures()
        return [each for each in self._coming()[0] if not closed(each, shut, self._zone)]

    def _swapped(self, item: ToMove, held: Held) -> Moved:
        outcome = self._mediation.move(item.appointment, held)
        if isinstance(outcome, Booked):
            return Moved(item, outcome.appointment, outcome.confirmed)
        self._mediation.release(held)
        return Moved(item, None, refused=outcome.reason)

    # Shared -------------------------------------------------------------------------------------

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._core.known_site().time_zone)

    def _may(self) -> bool:
        agent = self._core.agent
        return agent is not None and Role.SUPERVISOR in agent.roles

    def _coming(self) -> tuple[list[Slot], list[Appointment]]:
        """The site's slots to come, closed ones too, and its appointments from today on."""
        site, today, now = self._core.known_site().number, self._core.today(), self._core.clock()
        with reading(self._core.engine) as connection:
            slots = queries.every_slot(connection, site, now)
            last = max([today + PUBLISHED, *(slot.day for slot in slots)])
            return slots, queries.booked_between(connection, site, today, last)

    def _openings(self) -> list[Opening]:
        with reading(self._core.engine) as connection:
            return queries.openings(connection, self._core.known_site().number)

    def _closures(self) -> list[Closure]:
        number, today = self._core.known_site().number, self._core.today()
        with reading(self._core.engine) as connection:
            found = queries.closures(connection, number, today)
        return [each for each in found if not each.withdrawn]

    def _hit(
        self,
        slots: Sequence[Slot],
        booked: Sequence[Appointment],
        closures: Collection[Closure],
    ) -> list[Appointment]:
        now = self._core.clock()
        coming = [each for each in booked if each.starts_at > now]
        return hit(coming, {slot.id: slot for slot in slots}, closures, self._zone)
