"""Holding, booking, moving and cancelling seats.

A seat is one row whose only state is the moment it is free from (`free_at`): free seats are in
the past, held ones a few minutes ahead, booked ones in the far future. Taking one is one statement.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from guichet.domain import quotas
from guichet.domain.cooldown import Rules as Cooldown
from guichet.domain.lifecycle import CANCELLED_BY, after
from guichet.domain.model import Appointment, AppointmentStatus, Demand, Person, Procedure, Slot
from guichet.domain.operations import Applied, Book, Cancel, Hold, Move, Operation, Refused, Release
from guichet.domain.reference import reference_of
from guichet.domain.waiting import Rules
from guichet.store.appointments import appointment_for, held, objection, taken
from guichet.store.prepared import Prepared
from guichet.store.records import columns, forget, get, put, records, remember
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into

SEAT = METADATA.tables["seat"]
SLOTS = METADATA.tables["slot"]
DEMANDS = METADATA.tables["demand"]
APPOINTMENTS = METADATA.tables["appointment"]
_COUNTED = {"free": quotas.PUBLIC, "free_pan": quotas.PAN, "free_urgent": quotas.URGENT}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""`free_at` of a booked seat."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What central alone has: the seats, the signature, and how many minutes a hold lasts.

    `waiting` is how the waiting list goes, `cooldown` how long seats given up are kept back, and
    `draw` the chance in it, which nobody must be able to guess.
    """

    sign: Callable[[Appointment, Person], str]
    hold_minutes: int
    waiting: Rules = field(default_factory=Rules)
    cooldown: Cooldown = field(default_factory=Cooldown)
    draw: Callable[[float, float], float] = random.SystemRandom().uniform


def hold(
    connection: Connection, action: Hold, now: datetime, authority: Authority | None
) -> Applied | Refused:
    """Keep a free seat at any site; asked again under the same id, keep the same one for longer."""
    slot = get(connection, Slot, action.slot)
    if slot is None:
        return Refused("unknown_slot")
    if authority is None:
        return Refused("central_only")
    if action.quota not in quotas.OPEN_TO:
        return Refused("unknown_quota")
    if slot.starts_at <= now:
        return Refused("slot_past")
    until = now + timedelta(minutes=authority.hold_minutes)
    # What is offered to someone who waits is kept for hours, and stays so.
    longest = case(
        (SEAT.c.free_at > until, SEAT.c.free_at), else_=literal(until, SEAT.c.free_at.type)
    )
    mine = update(SEAT).where(
        SEAT.c.hold == action.hold, SEAT.c.slot == slot.id, SEAT.c.appointment.is_(None)
    )
    kept = connection.execute(mine.values(free_at=longest).returning(SEAT.c.free_at)).scalar()
    if kept is None and not _take(
        connection, slot.id, now, action.quota, hold=action.hold, free_at=until
    ):
        return Refused("slot_full")
    until = kept or until
    recount(connection, slot.id, now)
    return Applied((("slot", slot.id),), {"until": until.isoformat(), "now": now.isoformat()})


def release(connection: Connection, action: Release, now: datetime) -> Applied:
    """Give a held seat back; nothing to do when the hold is gone already.

    Only who drew the hold's id knows it: no feed tells it. Save that of an offer to someone who
    waits, which only their answer ends.
    """
    offered = select(DEMANDS.c.id).where(
        DEMANDS.c.id == SEAT.c.hold, DEMANDS.c.offered == SEAT.c.slot
    )
    slots = connection.execute(
        update(SEAT)
        .where(SEAT.c.hold == action.hold, SEAT.c.appointment.is_(None), ~offered.exists())
        .values(free_at=now, hold=None)
        .returning(SEAT.c.slot)
    ).scalars()
    return Applied(tuple(("slot", slot) for slot in recounted(connection, slots.all(), now)))


def register(connection: Connection, person: Person, site: int) -> Applied | Refused:
    """Record a person; only their own site may."""
    known = get(connection, Person, person.id)
    if person.site != site or (known is not None and known.site != site):
        return Refused("other_site")
    put(connection, person)
    return Applied((("person", person.id),))


