"""What a mediator has under way for one person; it lives as long as the mode does."""

from dataclasses import dataclass

from guichet.domain.model import AccordMode, Appointment, Person, Procedure, Slot


@dataclass
class Draft:
    """The choices made so far, so that going back and forth loses none.

    `moving` is the appointment to be moved; otherwise a new one is booked. `done`: it is booked,
    and the next person may come.
    """

    person: Person
    filter: str = ""
    procedure: Procedure | None = None
    slot: Slot | None = None
    mode: AccordMode = AccordMode.READ_ALOUD
    language: str = ""
    moving: Appointment | None = None
    done: bool = False
