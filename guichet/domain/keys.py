"""Keys that convocations are signed with: how each stands, and when a new one is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WARN_BEFORE = timedelta(days=60)
"""A new key is due so long before the last one ends: no appointment is taken further ahead, and
stations that rarely meet the network have heard of it by then."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key convocations are verified with. `kid` and `public` are hexadecimal."""

    kid: str
    public: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None


class Standing(StrEnum):
    """How a key stands at a moment."""

    GOOD = "good"
    ENDED = "ended"
    """In the ordinary way: what it signed while it was good stays good."""
    FUTURE = "future"
    REVOKED = "revoked"


def standing(key: PublicKey, now: datetime) -> Standing:
    """How the key stands at `now` (UTC). A revocation counts at once, and for all it has signed."""
    if key.revoked_at is not None:
        return Standing.REVOKED
    if now < key.not_before:
        return Standing.FUTURE
    return Standing.GOOD if now < key.not_after else Standing.ENDED


def good_until(keys: Iterable[PublicKey], now: datetime) -> datetime | None:
    """Until when one key after the other can sign without a gap; None when none can at `now`."""
    usable = sorted(
        (key for key in keys if standing(key, now) in (Standing.GOOD, Standing.FUTURE)),
        key=lambda key: key.not_before,
    )
    end: datetime | None = None
    for key in usable:
        if key.not_before <= (end or now):
            end = max(end or now, key.not_after)
    return end
