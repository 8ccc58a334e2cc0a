"""The seats behind published slots."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from guichet.domain import quotas
from guichet.domain.model import Appointment, AppointmentStatus, Slot
from guichet.store.booking import NEVER, free_seats
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into

_SEAT = METADATA.tables["seat"]
_SLOT = METADATA.tables["slot"]
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_CHUNK = 500


def provide_seats(
    connection: Connection,
    slots: Sequence[Slot],
    appointments: Sequence[Appointment],
    now: datetime | None = None,
) -> list[str]:
    """Give each slot its seats and each appointment that is not cancelled one of them.

    New seats are there to be booked from `now` on; None: nobody knows since when.

    The ids of all slots concerned, whose free seats are counted again. Publishing twice changes
    nothing; a seat once there stays. Raises ValueError when there are more appointments than seats.
    """
    _open(connection, slots, now)
    seated = [a for a in appointments if a.status is not AppointmentStatus.CANCELLED]
    concerned = list(dict.fromkeys([slot.id for slot in slots] + [a.slot for a in seated]))
    for start in range(0, len(concerned), _CHUNK):
        chunk = concerned[start : start + _CHUNK]
        _seat(connection, chunk, seated)
        free = free_seats(
            _SEAT.c.slot == _SLOT.c.id,
            _SEAT.c.free_at < NEVER,
            _SEAT.c.hold.is_(None),
            _SEAT.c.kept_for.is_(None),
        )
        connection.execute(update(_SLOT).where(_SLOT.c.id.in_(chunk)).values(free))
    return concerned


def _open(connection: Connection, slots: Sequence[Slot], now: datetime | None) -> None:
    rows = [
        {
            "slot": slot.id,
            "number": number,
            "quota": quotas.of_seat(slot, number),
            "free_at": _ALWAYS,
            "hold": None,
            "appointment": None,
            "published_at": now,
        }
        for slot in slots
        for number in range(1, slot.seats + 1)
    ]
    if rows:
        connection.execute(insert_into(connection, _SEAT).on_conflict_do_nothing(), rows)


def _seat(
    connection: Connection, slots: Sequence[str], appointments: Sequence[Appointment]
) -> None:
    free: dict[str, list[int]] = {}
    seated = set()
    seats = select(_SEAT).where(_SEAT.c.slot.in_(slots)).order_by(_SEAT.c.number.desc())
    for seat in connection.execute(seats):
        if seat.appointment is not None:
            seated.add(seat.appointment)
        elif seat.hold is None:
            free.setdefault(seat.slot, []).append(seat.number)
    rows: list[dict[str, Any]] = []
    wanted = set(slots)
    for appointment in appointments:
        if appointment.slot not in wanted or appointment.id in seated:
            continue
        if not free.get(appointment.slot):
            raise ValueError(f"no seat left for appointment {appointment.id}")
        number = free[appointment.slot].pop()
        rows.append({"of": appointment.slot, "at": number, "taker": appointment.id})
    if rows:
        connection.execute(
            update(_SEAT)
            .where(_SEAT.c.slot == bindparam("of"), _SEAT.c.number == bindparam("at"))
            .values(appointment=bindparam("taker"), free_at=NEVER, hold=None, kept_for=None),
            rows,
        )
