"""The work of one desk: whom it calls, receives, and how their visit ends."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from textual.screen import Screen

from guichet.domain.day import DayRow, DayState
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens import desk, verdicts
from guichet.screens.outcome import OutcomeScreen
from guichet.screens.post import Post, background
from guichet.widgets.verdict import VerdictView


class Show(Protocol):
    """Shows what was done at the desk; `called` is for a call, which everybody must see."""

    def __call__(self, view: VerdictView, needs: tuple[str, ...], *, called: bool) -> None:
        """Show it."""


class DeskWork:
    """Calls, receives and finishes for a screen.

    `alone` is a time when nothing else is asked of the reception; `done` tells a refusal, and says
    whether there was none.
    """

    def __init__(
        self,
        screen: Screen[None],
        post: Post,
        alone: Callable[[], AbstractContextManager[object]],
        done: Callable[[Refused | None], bool],
        say: Callable[[str], None],
        show: Show,
    ) -> None:
        self._screen = screen
        self._reception = post.station.reception
        self._name = post.settings.desk
        self._done = done
        self._say = say
        self._show = show
        self.here: DayRow | None = None
        """The person called to the desk or received there."""
        self._alone = alone

    @property
    def state(self) -> DayState | None:
        """How far the person at the desk is, None when nobody is there."""
        return self.here.state if self.here else None

    def look(self, rows: Sequence[DayRow]) -> None:
        """See who is at the desk on this day."""
        self.here = desk.at_desk(rows, self._name)

    def call(self) -> None:
        """Call the next person."""
        background(self._screen, self._call_next, self._called, group="desk")

    def _call_next(self) -> desk.Called:
        with self._alone():  # pressed twice, the key calls one person
            return desk.call_next(self._reception, self._name)

    def _called(self, called: desk.Called) -> None:
        if called.row is None:
            self._say(_("Personne n’attend."))
        elif self._done(called.refused):
            view = verdicts.called_view(called.row, self._name)
            self._show(view, called.row.needs, called=True)

    def start(self) -> None:
        """The person called has come."""
        row = self.here
        if row is None or (visit := row.visit) is None:
            return

        def started(refused: Refused | None) -> None:
            if self._done(refused):
                self._show(verdicts.served_view(row, self._name), row.needs, called=False)

        background(self._screen, lambda: self._reception.start(visit), started, group="desk")

    def finish(self) -> None:
        """Ask how the visit ended."""
        row = self.here
        if row is None or (visit := row.visit) is None:
            return

        def finished(refused: Refused | None) -> None:
            if self._done(refused):
                self._show(verdicts.READY, (), called=False)

        def chosen(outcome: str | None) -> None:
            if outcome is not None:
                finish = self._reception.finish
                background(self._screen, lambda: finish(visit, outcome), finished, group="desk")

        self._screen.app.push_screen(OutcomeScreen(desk.who(row)), chosen)
