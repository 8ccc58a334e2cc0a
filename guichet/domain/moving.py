"""Who stands on closed time, and where each of them could go.

Nothing is kept of it: whoever has an appointment there is on the list until it is moved or ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from guichet.domain.family import runs
from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Slot
from guichet.domain.openings import Closure
from guichet.domain.quotas import open_seats
from guichet.domain.together import akin

NOTICE = timedelta(days=2)
"""How long before it begins the people moved to an appointment must hear of it: a proposal."""
BOOKED_WITHIN = timedelta(minutes=1)
"""How long after one of a family the next is booked: central takes some seconds for each."""


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


def families(
    appointments: Iterable[Appointment], persons: Mapping[str, Person]
) -> list[list[Appointment]]:
    """The appointments by who seem to have been booked together; each alone when nothing says so.

    No fact links a family's bookings: it is guessed from those of one day, made by one agent within
    BOOKED_WITHIN of each other, whose persons share a phone or a name. The groups and those in them
    are by time.
    """
    groups: list[list[Appointment]] = []
    for each in sorted(appointments, key=lambda a: (a.day, a.booked_by, a.booked_at, a.id)):
        last = groups[-1] if groups else []
        if last and _together(last, each, persons):
            last.append(each)
        else:
            groups.append([each])
    for group in groups:
        group.sort(key=_when)
    return sorted(groups, key=lambda group: _when(group[0]))


def _together(
    group: Sequence[Appointment], other: Appointment, persons: Mapping[str, Person]
) -> bool:
    last, whose = group[-1], persons.get(other.person)
    known = (persons.get(each.person) for each in group)
    return (
        (last.day, last.booked_by) == (other.day, other.booked_by)
        and other.booked_at - last.booked_at <= BOOKED_WITHIN
        and whose is not None
        and any(akin(whose, each) for each in known if each is not None)
    )


def _when(appointment: Appointment) -> tuple[datetime, str]:
    return appointment.starts_at, appointment.id


def propose(
    groups: Iterable[Sequence[Appointment]],
    slots: Iterable[Slot],
    procedures: Mapping[str, Procedure],
    now: datetime,
) -> dict[str, Slot | None]:
    """By appointment, the nearest free seat that fits its démarche, the first to come first served.

    Those of a group follow one another without a gap, on the nearest day when they can, or have
    none at all. Of two as near the earlier; none is sooner than NOTICE; None when there is none.
    """
    soonest = now + NOTICE
    coming = [slot for slot in slots if slot.starts_at >= soonest and not slot.closed]
    free = {slot.id: open_seats(slot) for slot in coming}
    proposed: dict[str, Slot | None] = {}
    for group in groups:
        if len(group) == 1:
            (each,) = group
            fits = [s for s in coming if free[s.id] > 0 and each.procedure in s.procedures]
            best = min(fits, key=lambda s: _far(s, each), default=None)
            found = [best] if best else []
        else:
            found = [*_run(group, coming, free, procedures)]
        for slot in found:
            free[slot.id] -= 1
        proposed |= {each.id: slot for each, slot in zip_longest(group, found)}
    return proposed


def _run(
    group: Sequence[Appointment],
    slots: Iterable[Slot],
    free: Mapping[str, int],
    procedures: Mapping[str, Procedure],
) -> tuple[Slot, ...]:
    """Seats that follow one another, one for each of the group in its order; empty without."""
    asked = [procedures[each.procedure] for each in group if each.procedure in procedures]
    first = group[0]
    if len(asked) < len(group):
        return ()
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(slot.day, []).append(slot)
    for day in sorted(days, key=lambda each: (abs(each - first.day), each)):
        found = runs(days[day], asked, lambda slot: free[slot.id])
        if found:
            nearest = min(found, key=lambda r: (abs(r.starts_at - first.starts_at), r.starts_at))
            return nearest.slots
    return ()


def _far(slot: Slot, appointment: Appointment) -> tuple[timedelta, datetime, str]:
    return abs(slot.starts_at - appointment.starts_at), slot.starts_at, slot.id