def book(
    connection: Connection,
    operation: Operation,
    action: Book,
    now: datetime,
    authority: Authority | None,
) -> Applied | Refused:
    """Give the held seat, or another of the slot when the hold has expired, to the person.

    The slot may be another site's, the person only one of the site's own.
    """
    slot = get(connection, Slot, action.slot)
    person = get(connection, Person, action.person)
    procedure = get(connection, Procedure, action.procedure)
    if slot is None or action.procedure not in slot.procedures:
        return Refused("unknown_slot")
    if person is None or person.site != operation.site or procedure is None:
        return Refused("unknown_person")
    if procedure.number_required and person.number is None and person.number_absent is None:
        return Refused("number_required")
    known = held(connection, person.id, procedure.family)
    if known == action.appointment:
        return Refused("id_taken")
    if known is not None and not action.override:
        return Refused("already_booked", {"appointment": known})
    # When there is none, nothing was overridden after all.
    override = action.override if known is not None else None
    appointment = _given(operation, action, slot, procedure, override)
    if authority is not None:
        if _kept_for_another(connection, action, person.id):
            return Refused("offer_over")
        appointment = replace(appointment, token=authority.sign(appointment, person))
    if not _BOOKED.rows(connection, **columns(appointment)):
        # Booked by another transaction meanwhile, or of an id that there is already.
        return Refused("id_taken" if taken(connection, appointment) else "already_booked")
    remember(connection, appointment)
    changed = [("appointment", appointment.id), ("person", person.id)]
    if authority is not None:
        if not _seat(connection, action, slot, person, now):
            _UNBOOKED.run(connection, {"of": appointment.id})
            forget(connection)
            return Refused("slot_full")
        recount(connection, slot.id, now)
        changed.append(("slot", slot.id))
    return Applied(tuple(changed), {"reference": appointment.reference})


def _given(
    operation: Operation, action: Book, slot: Slot, procedure: Procedure, override: str | None
) -> Appointment:
    """The appointment as it is booked, not yet signed."""
    return Appointment(
        id=action.appointment,
        reference=reference_of(action.appointment),
        site=slot.site,
        slot=slot.id,
        day=slot.day,
        starts_at=slot.starts_at,
        minutes=procedure.minutes,
        procedure=procedure.code,
        family=procedure.family,
        person=action.person,
        status=AppointmentStatus.BOOKED,
        revision=1,
        token=None,
        booked_at=operation.at,
        booked_by=operation.agent,
        accord=action.accord,
        cancel_reason=None,
        override=override,
    )


def move(
    connection: Connection, action: Move, site: int, now: datetime, authority: Authority | None
) -> Applied | Refused:
    """Swap seats at once: whatever fails, the old appointment stands.

    To another site's slot only for a person of the site's own.
    """
    appointment = appointment_for(connection, action.appointment, site)
    slot = get(connection, Slot, action.slot)
    refusal = objection(appointment, "move")
    if appointment is None or refusal is not None:
        return Refused(refusal or "unknown_appointment")
    person = get(connection, Person, appointment.person)
    if slot is None or appointment.procedure not in slot.procedures:
        return Refused("unknown_slot")
    if person is None:
        return Refused("unknown_person")
    if site not in (slot.site, person.site):
        return Refused("unknown_slot")
    moved = replace(
        appointment,
        site=slot.site,
        slot=slot.id,
        day=slot.day,
        starts_at=slot.starts_at,
        revision=appointment.revision + 1,
        token=None,
    )
    changed = [("appointment", moved.id)]
    if authority is not None:
        if _kept_for_another(connection, action, person.id):
            return Refused("offer_over")
        freed = _free(connection, appointment, now)
        if not _seat(connection, action, slot, person, now):
            return Refused("slot_full")
        moved = replace(moved, token=authority.sign(moved, person))
        changed += [("slot", key) for key in recounted(connection, {*freed, slot.id}, now)]
    put(connection, moved)
    return Applied(tuple(changed), {"reference": moved.reference})


def cancel(connection: Connection, action: Cancel, site: int, now: datetime) -> Applied | Refused:
    """End an appointment; what becomes of its seat, the waiting list says."""
    if action.by not in CANCELLED_BY:
        return Refused("unknown_reason")
    appointment = appointment_for(connection, action.appointment, site)
    refusal = objection(appointment, "cancel")
    if appointment is None or refusal is not None:
        return Refused(refusal or "unknown_appointment")
    put(
        connection,
        replace(
            appointment,
            status=after(appointment.status, "cancel"),
            revision=appointment.revision + 1,
            cancel_reason=action.by,
        ),
    )
    freed = recounted(connection, _free(connection, appointment, now), now)
    return Applied((("appointment", appointment.id), *(("slot", key) for key in freed)))


