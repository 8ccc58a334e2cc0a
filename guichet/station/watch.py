"""The site at this moment, for the supervisor, and what is known here of one person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from guichet.domain.board import Board, board
from guichet.domain.closing import owed
from guichet.domain.day import DayRow
from guichet.domain.history import History
from guichet.domain.line import line
from guichet.domain.model import Agent, Appointment, Procedure, Site, Visit
from guichet.domain.turn import Turn
from guichet.domain.week import SiteDay
from guichet.errors import CentralUnavailable
from guichet.station.core import Core
from guichet.store import days, queries
from guichet.store.absences import closed_at
from guichet.store.engine import reading
from guichet.store.history import history
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
            rows = days.day_rows(connection, site.number, today)
            visits = days.visits(connection, site.number, today)
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

    def remembered(self, row: DayRow) -> History | None:
        """What central knows of who stands in a line of the day; None when it does not answer."""
        with reading(self._core.engine) as connection:
            person = _person(connection, row)
        if person is None:
            return History([], [])
        try:
            return self._core.client().history(person)
        except CentralUnavailable:
            return None

    def person(self, row: DayRow, remembered: History | None = None) -> list[Past]:
        """The comings of who stands in a line of the day, the latest day first.

        They are those known here, with what was done since, and those that central remembers.
        """
        site = self._core.enrolment.site
        with reading(self._core.engine) as connection:
            person, visit = _person(connection, row), get(connection, Visit, row.visit or "")
            if person is None:
                return [_past(connection, None, visit)] if visit else []
            here = history(connection, site, person)
            all_of = (remembered, here) if remembered else (here,)
            booked = {each.id: each for of in all_of for each in of.appointments}
            visits = {each.id: each for of in all_of for each in of.visits}
            if visit is not None:  # whose appointment is not known here, perhaps
                visits[visit.id] = visit
            came = {each.appointment: each for each in visits.values() if each.appointment}
            found = [_past(connection, each, came.get(each.id)) for each in booked.values()]
            found += [
                _past(connection, None, each)
                for each in visits.values()
                if each.appointment not in booked
            ]
        return sorted(found, key=lambda past: past.day, reverse=True)


def _person(connection: Connection, row: DayRow) -> str | None:
    """Who stands in that line."""
    of = (get(connection, Appointment, row.appointment or ""),
          get(connection, Visit, row.visit or ""))  # fmt: skip
    return next((each.person for each in of if each and each.person), None)


def _remains(connection: Connection, site: Site, today: date, now: datetime) -> int:
    """How much remains to be settled of the days before."""
    return sum(
        len(owed(day, rows, closed_at(connection, site, day), site.late_minutes, now))
        for day in days.owed_days(connection, site.number, today)
        if (rows := days.day_rows(connection, site.number, day))
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
