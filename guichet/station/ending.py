"""The end of the day: what remains, and who settles it."""

from collections.abc import Sequence
from datetime import datetime

from guichet.domain.closing import Owed, owed
from guichet.domain.lifecycle import UNDO_WITHIN
from guichet.domain.model import Appointment, Visit
from guichet.domain.operations import Action, Complete, MarkAbsent, Refused, UndoAbsent, UndoStep
from guichet.station.core import Core
from guichet.store import days
from guichet.store.absences import closed_at
from guichet.store.engine import reading, writing
from guichet.store.records import get


class Ending:
    """Everything that is asked for once a day is over; every method blocks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def owed(self) -> list[Owed]:
        """What remains to be settled: of the days before, the first first, then of today."""
        now, today, site = self._core.clock(), self._core.today(), self._core.known_site()
        found: list[Owed] = []
        with reading(self._core.engine) as connection:
            for day in (*days.owed_days(connection, site.number, today), today):
                rows = days.day_rows(connection, site.number, day)
                closed = closed_at(connection, site, day)
                found += owed(day, rows, closed, site.late_minutes, now)
        return found

    def closed_at(self) -> datetime:
        """When the site closes today (UTC)."""
        with reading(self._core.engine) as connection:
            return closed_at(connection, self._core.known_site(), self._core.today())

    def absent(self, appointments: Sequence[str]) -> list[Refused]:
        """Note that these have not come; the refusals, the others are done."""
        return self._all([MarkAbsent(each) for each in appointments])

    def settle(self, visit: str, outcome: str, reason: str | None = None) -> Refused | None:
        """Close a visit that nobody has closed, as guichet.domain.lifecycle lists its ends."""
        action = Complete(visit, outcome, reason, afterwards=True)
        return next(iter(self._all([action])), None)

    def undo(self, settled: Sequence[Owed], reason: str) -> list[Refused]:
        """Take back what was just settled (guichet.domain.lifecycle.STEP_UNDO_REASONS)."""
        actions: list[Action] = []
        late = 0
        for each in settled:
            action, at = self._undoing(each, reason)
            if at is not None and self._core.clock() - at > UNDO_WITHIN:
                late += 1
            else:
                actions.append(action)
        return [*([Refused("too_late")] * late), *self._all(actions)]

    def _undoing(self, settled: Owed, reason: str) -> tuple[Action, datetime | None]:
        """What takes it back, and when it was settled."""
        row = settled.row
        with reading(self._core.engine) as connection:
            if settled.absent:
                appointment = get(connection, Appointment, row.appointment or "")
                at = appointment.absent_at if appointment else None
                return UndoAbsent(row.appointment or "", reason), at
            visit = get(connection, Visit, row.visit or "")
            return UndoStep(row.visit or "", reason), visit.settled_at if visit else None

    def _all(self, actions: Sequence[Action]) -> list[Refused]:
        """Do all of these in one transaction; central hears of it when it can."""
        with writing(self._core.engine) as connection:
            outcomes = [
                self._core.perform(connection, self._core.operation(action)) for action in actions
            ]
        refused = [each for each in outcomes if isinstance(each, Refused)]
        if len(refused) < len(outcomes):
            self._core.left()
        return refused
