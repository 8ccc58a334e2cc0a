"""The work of a desk: whom it calls, what becomes of them there, and how their visit ends."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState, desk_id
from guichet.domain.line import Waiting, callable_at, line
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
from guichet.station.core import Core
from guichet.store import queries
from guichet.store.engine import reading
from guichet.store.records import get

_PATIENCE = 2.0
"""Seconds for central's word that nobody else has called the person; usually it takes some tens of
milliseconds, and without it the desk goes on."""
_ATTEMPTS = 40
"""More than a site has desks: each attempt that fails is a person whom another desk has called."""


class Called(NamedTuple):
    """Who was called to the desk, or is there already; None when it has nobody to call.

    `alone`: the desk is cut off from central, so only those whom this station has received were
    looked among. `refused`: why the person was not called, where a rule says no.
    """

    row: DayRow | None
    refused: Refused | None = None
    alone: bool = False


def at_desk(rows: Sequence[DayRow], desk: str) -> DayRow | None:
    """The person called to the desk or received there."""
    states = (DayState.CALLED, DayState.SERVING)
    return next((row for row in rows if row.desk == desk and row.state in states), None)


class Calling:
    """Everything that is asked for at a desk; every method blocks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    # Desks --------------------------------------------------------------------------------------

    def desks(self) -> list[Desk]:
        """The desks of the site as they were last opened, paused or closed, by name."""
        with reading(self._core.engine) as connection:
            return queries.desks(connection, self._core.enrolment.site)

    def set_desk(self, desk: str, state: DeskState, lanes: Sequence[str] = ()) -> Refused | None:
        """Open a desk for some lanes, all when there is none; pause it, or close it."""
        return self._done(SetDesk(desk, state.value, tuple(lanes)))

    # The line -----------------------------------------------------------------------------------

    def line(self, day: date | None = None) -> list[Waiting]:
        """Everybody who waits, in the order in which they are called."""
        return line(self._rows(day), self._core.known_site())

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
                return Called(row)
            alone = self._core.cut_off
            station = self._core.enrolment.number if alone else None
            waiting = line(rows, self._core.known_site())
            choice = callable_at(waiting, desk, self._lanes(desk), station)
            if not choice:
                return Called(None, alone=alone and bool(waiting))
            row = choice[0].row
            refused = self.call(row.visit or "", desk)
            if refused is None or refused.reason != "already_called":
                return Called(row, refused, alone)
        return Called(None, refused)

    def call(self, visit: str, desk: str, reason: str | None = None) -> Refused | None:
        """Call this person, out of turn for a `reason` (guichet.domain.lifecycle.CALL_REASONS)."""
        action = Call(visit, desk, reason)
        if self._core.cut_off:
            return self._done(action)
        outcome, _heard = self._core.confirm(action, _PATIENCE)
        return outcome if isinstance(outcome, Refused) else None

    # At the desk --------------------------------------------------------------------------------

    def recall(self, visit: str) -> Refused | None:
        """Call again who was called and has not come."""
        return self._done(Recall(visit))

    def miss(self, visit: str) -> Refused | None:
        """Who was called does not come: back in the line, or gone after enough calls."""
        return self._done(Miss(visit))

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
        return self._done(UndoStep(visit, reason))

    def _done(self, action: Action) -> Refused | None:
        outcome: Applied | Refused = self._core.submit(action)
        return outcome if isinstance(outcome, Refused) else None

    def _rows(self, day: date | None = None) -> list[DayRow]:
        with reading(self._core.engine) as connection:
            return queries.day_rows(
                connection, self._core.enrolment.site, day or self._core.today()
            )

    def _lanes(self, desk: str) -> tuple[str, ...]:
        with reading(self._core.engine) as connection:
            found = get(connection, Desk, desk_id(self._core.enrolment.site, desk))
        return found.lanes if found is not None and found.state is DeskState.OPEN else ()