def free_seats(*conditions: ColumnElement[bool]) -> dict[str, ScalarSelect[int]]:
    """How many seats of each quota meet the conditions, by the column of the slot that says it."""
    return {
        name: select(func.count()).where(SEAT.c.quota == quota, *conditions).scalar_subquery()
        for name, quota in _COUNTED.items()
    }


def recount(connection: Connection, slot: str, now: datetime) -> None:
    """Write how many of the slot's seats are free."""
    if connection.dialect.name != "sqlite":
        # Of two transactions that took seats at once, the second must count after the first's
        # commit.
        _SLOT_LOCKED.rows(connection, of=slot)
    for counted in records(connection, Slot, _RECOUNTED, {"of": slot, "now": now}):
        remember(connection, counted)


def recounted(connection: Connection, slots: Any, now: datetime) -> list[str]:
    """Count the free seats of several slots again; their ids."""
    keys = sorted(set(slots))
    for key in keys:
        recount(connection, key, now)
    return keys


def _kept_for_another(connection: Connection, action: Book | Move, person: str) -> bool:
    """Whether the seat held is one that was offered to somebody else who waits."""
    demand = get(connection, Demand, action.hold)
    return demand is not None and demand.offered == action.slot and demand.person != person


def _seat(
    connection: Connection, action: Book | Move, slot: Slot, person: Person, now: datetime
) -> bool:
    """Turn the hold into the appointment's seat; an expired hold still counts if nobody took it.

    What the person gave up themselves comes next. Without either, an operation that comes after
    the slot has begun gets no other seat.
    """
    return _take(
        connection,
        slot.id,
        now,
        quotas.PAN,
        held=action.hold,
        theirs=person.id,
        others=slot.starts_at > now,
        free_at=NEVER,
        appointment=action.appointment,
    )


def _take(connection: Connection, slot: str, now: datetime, quota: str, **values: Any) -> bool:
    """Take one seat of the slot: that held as `held`, else one that `theirs` gave up or one that is
    free and open to `quota`, both only if `others` may be; whether there was one.
    """
    asked = {"held": None, "theirs": None, "others": True, "hold": None, "appointment": None}
    taken = asked | values | {"of": slot, "now": now}
    return _taking(quota).run(connection, taken) == 1


def _free(connection: Connection, appointment: Appointment, now: datetime) -> list[str]:
    """Free the appointment's seat; the slots it was in."""
    return list(
        connection.execute(
            update(SEAT)
            .where(SEAT.c.appointment == appointment.id)
            .values(
                free_at=now,
                hold=None,
                appointment=None,
                kept_for=appointment.person,
                published_at=now,
                given_up=True,
            )
            .returning(SEAT.c.slot)
        ).scalars()
    )


# The statements, made once: that takes longer than the database does to answer ------------------

_UNBOOKED = Prepared(delete(APPOINTMENTS).where(APPOINTMENTS.c.id == bindparam("of")))
_SLOT_LOCKED = Prepared(select(SLOTS.c.id).where(SLOTS.c.id == bindparam("of")).with_for_update())
_RECOUNTED = Prepared(
    update(SLOTS)
    .where(SLOTS.c.id == bindparam("of"))
    .values(free_seats(SEAT.c.slot == bindparam("of"), SEAT.c.free_at <= bindparam("now")))
    .returning(*SLOTS.columns)
)


_BOOKED = Prepared(
    lambda connection: (
        insert_into(connection, APPOINTMENTS).on_conflict_do_nothing().returning(APPOINTMENTS.c.id)
    )
)


@cache
def _taking(quota: str) -> Prepared:
    open_to = quotas.OPEN_TO[quota]
    rank = case({kind: place for place, kind in enumerate(open_to)}, value=SEAT.c.quota)
    of: BindParameter[Any] = bindparam("of")
    held = and_(SEAT.c.hold == bindparam("held"), SEAT.c.appointment.is_(None))
    theirs = SEAT.c.kept_for == bindparam("theirs")
    free = and_(
        SEAT.c.free_at <= bindparam("now"), SEAT.c.quota.in_([literal(kind) for kind in open_to])
    )
    others = and_(bindparam("others", type_=Boolean()), or_(theirs, free))
    first = (
        select(SEAT.c.number)
        .where(SEAT.c.slot == of, or_(held, others))
        .order_by(case((held, 0), (theirs, 1), else_=2), rank, SEAT.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return Prepared(
        update(SEAT)
        .where(SEAT.c.slot == of, SEAT.c.number == first)
        .values(
            {
                "kept_for": None,
                **{name: bindparam(name) for name in ("free_at", "hold", "appointment")},
            }
        )
    )
