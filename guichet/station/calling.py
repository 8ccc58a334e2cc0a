"""The work of a desk: whom it calls, what becomes of them there, and how their visit ends."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState, desk_id
from guichet.domain.estimate import Waits, waits
from guichet.domain.lifecycle import UNANSWERED, UNDO_WITHIN
from guichet.domain.line import Waiting, at_desk, callable_at, line
from guichet.domain.model import Appointment, Procedure, Visit, VisitStatus
from guichet.domain.operations import (
    Action,
    Applied,
    Call,
    Complete,
    Miss,
    Park,
    Recall,
    Redirect,
    Refused,
    SetDesk,
    Start,
    UndoStep,
)
from guichet.domain.passage import last_at, times_missed, waited
from guichet.domain.tickets import UNKNOWN_LANE
from guichet.domain.together import came_with
from guichet.station.core import Core
from guichet.store import days, queries
from guichet.store import waits as waited_for
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.store.visits import arrivals_around

_PATIENCE = 2.0
"""Seconds for central's word that nobody else has called the person; usually it takes some tens of
milliseconds, and without it the desk goes on."""
_LEAVING = 1.0
"""Seconds for central to hear that a desk is closed; else it hears when the station next opens."""
_FAMILY = timedelta(minutes=10)
"""Between the first and the last of a family at the door, more than ever."""
_ATTEMPTS = 40
"""More than a site has desks: each attempt that fails is a person whom another desk has called."""


_ELSEWHERE = frozenset({"already_called", "already_done", "duplicate", "undone"})
"""What central says of somebody who no longer waits: they were called, and perhaps received."""


class Called(NamedTuple):
    """Who was called to the desk, or is there already; None when it has nobody to call.

    `alone`: the desk is cut off from central, so only those whom this station has received were
    looked among. `refused`: why the person was not called, where a rule says no. `waited`: how
    long they have waited in all, for every desk they were called to.
    """

    row: DayRow | None
    refused: Refused | None = None
    alone: bool = False
    waited: timedelta = timedelta(0)


class Missed(NamedTuple):
    """What became of who was called and has not come.

    `left`: how many calls they still have; None where a site never ends a visit for that.
    """

    ended: bool
    left: int | None


class About(NamedTuple):
    """Whose visit it is, if that is known, and which documents what they came for asks."""

    person: str | None
    documents: tuple[str, ...]


class Calling:
    """Everything that is asked for at a desk; every method blocks."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._opened: str | None = None
        """The desk that was opened here, until it is closed."""

    def _attend(self, desk: str | None) -> None:
        """Remember the desk open here, and let central hear that it is there."""
        if desk is not None and self._opened is None:
            self._core.sync.wake()  # else the next sign may be half an hour away
        self._opened = desk
        self._core.sync.at_desk = desk is not None

    # Desks --------------------------------------------------------------------------------------

    def desks(self) -> list[Desk]:
        """The desks of the site as they were last opened, paused or closed, by name."""
        with reading(self._core.engine) as connection:
            return queries.desks(connection, self._core.enrolment.site)

    def desk(self, name: str) -> Desk | None:
        """A desk as the agent at work has set it today; None when they have not, or it is closed.

        One that somebody else has opened, or the agent elsewhere, or that stayed open since another
        day, is opened anew.
        """
        with reading(self._core.engine) as connection:
            found = get(connection, Desk, desk_id(self._core.enrolment.site, name))
        agent = self._core.agent
        if found is None or agent is None or found.agent != agent.code:
            return None
        if found.station not in (None, self._core.enrolment.station):
            return None
        if self._core.local(found.since).date() != self._core.today():
            return None
        if self._opened is None and found.state is not DeskState.CLOSED:
            self._attend(name)  # opened before this station was last started
        return found

    def lanes(self) -> dict[str, list[str]]:
        """The letter of each lane of the site, and the démarches it is for, none for the last."""
        with reading(self._core.engine) as connection:
            procedures = queries.everything(connection, Procedure)
        lanes: dict[str, list[str]] = {UNKNOWN_LANE: []}
        for each in sorted(procedures, key=lambda each: each.label):
            lanes.setdefault(each.lane, []).append(each.label)
        return dict(sorted(lanes.items()))

    def set_desk(self, desk: str, state: DeskState, lanes: Sequence[str] = ()) -> Refused | None:
        """Open a desk for some lanes, all when there is none; pause it, or close it."""
        refused = self._done(SetDesk(desk, state.value, tuple(lanes)))
        if refused is None:
            self._attend(None if state is DeskState.CLOSED else desk)
        return refused

    def leave(self) -> None:
        """Close the desk that was opened here, if one was: nobody is there to receive any more."""
        if self._opened is None or self._core.agent is None:
            return
        action = SetDesk(self._opened, DeskState.CLOSED.value)
        self._attend(None)
        if self._core.cut_off:
            self._core.submit(action)
        else:
            self._core.confirm(action, _LEAVING)

    # The line -----------------------------------------------------------------------------------

    def line(self, day: date | None = None) -> list[Waiting]:
        """Everybody who waits, in the order in which they are called."""
        return line(self._rows(day), self._core.known_site())

    def waits(self, rows: list[DayRow] | None = None) -> Waits:
        """How long those who wait will, and who would come now; `rows`: the day, when read already.

        Some hundredths of a second: never for a key press.
        """
        core = self._core
        with reading(core.engine) as connection:
            facts = waited_for.facts(connection, core.known_site(), core.today(), rows)
        return waits(facts, core.clock())

    def next(self, desk: str) -> Called:
        """Call the next person of the desk's lanes, unless somebody is there already.

        Central is asked before anybody is told: of two desks that call the same person one is
        refused, and calls the next. Cut off from it, a desk calls those received at this station.
        """
        refused = None
        for _attempt in range(_ATTEMPTS):
            rows = self._rows()
            row = at_desk(rows, desk)
            if row is not None:
                return self._called(row)
            alone = self._core.cut_off
            station = self._core.enrolment.number if alone else None
            waiting = line(rows, self._core.known_site())
            choice = callable_at(waiting, desk, self._lanes(desk), station)
            if not choice:
                return Called(None, alone=alone and bool(waiting))
            row = choice[0].row
            refused = self.call(row.visit or "", desk)
            if refused is None or refused.reason not in _ELSEWHERE:
                return self._called(row, refused, alone=alone)
        return Called(None, refused)

    def is_next(self, row: DayRow, desk: str) -> bool:
        """Whether it is their turn at that desk, by the lanes it is open for."""
        mine = callable_at(self.line(), desk, self._lanes(desk))
        return bool(mine) and mine[0].row.visit == row.visit

    def this(self, row: DayRow, desk: str, reason: str | None = None) -> Called:
        """Call this one to a desk, out of turn for a `reason` (CALL_REASONS)."""
        return self._called(row, self.call(row.visit or "", desk, reason))

    def _called(
        self, row: DayRow, refused: Refused | None = None, *, alone: bool = False
    ) -> Called:
        visit = self._visit(row.visit or "")
        return Called(row, refused, alone, waited(visit) if visit else timedelta(0))

    def call(self, visit: str, desk: str, reason: str | None = None) -> Refused | None:
        """Call this person, out of turn for a `reason` (guichet.domain.lifecycle.CALL_REASONS)."""
        action = Call(visit, desk, reason)
        if self._core.cut_off:
            return self._done(action)
        outcome, _heard = self._core.confirm(action, _PATIENCE)
        return outcome if isinstance(outcome, Refused) else None

    def family(self, rows: Sequence[DayRow], desk: str) -> list[DayRow]:
        """Who waits and seems to have come with the person at the desk: they may join them."""
        row = at_desk(rows, desk)
        visit = self._visit(row.visit or "") if row else None
        if visit is None:
            return []
        with reading(self._core.engine) as connection:
            around = arrivals_around(connection, visit, _FAMILY)
        tickets = came_with(around, visit.ticket)
        return [each for each in rows if each.ticket in tickets and each.state is DayState.WAITING]

    # At the desk --------------------------------------------------------------------------------

    def recall(self, visit: str) -> Refused | None:
        """Call again who was called and has not come."""
        return self._done(Recall(visit))

    def miss(self, visit: str) -> Missed | Refused:
        """Who was called does not come: back in the line, or gone after enough calls."""
        refused = self._done(Miss(visit))
        now = self._visit(visit)
        if refused is not None or now is None:
            return refused or Refused("unknown_visit")
        calls = self._core.known_site().turns.calls
        left = max(0, calls - times_missed(now)) if calls else None
        return Missed(now.status is VisitStatus.DONE, left)

    def start(self, visit: str) -> Refused | None:
        """The person called has come."""
        return self._done(Start(visit))

    def park(self, visit: str, reason: str) -> Refused | None:
        """Put the person aside for a reason (guichet.domain.lifecycle.PARK_REASONS)."""
        return self._done(Park(visit, reason))

    def redirect(self, visit: str, lane: str, desk: str | None = None) -> Refused | None:
        """Send the person on to another lane, or to one desk of it."""
        return self._done(Redirect(visit, lane, desk))

    def finish(
        self, visit: str, outcome: str, reason: str | None = None, missing: Sequence[str] = ()
    ) -> Refused | None:
        """Close the visit (guichet.domain.lifecycle.OUTCOMES, UNSUCCESSFUL)."""
        return self._done(Complete(visit, outcome, reason, tuple(missing)))

    def undo(self, visit: str, reason: str) -> Refused | None:
        """Take back what was last done at a desk (guichet.domain.lifecycle.STEP_UNDO_REASONS)."""
        found = self._visit(visit)
        at = last_at(found) if found else None
        if at is not None and self._core.clock() - at > UNDO_WITHIN:
            return Refused("too_late")
        return self._done(UndoStep(visit, reason))

    def give_back(self, visit: str) -> Refused | None:
        """Let who was called long ago wait again, at their place: the desk has vanished."""
        found = self._visit(visit)
        if found is None or found.called_at is None or found.status is not VisitStatus.CALLED:
            return Refused("not_called")
        if self._core.clock() - found.called_at < UNANSWERED:
            return Refused("already_called")
        return self._done(UndoStep(visit, "desk_gone"))

    def about(self, visit: str) -> About:
        """Whose visit it is, and what documents it was for."""
        with reading(self._core.engine) as connection:
            found = get(connection, Visit, visit)
            appointment = get(connection, Appointment, (found and found.appointment) or "")
            code = appointment.procedure if appointment else found and found.procedure
            procedure = get(connection, Procedure, code or "")
        person = found.person if found else None
        return About(person, procedure.documents if procedure else ())

    def _done(self, action: Action) -> Refused | None:
        outcome: Applied | Refused = self._core.submit(action)
        return outcome if isinstance(outcome, Refused) else None

    def _rows(self, day: date | None = None) -> list[DayRow]:
        with reading(self._core.engine) as connection:
            return days.day_rows(connection, self._core.enrolment.site, day or self._core.today())

    def _lanes(self, desk: str) -> tuple[str, ...]:
        found = self.desk(desk)
        return found.lanes if found is not None else ()

    def _visit(self, visit: str) -> Visit | None:
        with reading(self._core.engine) as connection:
            return get(connection, Visit, visit)
