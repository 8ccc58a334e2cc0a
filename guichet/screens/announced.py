"""The waiting times that a screen announces: made off the UI loop, a few seconds apart at most."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from textual.screen import Screen

from guichet.domain.day import DayRow
from guichet.domain.estimate import NO_WAITS, Waits
from guichet.i18n import _
from guichet.screens.desk_words import wait_words
from guichet.screens.post import Post, background
from guichet.station import Reading
from guichet.widgets.verdict import VerdictView

_EVERY: Final = 2.0
"""Seconds between two estimates, however fast facts change: each takes some hundredths."""
_AGAIN: Final = 30.0
"""Seconds after which time alone makes another one worth while."""


class Announced:
    """Keeps `waits` in step with the day; `told` hears of each new one."""

    def __init__(self, screen: Screen[None], post: Post, told: Callable[[], None]) -> None:
        self._screen = screen
        self._calling = post.station.calling
        self._told = told
        self._rows: list[DayRow] = []
        self._busy = self._stale = False
        self.waits: Waits = NO_WAITS

    def start(self) -> None:
        """Go with the clock too."""
        self._screen.set_interval(_AGAIN, self._ask)

    def look(self, rows: list[DayRow]) -> None:
        """The day is like this now."""
        self._rows = rows
        self._ask()

    def on(self, view: VerdictView, reading: Reading) -> VerdictView:
        """What the panel says, with how long who holds a ticket will wait, once that is known."""
        visit = reading.visit
        if visit is None or not view.ticket or visit.id not in self.waits.visits:
            return view
        said = _("Attente\u00a0: {wait}").format(wait=wait_words(self.waits.visits[visit.id]))
        return replace(view, lines=(*view.lines, said))

    def _ask(self) -> None:
        if self._busy:
            self._stale = True
            return
        self._busy, self._stale = True, False
        rows = self._rows
        background(
            self._screen,
            lambda: self._calling.waits(rows),
            self._made,
            group="waits",
            failed=lambda _error: self._rested(),  # the day says what is wrong with the database
        )

    def _made(self, waits: Waits) -> None:
        self.waits = waits
        self._screen.set_timer(_EVERY, self._rested)
        self._told()

    def _rested(self) -> None:
        self._busy = False
        if self._stale:
            self._ask()
