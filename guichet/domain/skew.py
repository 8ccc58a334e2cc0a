"""How far this computer's clock is from central's."""

from dataclasses import dataclass
from datetime import datetime

_DRIFT = 0.01
"""Seconds that clocks may drift apart from one answer to the next."""


@dataclass(frozen=True, slots=True)
class Skew:
    """Seconds that the station's clock is ahead of central's, true to `within` seconds."""

    seconds: float
    within: float


def measured(
    before: Skew | None, sent: datetime, received: datetime, stated: datetime
) -> Skew | None:
    """The skew, now that a request sent and answered then was stamped by central with `stated`.

    Central's clock was read somewhere between, so half the round trip is in doubt: what a quicker
    answer told stands, unless this one contradicts it, for a clock was set meanwhile.
    """
    within = (received - sent).total_seconds() / 2
    if within < 0:  # the clock was set back while central answered
        return before
    seconds = (received - stated).total_seconds() - within
    if before is None:
        return Skew(seconds, within)
    doubt = before.within + _DRIFT
    if within <= doubt or abs(seconds - before.seconds) > within + doubt:
        return Skew(seconds, within)
    return Skew(before.seconds, doubt)
