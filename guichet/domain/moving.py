"""Who stands on closed time, and where each of them could go.

Nothing is kept of it: whoever has an appointment there is on the list until it is moved or ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from guichet.domain.model import Appointment, AppointmentStatus, Slot
from guichet.domain.openings import Closure
from guichet.domain.quotas import open_seats

NOTICE = timedelta(days=2)
"""How long before it begins the people moved to an appointment must hear of it: a proposal."""


def hit(
    appointments: Iterable[Appointment],
    slots: Mapping[str, Slot],
    closures: Collection[Closure],
    zone: ZoneInfo,
) -> list[Appointment]:
    """The appointments to come that any of these closures covers, by time.

    One lasts as long as its slot, which is what is closed; as planned where that is not known.
    """
    found = []
    for each in appointments:
        minutes = slots[each.slot].minutes if each.slot in slots else each.minutes
        start = each.starts_at.astimezone(zone)
        end = (each.starts_at + timedelta(minutes=minutes)).astimezone(zone)
        until = end.time() if end.date() == start.date() else start.time().max
        if each.status is AppointmentStatus.BOOKED and any(
            closure.covers(each.day, start.time(), until) for closure in closures
        ):
            found.append(each)
    return sorted(found, key=lambda each: (each.starts_at, each.id))


def propose(
    appointments: Sequence[Appointment], slots: Collection[Slot], now: datetime
) -> dict[str, Slot | None]:
    """By appointment, the nearest free seat that fits its démarche, the first to come first served.

    Of two as near the earlier; None of them sooner than NOTICE; None when there is none.
    """
    soonest = now + NOTICE
    free = {
        slot.id: open_seats(slot)
        for slot in slots
        if slot.starts_at >= soonest and not slot.closed and open_seats(slot) > 0
    }
    coming = [slot for slot in slots if slot.id in free]
    proposed: dict[str, Slot | None] = {}
    for each in appointments:
        fits = [s for s in coming if free[s.id] and each.procedure in s.procedures]
        best = min(fits, key=lambda s: _far(s, each), default=None)
        if best is not None:
            free[best.id] -= 1
        proposed[each.id] = best
    return proposed


def _far(slot: Slot, appointment: Appointment) -> tuple[timedelta, datetime, str]:
    return abs(slot.starts_at - appointment.starts_at), slot.starts_at, slot.id
