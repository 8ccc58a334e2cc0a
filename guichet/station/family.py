"""Seats for people who come together: all of them, or none."""

import threading
from collections.abc import Sequence

from guichet.domain.model import Slot
from guichet.domain.operations import Refused
from guichet.errors import CentralUnavailable, GuichetError
from guichet.station.mediation import Held, Mediation

_PATIENCE = 65.0
"""Seconds that central may ask to wait, a minute's budget being used up."""
_WAITS = 3
FULL = frozenset({"slot_full", "slot_past", "unknown_slot"})
"""Why no seat of a slot is to be had; another slot may have one."""


def hold_all(mediation: Mediation, slots: Sequence[Slot]) -> list[Held] | Refused:
    """Keep a seat of each slot, several times of one that stands there several times.

    When one is refused the others are given back; so they are when a fault is raised
    (CentralUnavailable and its kin).
    """
    held: list[Held] = []
    try:
        for slot in slots:
            outcome = mediation.hold(slot)
            if isinstance(outcome, Refused):
                release_all(mediation, held)
                return outcome
            held.append(outcome)
    except GuichetError:
        release_all(mediation, held)
        raise
    return held


def hold_all_patiently(
    mediation: Mediation, slots: Sequence[Slot], stopped: threading.Event
) -> list[Held] | Refused:
    """The same, waiting when central says that a minute's budget is used up, until `stopped`."""
    for _wait in range(_WAITS):
        try:
            return hold_all(mediation, slots)
        except CentralUnavailable as busy:
            if busy.retry_after is None or busy.retry_after > _PATIENCE:
                raise
            stopped.wait(busy.retry_after)
    return hold_all(mediation, slots)


def hold_all_longer(mediation: Mediation, held: Sequence[Held]) -> list[Held] | Refused:
    """Keep these seats longer, or take them again once their time is over: all of them, or none.

    Raises CentralUnavailable and its kin; each seat is then kept as long as it was, or longer.
    """
    again: list[Held] = []
    for each in held:
        outcome = mediation.hold(each.slot, each.id)
        if isinstance(outcome, Refused):
            release_all(mediation, held)
            return outcome
        again.append(outcome)
    return again


def release_all(mediation: Mediation, held: Sequence[Held]) -> None:
    """Give the seats back; those that central cannot be told of run out by themselves."""
    for each in held:
        mediation.release(each)
