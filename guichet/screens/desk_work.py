"""The work of one desk: whom it calls, receives, and how their visit ends."""

from collections.abc import Callable, Sequence
from typing import Protocol

from textual.screen import Screen

from guichet.domain.day import DayRow, DayState
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import verdicts
from guichet.screens.desk import who
from guichet.screens.outcome import OutcomeScreen
from guichet.screens.post import Post, background
from guichet.station.calling import Called, at_desk
from guichet.widgets.verdict import VerdictView


class Show(Protocol):
    """Shows what was done at the desk; `called` is for a call, which everybody must see."""

    def __call__(self, view: VerdictView, needs: tuple[str, ...], *, called: bool) -> None:
        """Show it."""


class DeskWork:
    """Calls, receives and finishes for a screen.

    `done` tells a refusal, and says whether there was none.
    """

    def __init__(
        self,
        screen: Screen[None],
        post: Post,
        done: Callable[[Refused | None], bool],
        say: Callable[[str], None],
        show: Show,
    ) -> None:
        self._screen = screen
        self._calling = post.station.calling
        self._name = post.settings.desk
        self._done = done
        self._say = say
        self._show = show
        self.here: DayRow | None = None
        """The person called to the desk or received there."""
        self._calls = False
        """Whether somebody is being called at this moment."""

    @property
    def state(self) -> DayState | None:
        """How far the person at the desk is, None when nobody is there."""
        return self.here.state if self.here else None

    def look(self, rows: Sequence[DayRow]) -> None:
        """See who is at the desk on this day."""
        self.here = at_desk(rows, self._name)

    def call(self) -> None:
        """Call the next person."""
        if self._calls:  # pressed twice, the key calls one person
            return
        self._calls = True
        call = self._calling.next
        background(
            self._screen,
            lambda: call(self._name),
            self._called,
            group="desk",
            failed=self._not_called,
        )

    def _not_called(self, error: GuichetError) -> None:
        self._calls = False
        self._say(str(error))

    def _called(self, called: Called) -> None:
        self._calls = False
        if called.row is None:
            self._say(
                _(
                    "Hors ligne : ce poste n’appelle que les personnes qu’il a reçues. "
                    "Choisissez-en une dans la liste."
                )
                if called.alone
                else _("Personne n’attend.")
            )
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

        background(self._screen, lambda: self._calling.start(visit), started, group="desk")

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
                finish = self._calling.finish
                background(self._screen, lambda: finish(visit, outcome), finished, group="desk")

        self._screen.app.push_screen(OutcomeScreen(who(row)), chosen)
