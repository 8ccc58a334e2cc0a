"""How long people wait between booking and their appointment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median, quantiles

from guichet.domain.model import Appointment, AppointmentStatus

_LEAST = 5
"""Fewer appointments than that say nothing, and might tell of one person."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lead:
    """Days from booking to appointment: mean, median and 90th percentile of `count` of them."""

    count: int
    mean: float
    median: float
    p90: float


def lead(appointments: Iterable[Appointment]) -> Lead | None:
    """The usual lead of these appointments, cancelled ones apart; None for fewer than five."""
    days = [
        (each.starts_at - each.booked_at) / _DAY
        for each in appointments
        if each.status is not AppointmentStatus.CANCELLED
    ]
    if len(days) < _LEAST:
        return None
    return Lead(len(days), fmean(days), median(days), quantiles(days, n=10, method="inclusive")[8])
