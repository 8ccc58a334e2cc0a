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
from guichet.domain.line import Waiting, callable_at, line
from guichet.domain.needs import Need
from guichet.domain.reference import parse_reference
from guichet.i18n import _
from guichet.screens.desk import who
from guichet.screens.post import Post
from guichet.screens.verdicts import needs_of
from guichet.screens.words import STATES
from guichet.station.calling import at_desk
from guichet.widgets.rows import Column, Row, RowsView

_TOKEN = "G1:"  # noqa: S105 - how a convocation's text begins
_WIDE = 100
_COLUMNS = (
    Column("ticket", _("Ticket"), width=6),
    Column("time", _("Heure"), width=5, min_terminal=_WIDE),
    Column("name", _("Usager"), flex=3),
    Column("procedure", _("Démarche"), flex=3, min_terminal=_WIDE),
    Column("needs", _("Besoins"), flex=2, min_terminal=_WIDE),
    Column("state", _("État"), width=10),
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
        self._desk = post.settings.desk
        self._rows: Sequence[DayRow] = ()
        self._in_line: Sequence[Waiting] = ()

    def compose(self) -> ComposeResult:
        """Who is at the desk or next, the line, what is wrong with it, the list."""
        yield Static(id="desk", markup=False)
        yield Input(id="entry", placeholder=_("Référence ou nom"), max_length=400)
        yield Static(id="said", markup=False)
        yield RowsView(_COLUMNS)

    def on_mount(self) -> None:
        """Nothing is wrong yet."""
        self.say("")

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

    def show(self, rows: Sequence[DayRow]) -> None:
        """Show the day as it is now."""
        self._rows = rows
        self._in_line = line(rows, self._station.site)
        self._fill()
        # Its height never changes, and a new layout is what a repaint costs most.
        said = _desk_line(rows, self._in_line, self._desk)
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
        numbered = _numbered(text)
        if text.startswith(_TOKEN):
            self.post_message(self.Wanted("scan", text, event.value))
        elif numbered and (not found or isinstance(parse_reference(text), str)):
            self.post_message(self.Wanted("reference", text, event.value))
        elif len(found) == 1:
            self._choose(found[0].key)
        elif found:
            self.focus_list()
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
                _("Entrée\u202f: chercher.")
                if _numbered(query)
                else _("Personne de ce nom aujourd’hui.")
            )
            rows = filtered(self._rows, query)
        else:
            view.empty = _("Personne n’attend.")
            rows = _queue(self._rows, self._in_line, self._desk)
        now = self._station.now()
        view.set_rows([self._line(row, now) for row in rows])

    def _line(self, row: DayRow, now: datetime) -> Row:
        level, word = STATES[row.state]
        waits = row.waiting_since
        time = f"{self._station.local(row.starts_at):%H:%M}" if row.starts_at else ""
        if waits is not None:
            # Nearly everybody in this list waits: a sign on each line would say nothing.
            minutes = max(0, int((now - waits).total_seconds() // 60))
            level, word = "idle", _("{n} min").format(n=minutes)
        elif row.state in (DayState.CALLED, DayState.SERVING):
            word = _("guichet {desk}").format(desk=row.desk)
        elif row.state is DayState.EXPECTED:
            word = time or word
        cells = (row.ticket, time, row.name, row.procedure, needs_of(row.needs), word)
        return Row(row.key, cells, level, dim=row.state is DayState.EXPECTED)


def _numbered(text: str) -> bool:
    """Whether it may be a reference or a ticket rather than a name."""
    return any(character.isdigit() for character in text)


def _queue(rows: Sequence[DayRow], in_line: Sequence[Waiting], desk: str) -> list[DayRow]:
    """Who is at the desk, who waits as they will be called, and who is called to another desk."""
    mine = at_desk(rows, desk)
    waiting = [each.row for each in in_line]
    called = [row for row in rows if row.state is DayState.CALLED and row is not mine]
    return [*([mine] if mine else []), *waiting, *called]


def _desk_line(rows: Sequence[DayRow], in_line: Sequence[Waiting], desk: str) -> str:
    """Who is at the desk, else who is next and by which priority."""
    row = at_desk(rows, desk)
    if row is not None:
        said = _("Appelé") if row.state is DayState.CALLED else _("Au guichet")
        return _("{said}\u202f: {who}").format(said=said, who=who(row))
    mine = callable_at(in_line, desk)
    if not mine:
        return _("Personne n’attend.")
    row = mine[0].row
    card = _(" (carte prioritaire)") if Need.PRIORITY_CARD in row.needs else ""
    return _("Prochain\u202f: {who}{card}").format(who=who(row), card=card)
