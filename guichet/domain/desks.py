"""Desks, and the desks that a visit has been to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GONE_AFTER = timedelta(minutes=10)
"""A desk whose station gives no sign for so long has vanished, while others of its site are heard:
who was called there is given back. A station at a desk that is open gives one every three
minutes, however long an interview lasts."""


class DeskState(StrEnum):
    """Whether a desk receives."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk as it was last opened, paused or closed, `since` then (UTC).

    `id` is "site:name"; `lanes` are those it calls from, all when there is none. `agent` is who
    sits there, None once it is closed: whose persons they are calling needs it, and nothing else.
    `station` is the one it was opened at, None where that was not kept.
    """

    id: str
    site: int
    name: str
    lanes: tuple[str, ...]
    state: DeskState
    agent: str | None
    since: datetime
    station: str | None = None


class Ended(StrEnum):
    """How a person left a desk before their visit had ended."""

    REDIRECTED = "redirected"
    PARKED = "parked"
    MISSED = "missed"
    """They did not come when called."""
    GONE = "gone"
    """The desk has vanished: its station gave no sign any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """A desk that somebody was called to, and left before their visit had ended (UTC).

    They had waited for it since `since`, in `lane` if they had been sent there. `started_at` is
    None when they did not come; `reason` is what somebody put aside waits for. `gone`: the desk
    that alone was to call them after this one, and has vanished.
    """

    desk: str
    lane: str | None
    since: datetime
    called_at: datetime
    started_at: datetime | None
    ended_at: datetime
    how: Ended
    reason: str | None = None
    gone: str | None = None


def desk_id(site: int, name: str) -> str:
    """The id of a desk of a site."""
    return f"{site}:{name}"
