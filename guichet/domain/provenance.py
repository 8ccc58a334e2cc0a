"""Who came to ask for an appointment. Optional, for statistics: never held against anybody.

Intermediation, paid or free, is not specifically regulated (answer to the question n° 1166).
"""

from enum import StrEnum


class Through(StrEnum):
    """Through whom a person came to the mediator."""

    PERSON = "person"
    RELATIVE = "relative"
    ASSOCIATION = "association"
    INTERMEDIARY = "intermediary"
