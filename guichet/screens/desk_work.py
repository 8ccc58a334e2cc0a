"""The work of one desk: whom it calls, receives, puts aside, sends on, and how their visit ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

from textual.screen import Screen

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState
from guichet.domain.lifecycle import UNDO_WITHIN
from guichet.domain.line import Waiting, at_desk, callable_at
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import verdicts
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.desk import who
from guichet.screens.desk_dialog import DeskDialog, Wanted
from guichet.screens.desk_learns import Learns, lost, together
from guichet.screens.desk_words import ALONE, CALL_REASONS, PARK_REASONS, STEP_UNDO_REASONS
from guichet.screens.finishing import Finishing
from guichet.screens.post import Post, background
from guichet.screens.redirecting import Place, ask_where
from guichet.screens.words import refusal
from guichet.settings import save_setting
from guichet.station.calling import Called, Missed
from guichet.widgets.verdict import VerdictView


class Show(Protocol):
    """Shows what was done at the desk; `called` is for a call, which everybody must see."""

    def __call__(self, view: VerdictView, needs: tuple[str, ...], *, called: bool) -> None:
        """Show it."""


class Done(NamedTuple):
    """What was last done here, and when (UTC)."""

    row: DayRow
    at: datetime


class DeskWork:
    """Does for a screen what is done at its desk; `say` tells why something was not."""

    def __init__(
        self, screen: Screen[None], post: Post, say: Callable[[str], None], show: Show
    ) -> None:
        self._screen = screen
        self._post = post
        self._calling = post.station.calling
        self._say = say
        self._show = show
        self.here: DayRow | None = None
        """The person called to the desk or received there."""
        self.desk: Desk | None = None
        """The desk as this agent has set it today."""
        self.last: Done | None = None
        self._line: Sequence[Waiting] = ()
        self._calls = False
        """Whether somebody is being called at this moment."""
        self._learns = Learns()

    @property
    def name(self) -> str:
        """The desk's number."""
        return self._post.settings.desk

    @property
    def state(self) -> DayState | None:
        """How far the person at the desk is, None when nobody is there."""
        return self.here.state if self.here else None

    def look(self, rows: Sequence[DayRow], in_line: Sequence[Waiting], desk: Desk | None) -> None:
        """See who is at the desk on this day, and who waits for it."""
        self.here = at_desk(rows, self.name)
        self.desk = desk
        self._line = callable_at(in_line, self.name, desk.lanes if desk else ())
        for row in self._learns.lost(rows, self.name):
            self._say(lost(row))

    def meet(self, family: Sequence[DayRow]) -> None:
        """These have come with the person at the desk and wait: say so, once."""
        if self._learns.family(family):
            self._say(together(family))

    def is_family(self, row: DayRow) -> bool:
        """Whether somebody who waits has come with the person at the desk."""
        return self.here is not None and row.visit in self._learns.visits

    def do(self, what: str, chosen: DayRow | None) -> None:
        """Do something with nobody, with who is here, or with who is `chosen` in the list."""
        alone = {"call": self.call, "open": self.open, "pause": self.pause, "resume": self.pause}
        here = {
            "recall": self.recall, "miss": self.miss, "start": self.start, "park": self.park,
            "redirect": self.redirect, "finish": self.finish,
        }  # fmt: skip
        if what in alone:
            alone[what]()
        elif what == "this" and chosen is not None:
            self.this(chosen)
        elif what in here and self.here is not None:
            here[what](self.here)

    # The desk itself ----------------------------------------------------------------------------

    def open(self, then: Callable[[], Called] | None = None) -> None:
        """Say which desk this is and whom it calls, or close it; once open call, if `then` does."""
        desk = self.desk
        since = self._post.station.local(desk.since) if desk else None

        def read(lanes: Mapping[str, Sequence[str]]) -> None:
            dialog = DeskDialog(self.name, desk, lanes, since)
            self._screen.app.push_screen(dialog, wanted)

        def wanted(wanted: Wanted | None) -> None:
            if wanted is not None:
                self._become(wanted, then)

        background(self._screen, self._calling.lanes, read, group="desk")

    def _become(self, wanted: Wanted, then: Callable[[], Called] | None) -> None:
        station, moves = self._post.station, wanted.name != self.name
        left = self.desk if moves else None
        if moves:
            self._post.settings = replace(self._post.settings, desk=wanted.name)

        def become() -> Refused | None:
            if moves:
                save_setting(station.folder, "desk", wanted.name)
            if left is not None:
                self._calling.set_desk(left.name, DeskState.CLOSED)
            return self._calling.set_desk(wanted.name, wanted.state, wanted.lanes)

        def became(refused: Refused | None) -> None:
            if self._done(refused) and then is not None:
                self._call(then)

        background(self._screen, become, became, group="desk")

    def pause(self) -> None:
        """Receive nobody for a while, or again."""
        if self.desk is not None:
            paused = self.desk.state is DeskState.PAUSED
            state = DeskState.OPEN if paused else DeskState.PAUSED
            self._become(Wanted(self.name, self.desk.lanes, state), None)

    # Calling ------------------------------------------------------------------------------------

    def call(self) -> None:
        """Call the next person; a desk that is not open asks first, one that pauses goes on."""
        self._call_from_open(lambda: self._calling.next(self.name))

    def this(self, row: DayRow) -> None:
        """Call this one, and ask why when it is not their turn."""
        if self.is_family(row):
            self._call(lambda: self._calling.this(row, self.name, "family"))
            return
        turn = bool(self._line) and self._line[0].row.visit == row.visit
        if turn or row.state is DayState.PARKED:
            self._call_from_open(lambda: self._calling.this(row, self.name))
            return

        def chosen(reason: str) -> None:
            self._call_from_open(lambda: self._calling.this(row, self.name, reason))

        self._ask(_("Appeler avant son tour\u00a0: pourquoi\u202f?"), row, CALL_REASONS, chosen)

    def _call_from_open(self, call: Callable[[], Called]) -> None:
        if self.desk is None:
            self.open(call)
        elif self.desk.state is DeskState.PAUSED:
            self._become(Wanted(self.name, self.desk.lanes, DeskState.OPEN), call)
        else:
            self._call(call)

    def _call(self, call: Callable[[], Called]) -> None:
        if not self._calls:  # pressed twice, the key calls one person
            self._calls = True
            background(self._screen, call, self._called, group="call", failed=self._not_called)

    def _not_called(self, error: GuichetError) -> None:
        self._calls = False
        self._say(str(error))

    def _called(self, called: Called) -> None:
        self._calls = False
        row = called.row
        if row is None and called.refused is None:
            self._say(ALONE if called.alone else _("Personne n’attend."))
        elif self._done(called.refused, row) and row is not None:
            # Their keys work at once: the day is read again only a moment later.
            there = row.desk == self.name
            self.here = row if there else replace(row, state=DayState.CALLED, desk=self.name)
            self._show(verdicts.called_view(row, self.name, called.waited), row.needs, called=True)

    def recall(self, row: DayRow) -> None:
        """Call again who has not come yet."""
        recall, visit = self._calling.recall, row.visit or ""
        background(self._screen, lambda: recall(visit), self._done, group="desk")

    def miss(self, row: DayRow) -> None:
        """The person called does not come."""
        miss, visit = self._calling.miss, row.visit or ""

        def missed(outcome: Missed | Refused) -> None:
            if isinstance(outcome, Refused):
                self._done(outcome)
            else:
                self._done(None, row)
                self._show(verdicts.missed_view(row, outcome), (), called=True)

        background(self._screen, lambda: miss(visit), missed, group="desk")

    # At the desk --------------------------------------------------------------------------------

    def start(self, row: DayRow) -> None:
        """The person called has come."""
        start, visit = self._calling.start, row.visit or ""
        self._do(row, lambda: start(visit), verdicts.served_view(row, self.name), row.needs)

    def park(self, row: DayRow) -> None:
        """Put the person aside, and ask what for."""
        park, visit = self._calling.park, row.visit or ""

        def chosen(reason: str) -> None:
            self._do(row, lambda: park(visit, reason), verdicts.READY)

        self._ask(_("Mettre de côté\u00a0: en attente de quoi\u202f?"), row, PARK_REASONS, chosen)

    def redirect(self, row: DayRow) -> None:
        """Send the person on, and ask where."""
        redirect, visit = self._calling.redirect, row.visit or ""

        def chosen(place: Place) -> None:
            self._do(row, lambda: redirect(visit, *place), verdicts.READY)

        ask_where(self._screen, self._post, row, chosen)

    def finish(self, row: DayRow) -> None:
        """Ask how the visit ended."""

        def ended(refused: Refused | None) -> bool:
            done = self._done(refused, row)
            if done:
                self._show(verdicts.READY, (), called=False)
            return done

        Finishing(self._screen, self._post, row, ended).ask()

    def undo(self) -> None:
        """Take back what was last done here, while it is fresh, and ask why."""
        last, calling = self.last, self._calling
        if last is None:
            return
        if self._post.station.now() - last.at > UNDO_WITHIN:
            self._say(refusal(Refused("too_late")))
            return

        def undone(refused: Refused | None) -> None:
            if self._done(refused):
                self.last = None
                self._show(verdicts.step_undone_view(last.row), (), called=True)

        def chosen(reason: str) -> None:
            visit = last.row.visit or ""
            background(self._screen, lambda: calling.undo(visit, reason), undone, group="desk")

        question = _("Annuler la dernière étape\u00a0: pourquoi\u202f?")
        self._ask(question, last.row, STEP_UNDO_REASONS, chosen)

    def _do(
        self,
        row: DayRow,
        call: Callable[[], Refused | None],
        view: VerdictView,
        needs: tuple[str, ...] = (),
    ) -> None:
        def done(refused: Refused | None) -> None:
            if self._done(refused, row):
                self._show(view, needs, called=False)

        background(self._screen, call, done, group="desk")

    def _done(self, refused: Refused | None, row: DayRow | None = None) -> bool:
        """Whether it was done; why not is said. What is done with `row` may be taken back."""
        if refused is None and row is not None:
            self.last = Done(row, self._post.station.now())
        self._say("" if refused is None else refusal(refused))
        return refused is None

    def _ask(self, title: str, row: DayRow, choices: Choices, then: Callable[[str], None]) -> None:
        def chosen(code: str | None) -> None:
            if code is not None:
                then(code)

        self._screen.app.push_screen(AskScreen(title, who(row), choices), chosen)
