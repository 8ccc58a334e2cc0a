"""How long each démarche holds a desk: as planned, then as measured, and as fast as just now."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import NormalDist, fmean
from typing import NamedTuple

_UNPLANNED = 15.0
"""Minutes of what nobody knows what it is for."""
_PRIOR = 8.0
"""So many measured durations weigh as much as the planned one."""
_SPREAD = 0.45
"""Of the logarithms of durations of one démarche, until enough are measured."""
_HALF_LIFE = 30.0
"""How fast what was measured today says less of how fast it goes now."""
_PACE_PRIOR = 2.0
_FORGOTTEN = 0.02
_ROUNDS = 5
"""Until how fast it goes and what is still under way agree (expectation, then its most likely)."""
_TAIL = 1e-6
_SHORTEST, _LONGEST = 0.25, 180.0
"""Minutes: beyond them somebody has forgotten to close a visit, or has closed one by mistake."""
_MINUTE = timedelta(minutes=1)
_NORMAL = NormalDist()


class Held(NamedTuple):
    """A desk held for one person of a démarche (its label), from their call to their end (UTC)."""

    procedure: str
    called_at: datetime
    ended_at: datetime

    @property
    def minutes(self) -> float:
        """For how long, within what is no mistake of a key."""
        return min(_LONGEST, max(_SHORTEST, (self.ended_at - self.called_at) / _MINUTE))


class Pace(NamedTuple):
    """How long a démarche holds a desk: the mean logarithm of the minutes, and their spread."""

    middle: float
    spread: float


def paces(
    planned: Mapping[str, int],
    held: Iterable[Held],
    under_way: Iterable[tuple[str, float]],
    now: datetime,
) -> dict[str, Pace]:
    """How long each démarche takes now, "" standing for any other.

    The planned duration counts until enough are measured; then how fast it has gone this last
    hour, all démarches together, for a slow application slows them all. `under_way`: for which
    démarche and how many minutes desks are held just now, for the slow ones are measured last.
    """
    by_label: dict[str, list[float]] = {label: [] for label in ("", *planned)}
    recent: list[tuple[str, float, float]] = []
    for each in held:
        logarithm = math.log(each.minutes)
        by_label.setdefault(each.procedure, []).append(logarithm)
        weight = _weight((now - each.called_at) / _MINUTE)
        if weight > _FORGOTTEN:
            recent.append((each.procedure, logarithm, weight))
    # math.fsum: stations read the same facts in other orders, and must say the same.
    usual = {label: _pace(planned.get(label), found) for label, found in by_label.items()}
    begun = [
        (
            usual.get(label) or usual[""],
            math.log(min(_LONGEST, max(_SHORTEST, minutes))),
            _weight(minutes),
        )
        for label, minutes in under_way
    ]
    known = math.fsum((found - usual[label].middle) * w for label, found, w in recent)
    weight = math.fsum([_PACE_PRIOR, *(w for *_p, w in recent), *(w for *_p, w in begun)])
    off = 0.0
    for _round in range(_ROUNDS):
        still = math.fsum((off + _still(pace, so_far, off)) * w for pace, so_far, w in begun)
        off = (known + still) / weight
    return {label: Pace(pace.middle + off, pace.spread) for label, pace in usual.items()}


def _weight(minutes: float) -> float:
    """Of what began so many minutes ago. By its end, the short ones would count for more."""
    return math.exp2(-minutes / _HALF_LIFE)


def _still(pace: Pace, so_far: float, off: float) -> float:
    """By how much who is still at a desk will be above the middle, were all `off` by so much."""
    z = (so_far - pace.middle - off) / pace.spread
    left = 1 - _NORMAL.cdf(z)
    return pace.spread * (_NORMAL.pdf(z) / left if left > _TAIL else z)


def _pace(planned: int | None, found: Sequence[float]) -> Pace:
    prior, count = math.log(planned or _UNPLANNED), len(found)
    middle = (_PRIOR * prior + math.fsum(found)) / (_PRIOR + count)
    mean = fmean(found) if found else prior
    off = math.fsum((each - mean) ** 2 for each in found)
    return Pace(middle, math.sqrt((_PRIOR * _SPREAD**2 + off) / (_PRIOR + count)))
