"""A site's days in figures, and what of them another site may read."""

from dataclasses import dataclass, replace
from datetime import date

FEWEST = 5
"""A smaller figure may be about somebody; other sites are not told it."""


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A day of a site: its seats, those booked, and what became of it, as far as it is told.

    `arrived`: all who came, with an appointment or without; `absent`: noted so; `unsettled`: the
    visits and the appointments of a day that is over which nobody has settled. None: not told, for
    too few persons are behind one of the three.
    """

    site: int
    day: date
    seats: int
    booked: int
    arrived: int | None
    absent: int | None
    unsettled: int | None


def elsewhere(day: SiteDay) -> SiteDay:
    """What another site is told: with one of three that add up hidden, the others would tell it."""
    told = (day.arrived, day.absent, day.unsettled)
    if any(each is not None and 0 < each < FEWEST for each in told):
        return replace(day, arrived=None, absent=None, unsettled=None)
    return day
