"""Whose turn it is: one rule, from what everybody in the line can be told.

Everyone who waits has a moment at which they are due, and the line is in the order of those
moments. It never changes while they wait, and nothing brings it forward by more than a site allows:
so whoever comes later than that passes nobody, and nobody waits for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from guichet.domain.needs import Need


@dataclass(frozen=True, slots=True)
class TurnRules:
    """What a site sets, in minutes, the same on all of its stations.

    `walk_in`: who has no appointment is due so long after arriving. `priority`: who holds a
    priority card is due so much earlier, by law before the others (code de l’action sociale et des
    familles, art. L. 241-3); it has an end, past which those who have waited pass. `missed`: who
    did not come when called is due again so long after. `calls`: so many calls without an answer
    end the visit; 0 never does.
    """

    walk_in: int = 30
    priority: int = 240
    missed: int = 10
    calls: int = 3


class Why(StrEnum):
    """By what someone is due when they are."""

    APPOINTMENT = "appointment"
    """At the time of their appointment, however early they came."""
    LATE = "late"
    """They came later than the site tolerates: when they came."""
    WALK_IN = "walk_in"
    MISSED = "missed"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Turn:
    """When someone is due (UTC), and by what. Turns sort in the order of the line."""

    due: datetime
    arrived_at: datetime
    visit: str
    why: Why

    def __lt__(self, other: "Turn") -> bool:
        """Whether this one's comes first; of two due at once, who came first, then by their ids."""
        return self._key < other._key

    @property
    def _key(self) -> tuple[datetime, datetime, str]:
        return self.due, self.arrived_at, self.visit


def turn_of(
    visit: str,
    arrived_at: datetime,
    starts_at: datetime | None,
    needs: Iterable[str],
    missed_at: datetime | None,
    late_minutes: int,
    rules: TurnRules,
) -> Turn:
    """When someone who waits is due.

    All moments are UTC: `starts_at` is that of their appointment, None without one; `missed_at`
    when they last did not come; `late_minutes` how late the site tolerates.
    """
    if starts_at is None:
        due, why = arrived_at + timedelta(minutes=rules.walk_in), Why.WALK_IN
    elif arrived_at > starts_at + timedelta(minutes=late_minutes):
        due, why = arrived_at, Why.LATE
    else:
        due, why = starts_at, Why.APPOINTMENT
    if Need.PRIORITY_CARD in needs:
        due, why = due - timedelta(minutes=rules.priority), Why.PRIORITY
    if missed_at is not None:
        # Never earlier than before: who leaves the line for a moment must not gain by it.
        later = missed_at + timedelta(minutes=rules.missed)
        due, why = (later, Why.MISSED) if later > due else (due, why)
    return Turn(due, arrived_at, visit, why)
