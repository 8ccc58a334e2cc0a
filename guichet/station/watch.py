"""The site at this moment, for the supervisor."""

from guichet.domain.board import Board, board
from guichet.domain.closing import owed
from guichet.station.core import Core
from guichet.store import queries
from guichet.store.absences import closed_at
from guichet.store.engine import reading


class Watch:
    """What is going on; every method blocks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def board(self) -> Board:
        """Who waits, which desks receive, how fast, and what remains of the days before."""
        now, today, site = self._core.clock(), self._core.today(), self._core.known_site()
        with reading(self._core.engine) as connection:
            visits = queries.visits(connection, site.number, today)
            every = queries.desks(connection, site.number)
            remains = sum(
                len(owed(day, rows, closed_at(connection, site, day), site.late_minutes, now))
                for day in queries.owed_days(connection, site.number, today)
                if (rows := queries.day_rows(connection, site.number, day))
            )
        # One that was left open another day is opened anew before it receives.
        desks = [desk for desk in every if self._core.local(desk.since).date() == today]
        return board(visits, desks, site.tension, now, remains)
