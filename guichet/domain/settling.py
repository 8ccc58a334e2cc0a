"""What becomes of a conflict: work done on a station that central, when it heard, saw otherwise."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

KEPT = timedelta(days=30)
"""How long stations show what was settled; central keeps it."""

REDONE = frozenset(
    {
        "register",
        "book",
        "move",
        "cancel",
        "present",
        "withdraw_accord",
        "record_demand",
        "answer_offer",
        "note_identity",
        "file_report",
    }
)
"""The kinds of operation that may be tried again later: what happened in the room may not."""


class How(StrEnum):
    """How a conflict was settled."""

    ACCEPTED = "accepted"
    """What central knows stands."""
    REDONE = "redone"
    """It was tried again, and central agreed."""
    TOLD = "told"
    """The person has been told."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who settled which conflict, when and how: the trace for the site's supervisors.

    `id` is that of the operation in question, `kind` its kind, `reason` what central had against
    it, `made_at` and `made_by` (an agent's code) when and by whom it was made, `about` a ticket or
    a reference; `how` a value of How. `at` is UTC, `day` the site's.
    """

    id: str
    site: int
    day: date
    kind: str
    reason: str
    made_at: datetime
    made_by: str
    about: str
    person: str | None
    how: str
    at: datetime
    agent: str
