"""What a waiting room's display reads: the day's calls, and how many wait."""

from datetime import date

from sqlalchemy import Connection, func, select

from guichet.domain.display import DeskCall, desk_calls
from guichet.domain.model import Visit, VisitStatus
from guichet.store.records import TABLES, records

_VISIT = TABLES["visit"]
_MOST = 64
"""Twice as many as a large site has desks, all of which may call at once."""


def calls_of(connection: Connection, site: int, day: date) -> list[DeskCall]:
    """The calls of a site's day to show, the latest first."""
    statement = (
        select(_VISIT)
        .where(
            _VISIT.c.site == site,
            _VISIT.c.day == day,
            _VISIT.c.called_at.is_not(None),
            _VISIT.c.desk.is_not(None),
        )
        .order_by(func.coalesce(_VISIT.c.recalled_at, _VISIT.c.called_at).desc(), _VISIT.c.id)
        .limit(_MOST)
    )
    return desk_calls(records(connection, Visit, statement))


def waiting_count(connection: Connection, site: int, day: date) -> int:
    """How many wait to be called."""
    statement = select(func.count()).where(
        _VISIT.c.site == site, _VISIT.c.day == day, _VISIT.c.status == VisitStatus.WAITING.value
    )
    return connection.execute(statement).scalar_one()
