"""The seats this station may book on while it is cut off from central."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.domain.leases import Lease
from guichet.domain.model import Slot
from guichet.domain.quotas import open_seats
from guichet.station.core import Core
from guichet.store import leases
from guichet.store.engine import reading

_KEPT = timedelta(minutes=15)
"""How long a lent seat is kept for the person it was proposed to."""


@dataclass(frozen=True, slots=True)
class Lent:
    """How many seats this station keeps, by slot, and when the first of them is over (UTC)."""

    slots: Counter[str]
    until: datetime | None
    alone: bool = False
    """Whether they are the only ones to be had, central being away."""

    def seats(self, slot: Slot) -> int:
        """How many seats of the slot may be had just now."""
        return self.slots[slot.id] + (0 if self.alone else open_seats(slot))


NONE_LENT = Lent(Counter(), None)


class Lending:
    """Hands out each lent seat to one booking at a time."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._proposed: dict[str, datetime] = {}

    def lent(self) -> Lent:
        """What this station may still book on."""
        spare = self._spare()
        first = min((each.until for each in spare), default=None)
        return Lent(Counter(each.slot for each in spare), first, alone=self._core.cut_off)

    def take(self, slot: Slot, hold: str) -> Lease | None:
        """A lent seat of the slot for one booking, that of `hold` if it is one; None without.

        Its `until` is when it may be proposed to somebody else.
        """
        now = self._core.clock()
        with reading(self._core.engine) as connection:
            all_ = [each for each in leases.spare(connection, now) if each.slot == slot.id]
        free = [each for each in all_ if self._proposed.get(each.hold, now) <= now]
        found = next((each for each in all_ if each.hold == hold), next(iter(free), None))
        if found is None:
            return None
        until = self._proposed[found.hold] = min(found.until, now + _KEPT)
        return Lease(found.hold, found.slot, until)

    def give_back(self, hold: str) -> bool:
        """Propose it to others again; whether it is a lent seat at all."""
        self._proposed.pop(hold, None)
        with reading(self._core.engine) as connection:
            return leases.is_lease(connection, hold)

    def _spare(self) -> list[Lease]:
        now = self._core.clock()
        with reading(self._core.engine) as connection:
            spare = leases.spare(connection, now)
        return [each for each in spare if self._proposed.get(each.hold, now) <= now]
