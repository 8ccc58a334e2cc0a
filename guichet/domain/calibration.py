"""How long people are really received, and the slot length that would follow.

A proposal only: a supervisor approves it, as a new version of the opening.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.domain.opening_checks import nearest_length
from guichet.domain.openings import Opening

LEAST = 30
"""Measured durations below which nothing is proposed."""
SINCE = timedelta(days=90)
"""How far back durations are looked at: who is received changes."""
_LONGEST = 480
_HALF, _MOST = 0.5, 0.8

Measured = Mapping[str, Mapping[int, int]]
"""By démarche (code): how many were received for so many minutes."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured of an opening's démarches, and what follows.

    `missing`: how many more must be measured before anything is proposed. `p50` and `p80` are
    minutes within which half, and four of five, were received. `minutes` is the length proposed,
    `slots` how many starts a day that is more, or fewer; None and 0 when the present one is right.
    """

    opening: Opening
    measured: int
    missing: int
    p50: int | None = None
    p80: int | None = None
    minutes: int | None = None
    slots: int = 0


def counted(received: Iterable[tuple[str, datetime, datetime]]) -> dict[str, Counter[int]]:
    """The durations from démarche, start and end, in minutes begun; nonsense is left out."""
    found: dict[str, Counter[int]] = {}
    for procedure, started, ended in received:
        minutes = math.ceil((ended - started) / timedelta(minutes=1))
        if 0 < minutes <= _LONGEST:
            found.setdefault(procedure, Counter())[minutes] += 1
    return found


def calibrate(opening: Opening, measured: Measured) -> Calibration:
    """What the durations of its démarches, all together, say of an opening."""
    total: Counter[int] = Counter()
    for procedure in opening.procedures:
        total.update(measured.get(procedure, {}))
    number = total.total()
    if number < LEAST:
        return Calibration(opening, number, LEAST - number)
    half, most = _within(total, _HALF), _within(total, _MOST)
    start, end = ((each.hour * 60 + each.minute) for each in (opening.opens, opening.closes))
    window = end - start
    length = nearest_length(window, most)
    if length == opening.minutes:
        return Calibration(opening, number, 0, half, most)
    more = window // length - window // opening.minutes
    return Calibration(opening, number, 0, half, most, length, more)


def _within(total: Counter[int], share: float) -> int:
    """The minutes within which that share of them ended (nearest rank)."""
    rank, seen = math.ceil(share * total.total()), 0
    for minutes in sorted(total):
        seen += total[minutes]
        if seen >= rank:
            return minutes
    raise ValueError(share)  # there are none
