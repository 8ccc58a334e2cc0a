"""A person's comings to a site, and those that were meant."""

from dataclasses import dataclass

from guichet.domain.model import Appointment, Visit


@dataclass(frozen=True, slots=True)
class History:
    """The appointments of one person at a site, and the visits that count there."""

    appointments: list[Appointment]
    visits: list[Visit]
