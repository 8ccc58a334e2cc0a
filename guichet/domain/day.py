"""The day of a site as one table: everyone expected, everyone here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.names import canonical


class DayState(StrEnum):
    """Where a person stands today, appointment and visit taken together."""

    EXPECTED = "expected"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"
    ABSENT = "absent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the day. Moments are UTC; `starts_at` is None for who came without appointment.

    `name` is ready to show ("DIALLO Aïssatou"), empty for a visit whose person is not known here.
    `confirmed`: central has said yes to the appointment. `anomaly` and `identity` are the visit's;
    `reported`: a counter has reported something about it today.
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

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the person waits, while they do."""
        return self.arrived_at if self.state is DayState.WAITING else None


def state_of(appointment: AppointmentStatus | None, visit: VisitStatus | None) -> DayState:
    """The state of a line; the visit, when there is one, says more than the appointment."""
    match visit:
        case VisitStatus.WAITING | VisitStatus.CALLED | VisitStatus.SERVING | VisitStatus.DONE:
            return DayState(visit.value)
        case _:
            pass
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


def next_to_call(rows: Iterable[DayRow]) -> DayRow | None:
    """Who is called next: by appointment time, then by arrival; priority card holders first.

    The card's priority is the law's (code de l’action sociale et des familles, art. L. 241-3).
    """
    waiting = [
        (row, since)
        for row in rows
        if row.visit is not None and (since := row.waiting_since) is not None
    ]
    ranked = sorted(
        waiting,
        key=lambda pair: (
            "priority_card" not in pair[0].needs,
            pair[0].starts_at or pair[1],
            pair[1],
        ),
    )
    return ranked[0][0] if ranked else None
