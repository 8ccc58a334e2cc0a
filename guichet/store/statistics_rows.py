"""The statements of guichet.store.statistics, made once: that takes longer than most of them do.

Each gives a row a day, in the order of the days; of single things a list, as text between ITEMs, of
values between FIELDs. SQLite walks along the days by an index for that, where grouping by a value
would sort all rows, statement by statement; Python's Counter counts a list faster.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Executable,
    FromClause,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    null,
    select,
)

from guichet.domain.model import AppointmentStatus, VisitStatus
from guichet.domain.statistics import WEB, By
from guichet.store.schema import METADATA

WHOLE = "*"
QUARTER = 900
"""Seconds in a quarter of an hour."""
QUARTERS = 96
"""Quarters of an hour in a day."""
HALF_HOUR = 1800
ITEM, FIELD = "\x1e", "\x1f"
"""ASCII's own separators of records and of units: in no code and no identifier."""
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
SEATS_OPEN = (
    select(_SLOT.c.day, func.sum(_SLOT.c.seats))
    .where(*_days_of(_SLOT), _SLOT.c.starts_at <= _BEGUN)
    .group_by(_SLOT.c.day)
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
GIVEN_UP = (
    select(_SLOT.c.day, func.sum(_GIVEN_UP))
    .where(*_days_of(_SLOT), _SLOT.c.starts_at <= _BEGUN)
    .group_by(_SLOT.c.day)
)
UNSUCCESSFUL = (
    # Who came on another day than theirs was received in vain then; their seat was not lost by it.
    select(_VISIT.c.day, func.count(_VISIT.c.appointment.distinct()))
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
    .group_by(_VISIT.c.day)
)


def _channel() -> Key:
    through = _APPOINTMENT.c.accord["through"].as_string()
    return case((_APPOINTMENT.c.accord.is_(None), WEB), else_=func.coalesce(through, "person"))


CHANNELS = select(_APPOINTMENT.c.id, _channel()).where(
    _APPOINTMENT.c.id.in_(bindparam("appointments", expanding=True))
)
"""The channels of these appointments."""


@cache
def appointment_lists(by: By | None, server: str) -> Executable:
    """Key, status, reason of cancellation and whether it has begun, of each appointment; then of
    those not cancelled: identifiers, seconds when booked, seconds when they start, keys.

    These four are in the same order. There are no keys where nothing is told apart.
    """
    c = _APPOINTMENT.c
    key = {By.PROCEDURE: (c.procedure,), By.CHANNEL: (_channel(),)}.get(by, ()) if by else ()
    begun = case((c.starts_at <= _BEGUN, "1"), else_="")
    remain = c.status != _CANCELLED
    return _by_day(
        _APPOINTMENT,
        _item(*key, c.status, func.coalesce(c.cancel_reason, ""), begun),
        case((remain, c.id)),
        case((remain, _item(_epoch(c.booked_at, server)))),
        case((remain, _item(_epoch(c.starts_at, server)))),
        case((remain, key[0])) if key else null(),
    )


@cache
def seat_lists(server: str) -> Executable:
    """The appointments on seats, and since when the seats were there to be booked, in seconds."""
    known = and_(_SEAT.c.appointment.is_not(None), _SEAT.c.published_at.is_not(None))
    return _by_day(
        _SLOT,
        case((known, _SEAT.c.appointment)),
        case((known, _item(_epoch(_SEAT.c.published_at, server)))),
        among=_SLOT.join(_SEAT, _SEAT.c.slot == _SLOT.c.id),
    )


@cache
def visit_lists(by: By | None, server: str) -> Executable:
    """Of the visits: key, how it ended, "1" without appointment, why in vain; key and minutes
    waited; key and minutes received; quarter of an hour of the UTC day of the arrival.

    By channel, which only the appointments have, there are no keys: the last list has these, or
    WHOLE for none, in the order of the first.
    """
    c = _VISIT.c
    key = (func.coalesce(c.procedure, ""),) if by is By.PROCEDURE else ()
    ended = case((c.status == _DONE, func.coalesce(c.outcome, "served")), else_="open")
    walk_in = case((c.appointment.is_(None), "1"), else_="")
    quarter = _epoch(c.arrived_at, server) // QUARTER % QUARTERS
    counts = c.status.not_in(_HIDDEN)
    return _by_day(
        _VISIT,
        case((counts, _item(*key, ended, walk_in, func.coalesce(c.reason, "")))),
        _item(*key, c.waited),
        _item(*key, c.served),
        case((counts, _item(quarter))),
        case((counts, func.coalesce(c.appointment, WHOLE))) if by is By.CHANNEL else null(),
    )


@cache
def search_rows(by: By | None, server: str) -> Executable:
    """Key, half an hour since 1970, and how many searches found nothing: a row for each two."""
    key = _DEMAND.c.procedure if by is By.PROCEDURE else _NONE
    half = _epoch(_DEMAND.c.at, server) // HALF_HOUR
    return (
        select(key.label("key"), half.label("half"), func.count())
        .where(
            _DEMAND.c.site == bindparam("site"),
            _DEMAND.c.at >= bindparam("start"),
            _DEMAND.c.at < bindparam("end"),
        )
        .group_by(literal_column("1"), literal_column("2"))
    )


def _by_day(table: Table, *items: Key, among: FromClause | None = None) -> Executable:
    """A list of each of these for every day; what is NULL is in no list."""
    lists = (func.aggregate_strings(each, ITEM) for each in items)
    return (
        select(table.c.day, *lists)
        .select_from(table if among is None else among)
        .where(*_days_of(table))
        .group_by(table.c.day)
        .order_by(table.c.day)
    )


def _item(*values: Key) -> Key:
    """The values as one text; NULL if one is."""
    texts = [each if isinstance(each.type, String) else cast(each, Text) for each in values]
    item = texts[0]
    for each in texts[1:]:
        item = item.concat(literal_column(f"'{FIELD}'", String)).concat(each)
    return item


def _epoch(moment: Key, server: str) -> Key:
    """The whole seconds since 1970, of a moment."""
    if server == "sqlite":
        return func.unixepoch(moment, type_=BigInteger)
    return cast(func.floor(extract("epoch", moment)), BigInteger)
