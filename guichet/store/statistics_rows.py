"""The statements of guichet.store.statistics, made once: that takes longer than most of them do.

Each gives the name of a line (WHOLE for what is told apart by nothing), then numbers.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    String,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
)

from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.statistics import WALK_IN, WEB, By
from guichet.store.schema import METADATA

WHOLE = "*"
QUARTER = 900
"""Seconds in a quarter of an hour."""
QUARTERS = 96
"""Quarters of an hour in a day."""
_HOUR = 3600
_APPOINTMENT = METADATA.tables["appointment"]
_VISIT = METADATA.tables["visit"]
_SLOT = METADATA.tables["slot"]
_SEAT = METADATA.tables["seat"]
_DEMAND = METADATA.tables["demand"]
_DONE = VisitStatus.DONE.value
_HIDDEN = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)
_CANCELLED = AppointmentStatus.CANCELLED.value

Key = ColumnElement[Any]

_NONE: Key = literal_column(f"'{WHOLE}'", String)


def _days_of(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.site == bindparam("site"),
        table.c.day.between(bindparam("first"), bindparam("last")),
    )


_BEGUN = bindparam("now", type_=_SLOT.c.starts_at.type)
SEATS_OPEN = select(_NONE, func.sum(_SLOT.c.seats)).where(
    *_days_of(_SLOT), _SLOT.c.starts_at <= _BEGUN
)
_GIVEN_UP = (
    # As the index has it, for SQLite does not work out that the two say the same.
    select(func.count())
    .where(
        _SEAT.c.slot == _SLOT.c.id,
        literal_column("seat.given_up AND seat.appointment IS NULL", Boolean),
    )
    .correlate(_SLOT)
    .scalar_subquery()
)
GIVEN_UP = select(_NONE, func.sum(_GIVEN_UP)).where(*_days_of(_SLOT), _SLOT.c.starts_at <= _BEGUN)
UNSUCCESSFUL = (
    # Who came on another day than theirs was received in vain then; their seat was not lost by it.
    select(_NONE, func.count(_VISIT.c.appointment.distinct()))
    .select_from(_VISIT.join(_APPOINTMENT, _APPOINTMENT.c.id == _VISIT.c.appointment))
    .where(
        *_days_of(_VISIT),
        _VISIT.c.status == _DONE,
        _VISIT.c.outcome == "unsuccessful",
        _APPOINTMENT.c.site == _VISIT.c.site,
        _APPOINTMENT.c.day == _VISIT.c.day,
        _APPOINTMENT.c.status == AppointmentStatus.ARRIVED.value,
        _APPOINTMENT.c.starts_at <= _BEGUN,
    )
)


def _channel() -> Key:
    through = _APPOINTMENT.c.accord["through"].as_string()
    return case((_APPOINTMENT.c.accord.is_(None), WEB), else_=func.coalesce(through, "person"))


def _of_appointment(by: By | None) -> Key:
    if by is By.PROCEDURE:
        return _APPOINTMENT.c.procedure
    return _channel() if by is By.CHANNEL else _NONE


def _of_visit(by: By | None) -> tuple[Key, FromClause]:
    """What visits are told apart by, and where that is read."""
    if by is By.PROCEDURE:
        return func.coalesce(_VISIT.c.procedure, ""), _VISIT
    if by is By.CHANNEL:
        booked = _VISIT.outerjoin(_APPOINTMENT, _APPOINTMENT.c.id == _VISIT.c.appointment)
        return case((_VISIT.c.appointment.is_(None), WALK_IN), else_=_channel()), booked
    return _NONE, _VISIT


@cache
def appointment_rows(by: By | None) -> Executable:
    """Status, reason of cancellation, whether it has begun, and how many appointments."""
    begun = case((_APPOINTMENT.c.starts_at <= _BEGUN, 1), else_=0).label("begun")
    told = (_of_appointment(by).label("key"), _APPOINTMENT.c.status, _APPOINTMENT.c.cancel_reason)
    return select(*told, begun, func.count()).where(*_days_of(_APPOINTMENT)).group_by(*_places(4))


@cache
def lead_rows(by: By | None, server: str) -> Executable:
    """Seconds from booking to appointment in all, their whole hours, and how many."""
    seconds = _between(_APPOINTMENT.c.booked_at, _APPOINTMENT.c.starts_at, server)
    each = select(_of_appointment(by).label("key"), seconds.label("seconds")).where(
        *_days_of(_APPOINTMENT), _APPOINTMENT.c.status != _CANCELLED
    )
    return _summed(each, server)


@cache
def publication_rows(by: By | None, server: str) -> Executable:
    """The same from when the seat was there to be booked to its booking."""
    seconds = _between(_SEAT.c.published_at, _APPOINTMENT.c.booked_at, server)
    each = (
        select(_of_appointment(by).label("key"), seconds.label("seconds"))
        .select_from(_APPOINTMENT.join(_SEAT, _SEAT.c.appointment == _APPOINTMENT.c.id))
        .where(
            *_days_of(_APPOINTMENT),
            _APPOINTMENT.c.status != _CANCELLED,
            _SEAT.c.published_at.is_not(None),
        )
    )
    return _summed(each, server)


@cache
def visit_rows(by: By | None) -> Executable:
    """How visits ended, whether without appointment, why in vain, and how many."""
    key, where = _of_visit(by)
    ended = case(
        (_VISIT.c.status == _DONE, func.coalesce(_VISIT.c.outcome, "served")), else_="open"
    )
    walk_in = case((_VISIT.c.appointment.is_(None), 1), else_=0).label("walk_in")
    return (
        select(key.label("key"), ended.label("ended"), walk_in, _VISIT.c.reason, func.count())
        .select_from(where)
        .where(*_days_of(_VISIT), _VISIT.c.status.not_in(_HIDDEN))
        .group_by(*_places(4))
    )


@cache
def minute_rows(by: By | None, column: str) -> Executable:
    """Whole minutes of that column, and how many visits."""
    key, where = _of_visit(by)
    minutes = _VISIT.c[column]
    return (
        select(key.label("key"), minutes, func.count())
        .select_from(where)
        .where(*_days_of(_VISIT), minutes.is_not(None))
        .group_by(*_places(2))
    )


@cache
def arrival_rows(server: str) -> Executable:
    """Quarters of an hour of the UTC day, and how many arrivals."""
    quarter = _epoch(_VISIT.c.arrived_at, server) // QUARTER % QUARTERS
    return (
        select(_NONE, quarter.label("quarter"), func.count())
        .where(*_days_of(_VISIT), _VISIT.c.status.not_in(_HIDDEN))
        .group_by(*_places(1, 2))
    )


@cache
def search_rows(by: By | None) -> Executable:
    """How many searches found nothing."""
    key = _DEMAND.c.procedure if by is By.PROCEDURE else _NONE
    return (
        select(key.label("key"), func.count())
        .where(
            _DEMAND.c.site == bindparam("site"),
            _DEMAND.c.at >= bindparam("start"),
            _DEMAND.c.at < bindparam("end"),
        )
        .group_by(*_places(1))
    )


def _summed(each: Select[Any, Any], server: str) -> Executable:
    """By key: the sum of these seconds, their whole hours, and how many there are."""
    if server == "sqlite":
        each = each.limit(-1)  # or it would work the seconds out again each time they are named
    lasted = each.subquery()
    seconds = case((lasted.c.seconds > 0, lasted.c.seconds), else_=0)
    hours = (seconds // _HOUR).label("hours")
    return select(lasted.c.key, func.sum(seconds), hours, func.count()).group_by(*_places(1, 3))


def _between(start: Key, end: Key, server: str) -> Key:
    """Seconds from one moment to the other."""
    return _epoch(end, server) - _epoch(start, server)


def _epoch(moment: Key, server: str) -> Key:
    """The whole seconds since 1970, of a moment."""
    if server == "sqlite":
        return cast(func.strftime("%s", moment, type_=String), BigInteger)
    return cast(func.floor(extract("epoch", moment)), BigInteger)


def _places(*numbers: int) -> tuple[Key, ...]:
    """The columns to group by, by their place: up to that one, or these."""
    places = range(1, numbers[0] + 1) if len(numbers) == 1 else numbers
    return tuple(literal_column(str(place)) for place in places)
