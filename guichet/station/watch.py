"""The site at this moment, for the supervisor, and what is known here of one person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from guichet.domain.board import Board, board
from guichet.domain.closing import owed
from guichet.domain.day import DayRow
from guichet.domain.line import line
from guichet.domain.model import Agent, Appointment, Procedure, Site, Visit
from guichet.domain.turn import Turn
from guichet.domain.week import SiteDay
from guichet.errors import CentralUnavailable
from guichet.station.core import Core
from guichet.store import queries
from guichet.store.absences import closed_at
from guichet.store.engine import reading
from guichet.store.records import get
from guichet.store.week import week


@dataclass(frozen=True, slots=True)
class Seen:
    """The day as it was read at one moment: its lines, the board, and whose turn it is by line."""

    at: datetime
    rows: list[DayRow]
    board: Board
    turns: dict[str, Turn]


@dataclass(frozen=True, slots=True)
class Past:
    """One coming of a person, or one that was meant: the appointment, the visit, or both.

    `procedure` is its label; `by` who noted the absence or settled the visit, by their name.
    """

    day: date
    procedure: str
    appointment: Appointment | None
    visit: Visit | None
    by: str


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of every site, of this one alone without central; the sites by number."""

    days: list[SiteDay]
    sites: dict[int, Site]
    online: bool


class Watch:
    """What is going on; every method blocks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def now(self) -> Seen:
        """Today at this moment."""
        now, today, site = self._core.clock(), self._core.today(), self._core.known_site()
        with reading(self._core.engine) as connection:
            rows = queries.day_rows(connection, site.number, today)
            visits = queries.visits(connection, site.number, today)
            every = queries.desks(connection, site.number)
            remains = _remains(connection, site, today, now)
        # One that was left open another day is opened anew before it receives.
        desks = [desk for desk in every if self._core.local(desk.since).date() == today]
        found = board(visits, desks, site.tension, now, remains)
        return Seen(now, rows, found, {each.row.key: each.turn for each in line(rows, site)})

    def week(self, first: date) -> Week:
        """The seven days from `first` on. Of the days before yesterday only central knows."""
        with reading(self._core.engine) as connection:
            sites = {each.number: each for each in queries.everything(connection, Site)}
        try:
            return Week(self._core.client().week(first), sites, online=True)
        except CentralUnavailable:
            yesterday = self._core.today() - timedelta(days=1)
        with reading(self._core.engine) as connection:
            days = week(connection, [self._core.known_site()], first, self._core.clock())
        return Week([each for each in days if each.day >= yesterday], sites, online=False)

    def person(self, row: DayRow) -> list[Past]:
        """What is known here of who stands in a line of the day, the latest day first."""
        site = self._core.enrolment.site
        with reading(self._core.engine) as connection:
            appointment = get(connection, Appointment, row.appointment or "")
            visit = get(connection, Visit, row.visit or "")
            known = [each.person for each in (appointment, visit) if each and each.person]
            if not known:
                return [_past(connection, None, visit)] if visit else []
            person = known[0] or ""
            booked = [
                each for each in queries.appointments_of(connection, person) if each.site == site
            ]
            visits = queries.visits_of(connection, site, person)
            came = {each.appointment: each for each in visits if each.appointment}
            planned = {each.id for each in booked}
            found = [_past(connection, each, came.get(each.id)) for each in booked]
            found += [
                _past(connection, None, each) for each in visits if each.appointment not in planned
            ]
        return sorted(found, key=lambda past: past.day, reverse=True)


def _remains(connection: Connection, site: Site, today: date, now: datetime) -> int:
    """How much remains to be settled of the days before."""
    return sum(
        len(owed(day, rows, closed_at(connection, site, day), site.late_minutes, now))
        for day in queries.owed_days(connection, site.number, today)
        if (rows := queries.day_rows(connection, site.number, day))
    )


def _past(connection: Connection, appointment: Appointment | None, visit: Visit | None) -> Past:
    of = appointment or visit
    if of is None:
        raise ValueError("neither an appointment nor a visit")
    procedure = get(connection, Procedure, of.procedure or "")
    by = (visit and visit.settled_by) or (appointment and appointment.absent_by)
    agent = get(connection, Agent, by or "")
    day = visit.day if visit else of.day
    return Past(day, procedure.label if procedure else "", appointment, visit,
                agent.name if agent else by or "")  # fmt: skip
