"""Signing in with a PIN: its form, and the wait that wrong ones cost."""

import math
import re
from datetime import datetime

MAX_DELAY = 300
_FREE_FAILURES = 2
_DOUBLINGS = 9  # more would pass MAX_DELAY in any case, and grow without bound


def valid_pin(text: str) -> bool:
    """Whether `text` has the form of a PIN: 4 to 8 digits."""
    return re.fullmatch("[0-9]{4,8}", text) is not None


def delay_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none up to 2, then 2, 4, 8… up to 300."""
    if failures <= _FREE_FAILURES:
        return 0
    return min(MAX_DELAY, 1 << min(failures - _FREE_FAILURES, _DOUBLINGS))


def wait_left(failures: int, last_failure_at: datetime | None, now: datetime) -> int:
    """Seconds left before the next try, rounded up, never more than the delay itself.

    While the clock stands before the last failure (it was set back) the whole delay is left: the
    caller then keeps `now` as the time of that failure, so that the wait runs from here and ends.
    """
    if last_failure_at is None:
        return 0
    delay = delay_after(failures)
    elapsed = max(0.0, (now - last_failure_at).total_seconds())
    return max(0, math.ceil(delay - elapsed))
