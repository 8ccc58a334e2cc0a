"""Counter mode: a convocation is shown to the camera, the verdict appears, the queue moves on."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen

from guichet.domain.day import DayRow
from guichet.domain.desks import Desk
from guichet.domain.line import line
from guichet.domain.reference import ReferenceProblem
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import camera_choice, identity, practice, undo, verdicts
from guichet.screens.announced import Announced
from guichet.screens.answer import AnswerBox
from guichet.screens.camera import CameraBox
from guichet.screens.counter_keys import KEYS, Situation, offered
from guichet.screens.desk_work import DeskWork
from guichet.screens.finding_words import REFERENCE_PROBLEMS
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.queue import QueueBox
from guichet.screens.recent import RecentBox, Scan, again
from guichet.screens.top import Top
from guichet.screens.turns import Answer, Turns
from guichet.screens.walk_in import WalkInDialog
from guichet.screens.wedge import Scanned
from guichet.station import Reading
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView
from guichet.widgets.verdict import VerdictView


class CounterScreen(Screen[None]):
    """Receives persons: scan, check in, call, finish."""

    CSS_PATH = "counter.tcss"
    AUTO_FOCUS = "#entry"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - Textual's own form
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._reception = post.station.reception
        self._scan: Scan | None = None
        self._box = RecentBox(post.station)
        self._turns: Turns[Reading | ReferenceProblem] = Turns()
        self._desk = DeskWork(self, post, self._say, self._show_desk)
        self._announced = Announced(self, post, self._wait_told)
        self._shown = 0
        self._keys: Situation | None = None

    def compose(self) -> ComposeResult:
        """The camera and the queue, the verdict beside them."""
        yield Top(self._post, _("Guichet"))
        with Container(id="counter"):
            yield CameraBox(
                self._post.settings.camera,
                practice_camera=self._post.practice_camera,
                preview=self._post.settings.preview,
            )
            yield AnswerBox(id="answer")
            yield QueueBox(self._post)
            yield self._box
        yield Foot()

    def on_mount(self) -> None:
        """Read the day."""
        self._show(verdicts.READY)
        self._announced.start()
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
        calling, name = self._post.station.calling, self._desk.name

        def read() -> tuple[list[DayRow], Desk | None, list[DayRow]]:
            rows = self._reception.day()
            return rows, calling.desk(name), calling.family(rows, name)

        background(self, read, self._day_read, group="day", exclusive=True)

    def _day_read(self, read: tuple[list[DayRow], Desk | None, list[DayRow]]) -> None:
        rows, desk, family = read
        in_line = line(rows, self._post.station.site)
        self._desk.look(rows, in_line, desk)
        self._desk.meet(family)
        self.query_one(QueueBox).show(rows, in_line, desk)
        self._announced.look(rows)
        self._renew_keys()

    def _wait_told(self) -> None:
        self.query_one(QueueBox).say_waits(self._announced.waits)
        if self._scan is not None:
            self._show(self._scan.view, self._scan)

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
            self.query_one(QueueBox).say(REFERENCE_PROBLEMS[result])
            return
        if answer.number > self._shown:  # a thread may be overtaken after its turn
            self._shown = answer.number
            self._conclude(result)
        self.query_one(QueueBox).empty(answer.typed)

    def _conclude(self, reading: Reading) -> None:
        view = verdicts.view_of(reading, self._post.station)
        scan = self._box.recent.add(reading, view, self._post.station.now())
        self._show(scan.view, scan)
        self._ring(view)
        if self.app.screen is not self:  # whatever stands above may hide the panel
            self.notify(verdicts.in_short(view), timeout=10)

    def _not_recorded(self, error: GuichetError) -> None:
        view = verdicts.fault_view(str(error))
        self._show(view)
        self._ring(view)

    # Keys ---------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        offers = offered(action, parameters, self._situation)
        return super().check_action(action, parameters) if offers is None else offers

    @property
    def _situation(self) -> Situation:
        pending = self._pending is not None
        camera, queue = self.query_one_optional(CameraBox), self.query_one_optional(QueueBox)
        desk, chosen = self._desk.desk, queue.chosen if queue is not None else None
        return Situation(
            desk=self._desk.state,
            open=desk.state if desk else None,
            chosen=chosen is not None,
            pending=pending,
            # Not asked otherwise: a screen that is being made has no line yet.
            typed=pending and bool(self.query_one(QueueBox).typed),
            in_recent=self._box.focused,
            undo=self._box.to_undo is not None,
            step=self._desk.last is not None,
            identity=identity.possible(self._reading),
            practice=camera is not None and camera.practising,
            family=chosen is not None and self._desk.is_family(chosen),
        )

    @property
    def _reading(self) -> Reading | None:
        """The reading shown, if one is."""
        return self._scan.reading if self._scan else None

    @property
    def _pending(self) -> Reading | None:
        """The reading shown, when it waits for the agent's word."""
        reading = self._reading
        return reading if reading and verdicts.waiting_for_agent(reading) else None

    def action_admit(self) -> None:
        """Receive the person all the same."""
        reading = self._pending
        if reading is not None:
            self._scan = None  # pressed twice, the key asks once
            self._ask(lambda: self._reception.admit(reading))

    def action_take_away(self) -> None:
        """Leave the last readings, else empty the line, else take the verdict away."""
        box = self.query_one(QueueBox)
        if self._box.focused:
            self.remove_class("-recent")
        elif box.typed and self._pending is None:
            box.empty(box.typed)
        else:
            if self._scan is not None and self._scan.open:
                self._box.recent.put(replace(self._scan, open=False))  # the agent has said no
            self._show(verdicts.READY)
        box.focus_entry()

    def action_walk_in(self) -> None:
        """Give a ticket to who has no appointment."""
        self.app.push_screen(WalkInDialog(self._post))

    def action_recent(self) -> None:
        """Go to the last readings, and back."""
        if self._box.focused:
            self.action_take_away()
            return
        self.add_class("-recent")
        self._box.focus_list()

    @on(RecentBox.Chosen)
    def _seen_again(self, event: RecentBox.Chosen) -> None:
        """Show a reading again; what waited for the agent's word waits for it again."""
        self._show(again(event.scan, self._post.station), event.scan)
        if self._pending is not None:
            self.remove_class("-recent")
            self.query_one(QueueBox).focus_entry()

    @on(RecentBox.Moved)
    @on(RowsView.Highlighted)
    def _moved(self) -> None:
        self._renew_keys()

    def action_list(self) -> None:
        """Go from the line to the list."""
        self.query_one(QueueBox).focus_list()

    def action_camera(self) -> None:
        """Open or close the camera."""
        self.query_one(CameraBox).toggle()
        self._make_room()

    def _make_room(self) -> None:
        closed = self.query_one(CameraBox).closed
        self.query_one("#counter").set_class(closed, "-closed")

    def action_choose_camera(self) -> None:
        """Choose which camera films."""
        camera_choice.offer(self, self._post, self.query_one(CameraBox), self._make_room)

    def action_undo(self) -> None:
        """Take back the last check-in or step at the desk while it is fresh, and ask why."""
        scan, last = self._box.to_undo, self._desk.last
        if last is not None and not self._box.focused and (scan is None or last.at > scan.at):
            self._desk.undo()
        else:
            undo.ask(self, self._post.station, self._box, self._show, self._say)

    def action_desk(self, what: str) -> None:
        """Do something at this desk: with nobody, who is there, or who is chosen in the list."""
        self._desk.do(what, self.query_one(QueueBox).chosen)

    def action_identity(self) -> None:
        """Check who the person is, and report what does not fit."""
        scan = self._scan
        if scan is None:
            return

        def identified(checked: Reading, reported: bool) -> None:  # noqa: FBT001 - a callback
            view = verdicts.reported_view(checked) if reported else None
            view = view or verdicts.view_of(checked, self._post.station)
            waits = verdicts.waiting_for_agent(checked)
            kept = self._box.recent.put(replace(scan, reading=checked, view=view, open=waits))
            if self._scan is scan:
                self._show(kept.view, kept)

        identity.identify(self, self._post, scan.reading, identified)

    def action_present(self) -> None:
        """Choose a practice sheet and hold it before the camera."""
        if self._post.practice is not None:
            practice.offer(self, self._post.practice, self.query_one(CameraBox).present)

    # Showing ------------------------------------------------------------------------------------

    def _show_desk(self, view: VerdictView, needs: tuple[str, ...], *, called: bool) -> None:
        """Show what was done at the desk; only a call takes a reading's place."""
        if called or self._scan is None:
            self._show(view, needs=needs)

    def _say(self, sentence: str) -> None:
        self.query_one(QueueBox).say(sentence)
        self._renew_keys()

    def _show(
        self, view: VerdictView, scan: Scan | None = None, needs: tuple[str, ...] = ()
    ) -> None:
        """Show a verdict: of a reading, which may wait for the agent's word, or of the desk."""
        self._scan = scan
        if scan is not None:
            needs = scan.reading.person.needs if scan.reading.person else needs
            view = self._announced.on(view, scan.reading)
        answer = self.query_one(AnswerBox)
        answer.show(view, needs)
        answer.say_waiting(self._box.recent.waiting - (scan is not None and scan.open))
        self._box.renew()
        self.call_after_refresh(self._renew_keys)

    def _renew_keys(self) -> None:
        """Tell the footer which keys work now; it is slow, so only when others do."""
        situation = self._situation
        if situation != self._keys:
            self._keys = situation
            self.refresh_bindings()

    def _ring(self, view: VerdictView) -> None:
        if self._post.settings.bell:
            verdicts.ring(self, view)
