"""Who came to ask for an appointment. Optional, for statistics: never held against anybody.

Intermediation, paid or free, is not specifically regulated (answer to the question n° 1166).
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

FEW = 5
"""Below, a number might tell of one person, and is not said."""


class Through(StrEnum):
    """Through whom a person came to the mediator."""

    PERSON = "person"
    RELATIVE = "relative"
    ASSOCIATION = "association"
    INTERMEDIARY = "intermediary"


Provenance = tuple[Through, bool | None]
"""Through whom, and for an intermediary whether it was paid: None when that was not said."""


def counted(asked: Iterable[Provenance]) -> dict[Provenance, int | None]:
    """How many came through whom, the most first; None for fewer than FEW."""
    found = Counter(asked).most_common()
    return {who: number if number >= FEW else None for who, number in found}
