"""What a waiting time is estimated from, as the database has it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from guichet.domain.day import DayRow
from guichet.domain.estimate import Facts
from guichet.domain.model import Procedure, Site, VisitStatus
from guichet.domain.pace import Held
from guichet.store.days import day_rows
from guichet.store.queries import desks, everything
from guichet.store.records import TABLES

_VISIT, _PROCEDURE = TABLES["visit"], TABLES["procedure"]
_RECEIVED = ("served", "unsuccessful")
_DAY = timedelta(days=1)
EVERY = timedelta(seconds=10)
"""Between two estimates for a waiting room: it takes some hundredths of a second."""


def facts(connection: Connection, site: Site, day: date, rows: list[DayRow] | None = None) -> Facts:
    """The facts of a site's day; `rows` are its lines, where they have been read already.

    A replica may hold more days than another: only the one before counts, which all of them hold.
    """
    known = everything(connection, Procedure)
    zone = ZoneInfo(site.time_zone)
    return Facts(
        site=site,
        rows=day_rows(connection, site.number, day) if rows is None else rows,
        desks=[
            desk
            for desk in desks(connection, site.number)
            if desk.since.astimezone(zone).date() == day
        ],
        planned={procedure.label: procedure.minutes for procedure in known},
        held=_held(connection, site.number, day - _DAY),
        lanes=sorted({procedure.lane for procedure in known}),
    )


def _held(connection: Connection, site: int, since: date) -> list[Held]:
    statement = (
        select(_PROCEDURE.c.label, _VISIT.c.called_at, _VISIT.c.ended_at)
        .select_from(_VISIT.join(_PROCEDURE, _PROCEDURE.c.code == _VISIT.c.procedure, isouter=True))
        .where(
            _VISIT.c.site == site,
            _VISIT.c.day >= since,
            _VISIT.c.status == VisitStatus.DONE.value,
            _VISIT.c.outcome.in_(_RECEIVED),
            _VISIT.c.called_at.is_not(None),
            _VISIT.c.ended_at.is_not(None),
        )
    )
    return [Held(label or "", *moments) for label, *moments in connection.execute(statement)]
