"""The supervisor's mode: the day as one table that keeps itself up to date."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input, Static

from guichet.domain.board import Board
from guichet.domain.day import DayRow
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.day_table import (
    COLUMNS,
    DayTable,
    day_table,
    detail,
    first_open,
    unanswered,
)
from guichet.screens.moment import Moment
from guichet.screens.narrowing import Narrowing
from guichet.screens.past import PastDialog
from guichet.screens.post import FactsChanged, Fault, Post, background
from guichet.screens.report import ReportsDialog
from guichet.screens.scanned import look_for
from guichet.screens.supervisor_keys import KEYS
from guichet.screens.top import Top
from guichet.screens.wedge import Scanned
from guichet.screens.week import WeekScreen
from guichet.screens.words import MODES, refusal
from guichet.widgets.foot import Foot
from guichet.widgets.rows import RowsView
from guichet.widgets.tile import Tile

_EVERY = 1.0
"""Seconds between two looks at the clock: waits are shown in minutes, and tick with them."""
_REST = 0.4
"""Seconds after a reading before the next: under many changes keys would wait for the readings."""


class SupervisorScreen(Screen[None]):
    """Counts, a filter, the table of the day, and the line under the cursor in full."""

    CSS_PATH = "supervisor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._day: DayTable | None = None
        self._narrowing = Narrowing()
        self._reading = False
        self._rests = False
        self._stale = False
        self._minute = -1
        self._gives = False

    def compose(self) -> ComposeResult:
        """Counts above, the table in the middle, the chosen line below."""
        yield Top(self._post, MODES[Role.SUPERVISOR])
        yield Moment(self._post)
        with Horizontal(id="narrowing"):
            yield Input(
                id="filter",
                placeholder=_("Filtrer\u00a0: nom, ticket, référence, démarche, guichet"),
                select_on_focus=False,
            )
            yield Static("", id="shown", markup=False)
        yield RowsView(COLUMNS, empty=_("Lecture de la journée…"), id="day")
        yield Static("", id="detail", markup=False)
        yield Foot()

    def on_mount(self) -> None:
        """Start with the list, so that the arrows work at once."""
        self.query_one(RowsView).focus()
        self.set_interval(_EVERY, self._tick)

    # Reading ------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        """Show what has happened while another mode was open."""
        if not self._reading:  # Textual says it twice when a mode opens
            self._read()

    def on_facts_changed(self, _event: FactsChanged) -> None:
        """Read the day again."""
        self._read()

    def _tick(self) -> None:
        before, self._minute = self._minute, self._post.station.now().minute
        if self._minute != before:
            self._read()

    def _read(self) -> None:
        """Read the day once more; while one is on, or has just been, one more is kept for after."""
        if self._reading or self._rests:
            self._stale = True
            return
        self._reading, self._stale = True, False
        background(self, self._load, self._loaded, group="day", failed=self._not_read)

    def _load(self) -> tuple[DayTable, Board]:
        station = self._post.station
        seen = station.watch.now()
        return day_table(seen.rows, seen.turns, seen.at, station.local), seen.board

    def _loaded(self, loaded: tuple[DayTable, Board]) -> None:
        newcomer, (day, board) = self._day is None, loaded
        self._day, self._reading, self._rests = day, False, True
        self.query_one(Moment).show(day, board)
        self._show()
        if newcomer:
            self._go_to_now(day)
        self.set_timer(_REST, self._rested)

    def _rested(self) -> None:
        self._rests = False
        if self._stale and self.is_current:  # else it is read on coming back
            self._read()

    def _go_to_now(self, day: DayTable) -> None:
        # From the end upwards, so that what is going on now comes at the top.
        view, key = self.query_one(RowsView), first_open(day)
        if key is not None:
            view.action_last()
            view.select(key)

    def _not_read(self, error: GuichetError) -> None:
        self._reading = False
        self.query_one(RowsView).empty = str(error)
        self.post_message(Fault(str(error)))

    # Showing ------------------------------------------------------------------------------------

    def _show(self) -> None:
        day, view = self._day, self.query_one(RowsView)
        if day is None:
            return
        keys = self._narrowing.keys(day, self.query_one("#filter", Input).value)
        view.empty = (
            _("Rien ne correspond. Échap\u00a0: tout montrer.")
            if day.rows
            else _("Personne n’est attendu aujourd’hui. F2\u00a0: prendre un rendez-vous.")
        )
        view.set_rows([day.lines[key] for key in keys])
        self.query_one(Moment).choose(self._narrowing.group)
        said, shown = self._narrowing.said(len(keys)), self.query_one("#shown", Static)
        if shown.content != said:  # as wide as its text: another one is a new layout
            shown.update(said)
        self._show_detail()

    @on(RowsView.Highlighted)
    def _show_detail(self) -> None:
        key = self.query_one(RowsView).key
        row = self._day.by_key.get(key) if self._day and key else None
        station = self._post.station
        # Its height never changes, and a new layout is what a repaint costs most.
        self.query_one("#detail", Static).update(
            detail(row, station.now(), station.local) if row else "", layout=False
        )
        gives = row is not None and unanswered(row, station.now())
        if gives != self._gives:  # a new footer is slow: only when the key comes or goes
            self._gives = gives
            self.refresh_bindings()

    # Scanning -----------------------------------------------------------------------------------

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        look_for(self, self._post.station, event.text, self._go_to)

    def _go_to(self, appointment: str) -> bool:
        rows, view = self._day.rows if self._day else (), self.query_one(RowsView)
        key = next((row.key for row in rows if row.appointment == appointment), None)
        if key is not None and not view.select(key):
            self.action_clear()
            view.select(key)
        return key is not None

    # Narrowing ----------------------------------------------------------------------------------

    @on(Input.Changed, "#filter")
    def _filter_typed(self) -> None:
        self._show()

    @on(Input.Submitted, "#filter")
    def action_list(self) -> None:
        """Go from the filter to the list."""
        self.query_one(RowsView).focus()

    def action_reports(self) -> None:
        """Read what the counters have reported today."""
        self.app.push_screen(ReportsDialog(self._post))

    def action_print(self) -> None:
        """Print the list of the day, or write it to a file."""
        from guichet.screens.export import list_of_the_day  # noqa: PLC0415 - seldom asked for

        self.app.push_screen(list_of_the_day(self._post))

    def action_openings(self) -> None:
        """When the site receives."""
        from guichet.screens.openings import OpeningsScreen  # noqa: PLC0415 - seldom asked for

        self.app.push_screen(OpeningsScreen(self._post))

    def action_statistics(self) -> None:
        """Look at a period, export, print the day."""
        from guichet.screens.statistics import StatisticsScreen  # noqa: PLC0415 - rarely, and late

        self.app.push_screen(StatisticsScreen(self._post))

    def action_week(self) -> None:
        """Show the week in figures."""
        self.app.push_screen(WeekScreen(self._post))

    @property
    def _chosen_row(self) -> DayRow | None:
        view = self.query_one_optional(RowsView)
        return self._day.by_key.get(view.key or "") if self._day and view else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whoever was called without sequel may be given back to the line."""
        if action == "give_back":
            row = self._chosen_row
            return row is not None and unanswered(row, self._post.station.now())
        return super().check_action(action, parameters)

    def action_give_back(self) -> None:
        """Let who was called without sequel wait again, at their place."""
        row, calling = self._chosen_row, self._post.station.calling

        def given(refused: Refused | None) -> None:
            if refused is not None:
                self.notify(refusal(refused), severity="warning")

        if row is not None and (visit := row.visit) is not None:
            background(self, lambda: calling.give_back(visit), given, group="give_back")

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_one("#filter", Input).focus()

    def action_order(self) -> None:
        """Sort by the next column that is shown; after the last one, by time again."""
        self._narrowing.sort_on(self.app.size.width)
        self._sort()

    def action_backwards(self) -> None:
        """Sort the other way round."""
        self._narrowing.backwards ^= True
        self._sort()

    def _sort(self) -> None:
        self.query_one(RowsView).mark(self._narrowing.order, self._narrowing.sign)
        self._show()
        self.query_one(RowsView).action_first()

    @on(RowsView.Selected)
    def _drill_down(self) -> None:
        row = self._chosen_row
        if row is not None:
            self.app.push_screen(PastDialog(self._post, row))

    def action_group(self) -> None:
        """Show the next state only; after the last one, all again."""
        self._choose(self._narrowing.next_group())

    @on(Tile.Chosen)
    def _tile_chosen(self, event: Tile.Chosen) -> None:
        self._choose(None if event.name == self._narrowing.group else event.name)

    def _choose(self, name: str | None) -> None:
        self._narrowing.group = name
        self._show()

    def action_clear(self) -> None:
        """Show the whole day again."""
        self.query_one("#filter", Input).value = ""
        self._choose(None)
        self.action_list()
