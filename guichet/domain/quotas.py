"""Whose seats are whose: those of everybody, of the points d'accès numérique, of urgent cases.

Shares are a proposal for each préfecture to set (the question n° 1166 speaks of « publics les plus
fragiles » and gives no numbers).
"""

from dataclasses import replace
from typing import Final

from guichet.domain.model import Slot

PUBLIC: Final = "public"
PAN: Final = "pan"
URGENT: Final = "urgent"
CLOSED: Final = "closed"
"""Of a seat in time that was closed: once given up it is nobody's."""

OPEN_TO: Final[dict[str, tuple[str, ...]]] = {
    PUBLIC: (PUBLIC,),
    PAN: (PAN, PUBLIC),
    URGENT: (URGENT, PAN, PUBLIC),
}
"""The seats each may take, in the order in which they are taken: one's own first."""


def of_seat(slot: Slot, number: int) -> str:
    """The quota a seat begins in, by its number from 1 on: everybody's first, urgent ones last."""
    if number > slot.seats - slot.urgent:
        return URGENT
    return PAN if number > slot.seats - slot.urgent - slot.pan else PUBLIC


def open_seats(slot: Slot, quota: str = PAN) -> int:
    """How many free seats of the slot are open to `quota`."""
    free = {PUBLIC: slot.free, PAN: slot.free_pan, URGENT: slot.free_urgent}
    return sum(free[kind] for kind in OPEN_TO[quota])


def untouched(slot: Slot) -> Slot:
    """The slot as it was before anybody had a seat of it."""
    free = slot.seats - slot.pan - slot.urgent
    return replace(slot, free=free, free_pan=slot.pan, free_urgent=slot.urgent, closed=False)
