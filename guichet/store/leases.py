"""Seats lent to stations. At central: lending them and taking them back; there: what it has.

At central a lease is a hold like any other, only longer: the seat's own clock ends it, and booking
it is booking with that hold.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from guichet.domain.leases import Lease, LeaseRules, choose, last_day, lease_until
from guichet.domain.model import Site, Slot
from guichet.domain.operations import Hold, Refused, Release
from guichet.store import booking
from guichet.store.booking import SEAT, SLOTS, Authority
from guichet.store.records import records
from guichet.store.schema import METADATA

LEASE = METADATA.tables["lease"]
_MINUTE = timedelta(minutes=1)

# Central ------------------------------------------------------------------------------------------


def allot(
    connection: Connection,
    station: str,
    site: Site,
    wanted: int,
    busy: Collection[str],
    now: datetime,
    authority: Authority,
    rules: LeaseRules,
) -> tuple[list[Lease], list[str], list[str]]:
    """Lend a station of the site `wanted` seats in all, as far as the rules go.

    `busy` are the leases it has booked on already, though central has not heard: they stay. Gives
    all it has now, then the slots of seats taken back, then of those newly lent. The caller has
    locked the feed of the site.
    """
    mine = lent_to(connection, station, now)
    _forget(connection, LEASE.c.station == station, LEASE.c.hold.not_in([m.hold for m in mine]))
    zone = ZoneInfo(site.time_zone)
    today = now.astimezone(zone).date()
    until = lease_until(today, zone)
    slots = _lendable(connection, site.number, until, last_day(today, rules), now)
    most = min(wanted, rules.each)
    kept = [m for m in mine if m.hold in busy]
    others = [m for m in mine if m.hold not in busy]
    kept += others[: max(0, most - len(kept))]
    taken = take_back(connection, [m for m in mine if m not in kept], now)
    lasting = {slot.id for slot in slots}
    short = [m for m in kept if m.slot in lasting and m.until < until - _MINUTE]
    longer = {m: _lend(connection, m.hold, m.slot, until, now, authority) for m in short}
    kept = [longer.get(m) or m for m in kept]
    lent = Counter(m.slot for m in _lent(connection, now, SLOTS.c.site == site.number))
    having = [m.slot for m in kept]
    chosen = choose(slots, lent, having, most - len(kept), rules)
    new = [_lend(connection, uuid4().hex, slot, until, now, authority) for slot in chosen]
    given = [lease for lease in new if lease is not None]
    keep(connection, station, given)
    return [*kept, *given], taken, [lease.slot for lease in given]


def lent_to(connection: Connection, station: str, now: datetime) -> list[Lease]:
    """What the station has not booked on, nor let run out."""
    return _lent(connection, now, LEASE.c.station == station)


def take_back(connection: Connection, leases: Sequence[Lease], now: datetime) -> list[str]:
    """Free these seats at once; the slots they are in."""
    slots: list[str] = []
    for lease in leases:
        done = booking.release(connection, Release(lease.hold), now)
        slots += [key for kind, key in done.changed if kind == "slot"]
    _forget(connection, LEASE.c.hold.in_([lease.hold for lease in leases]))
    return slots


def ended(connection: Connection, holds: Iterable[str]) -> set[str]:
    """Which of these holds, that have run out, were leases: they are forgotten."""
    gone = delete(LEASE).where(LEASE.c.hold.in_(list(holds))).returning(LEASE.c.hold)
    return set(connection.execute(gone).scalars())


def _lent(connection: Connection, now: datetime, *conditions: ColumnElement[bool]) -> list[Lease]:
    """The leases under which a seat is still kept, those of the soonest slots first."""
    rows = connection.execute(
        select(LEASE.c.hold, LEASE.c.slot, SEAT.c.free_at)
        .join(SEAT, (SEAT.c.hold == LEASE.c.hold) & (SEAT.c.slot == LEASE.c.slot))
        .join(SLOTS, SLOTS.c.id == LEASE.c.slot)
        .where(SEAT.c.appointment.is_(None), SEAT.c.free_at > now, *conditions)
        .order_by(SLOTS.c.starts_at, LEASE.c.hold)
    )
    return [Lease(*row) for row in rows]


def _lendable(
    connection: Connection, site: int, until: datetime, last: date, now: datetime
) -> list[Slot]:
    """The site's slots that begin after a lease given now ends, by time.

    So a seat that comes back can still be given to somebody, and who was booked on one hears of
    central's yes or no before the day.
    """
    statement = (
        select(SLOTS)
        .where(SLOTS.c.site == site, SLOTS.c.starts_at > max(until, now), SLOTS.c.day <= last)
        .order_by(SLOTS.c.starts_at, SLOTS.c.id)
    )
    return records(connection, Slot, statement)


def _lend(
    connection: Connection,
    hold: str,
    slot: str,
    until: datetime,
    now: datetime,
    authority: Authority,
) -> Lease | None:
    """Keep a seat of the slot under that hold until then; None when there is none."""
    long = replace(authority, hold_minutes=(until - now) // _MINUTE)
    outcome = booking.hold(connection, Hold(hold, slot), now, long)
    if isinstance(outcome, Refused):
        return None
    return Lease(hold, slot, datetime.fromisoformat(outcome.detail["until"]))


def _forget(connection: Connection, *conditions: ColumnElement[bool]) -> None:
    connection.execute(delete(LEASE).where(*conditions))


# Both ---------------------------------------------------------------------------------------------


def keep(connection: Connection, station: str, leases: Iterable[Lease]) -> None:
    """Note that the station has these too."""
    rows = [
        {"hold": each.hold, "station": station, "slot": each.slot, "until": each.until}
        for each in leases
    ]
    if rows:
        connection.execute(insert(LEASE), rows)


# Stations -----------------------------------------------------------------------------------------


def replace_all(connection: Connection, leases: Iterable[Lease]) -> None:
    """What central has just said is all this station has."""
    _forget(connection)
    keep(connection, "", leases)


def spend(connection: Connection, hold: str) -> None:
    """The station has booked on it: it is no longer to be had."""
    _forget(connection, LEASE.c.hold == hold)


def spare(connection: Connection, now: datetime) -> list[Lease]:
    """The leases a station may still book on, those that end first, first."""
    rows = connection.execute(
        select(LEASE.c.hold, LEASE.c.slot, LEASE.c.until)
        .where(LEASE.c.until > now)
        .order_by(LEASE.c.until, LEASE.c.hold)
    )
    return [Lease(*row) for row in rows]


def is_lease(connection: Connection, hold: str) -> bool:
    """Whether a station still has a lease of that hold."""
    statement = select(func.count()).select_from(LEASE).where(LEASE.c.hold == hold)
    return bool(connection.execute(statement).scalar())
