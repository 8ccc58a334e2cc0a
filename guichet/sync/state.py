"""How a station stands with central."""

from dataclasses import dataclass, replace
from enum import StrEnum

from guichet.errors import (
    CentralRefused,
    DeviceRejected,
    GuichetError,
    ProtocolError,
    UpdateRequired,
)


class Link(StrEnum):
    """How this station stands with central."""

    STARTING = "starting"
    ONLINE = "online"
    OFFLINE = "offline"
    REJECTED = "rejected"
    CONFUSED = "confused"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the sync badge says. `pending` operations wait to leave, `to_settle` were refused
    or turned out otherwise.

    `read`: while what central has is read page after page, which part of it was, 0 to 1.
    `problem` is a sentence for the agent, empty when all is well, `reason` its code. `skew`:
    seconds by which this computer's clock is ahead of central's, None until measured.
    """

    link: Link
    pending: int = 0
    to_settle: int = 0
    problem: str = ""
    reason: str = ""
    skew: float | None = None
    read: float | None = None


def worth_telling(state: SyncState) -> SyncState:
    """What of a state is worth telling: not that a second has gone by."""
    return replace(state, read=None, skew=None if state.skew is None else round(state.skew))


def link_after(error: GuichetError) -> Link:
    """How a station stands that met this fault."""
    match error:
        case DeviceRejected():
            return Link.REJECTED
        case UpdateRequired():
            return Link.OUTDATED
        case ProtocolError() | CentralRefused():
            return Link.CONFUSED
        case _:
            return Link.OFFLINE
