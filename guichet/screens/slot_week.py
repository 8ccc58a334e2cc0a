"""A week of slots as a grid: days across, hours down, free seats in digits."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from guichet.domain.calendar_fr import long_date
from guichet.i18n import _
from guichet.screens.slot_words import OUTSIDE, day_words, free_words
from guichet.widgets.cells import fit

_WEEK = 7
_SUNDAY = 6
_LABEL = 5
"""Cells of the hours' column."""
_WIDE = 11
"""Cells of a column from which digits have their word."""


class WeekGrid(Widget, can_focus=True):
    """Free seats by day and hour, with one cursor. Sunday has a column only where it has slots."""

    DEFAULT_CSS = """
    WeekGrid {
        height: 1fr; background: $background; color: $foreground;
        & > .week--head { color: $muted; text-style: bold; }
        & > .week--cursor { color: $foreground; background: $cursor-idle; }
        & > .week--bar { color: $focus; }
        & > .week--dim { color: $muted; }
        & > .week--marked { color: $warn; }
        &:focus > .week--cursor { color: $on-cursor; background: $cursor; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"week--{part}" for part in ("head", "cursor", "bar", "dim", "marked")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1, 0)", _("Jour précédent"), show=False, id="week.left"),
        Binding("right", "move(1, 0)", _("Jour suivant"), show=False, id="week.right"),
        Binding("up", "move(0, -1)", _("Heure précédente"), show=False, id="week.up"),
        Binding("down", "move(0, 1)", _("Heure suivante"), show=False, id="week.down"),
        Binding("pageup", "turn(-1)", _("Semaine précédente"), show=False, id="week.pageup"),
        Binding("pagedown", "turn(1)", _("Semaine suivante"), show=False, id="week.pagedown"),
        Binding("enter", "select", _("Voir les heures"), show=False, id="week.enter"),
    ]

    class Highlighted(Message):
        """The cursor is on another cell."""

    class Selected(Message):
        """The cell under the cursor was chosen, by Enter or by a click on it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own parameter name
        super().__init__(id=id)
        self.empty = ""
        """What stands there when there is no slot."""
        self._free: Mapping[tuple[date, int], int] = {}
        self._marked: AbstractSet[date] = frozenset()
        self._hours: list[int] = []
        self._across = _SUNDAY
        self._first = self._last = self.day = date.min
        self.hour = 0

    # What it shows

    def show(self, free: Mapping[tuple[date, int], int], marked: AbstractSet[date]) -> None:
        """Show the free seats of each day and hour that has slots, and which days are marked."""
        self._free, self._marked = free, marked
        self._hours = sorted({hour for _day, hour in free})
        days = [day for day, _hour in free]
        if days:
            self._across = _WEEK if any(day.weekday() == _SUNDAY for day in days) else _SUNDAY
            self._first, self._last = _monday(min(days)), _monday(max(days))
            self._put(self.day, self.hour)
        self.refresh()

    def select(self, day: date, hour: int) -> None:
        """Put the cursor on that cell, or as near as there is."""
        self._put(day, hour)
        self.refresh()

    @property
    def seats(self) -> int | None:
        """The free seats of the cell under the cursor, None when it has no slot."""
        return self._free.get((self.day, self.hour))

    def _put(self, day: date, hour: int) -> None:
        end = self._last + timedelta(days=self._across - 1)
        self.day = min(max(day, self._first), end)
        if self.day.weekday() >= self._across:
            self.day -= timedelta(days=1)
        self.hour = min(self._hours, key=lambda known: abs(known - hour), default=hour)

    # Moving

    def action_move(self, days: int, hours: int) -> None:
        """Move by a column, into the next week after the last one, or by a line."""
        if not self._hours:
            return
        day = self.day + timedelta(days=days)
        if day.weekday() >= self._across:
            day += timedelta(days=days * (_WEEK - self._across))
        line = self._hours.index(self.hour) + hours
        self._go(day, self._hours[min(max(line, 0), len(self._hours) - 1)])

    def action_turn(self, weeks: int) -> None:
        """Show the week before or after, the cursor staying on its weekday and hour."""
        day = self.day + timedelta(weeks=weeks)
        if self._hours and self._first <= _monday(day) <= self._last:
            self._go(day, self.hour)

    def action_select(self) -> None:
        """Choose the cell under the cursor."""
        if self._hours:
            self.post_message(self.Selected())

    def _go(self, day: date, hour: int) -> None:
        before = (self.day, self.hour)
        self._put(day, hour)
        if (self.day, self.hour) != before:
            self.refresh()
            self.post_message(self.Highlighted())

    def on_click(self, event: events.Click) -> None:
        """Move to the cell clicked; choose it where the cursor already was."""
        offset = event.get_content_offset(self)
        if offset is None or not self._hours:
            return
        line = offset.y - self._heads
        column = (offset.x - _LABEL) // self._cell
        if not (0 <= line < len(self._visible) and 0 <= column < self._across):
            return
        day, hour = _monday(self.day) + timedelta(days=column), self._visible[line]
        if (day, hour) == (self.day, self.hour):
            self.action_select()
        else:
            self._go(day, hour)

    # Drawing

    @property
    def _cell(self) -> int:
        return max(2, (self.size.width - _LABEL) // self._across)

    @property
    def _heads(self) -> int:
        """Lines above the hours: the week, the days, and the marks where days may be marked."""
        return 3 if self._marked else 2

    @property
    def _visible(self) -> list[int]:
        """The hours there is room for, the cursor's among them; the last line tells its cell."""
        room = max(1, self.size.height - self._heads - 1)
        first = max(0, self._hours.index(self.hour) - room + 1) if self._hours else 0
        return self._hours[first : first + room]

    def render_line(self, y: int) -> Strip:
        """The week, its days, their marks, the hours, and the cell under the cursor in words."""
        visible = self._visible
        if not self._hours:
            return self._line([(self.empty if y == 1 else "", "dim")])
        days = [_monday(self.day) + timedelta(days=after) for after in range(self._across)]
        if y == 0:
            return self._line([(self._title(days), "head")])
        if y == 1:
            names = (f"{long_date(day)[:3]}{self._dot} {day.day}" for day in days)
            return self._line([(" " * _LABEL, ""), *((self._middle(n), "head") for n in names)])
        if y < self._heads:
            marks = (f"! {OUTSIDE[0]}" if day in self._marked else "" for day in days)
            return self._line([(" " * _LABEL, ""), *((self._middle(m), "marked") for m in marks)])
        if y - self._heads < len(visible):
            return self._hour_line(visible[y - self._heads], days)
        return self._line([(self._told() if y - self._heads == len(visible) else "", "")])

    def _title(self, days: list[date]) -> str:
        week = _("Semaine du {first} au {last}").format(
            first=f"{days[0]:%d/%m}", last=f"{days[-1]:%d/%m}"
        )
        before = _("← Pg préc") if days[0] > self._first else ""
        after = _("Pg suiv →") if days[0] < self._last else ""
        return "  ".join(filter(None, (week, before, after)))

    def _hour_line(self, hour: int, days: list[date]) -> Strip:
        parts = [(fit(_("{hour} h").format(hour=f"{hour:02}"), _LABEL), "head")]
        for day in days:
            free = self._free.get((day, hour))
            if (day, hour) == (self.day, self.hour):
                text = self._middle(self._words(free), "")
                parts += [("▌", "bar"), (text, "cursor")]
            else:
                parts.append((self._middle(self._words(free)), "" if free else "dim"))
        return self._line(parts)

    def _words(self, free: int | None) -> str:
        if free is None:
            return "–"
        return str(free) if free > 0 and self._cell < _WIDE else free_words(free)

    def _middle(self, text: str, before: str = " ") -> str:
        return before + fit(text.center(self._cell - 1), self._cell - 1)

    @property
    def _dot(self) -> str:
        return "." if self._cell > len("lun. 30") else ""

    def _told(self) -> str:
        seats = self.seats
        words = _("aucun créneau") if seats is None else free_words(seats)
        told = _("{day}, {hour} h\u00a0: {words}").format(
            day=day_words(self.day), hour=self.hour, words=words
        )
        return f"{told} · {' '.join(OUTSIDE)}" if self.day in self._marked else told

    def _line(self, parts: list[tuple[str, str]]) -> Strip:
        segments = [
            Segment(text, self.get_component_rich_style(f"week--{name}") if name else None)
            for text, name in parts
        ]
        strip = Strip(segments).apply_style(self.rich_style)
        return strip.adjust_cell_length(self.size.width, self.rich_style)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
