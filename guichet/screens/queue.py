"""The line to type in, and the queue, which becomes what was typed for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from guichet.domain.day import DayRow, DayState, filtered
from guichet.domain.desks import Desk, DeskState
from guichet.domain.estimate import NO_WAITS, Waits
from guichet.domain.lifecycle import ANSWER_WITHIN, PARKED_LONG
from guichet.domain.line import Waiting, at_desk, callable_at
from guichet.domain.needs import Need
from guichet.domain.reference import parse_reference
from guichet.i18n import _, ngettext
from guichet.screens.desk import name_and_number, who
from guichet.screens.desk_words import WAITS_FOR, wait_short, why
from guichet.screens.post import Post
from guichet.screens.verdicts import needs_of
from guichet.screens.words import STATES
from guichet.widgets.rows import Column, Row, RowsView

_TOKEN = "G1:"  # noqa: S105 - how a convocation's text begins
_WIDE = 100
_TICK = 1.0
_MINUTE = 60
_COLUMNS = (
    Column("ticket", _("Ticket"), width=6),
    Column("why", _("Ordre"), width=10, min_terminal=_WIDE),
    Column("name", _("Usager"), flex=4),
    Column("procedure", _("Démarche"), flex=3, min_terminal=_WIDE),
    Column("needs", _("Besoins"), flex=2, min_terminal=_WIDE),
    Column("wait", _("Estimé"), width=6, align="right", min_terminal=_WIDE),
    Column("state", _("État"), width=11),
)


class QueueBox(Vertical):
    """Who is here; while a name or a reference is typed, who of today matches it."""

    class Wanted(Message):
        """The agent asks for somebody: a scanned text, a reference, or an appointment's id.

        `typed` is what stood in the line.
        """

        def __init__(
            self, how: Literal["scan", "reference", "appointment"], text: str, typed: str
        ) -> None:
            super().__init__()
            self.how = how
            self.text = text
            self.typed = typed

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._station = post.station
        self._post = post
        self._rows: Sequence[DayRow] = ()
        self._in_line: Sequence[Waiting] = ()
        self._turns: dict[str, Waiting] = {}
        self._desk: Desk | None = None
        self._waits: Waits = NO_WAITS

    def compose(self) -> ComposeResult:
        """Who is at the desk or next, the line, what is wrong with it, the list."""
        yield Static(id="desk", markup=False)
        yield Input(id="entry", placeholder=_("Référence ou nom"), max_length=400)
        yield Static(id="said", markup=False)
        yield RowsView(_COLUMNS)

    def on_mount(self) -> None:
        """Nothing is wrong yet; the clock of a call goes on."""
        self.say("")
        self.set_interval(_TICK, self._tick)

    @property
    def typed(self) -> str:
        """What stands in the line."""
        return self.query_one("#entry", Input).value

    def focus_entry(self) -> None:
        """Let the agent type."""
        self.query_one("#entry", Input).focus()

    def focus_list(self) -> None:
        """Let the agent choose."""
        self.query_one(RowsView).focus()

    def empty(self, typed: str) -> None:
        """Empty the line, unless something else was typed meanwhile."""
        if typed and self.typed == typed:
            self.query_one("#entry", Input).value = ""
            self.focus_entry()

    def say(self, sentence: str) -> None:
        """Show what is wrong, or nothing."""
        said = self.query_one("#said", Static)
        if not sentence and not said.display:
            return
        said.update(f"✗ {sentence}")
        said.display = bool(sentence)

    @property
    def chosen(self) -> DayRow | None:
        """Who is under the cursor of the list, while it has the focus and they can be called."""
        view = self.query_one_optional(RowsView)
        if view is None or not view.has_focus:
            return None
        callable_ = (DayState.WAITING, DayState.PARKED)
        return next((r for r in self._rows if r.key == view.key and r.state in callable_), None)

    def show(self, rows: Sequence[DayRow], in_line: Sequence[Waiting], desk: Desk | None) -> None:
        """Show the day as it is now, and the desk as this agent has set it."""
        self._rows, self._in_line, self._desk = rows, in_line, desk
        self._turns = {each.row.key: each for each in in_line}
        self._fill()
        self._say_desk()

    def say_waits(self, waits: Waits) -> None:
        """Show how long those who wait will."""
        if waits != self._waits:
            self._waits = waits
            self._fill()

    def on_resize(self) -> None:
        """Another width has room for other words."""
        if self._rows:
            self._fill()

    @property
    def _number(self) -> str:
        return self._post.settings.desk

    def _tick(self) -> None:
        row = at_desk(self._rows, self._number)
        if row is not None and row.state is DayState.CALLED:
            self._say_desk()

    def _say_desk(self) -> None:
        # Its height never changes, and a new layout is what a repaint costs most.
        said = _desk_line(self._rows, self._in_line, self._number, self._desk, self._station.now())
        self.query_one("#desk", Static).update(said, layout=False)

    @on(Input.Changed, "#entry")
    def _typing(self) -> None:
        self.say("")
        self._fill()
        self.query_one(RowsView).action_first()

    @on(Input.Submitted, "#entry")
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            return
        found = filtered(self._rows, text)
        reference = isinstance(parse_reference(text), str)
        if text.startswith(_TOKEN):
            self.post_message(self.Wanted("scan", text, event.value))
        elif _numbered(text) and (not found or reference):
            self.post_message(self.Wanted("reference", text, event.value))
        elif len(found) == 1:
            self._choose(found[0].key)
        elif found:
            self.focus_list()
        elif reference:  # one in thirty has no digit
            self.post_message(self.Wanted("reference", text, event.value))
        else:
            self.say(
                _("Personne de ce nom aujourd’hui. Essayez une partie du nom, ou la référence.")
            )

    @on(RowsView.Selected)
    def _selected(self, event: RowsView.Selected) -> None:
        self._choose(event.key)

    def _choose(self, key: str) -> None:
        appointment = next((row.appointment for row in self._rows if row.key == key), None)
        if appointment is not None:
            self.post_message(self.Wanted("appointment", appointment, self.typed))

    def _fill(self) -> None:
        query = self.typed.strip()
        view = self.query_one(RowsView)
        if query:
            view.empty = (
                _("Entrée\u00a0: chercher.")
                if _numbered(query) or isinstance(parse_reference(query), str)
                else _("Personne de ce nom aujourd’hui.")
            )
            rows = filtered(self._rows, query)
        else:
            view.empty = _("Personne n’attend.")
            rows = _queue(self._rows, self._in_line, self._number)
        now, wide = self._station.now(), self.app.size.width >= _WIDE
        view.set_rows([self._line(row, now, wide=wide) for row in rows])

    def _line(self, row: DayRow, now: datetime, *, wide: bool) -> Row:
        level, word = STATES[row.state]
        time = f"{self._station.local(row.starts_at):%H:%M}" if row.starts_at else ""
        order = time
        turn, aside = self._turns.get(row.key), row.parked
        if turn is not None:
            # Nearly everybody in this list waits: a sign on each line would say nothing.
            order = why(turn.turn, self._station.local)
            level, word = "idle", _minutes(now, row.waiting_since or now)
            if not wide:
                word = f"{why(turn.turn, self._station.local, short=True)} {word}"
        elif aside is not None:
            long = now - aside.ended_at >= PARKED_LONG
            level, word = "warn" if long else "idle", _minutes(now, aside.ended_at)
            order, word = WAITS_FOR[aside.reason or "other"], _("côté {min}").format(min=word)
        elif row.state in (DayState.CALLED, DayState.SERVING):
            word = _("guichet {desk}").format(desk=row.desk)
        elif row.state is DayState.EXPECTED:
            word = time or word
        wait = wait_short(self._waits.visits.get(row.visit or "")) if turn is not None else ""
        needs = needs_of(row.needs)
        cells = (row.ticket, order, name_and_number(row), row.procedure, needs, wait, word)
        return Row(row.key, cells, level, dim=row.state is DayState.EXPECTED)


def _minutes(now: datetime, since: datetime) -> str:
    """For how long, in minutes."""
    return _("{n} min").format(n=max(0, int((now - since).total_seconds() // _MINUTE)))


def _numbered(text: str) -> bool:
    """Whether it may be a reference or a ticket rather than a name."""
    return any(character.isdigit() for character in text)


def _queue(rows: Sequence[DayRow], in_line: Sequence[Waiting], desk: str) -> list[DayRow]:
    """Who is at the desk, who waits as they will be called, who is put aside, who is called."""
    mine = at_desk(rows, desk)
    waiting = [each.row for each in in_line]
    steps = [(row.parked, row) for row in rows]
    aside = sorted(
        ((step.ended_at, row.key, row) for step, row in steps if step is not None),
        key=lambda each: each[:2],
    )
    called = [row for row in rows if row.state is DayState.CALLED and row is not mine]
    return [*([mine] if mine else []), *waiting, *(row for _at, _key, row in aside), *called]


def _desk_line(
    rows: Sequence[DayRow], in_line: Sequence[Waiting], name: str, desk: Desk | None, now: datetime
) -> str:
    """Who is at the desk, and how long they have to come; else who is next, and why nobody is."""
    row = at_desk(rows, name)
    if row is not None and row.state is DayState.CALLED:
        left = int(((row.called_at or now) + ANSWER_WITHIN - now).total_seconds())
        clock = _("{m}:{s:02}").format(m=left // _MINUTE, s=left % _MINUTE)
        times = ngettext("Appelé {n} fois", "Appelé {n} fois", row.calls).format(n=row.calls)
        until = clock if left > 0 else _("! Ctrl+N s’il ne vient pas")
        return _("{times}, {until}\u00a0: {who}").format(times=times, until=until, who=who(row))
    if row is not None:
        return _("Au guichet\u00a0: {who}").format(who=who(row))
    if desk is not None and desk.state is DeskState.PAUSED:
        return _("‖ En pause. Ctrl+T\u00a0: reprendre")
    mine = callable_at(in_line, name, desk.lanes if desk else ())
    if not mine:
        return _("Personne n’attend.")
    first = mine[0].row
    card = _(" (carte prioritaire)") if Need.PRIORITY_CARD in first.needs else ""
    said = _("Prochain\u00a0: {who}{card}") if desk else _("Fermé. Prochain\u00a0: {who}{card}")
    return said.format(who=who(first), card=card)
