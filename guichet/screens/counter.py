"""Counter mode: a convocation is shown to the camera, the verdict appears, the queue moves on."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from guichet.domain.day import DayRow, DayState, filtered
from guichet.domain.model import Visit
from guichet.domain.operations import Refused
from guichet.domain.reference import ReferenceProblem, parse_reference
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import desk, practice, verdicts
from guichet.screens.camera import CameraBox
from guichet.screens.outcome import OutcomeScreen
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.top import Top
from guichet.screens.words import refusal
from guichet.station import Reading
from guichet.widgets.rows import RowsView
from guichet.widgets.verdict import NOTHING, VerdictPanel, VerdictView

_TOKEN = "G1:"  # noqa: S105 - how a convocation's text begins
_UNDO_WITHIN = timedelta(seconds=60)
_BELLS = {"ok": 1, "warn": 2, "bad": 3}
_BELL_GAP = 0.25
"""Seconds between two bells: closer ones are heard as one."""

_READY = VerdictView(
    level="idle",
    sign="",
    word=_("Prêt"),
    next_action=_("Présentez une convocation à la caméra, ou tapez une référence ou un nom."),
)


class _Answer(NamedTuple):
    """The `number`-th thing asked of the reception, and what came of it; `typed` asked for it."""

    number: int
    typed: str
    result: Reading | ReferenceProblem


class CounterScreen(Screen[None]):
    """Receives persons: scan, check in, call, finish."""

    CSS_PATH = "counter.tcss"
    AUTO_FOCUS = "#entry"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - Textual's own form
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "admit", _("Recevoir"), priority=True, tooltip=_("Recevoir quand même")),
        Binding("f5,a", "call", _("Appeler"), tooltip=_("Appeler la personne suivante")),
        Binding("f5,a", "finish('left')", _("Pas venu"), tooltip=_("Clore ce passage")),
        Binding("f6,r", "start", _("Recevoir"), tooltip=_("La personne appelée est là")),
        Binding("f6,t", "finish", _("Terminer"), tooltip=_("Clore ce passage")),
        Binding("f7,c", "camera", _("Caméra"), tooltip=_("Ouvrir ou fermer la caméra")),
        Binding("f8,u", "undo", _("Annuler"), tooltip=_("Annuler l’arrivée enregistrée")),
        Binding("f9,p", "present", _("Feuille"), tooltip=_("Présenter une feuille")),
        Binding("escape", "dismiss_verdict", _("Effacer"), show=False),
        Binding("down", "list", _("Aller à la liste"), show=False),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._reception = post.station.reception
        self._rows: list[DayRow] = []
        self._reading: Reading | None = None
        self._checked_in: tuple[Visit, datetime] | None = None
        self._asked: deque[tuple[str, Callable[[], Reading | ReferenceProblem]]] = deque()
        self._turn = threading.Lock()
        self._answered_so_far = 0
        self._shown = 0

    def compose(self) -> ComposeResult:
        """The camera and the queue, the verdict beside them."""
        yield Top(self._post, _("Guichet"))
        with Container(id="counter"):
            yield CameraBox(self._post.settings.camera, practice=self._post.practice is not None)
            with Vertical(id="answer"):
                yield VerdictPanel(_READY)
                yield Static(id="needs", markup=False)
            with Vertical(id="queue"):
                yield Static(id="desk", markup=False)
                yield Input(id="entry", placeholder=_("Référence ou nom"), max_length=400)
                yield Static(id="said", markup=False)
                yield RowsView(desk.COLUMNS)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read the day."""
        self._show_needs("")
        self._say("")
        self._read_day()

    # Shown and left -----------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        """Open the camera once this is painted."""
        self.call_after_refresh(self.query_one(CameraBox).resume)

    def on_screen_suspend(self) -> None:
        """Close the camera when the mode is left; a dialog above this screen leaves it open."""
        if self not in self.app.screen_stack:
            self.query_one(CameraBox).suspend()

    @on(FactsChanged)
    def _read_day(self) -> None:
        background(self, self._reception.day, self._day_read, group="day", exclusive=True)

    def _day_read(self, rows: list[DayRow]) -> None:
        self._rows = rows
        self._show_rows()
        self.query_one("#desk", Static).update(desk.desk_line(rows, self._desk))
        self.refresh_bindings()

    @property
    def _desk(self) -> str:
        return self._post.settings.desk

    # What is read, typed or chosen --------------------------------------------------------------

    @on(CameraBox.Read)
    def _read(self, event: CameraBox.Read) -> None:
        if self._post.station.session.agent is not None:
            self._ask(lambda: self._reception.scan(event.text))

    @on(Input.Changed, "#entry")
    def _typing(self) -> None:
        self._say("")
        self._show_rows()

    @on(Input.Submitted, "#entry")
    def _typed(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            return
        found = self._found(text)
        numbered = any(character.isdigit() for character in text)
        if text.startswith(_TOKEN):
            self._ask(lambda: self._reception.scan(text), event.value)
        elif (numbered and isinstance(parse_reference(text), str)) or (numbered and not found):
            self._ask(lambda: self._reception.look_up(text), event.value)
        elif len(found) == 1:
            self._choose(found[0].key)
        elif found:
            self.query_one(RowsView).focus()
        else:
            self._say(_("Personne de ce nom aujourd’hui. Essayez une partie du nom, ou la référence."))

    @on(RowsView.Selected)
    def _selected(self, event: RowsView.Selected) -> None:
        self._choose(event.key)

    def _choose(self, key: str) -> None:
        appointment = next((row.appointment for row in self._rows if row.key == key), None)
        if appointment is not None:
            typed = self.query_one("#entry", Input).value
            self._ask(lambda: self._reception.choose(appointment), typed)

    def _found(self, query: str) -> Sequence[DayRow]:
        return filtered(self._rows, query)

    # Asking the station, one thing after the other ----------------------------------------------

    def _ask(self, call: Callable[[], Reading | ReferenceProblem], typed: str = "") -> None:
        self._asked.append((typed, call))
        background(
            self, self._answer_next, self._answered, group="answer", failed=self._not_recorded
        )

    def _answer_next(self) -> _Answer:
        with self._turn:
            typed, call = self._asked.popleft()
            self._answered_so_far += 1
            return _Answer(self._answered_so_far, typed, call())

    def _answered(self, answer: _Answer) -> None:
        result = answer.result
        if isinstance(result, ReferenceProblem):
            self._say(verdicts.REFERENCE_PROBLEMS[result])
        elif answer.number > self._shown:  # a thread may be overtaken after its turn
            self._shown = answer.number
            self._conclude(result)
        entry = self.query_one("#entry", Input)
        if isinstance(result, Reading) and answer.typed and entry.value == answer.typed:
            entry.value = ""
            entry.focus()

    def _conclude(self, reading: Reading) -> None:
        view = verdicts.view_of(reading, self._post.station)
        self._reading = reading
        if reading.checked_in and reading.visit is not None:
            self._checked_in = reading.visit, self._post.station.now()
        self._show(view, reading.person.needs if reading.person else ())
        self._ring(view.level)

    def _not_recorded(self, error: GuichetError) -> None:
        self._reading = None
        self._show(verdicts.fault_view(str(error)))
        self._ring("bad")

    # Keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        row = desk.at_desk(self._rows, self._desk)
        match action:
            case "admit":
                free = not self.query("#entry") or not self.query_one("#entry", Input).value
                return free and self._pending is not None
            case "call":
                return row is None
            case "start":
                return row is not None and row.state is DayState.CALLED
            case "finish":
                state = DayState.CALLED if parameters else DayState.SERVING
                return row is not None and row.state is state
            case "undo":
                return self._checked_in is not None
            case "present":
                return self._post.practice is not None
            case _:
                return True

    @property
    def _pending(self) -> Reading | None:
        """The reading that waits for the agent's word."""
        reading = self._reading
        return reading if reading and verdicts.waiting_for_agent(reading) else None

    def action_admit(self) -> None:
        """Receive the person all the same."""
        reading = self._pending
        if reading is not None:
            self._reading = None
            self._ask(lambda: self._reception.admit(reading))

    def action_dismiss_verdict(self) -> None:
        """Empty what is typed, else take the verdict away."""
        entry = self.query_one("#entry", Input)
        if entry.value and self._pending is None:
            entry.value = ""
        else:
            self._reading = None
            self._show(_READY)
        entry.focus()

    def action_list(self) -> None:
        """Go from the line typed to the list."""
        self.query_one(RowsView).focus()

    def action_camera(self) -> None:
        """Open or close the camera."""
        camera = self.query_one(CameraBox)
        camera.toggle()
        self.query_one("#counter").set_class(camera.closed, "-closed")

    def action_undo(self) -> None:
        """Take back the last check-in, while it is fresh."""
        if self._checked_in is None:
            return
        visit, at = self._checked_in
        self._checked_in = None
        if self._post.station.now() - at > _UNDO_WITHIN:
            self._say(_("Trop tard pour annuler\u202f: une arrivée s’annule dans la minute."))
            self.refresh_bindings()
            return

        def undone(refused: Refused | None) -> None:
            self._reading = None
            if refused is not None:
                self._say(refusal(refused))
                return
            self._show(
                VerdictView(
                    level="idle",
                    sign="",
                    word=_("Arrivée annulée"),
                    next_action=_("Le ticket {ticket} ne vaut plus\u202f: reprenez-le.").format(
                        ticket=visit.ticket
                    ),
                )
            )

        background(self, lambda: self._reception.undo_check_in(visit.id), undone, group="undo")

    def action_call(self) -> None:
        """Call the next person to this desk."""
        background(self, self._call_next, self._called, group="desk")

    def _call_next(self) -> desk.Called:
        with self._turn:  # pressed twice, the key calls one person
            return desk.call_next(self._reception, self._desk)

    def _called(self, called: desk.Called) -> None:
        if called.refused is not None:
            self._say(refusal(called.refused))
        elif called.row is None:
            self._say(_("Personne n’attend."))
        else:
            self._reading = None
            self._show(verdicts.called_view(called.row, self._desk), called.row.needs)

    def action_start(self) -> None:
        """The person called has come."""
        row = desk.at_desk(self._rows, self._desk)
        if row is not None and row.visit is not None:
            visit = row.visit
            background(self, lambda: self._reception.start(visit), self._stepped, group="desk")

    def action_finish(self, _how: str = "") -> None:
        """Ask how the visit at this desk ended."""
        row = desk.at_desk(self._rows, self._desk)
        if row is None or row.visit is None:
            return
        visit = row.visit

        def chosen(outcome: str | None) -> None:
            if outcome is not None:
                background(
                    self,
                    lambda: self._reception.finish(visit, outcome),
                    self._finished,
                    group="desk",
                )

        self.app.push_screen(OutcomeScreen(desk.who(row)), chosen)

    def _stepped(self, refused: Refused | None) -> None:
        self._say("" if refused is None else refusal(refused))

    def _finished(self, refused: Refused | None) -> None:
        self._stepped(refused)
        if refused is None and self._reading is None:
            self._show(_READY)

    def action_present(self) -> None:
        """Choose a practice sheet and hold it before the camera."""
        folder = self._post.practice
        if folder is not None:
            background(self, lambda: practice.sheets(folder), self._offer, group="sheets")

    def _offer(self, found: list[practice.Sheet]) -> None:
        def chosen(sheet: Path | None) -> None:
            if sheet is not None:
                self.query_one(CameraBox).present(sheet)

        self.app.push_screen(practice.PracticeScreen(found), chosen)

    # Showing ------------------------------------------------------------------------------------

    def _show(self, view: VerdictView, needs: tuple[str, ...] = ()) -> None:
        self.query_one(VerdictPanel).show(view)
        self._show_needs(verdicts.needs_of(needs))
        self.refresh_bindings()

    def _show_needs(self, needs: str) -> None:
        line = self.query_one("#needs", Static)
        line.update(_("Besoins\u202f: {needs}").format(needs=needs))
        line.display = bool(needs)

    def _show_rows(self) -> None:
        query = self.query_one("#entry", Input).value.strip()
        view = self.query_one(RowsView)
        if query and not query.startswith(_TOKEN):
            view.empty = _("Personne de ce nom aujourd’hui.")
            rows: Sequence[DayRow] = self._found(query)
        else:
            view.empty = _("Personne n’attend.")
            rows = desk.here(self._rows)
        view.set_rows(desk.lines(rows, self._post.station))

    def _say(self, sentence: str) -> None:
        said = self.query_one("#said", Static)
        said.update(f"✗ {sentence}")
        said.display = bool(sentence)

    def _ring(self, level: str) -> None:
        if not self._post.settings.bell:
            return
        self.app.bell()
        if _BELLS[level] > 1:
            self.set_interval(_BELL_GAP, self.app.bell, repeat=_BELLS[level] - 1)
