"""The slots of a site: the coming days, or a week, and the times of one day."""

from collections import Counter
from datetime import date, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from guichet.domain.model import Slot
from guichet.i18n import _, ngettext
from guichet.screens.draft import Draft
from guichet.screens.post import Post
from guichet.screens.slot_week import WeekGrid
from guichet.screens.slot_words import OUTSIDE, Renewal, day_words, free_words
from guichet.station.lending import NONE_LENT, Lent
from guichet.widgets.rows import Column, Row, RowsView

_DAY = Column("day", _("Jour"), flex=1)
_FREE = Column("free", _("Places"), width=10, align="right")
_WINDOW = Column("window", _("Dépôt"), width=12)
_TIMES = (
    Column("time", _("Heure"), width=6),
    Column("free", _("Places"), flex=1),
)


class SlotPanes(Horizontal):
    """`draft.week` says what is on the left. The times are a RowsView, #times, keyed by slot.

    With `renewal` the days outside its filing window are marked.
    """

    DEFAULT_CSS = """
    SlotPanes {
        width: 100%; height: 1fr;
        & > #days, & > #week { width: 1fr; max-width: 64; margin-left: 1; }
        & > #week { max-width: 96; }
        & > #times { width: 23; margin: 0 1 0 2; }
    }
    """

    def __init__(self, post: Post, draft: Draft, renewal: Renewal | None) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._renewal = renewal
        self._slots: dict[date, list[Slot]] = {}
        self._lent = NONE_LENT

    def compose(self) -> ComposeResult:
        """Days and week are never seen together."""
        yield RowsView((_DAY, _WINDOW, _FREE) if self._renewal else (_DAY, _FREE), id="days")
        yield WeekGrid(id="week")
        yield RowsView(_TIMES, id="times")

    def on_mount(self) -> None:
        """Show what was seen last."""
        self._switch()

    @property
    def days(self) -> RowsView:
        """The list of days."""
        return self.query_one("#days", RowsView)

    @property
    def week(self) -> WeekGrid:
        """The grid of a week."""
        return self.query_one("#week", WeekGrid)

    @property
    def times(self) -> RowsView:
        """The times of the day chosen on the left."""
        return self.query_one("#times", RowsView)

    @property
    def slot(self) -> Slot | None:
        """The slot under the cursor of the times."""
        key = self.times.key
        return next((slot for slot in self._all() if slot.id == key), None)

    def _all(self) -> list[Slot]:
        return [slot for slots in self._slots.values() for slot in slots]

    # What it shows

    def show(self, slots: dict[date, list[Slot]], empty: str, lent: Lent = NONE_LENT) -> None:
        """Show these slots; the cursors stay. `empty`: what to do when there is none."""
        self._slots, self._lent = slots, lent
        self.days.empty = self.week.empty = empty
        self.days.set_rows([self._day_row(day, slots[day]) for day in slots])
        free = Counter[tuple[date, int]]()
        for slot in self._all():
            free[slot.day, self._local(slot).hour] += max(0, self._lent.seats(slot))
        self.week.show(free, {day for day in slots if self._outside(day)})
        self._show_times()

    def place(self, wanted: datetime | None) -> None:
        """Put the cursors on the free slot nearest to a moment, else on the first free one."""
        free = [slot for slot in self._all() if self._lent.seats(slot) > 0]
        if not free:
            return
        nearest = free[0]
        if wanted is not None:
            nearest = min(free, key=lambda slot: abs(slot.starts_at - wanted))
        self._put(nearest)
        self._show_times()
        self.times.select(nearest.id)

    def to_days(self) -> None:
        """Go to the left."""
        (self.week if self._draft.week else self.days).focus()

    def switch(self, *, week: bool) -> None:
        """Show a week instead of the days, or the days; the slot chosen stays."""
        slot, day, inside = self.slot, self._day, self.times.has_focus
        self._draft.week = week
        if slot is not None:
            self._put(slot)
        elif day is not None:
            self.days.select(day.isoformat())
            self.week.select(day, self.week.hour)
        self._switch()
        self._show_times()
        if not inside:
            self.to_days()

    def _switch(self) -> None:
        self.days.display = not self._draft.week
        self.week.display = self._draft.week

    def _put(self, slot: Slot) -> None:
        self.days.select(slot.day.isoformat())
        self.week.select(slot.day, self._local(slot).hour)

    def _local(self, slot: Slot) -> datetime:
        return self._post.station.local(slot.starts_at)

    def _outside(self, day: date) -> bool:
        return self._renewal is not None and self._renewal.outside(day) is not None

    def _day_row(self, day: date, slots: list[Slot]) -> Row:
        free = sum(self._lent.seats(slot) for slot in slots)
        key, words = day.isoformat(), self._words(free)
        if self._renewal is None:
            named = day_words(day, self._post.station.today())
            return Row(key, (named, words), dim=free == 0)
        outside = self._outside(day)
        cells = (day_words(day), " ".join(OUTSIDE) if outside else "", words)
        return Row(key, cells, "warn" if outside else "", dim=free == 0)

    def _time_row(self, slot: Slot) -> Row:
        free = self._lent.seats(slot)
        return Row(slot.id, (f"{self._local(slot):%H:%M}", self._words(free)), dim=free <= 0)

    def _words(self, free: int) -> str:
        if not self._lent.alone:
            return free_words(free)
        return ngettext("{n} gardée", "{n} gardées", free).format(n=free) if free else "–"

    # Moving

    @property
    def _day(self) -> date | None:
        """The day under the cursor on the left."""
        if self._draft.week:
            return self.week.day if self._slots else None
        return date.fromisoformat(self.days.key) if self.days.key else None

    @on(RowsView.Highlighted, "#days")
    def _show_times(self) -> None:
        day = self._day
        slots = self._slots.get(day, []) if day else []
        earlier = self.times.key
        self.times.set_rows([self._time_row(slot) for slot in slots])
        if earlier not in {slot.id for slot in slots}:
            self.times.select(next((slot.id for slot in slots if self._lent.seats(slot) > 0), ""))

    @on(WeekGrid.Highlighted)
    def _show_cell(self) -> None:
        """The times of the day, the cursor on the hour's."""
        self._show_times()
        day, hour = self.week.day, self.week.hour
        slots = [slot for slot in self._slots.get(day, []) if self._local(slot).hour == hour]
        if slots and self.times.key not in {slot.id for slot in slots}:
            free = next((slot for slot in slots if self._lent.seats(slot) > 0), slots[0])
            self.times.select(free.id)

    @on(RowsView.Highlighted, "#times")
    def _follow(self) -> None:
        """Where one moves in the times, the week's cursor goes with them."""
        slot = self.slot
        if slot is not None and self.times.has_focus:
            self.week.select(slot.day, self._local(slot).hour)

    @on(RowsView.Selected, "#days")
    def _day_chosen(self) -> None:
        self.times.focus()

    @on(WeekGrid.Selected)
    def _cell_chosen(self) -> None:
        if self.week.seats is not None:
            self.times.focus()
