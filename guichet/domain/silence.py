"""How long a station may keep personal data without hearing from central."""

from datetime import datetime, timedelta
from enum import StrEnum

WIPE_AFTER = timedelta(days=30)


class Standing(StrEnum):
    """What a station's silence makes of it."""

    OPEN = "open"
    SILENT = "silent"
    """Nothing is shown until central has been heard."""
    EXPIRED = "expired"
    """What central can give again is deleted."""


def silence(heard_at: datetime, latest: datetime, now: datetime) -> timedelta:
    """Since when central has not been heard. `latest`: the highest time ever seen here.

    A clock set back does not shorten it.
    """
    return max(now, latest, heard_at) - heard_at


def standing(silent: timedelta, lock_after: timedelta) -> Standing:
    """What that silence makes of the station."""
    if silent >= WIPE_AFTER:
        return Standing.EXPIRED
    return Standing.SILENT if silent >= lock_after else Standing.OPEN
