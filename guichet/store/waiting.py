"""The waiting list at central: seats that have become free are kept for those who wait.

The seat of an offer is held under the id of its demand. Everything here runs in the transaction of
what freed the seat, with the feed of its site locked: two offers never meet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from guichet.domain import quotas
from guichet.domain.model import Appointment, Demand, Site, Slot
from guichet.domain.operations import (
    AnswerOffer,
    Applied,
    Book,
    Cancel,
    Move,
    Operation,
    RecordDemand,
    Release,
)
from guichet.domain.quotas import open_seats
from guichet.domain.waiting import (
    Ended,
    Rules,
    closed,
    first_match,
    offer_until,
    suits,
    withdrawn,
)
from guichet.store.booking import DEMANDS, SEAT, Authority, recounted
from guichet.store.cooling import cool
from guichet.store.prepared import Prepared
from guichet.store.queries import coming_slots
from guichet.store.records import get, put, records
from guichet.store.schema import METADATA

_PROCEDURES = METADATA.tables["procedure"]

Key = tuple[str, str]


_FAMILY = select(_PROCEDURES.c.family).where(_PROCEDURES.c.code == bindparam("code"))
_THEIRS = Prepared(
    select(DEMANDS).where(
        DEMANDS.c.person == bindparam("person"),
        DEMANDS.c.procedure.in_(
            select(_PROCEDURES.c.code).where(_PROCEDURES.c.family == _FAMILY.scalar_subquery())
        ),
    )
)
"""What a person waits for in a démarche's family, anywhere: naming the site, SQLite would look
through all who wait there."""


class Seat(NamedTuple):
    """A seat that has become free."""

    slot: str
    number: int
    quota: str


def follow(
    connection: Connection, operation: Operation, done: Applied, now: datetime, authority: Authority
) -> Applied:
    """What the waiting list makes of an operation that central has just applied.

    Whoever is booked waits no more; the seats it freed are offered to those who wait, and kept
    back for a while when nobody does.
    """
    rules = authority.waiting
    demands = [key for kind, key in done.changed if kind == "demand"]
    slots = [key for kind, key in done.changed if kind == "slot"]
    since = None
    match operation.action:
        case Book(person=person, procedure=procedure):
            demands += _satisfied(connection, person, procedure, operation.site)
            slots = []  # it has freed none of them
        case Move() as action:
            moved = get(connection, Appointment, action.appointment)
            if moved is not None:
                demands += _satisfied(connection, moved.person, moved.procedure, operation.site)
        case Release():
            since = now - rules.recent
        case RecordDemand(demand=demand):
            slots += _granted(connection, demand.id, now, rules)
        case Cancel() | AnswerOffer():
            pass
        case _:
            return done
    slots += _given_back(connection, demands, now)
    seats = _free_from(connection, slots, now)
    told = offer(connection, seats, now, rules, since)
    free = [(seat.slot, seat.number) for seat in seats]
    cool(connection, free, now, authority.cooldown, authority.draw)
    changed = [
        *done.changed,
        *(("demand", key) for key in [*demands, *told]),
        *(("slot", key) for key in recounted(connection, slots, now)),
    ]
    return replace(done, changed=tuple(dict.fromkeys(changed)))


def offer(
    connection: Connection,
    seats: Iterable[Seat],
    now: datetime,
    rules: Rules,
    since: datetime | None = None,
) -> list[str]:
    """Keep each of these free seats for the first who may have it; the ids of their demands.

    `since`: only for searches made since then. The caller counts the slots' seats again.
    """
    told: list[str] = []
    for seat in seats:
        slot = get(connection, Slot, seat.slot)
        site = get(connection, Site, slot.site) if slot else None
        if slot is None or site is None or seat.quota not in quotas.OPEN_TO[quotas.PAN]:
            continue
        zone = ZoneInfo(site.time_zone)
        until, day = offer_until(slot, now, zone, rules), now.astimezone(zone).date()
        if until is None:
            continue
        today = told_on(connection, slot.site, day)
        demand = first_match(_queue(connection, slot), slot, day, today, rules, since)
        if demand is not None and _keep(connection, seat, demand.id, until, now):
            put(connection, offered(demand, slot.id, until, day))
            told.append(demand.id)
    return told


def offer_freed(
    connection: Connection, slots: Sequence[str], now: datetime, rules: Rules
) -> list[str]:
    """Offer the seats of these slots that have just been freed; the demands' ids.

    The caller counts the slots' seats again.
    """
    return offer(connection, _free_from(connection, slots, now), now, rules)


def lapse(connection: Connection, site: int, now: datetime) -> list[str]:
    """End the site's offers whose time is over; the ids of their demands.

    An offer whose seat was meanwhile kept for longer, since somebody is booking it, goes on.
    """
    over = select(DEMANDS).where(DEMANDS.c.site == site, DEMANDS.c.until <= now)
    found = records(connection, Demand, over)
    for demand in found:
        seat = select(SEAT.c.free_at).where(
            SEAT.c.hold == demand.id,
            SEAT.c.slot == demand.offered,
            SEAT.c.appointment.is_(None),
            SEAT.c.free_at > now,
        )
        until = connection.execute(seat).scalar()
        put(connection, replace(demand, until=until) if until else withdrawn(demand))
    return [demand.id for demand in found]


def old(now: datetime, rules: Rules) -> tuple[ColumnElement[bool], ...]:
    """Which demands have been kept for long enough: those with nothing offered just now."""
    return (DEMANDS.c.at < now - rules.kept, DEMANDS.c.offered.is_(None))


def forget(connection: Connection, site: int, now: datetime, rules: Rules) -> list[str]:
    """Delete the site's old demands; their ids."""
    gone = delete(DEMANDS).where(DEMANDS.c.site == site, *old(now, rules)).returning(DEMANDS.c.id)
    return list(connection.execute(gone).scalars())


