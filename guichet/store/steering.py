"""Opening and closing a site: rules and closures recorded, and their slots made, by central alone.

What somebody has a seat of is never changed. A slot that is not to be any more, and has somebody in
it, is closed: its seats are of a quota that is nobody's, so that one given up stays unsold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from guichet.domain import quotas
from guichet.domain.model import Demand, Procedure, Site, Slot
from guichet.domain.opening_checks import closure_refused, openings_refused
from guichet.domain.openings import Closure
from guichet.domain.operations import Applied, Operation, Refused, SetClosure, SetOpenings
from guichet.domain.quotas import of_seat
from guichet.domain.timetable import PUBLISHED, Plan, plan, timetable
from guichet.domain.waiting import Rules, withdrawn
from guichet.store.booking import DEMANDS, SEAT, SLOTS, Authority, recounted
from guichet.store.new_slots import chunks, offer_slots
from guichet.store.openings import closures, every_slot, openings
from guichet.store.queries import everything
from guichet.store.records import TABLES, Key, forget, get, put, records
from guichet.store.schema import METADATA
from guichet.store.seats import provide_seats

_SETTING = METADATA.tables["setting"]
_OPENING = TABLES["opening"]
_SITE = TABLES["site"]


def set_openings(
    connection: Connection,
    operation: Operation,
    action: SetOpenings,
    now: datetime,
    authority: Authority | None,
) -> Applied | Refused:
    """Record new versions of the site's rules, all or none, and make their slots."""
    site = get(connection, Site, operation.site)
    if authority is None or site is None:
        return Refused("central_only")
    if any(each.site != site.number for each in action.openings) or not action.openings:
        return Refused("other_site")
    known = openings(connection, site.number)
    codes = {each.code for each in everything(connection, Procedure)}
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    refused = openings_refused(action.openings, known, codes, today)
    if refused is not None:
        return refused
    put(connection, *action.openings)
    changed = republish(connection, site, now, authority.waiting)
    return Applied((*(("opening", each.id) for each in action.openings), *changed))


def set_closure(
    connection: Connection,
    operation: Operation,
    action: SetClosure,
    now: datetime,
    authority: Authority | None,
) -> Applied | Refused:
    """Close the site for a while, or take that back; the last word counts."""
    site = get(connection, Site, operation.site)
    if authority is None or site is None:
        return Refused("central_only")
    known = get(connection, Closure, action.closure.id)
    if site.number != action.closure.site or (known is not None and known.site != site.number):
        return Refused("other_site")
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    refused = closure_refused(action.closure, known, today)
    if refused is not None:
        return refused
    put(connection, action.closure)
    changed = republish(connection, site, now, authority.waiting)
    return Applied((("closure", action.closure.id), *changed))


def due(connection: Connection, now: datetime) -> list[int]:
    """The sites whose rules have slots to make since a new day has begun there."""
    ruled = select(_OPENING.c.site).distinct()
    sites = records(connection, Site, select(_SITE).where(_SITE.c.number.in_(ruled)))
    names = [_published(site.number) for site in sites]
    made = {
        row.name: row.value
        for row in connection.execute(select(_SETTING).where(_SETTING.c.name.in_(names)))
    }
    return [
        site.number for site in sites if made.get(_published(site.number), "") < _last(site, now)
    ]


def republish(connection: Connection, site: Site, now: datetime, rules: Rules) -> list[Key]:
    """Bring the site's coming slots in line with its rules and closures; what has changed.

    What opens so is offered to those who wait.
    """
    zone = ZoneInfo(site.time_zone)
    today = now.astimezone(zone).date()
    ruled, shut = openings(connection, site.number), closures(connection, site.number, today)
    known = every_slot(connection, site.number, now)
    last = max([today + PUBLISHED, *(slot.day for slot in known)])
    wanted = [s for s in timetable(ruled, shut, today, last, zone) if s.starts_at > now]
    planned = plan(known, wanted, _taken(connection, site.number, now), shut, zone)
    changed = _carried_out(connection, site.number, planned, now)
    connection.execute(delete(_SETTING).where(_SETTING.c.name == _published(site.number)))
    value = {"name": _published(site.number), "value": _last(site, now)}
    connection.execute(_SETTING.insert().values(value))
    offered = offer_slots(connection, site, (*planned.make, *planned.reopen), now, rules)
    return list(dict.fromkeys([*changed, *offered]))


def _published(site: int) -> str:
    return f"published_{site}"


def _last(site: Site, now: datetime) -> str:
    """The day up to which the site's slots are to be made now."""
    return (now.astimezone(ZoneInfo(site.time_zone)).date() + PUBLISHED).isoformat()


def _taken(connection: Connection, site: int, now: datetime) -> set[str]:
    """The site's coming slots of which somebody has a seat, or keeps one."""
    somebody = or_(
        SEAT.c.appointment.is_not(None), and_(SEAT.c.hold.is_not(None), SEAT.c.free_at > now)
    )
    found = (
        select(SEAT.c.slot)
        .join(SLOTS, SLOTS.c.id == SEAT.c.slot)
        .where(SLOTS.c.site == site, SLOTS.c.starts_at > now, somebody)
        .distinct()
    )
    return set(connection.execute(found).scalars())


def _carried_out(connection: Connection, site: int, planned: Plan, now: datetime) -> list[Key]:
    remade = [slot.id for slot in planned.make]
    for some in chunks([*remade, *(slot.id for slot in planned.drop)]):
        connection.execute(delete(SEAT).where(SEAT.c.slot.in_(some)))
        connection.execute(delete(SLOTS).where(SLOTS.c.id.in_(some)))
    told = _close(connection, site, planned.close, now)
    _reopen(connection, planned.reopen)
    put(connection, *planned.make)
    provide_seats(connection, planned.make, (), now)
    seen = [slot.id for slot in (*planned.close, *planned.reopen)]
    forget(connection)  # much was changed by statements of its own
    recounted(connection, seen, now)
    slots = [*(slot.id for slot in planned.drop), *remade, *seen]
    return [*(("slot", key) for key in slots), *(("demand", key) for key in told)]


def _close(connection: Connection, site: int, slots: Sequence[Slot], now: datetime) -> list[str]:
    """Let nobody else into these slots; the ids of the demands that were offered a seat there."""
    put(connection, *(replace(slot, closed=True) for slot in slots))
    told: list[str] = []
    for some in chunks([slot.id for slot in slots]):
        offered = select(DEMANDS).where(DEMANDS.c.site == site, DEMANDS.c.offered.in_(some))
        demands = records(connection, Demand, offered)
        put(connection, *(withdrawn(demand) for demand in demands))
        told += [demand.id for demand in demands]
        given_back = update(SEAT).where(
            SEAT.c.hold.in_([demand.id for demand in demands]), SEAT.c.appointment.is_(None)
        )
        connection.execute(given_back.values(hold=None, free_at=now))
        shut = update(SEAT).where(SEAT.c.slot.in_(some))
        connection.execute(shut.values(quota=quotas.CLOSED))
    return told


def _reopen(connection: Connection, slots: Iterable[Slot]) -> None:
    rows: list[dict[str, Any]] = []
    for slot in slots:
        put(connection, replace(slot, closed=False))
        rows += [
            {"of": slot.id, "at": number, "whose": of_seat(slot, number)}
            for number in range(1, slot.seats + 1)
        ]
    if rows:
        again = update(SEAT).where(SEAT.c.slot == bindparam("of"), SEAT.c.number == bindparam("at"))
        connection.execute(again.values(quota=bindparam("whose")), rows)
