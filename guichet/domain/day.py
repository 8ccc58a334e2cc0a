"""The day of a site as one table: everyone expected, everyone here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guichet.domain.desks import Ended, Step
from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.names import canonical


class DayState(StrEnum):
    """Where a person stands today, appointment and visit taken together."""

    EXPECTED = "expected"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    DONE = "done"
    """Was received, with success or without."""
    LEFT = "left"
    """Came, and left before they were."""
    ABSENT = "absent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the day. Moments are UTC; `starts_at` is None for who came without appointment.

    `name` is ready to show ("DIALLO Aïssatou"), empty for a visit whose person is not known here.
    `confirmed`: central has said yes to the appointment. `anomaly`, `identity`, `for_desk` and
    `calls` are the visit's; `reported`: a counter has reported something about it today; `lane`:
    the one they wait in; `last`: the desk they have left last within the visit; `people`: how many
    they are on the ticket.
    """

    key: str
    state: DayState
    starts_at: datetime | None
    name: str
    procedure: str
    reference: str
    appointment: str | None
    visit: str | None
    ticket: str
    arrived_at: datetime | None
    called_at: datetime | None
    desk: str
    needs: tuple[str, ...]
    anomaly: str | None
    confirmed: bool
    identity: str | None = None
    reported: bool = False
    lane: str = ""
    for_desk: str | None = None
    calls: int = 0
    started_at: datetime | None = None
    last: Step | None = None
    people: int = 1

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the person waits for a desk, while they do."""
        if self.state is not DayState.WAITING:
            return None
        return self.last.ended_at if self.last else self.arrived_at

    @property
    def missed_at(self) -> datetime | None:
        """When they were called last and did not come, if nothing has happened since."""
        return self.last.ended_at if self.last and self.last.how is Ended.MISSED else None

    @property
    def lost(self) -> Step | None:
        """The desk that has vanished while they were there, as long as they wait since."""
        gone = self.last is not None and self.last.how is Ended.GONE
        return self.last if gone and self.state is DayState.WAITING else None

    @property
    def released_from(self) -> str | None:
        """The desk they were sent to alone, and which has vanished, as long as they wait since."""
        return self.last.gone if self.last and self.state is DayState.WAITING else None

    @property
    def parked(self) -> Step | None:
        """The desk where they were put aside, while they are: since its `ended_at`."""
        return self.last if self.state is DayState.PARKED else None


def state_of(
    appointment: AppointmentStatus | None, visit: VisitStatus | None, outcome: str | None = None
) -> DayState:
    """The state of a line; the visit, when there is one, says more than the appointment.

    `outcome` is the visit's: whoever left was not received, and is not counted as if.
    """
    match visit:
        case None | VisitStatus.DUPLICATE | VisitStatus.UNDONE:
            pass
        case VisitStatus.DONE if outcome == "left":
            return DayState.LEFT
        case _:
            return DayState(visit.value)
    match appointment:
        case AppointmentStatus.CANCELLED | AppointmentStatus.ABSENT:
            return DayState(appointment.value)
        case AppointmentStatus.ARRIVED:
            return DayState.WAITING
        case _:
            return DayState.EXPECTED


def counts(rows: Iterable[DayRow]) -> dict[DayState, int]:
    """How many lines are in each state."""
    found = Counter(row.state for row in rows)
    return {state: found[state] for state in DayState}


def filtered(rows: Sequence[DayRow], query: str) -> list[DayRow]:
    """The lines that hold every word of the query, in any case, with or without accents."""
    words = [_comparable(word) for word in query.split()]
    return [row for row in rows if _holds(row, words)]


def _comparable(word: str) -> str:
    """The word as the lines hold it: names lose their digits in the canonical form."""
    return word.upper() if any(c.isdigit() for c in word) else canonical(word)


def _holds(row: DayRow, words: Sequence[str]) -> bool:
    named = canonical(f"{row.name} {row.procedure} {row.desk}")
    text = f"{named} {row.ticket} {row.reference} {row.desk}".upper()
    return all(word in text for word in words)
