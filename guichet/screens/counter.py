"""Counter mode: a convocation is shown to the camera, the verdict appears, the queue moves on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Static

from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Visit
from guichet.domain.operations import Refused
from guichet.domain.reference import ReferenceProblem
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import desk, practice, verdicts
from guichet.screens.camera import CameraBox
from guichet.screens.outcome import OutcomeScreen
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.queue import QueueBox
from guichet.screens.top import Top
from guichet.screens.turns import Answer, Turns
from guichet.screens.wedge import Scanned
from guichet.screens.words import refusal
from guichet.station import Reading
from guichet.widgets.foot import Foot
from guichet.widgets.verdict import VerdictPanel, VerdictView

_UNDO_WITHIN = timedelta(seconds=60)


class CounterScreen(Screen[None]):
    """Receives persons: scan, check in, call, finish."""

    CSS_PATH = "counter.tcss"
    AUTO_FOCUS = "#entry"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - Textual's own form
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "admit", _("Admettre"), priority=True, tooltip=_("Recevoir quand même")),
        Binding("f5,a", "call", _("Appeler"), tooltip=_("Appeler la personne suivante")),
        Binding("ctrl+n,n", "absent", _("Absent"), tooltip=_("La personne appelée ne vient pas")),
        Binding("f6,r", "start", _("Recevoir"), tooltip=_("La personne appelée est là")),
        Binding("f6,t", "finish", _("Terminer"), tooltip=_("Clore ce passage")),
        Binding("f7,c", "camera", _("Caméra"), show=False, tooltip=_("Ouvrir ou fermer la caméra")),
        Binding("ctrl+z,u", "undo", _("Annuler"), tooltip=_("Annuler l’arrivée enregistrée")),
        Binding("f9,p", "present", _("Feuille"), tooltip=_("Présenter une feuille")),
        Binding("escape", "take_away", _("Effacer"), show=False, tooltip=_("Ne rien faire")),
        Binding("down", "list", _("Aller à la liste"), show=False),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._reception = post.station.reception
        self._desk = post.settings.desk
        self._here: DayRow | None = None
        self._reading: Reading | None = None
        self._last_in: tuple[Visit, datetime] | None = None
        self._turns: Turns[Reading | ReferenceProblem] = Turns()
        self._shown = 0
        self._keys: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The camera and the queue, the verdict beside them."""
        yield Top(self._post, _("Guichet"))
        with Container(id="counter"):
            yield CameraBox(self._post.settings.camera, practice=self._post.practice is not None)
            with Vertical(id="answer"):
                yield VerdictPanel(verdicts.READY)
                yield Static(id="needs", markup=False)
            yield QueueBox(self._post)
        yield Foot()

    def on_mount(self) -> None:
        """Read the day."""
        self._show(verdicts.READY)
        self._read_day()
        background(self, self._reception.prepare, group="prepare")

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
        self._here = desk.at_desk(rows, self._desk)
        self.query_one(QueueBox).show(rows)
        self._renew_keys()

    # Asking the reception, one thing after the other --------------------------------------------

    @on(CameraBox.Read)
    @on(Scanned)
    def _read(self, event: CameraBox.Read | Scanned) -> None:
        if self._post.station.session.agent is not None:
            self._ask(lambda: self._reception.scan(event.text))

    @on(QueueBox.Wanted)
    def _wanted(self, event: QueueBox.Wanted) -> None:
        reception = self._reception
        calls: dict[str, Callable[[str], Reading | ReferenceProblem]] = {
            "scan": reception.scan,
            "reference": reception.look_up,
            "appointment": reception.choose,
        }
        self._ask(lambda: calls[event.how](event.text), event.typed)

    def _ask(self, call: Callable[[], Reading | ReferenceProblem], typed: str = "") -> None:
        self._turns.ask(call, typed)
        background(
            self, self._turns.make, self._answered, group="answer", failed=self._not_recorded
        )

    def _answered(self, answer: Answer[Reading | ReferenceProblem]) -> None:
        result = answer.result
        if isinstance(result, ReferenceProblem):
            self.query_one(QueueBox).say(verdicts.REFERENCE_PROBLEMS[result])
            return
        if answer.number > self._shown:  # a thread may be overtaken after its turn
            self._shown = answer.number
            self._conclude(result)
        self.query_one(QueueBox).empty(answer.typed)

    def _conclude(self, reading: Reading) -> None:
        view = verdicts.view_of(reading, self._post.station)
        self._reading = reading
        if reading.checked_in and reading.visit is not None:
            self._last_in = reading.visit, self._post.station.now()
        self._show(view, reading.person.needs if reading.person else ())
        self._ring(view)
        if self.app.screen is not self:  # whatever stands above may hide the panel
            self.notify(verdicts.in_short(view), timeout=10)

    def _not_recorded(self, error: GuichetError) -> None:
        view = verdicts.fault_view(str(error))
        self._reading = None
        self._show(view)
        self._ring(view)

    # Keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        state = self._here.state if self._here else None
        match action:
            case "admit":
                # Enter is for what stands in the line, when something does.
                return self._pending is not None and not self.query_one(QueueBox).typed
            case "call":
                return state is None
            case "start" | "absent":
                return state is DayState.CALLED
            case "finish":
                return state is DayState.SERVING
            case "undo":
                free = self._pending is None and state is not DayState.CALLED
                return free and self._last_in is not None
            case "present":
                return self._post.practice is not None
            case _:
                return super().check_action(action, parameters)

    @property
    def _pending(self) -> Reading | None:
        """The reading that waits for the agent's word."""
        reading = self._reading
        return reading if reading and verdicts.waiting_for_agent(reading) else None

    def action_admit(self) -> None:
        """Receive the person all the same."""
        reading = self._pending
        if reading is not None:
            self._reading = None  # pressed twice, the key asks once
            self._ask(lambda: self._reception.admit(reading))

    def action_take_away(self) -> None:
        """Empty the line, else take the verdict away."""
        box = self.query_one(QueueBox)
        if box.typed and self._pending is None:
            box.empty(box.typed)
        else:
            self._reading = None
            self._show(verdicts.READY)
        box.focus_entry()

    def action_list(self) -> None:
        """Go from the line to the list."""
        self.query_one(QueueBox).focus_list()

    def action_camera(self) -> None:
        """Open or close the camera."""
        camera = self.query_one(CameraBox)
        camera.toggle()
        self.query_one("#counter").set_class(camera.closed, "-closed")

    def action_undo(self) -> None:
        """Take back the last check-in, while it is fresh."""
        if self._last_in is None:
            return
        (visit, at), self._last_in = self._last_in, None
        if self._post.station.now() - at > _UNDO_WITHIN:
            self._say(_("Trop tard pour annuler\u202f: une arrivée s’annule dans la minute."))
            return

        def undone(refused: Refused | None) -> None:
            if self._done(refused):
                self._reading = None
                self._show(verdicts.undone_view(visit))

        background(self, lambda: self._reception.undo_check_in(visit.id), undone, group="undo")

    def action_call(self) -> None:
        """Call the next person to this desk."""
        background(self, self._call_next, self._called, group="desk")

    def _call_next(self) -> desk.Called:
        with self._turns.alone():  # pressed twice, the key calls one person
            return desk.call_next(self._reception, self._desk)

    def _called(self, called: desk.Called) -> None:
        if called.row is None:
            self._say(_("Personne n’attend."))
        elif self._done(called.refused):
            self._reading = None
            self._show(verdicts.called_view(called.row, self._desk), called.row.needs)

    def action_start(self) -> None:
        """The person called has come."""
        row = self._here
        if row is None or (visit := row.visit) is None:
            return

        def started(refused: Refused | None) -> None:
            if self._done(refused) and self._reading is None:
                self._show(verdicts.served_view(row, self._desk), row.needs)

        background(self, lambda: self._reception.start(visit), started, group="desk")

    def action_finish(self) -> None:
        """Ask how the visit at this desk ended."""
        row = self._here
        if row is None or (visit := row.visit) is None:
            return

        def finished(refused: Refused | None) -> None:
            if self._done(refused) and self._reading is None:
                self._show(verdicts.READY)

        def chosen(outcome: str | None) -> None:
            if outcome is not None:
                finish = self._reception.finish
                background(self, lambda: finish(visit, outcome), finished, group="desk")

        self.app.push_screen(OutcomeScreen(desk.who(row)), chosen)

    action_absent = action_finish

    def action_present(self) -> None:
        """Choose a practice sheet and hold it before the camera."""
        if self._post.practice is not None:
            practice.offer(self, self._post.practice, self.query_one(CameraBox).present)

    # Showing ------------------------------------------------------------------------------------

    def _done(self, refused: Refused | None) -> bool:
        """Whether it was done; why not is said."""
        self._say("" if refused is None else refusal(refused))
        return refused is None

    def _say(self, sentence: str) -> None:
        self.query_one(QueueBox).say(sentence)
        self._renew_keys()

    def _show(self, view: VerdictView, needs: tuple[str, ...] = ()) -> None:
        self.query_one(VerdictPanel).show(view)
        line = self.query_one("#needs", Static)
        line.display = bool(needs)
        if needs:
            line.update(_("Besoins\u202f: {needs}").format(needs=verdicts.needs_of(needs)))
        self.call_after_refresh(self._renew_keys)

    def _renew_keys(self) -> None:
        """Tell the footer which keys work now; it is slow, so only when others do."""
        state = self._here.state if self._here else None
        keys = (state, self._pending is not None, self._last_in is not None)
        if keys != self._keys:
            self._keys = keys
            self.refresh_bindings()

    def _ring(self, view: VerdictView) -> None:
        if self._post.settings.bell:
            verdicts.ring(self, view)
