"""How long people were received at a site, for the calibration of its slots."""

from datetime import date

from sqlalchemy import Connection, func, select

from guichet.domain.calibration import Measured, counted
from guichet.domain.model import VisitStatus
from guichet.store.records import TABLES

_VISIT, _APPOINTMENT = TABLES["visit"], TABLES["appointment"]


def durations(connection: Connection, site: int, since: date) -> Measured:
    """By démarche, of those received at one desk from that day on: how many for how many minutes.

    Who left is none of them, nor who was put aside or sent on: their last desk tells but a part.
    """
    code = func.coalesce(_APPOINTMENT.c.procedure, _VISIT.c.procedure)
    rows = connection.execute(
        select(code, _VISIT.c.started_at, _VISIT.c.ended_at, _VISIT.c.steps)
        .outerjoin(_APPOINTMENT, _APPOINTMENT.c.id == _VISIT.c.appointment)
        .where(
            _VISIT.c.site == site,
            _VISIT.c.day >= since,
            _VISIT.c.status == VisitStatus.DONE,
            _VISIT.c.outcome != "left",
            _VISIT.c.started_at.is_not(None),
            _VISIT.c.ended_at.is_not(None),
            code.is_not(None),
        )
    )
    return counted((row[0], row[1], row[2]) for row in rows if not row[3])