def offered(demand: Demand, slot: str, until: datetime, day: date) -> Demand:
    """The demand with a seat of the slot offered on that day."""
    return replace(
        demand,
        offered=slot,
        until=until,
        offers=demand.offers + 1,
        offered_on=day,
        called_at=None,
    )


def _satisfied(connection: Connection, person: str, procedure: str, site: int) -> list[str]:
    """Close what the person waited for in the démarche's family; the demands' ids."""
    asked = {"person": person, "code": procedure}
    theirs = records(connection, Demand, _THEIRS, asked)
    found = [demand for demand in theirs if demand.site == site]
    put(connection, *(closed(demand, Ended.BOOKED) for demand in found))
    return [demand.id for demand in found]


def _granted(connection: Connection, key: str, now: datetime, rules: Rules) -> list[str]:
    """Offer a wish the first open seat that suits: nobody could search when it was made.

    The slot of that seat, if there is one.
    """
    demand = get(connection, Demand, key)
    site = get(connection, Site, demand.site) if demand else None
    if demand is None or site is None or not (demand.wish and demand.waiting):
        return []
    if demand.offered is not None or demand.offers:
        return []
    zone = ZoneInfo(site.time_zone)
    for slot in coming_slots(connection, demand.site, demand.procedure, now):
        until = offer_until(slot, now, zone, rules)
        if until is None or open_seats(slot) <= 0 or not suits(demand, slot.day):
            continue
        mine = SEAT.c.quota.in_(quotas.OPEN_TO[quotas.PAN])
        for seat in _free(connection, [slot.id], SEAT.c.free_at <= now, mine):
            if _keep(connection, seat, demand.id, until, now):
                put(connection, offered(demand, slot.id, until, now.astimezone(zone).date()))
                return [slot.id]
    return []


def _given_back(connection: Connection, demands: Sequence[str], now: datetime) -> list[str]:
    """Free the seats kept for these demands that are offered to them no more; their slots."""
    slots: list[str] = []
    for key in demands:
        demand = get(connection, Demand, key)
        kept = demand.offered if demand else None
        freed = (
            update(SEAT)
            .where(SEAT.c.hold == key, SEAT.c.appointment.is_(None), SEAT.c.slot != (kept or ""))
            .values(hold=None, free_at=now, kept_for="")
            .returning(SEAT.c.slot)
        )
        slots += connection.execute(freed).scalars()
    return slots


def _free_from(connection: Connection, slots: Sequence[str], now: datetime) -> list[Seat]:
    """The seats of these slots that have been free from this very moment on."""
    if not slots:
        return []
    return _free(connection, slots, SEAT.c.free_at == now, SEAT.c.hold.is_(None))


def _free(
    connection: Connection, slots: Sequence[str], *conditions: ColumnElement[bool]
) -> list[Seat]:
    rows = connection.execute(
        select(SEAT.c.slot, SEAT.c.number, SEAT.c.quota)
        .where(SEAT.c.slot.in_(slots), SEAT.c.appointment.is_(None), *conditions)
        .order_by(SEAT.c.slot, SEAT.c.number)
    )
    return [Seat(*row) for row in rows]


def _queue(connection: Connection, slot: Slot) -> list[Demand]:
    """Who waits for such a slot at its site, the longest first."""
    statement = (
        select(DEMANDS)
        .where(
            DEMANDS.c.site == slot.site,
            DEMANDS.c.waiting.is_(True),
            DEMANDS.c.procedure.in_(slot.procedures),
        )
        .order_by(DEMANDS.c.at, DEMANDS.c.id)
    )
    return records(connection, Demand, statement)


def told_on(connection: Connection, site: int, day: date) -> set[str]:
    """The persons who were offered a seat at the site on that day."""
    rows = connection.execute(
        select(DEMANDS.c.person).where(
            DEMANDS.c.site == site,
            DEMANDS.c.waiting.is_(True),
            DEMANDS.c.offered_on == day,
            DEMANDS.c.person.is_not(None),
        )
    )
    return set(rows.scalars())


def _keep(connection: Connection, seat: Seat, hold: str, until: datetime, now: datetime) -> bool:
    """Hold the seat, unless somebody was quicker; whether it is held."""
    held = connection.execute(
        update(SEAT)
        .where(
            SEAT.c.slot == seat.slot,
            SEAT.c.number == seat.number,
            SEAT.c.appointment.is_(None),
            SEAT.c.free_at <= now,
        )
        .values(hold=hold, free_at=until, kept_for=None)
    )
    return held.rowcount == 1
