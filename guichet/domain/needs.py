"""What a person may need at the counter: a closed list, so that nobody writes about health."""

from enum import StrEnum


class Need(StrEnum):
    """A need carried from the booking to the counter.

    PRIORITY_CARD is the carte mobilité inclusion « priorité » or « invalidité », which gives
    priority in queues by law (code de l’action sociale et des familles, art. L. 241-3).
    """

    INTERPRETER = "interpreter"
    WHEELCHAIR = "wheelchair"
    SEAT = "seat"
    HEARING = "hearing"
    SIGHT = "sight"
    PRIORITY_CARD = "priority_card"
    READING_HELP = "reading_help"
    YOUNG_CHILD = "young_child"
