"""How long a seat that was given up is nobody else's.

Who sells places keeps one under a first name, gives it up and takes it under the customer's in the
same second. A seat that comes back at a moment nobody can guess goes to whoever is looking then.
No text sets these rules: they are a proposal, for each préfecture to set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.domain import quotas


@dataclass(frozen=True, slots=True)
class Rules:
    """What a préfecture sets.

    The seat comes back after between `shortest` and `longest`, but never more than the `part` of
    what is left until it begins: a seat of this morning must still find someone.
    """

    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(minutes=30)
    part: float = 0.25


def open_again(
    quota: str,
    starts_at: datetime,
    now: datetime,
    rules: Rules,
    draw: Callable[[float, float], float],
) -> datetime:
    """When a seat given up at `now` is everybody's again; `draw` draws a number between two.

    At once for an urgent one: a supervisor decides each, and who comes for it cannot wait.
    """
    if quota == quotas.URGENT or starts_at <= now:
        return now
    most = (starts_at - now) * rules.part
    bounds = (min(each, most).total_seconds() for each in (rules.shortest, rules.longest))
    return now + timedelta(seconds=draw(*bounds))
