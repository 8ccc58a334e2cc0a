"""Desks that have vanished: whoever was called there waits again, first, and the desk is closed.

Who was sent there alone, and not called yet, waits in the line of their lane.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, func, or_, select

from guichet.central import feed
from guichet.central.auth import STATIONS
from guichet.central.transactions import transact
from guichet.domain.desks import GONE_AFTER, Desk, DeskState
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.passage import given_back, released
from guichet.store.engine import reading
from guichet.store.records import Key, get, put, records
from guichet.store.schema import METADATA
from guichet.store.visits import VISITS

_DESKS = METADATA.tables["desk"]
_HEARD = timedelta(minutes=6)
"""Another station of the site was heard within that time: else it is the network that has gone."""
_GRACE = timedelta(minutes=1)
"""When the network comes back, one station is heard before the other."""
_EVERY = timedelta(seconds=10)
_AT_DESK = (VisitStatus.CALLED.value, VisitStatus.SERVING.value)


class _Gone(NamedTuple):
    """A desk, its site, its station, and when that gave its last sign."""

    desk: str
    site: int
    station: str
    seen_at: datetime


class Vanished:
    """Looks for desks whose station gives no sign any more; one for each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.looked_at: datetime | None = None
        self._noted: dict[str, datetime] = {}

    def look(self, now: datetime) -> None:
        """Give back who is at the desks that were found vanished a while ago, and still are."""
        if self.looked_at is not None and timedelta(0) <= now - self.looked_at < _EVERY:
            return
        with reading(self._engine) as connection:
            found = _silent(connection, now)
        self._noted = {each.desk: self._noted.get(each.desk, now) for each in found}
        for each in found:
            if now - self._noted[each.desk] >= _GRACE:
                transact(self._engine, partial(_close, each, now))
        self.looked_at = now


def _silent(connection: Connection, now: datetime) -> list[_Gone]:
    """Desks not closed whose station was not heard for long, while another of the site was."""
    seen = func.coalesce(STATIONS.c.seen_at, STATIONS.c.enrolled_at)
    other = STATIONS.alias()
    statement = (
        select(_DESKS.c.id, _DESKS.c.site, STATIONS.c.id, STATIONS.c.seen_at, _DESKS.c.since)
        .select_from(_DESKS.join(STATIONS, STATIONS.c.id == _DESKS.c.station))
        .where(
            _DESKS.c.state != DeskState.CLOSED.value,
            seen < now - GONE_AFTER,
            select(other.c.id)
            .where(
                other.c.site == _DESKS.c.site,
                other.c.id != STATIONS.c.id,
                other.c.seen_at >= now - _HEARD,
            )
            .exists(),
        )
    )
    return [
        _Gone(desk, site, station, seen_at or since)
        for desk, site, station, seen_at, since in connection.execute(statement)
    ]


def _close(gone: _Gone, now: datetime, connection: Connection) -> None:
    feed.lock(connection, gone.site)
    desk = get(connection, Desk, gone.desk)
    silent = {each.desk for each in _silent(connection, now)}
    if desk is None or gone.desk not in silent:
        return  # it has spoken meanwhile, or another process has closed it
    changed: list[Key] = [("desk", desk.id)]
    put(connection, replace(desk, state=DeskState.CLOSED, agent=None, since=now))
    theirs = select(VISITS).where(
        VISITS.c.site == gone.site,
        or_(
            and_(VISITS.c.desk == desk.name, VISITS.c.status.in_(_AT_DESK)),
            and_(VISITS.c.for_desk == desk.name, VISITS.c.status == VisitStatus.WAITING.value),
        ),
    )
    for visit in records(connection, Visit, theirs):
        waits = visit.status is VisitStatus.WAITING
        put(connection, released(visit) if waits else given_back(visit, gone.seen_at))
        changed.append(("visit", visit.id))
    feed.publish(connection, gone.site, changed)
