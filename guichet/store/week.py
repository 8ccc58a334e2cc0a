"""The figures of a week, by site and day, each kind counted by one statement."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, func, select

from guichet.domain.lifecycle import UNFINISHED
from guichet.domain.model import AppointmentStatus as A
from guichet.domain.model import Site, VisitStatus
from guichet.domain.week import SiteDay
from guichet.store.absences import closed_at
from guichet.store.records import TABLES

_SLOT, _APPOINTMENT, _VISIT = TABLES["slot"], TABLES["appointment"], TABLES["visit"]
_DAYS = 7
_NOT_COUNTED = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)
_OPEN = [status.value for status in UNFINISHED]

Counted = dict[tuple[int, date], int]


def week(connection: Connection, sites: list[Site], first: date, now: datetime) -> list[SiteDay]:
    """Seven days from `first` on of these sites, by day; `now` (UTC) tells which are over."""
    until = first + timedelta(days=_DAYS - 1)
    status = _APPOINTMENT.c.status

    def count(table: Table, *where: ColumnElement[bool]) -> Counted:
        return _counted(connection, table, func.count(), first, until, *where)

    seats = _counted(connection, _SLOT, func.sum(_SLOT.c.seats), first, until)
    booked = count(_APPOINTMENT, status != A.CANCELLED.value)
    absent = count(_APPOINTMENT, status == A.ABSENT.value)
    expected = count(_APPOINTMENT, status == A.BOOKED.value)
    arrived = count(_VISIT, _VISIT.c.status.not_in(_NOT_COUNTED))
    open_ = count(_VISIT, _VISIT.c.status.in_(_OPEN))
    found = []
    for day in (first + timedelta(days=after) for after in range(_DAYS)):
        for site in sites:
            at = site.number, day
            remain = expected.get(at, 0) + open_.get(at, 0)
            over = remain and now >= closed_at(connection, site, day)
            found.append(
                SiteDay(
                    *at,
                    seats=seats.get(at, 0),
                    booked=booked.get(at, 0),
                    arrived=arrived.get(at, 0),
                    absent=absent.get(at, 0),
                    unsettled=remain if over else 0,
                )
            )
    return found


def _counted(
    connection: Connection,
    table: Table,
    what: ColumnElement[int],
    first: date,
    until: date,
    *where: ColumnElement[bool],
) -> Counted:
    statement = (
        select(table.c.site, table.c.day, what)
        .where(table.c.day >= first, table.c.day <= until, *where)
        .group_by(table.c.site, table.c.day)
    )
    return {(site, day): number for site, day, number in connection.execute(statement)}
