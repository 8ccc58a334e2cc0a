"""Slots that were not there before, or not open, are offered to those who wait at central."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import dropwhile
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from guichet.domain import quotas
from guichet.domain.model import Demand, Site, Slot
from guichet.domain.waiting import Rules, matches, offer_until
from guichet.store.booking import DEMANDS, SEAT, SLOTS, recounted
from guichet.store.records import Key, put, records
from guichet.store.waiting import offered, told_on

CHUNK = 500
"""How many keys a statement names at most."""


def offer_slots(
    connection: Connection, site: Site, slots: Iterable[Slot], now: datetime, rules: Rules
) -> list[Key]:
    """Keep the open seats of these slots for those who wait, one each; what has changed.

    Its statements are as many as people are told, in the hundreds: not as the slots.
    """
    queue = _queue(connection, site.number)
    codes = {demand.procedure for demand in queue}
    wanted = [slot.id for slot in slots if not codes.isdisjoint(slot.procedures)]
    if not wanted:
        return []
    zone = ZoneInfo(site.time_zone)
    day = now.astimezone(zone).date()
    # The later a slot, the longer its offer may stand.
    known = sorted(_open(connection, wanted), key=lambda slot: slot.starts_at)
    ready = dropwhile(lambda slot: offer_until(slot, now, zone, rules) is None, known)
    found = matches(queue, ready, day, told_on(connection, site.number, day), rules)
    seats = _free(connection, [slot.id for _demand, slot in found], now)
    told, kept = list[Demand](), list[dict[str, object]]()
    for demand, slot in found:
        until = offer_until(slot, now, zone, rules)
        if until is None or not seats.get(slot.id):
            continue
        number = seats[slot.id].pop(0)
        kept.append({"of": slot.id, "at": number, "whose": demand.id, "until": until})
        told.append(offered(demand, slot.id, until, day))
    if not told:
        return []
    one = SEAT.c.slot == bindparam("of"), SEAT.c.number == bindparam("at")
    held = update(SEAT).where(*one).values(hold=bindparam("whose"), free_at=bindparam("until"))
    connection.execute(held.values(kept_for=None), kept)
    put(connection, *told)
    full = recounted(connection, [each.offered for each in told], now)
    return [*(("slot", key) for key in full), *(("demand", each.id) for each in told)]


def chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """The keys, as many at a time as a statement may name."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def _queue(connection: Connection, site: int) -> list[Demand]:
    """Who waits at the site and has no offer, the longest first."""
    statement = select(DEMANDS).where(
        DEMANDS.c.site == site, DEMANDS.c.waiting.is_(True), DEMANDS.c.offered.is_(None)
    )
    return records(connection, Demand, statement.order_by(DEMANDS.c.at, DEMANDS.c.id))


def _open(connection: Connection, slots: Sequence[str]) -> list[Slot]:
    """Those of the slots that are open, as they are in the database now."""
    found: list[Slot] = []
    for some in chunks(slots):
        there = select(SLOTS).where(SLOTS.c.id.in_(some), SLOTS.c.closed.is_(False))
        found += records(connection, Slot, there)
    return found


def _free(connection: Connection, slots: Sequence[str], now: datetime) -> dict[str, list[int]]:
    """The free seats of these slots that a mediator may have, locked until the transaction ends."""
    free: dict[str, list[int]] = {}
    for some in chunks(sorted(set(slots))):
        open_to = SEAT.c.quota.in_(quotas.OPEN_TO[quotas.PAN])
        rows = connection.execute(
            select(SEAT.c.slot, SEAT.c.number)
            .where(SEAT.c.slot.in_(some), SEAT.c.free_at <= now, open_to)
            .where(SEAT.c.appointment.is_(None))
            .order_by(SEAT.c.slot, SEAT.c.number)
            .with_for_update(skip_locked=True)
        )
        for row in rows:
            free.setdefault(row.slot, []).append(row.number)
    return free
