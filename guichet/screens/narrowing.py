"""Which lines of the day are shown, and in what order."""

from dataclasses import dataclass

from guichet.domain.day import filtered
from guichet.domain.order import Order, ordered
from guichet.i18n import _, ngettext
from guichet.screens.day_table import COLUMNS, GROUPS, DayTable


@dataclass(slots=True)
class Narrowing:
    """The states that are shown, None for all, by the name of their group; and the order."""

    group: str | None = None
    order: Order = Order.TIME
    backwards: bool = False

    def next_group(self) -> str | None:
        """The name of the next group; None, for all, after the last one."""
        names = [None, *(group.name for group in GROUPS)]
        return names[(names.index(self.group) + 1) % len(names)]

    def sort_on(self, width: int) -> None:
        """By the next column that a terminal of `width` shows; after the last one, by time."""
        shown = [Order(each.key) for each in COLUMNS if width >= each.min_terminal]
        place = shown.index(self.order) + 1 if self.order in shown else 0
        self.order, self.backwards = shown[place % len(shown)], False

    @property
    def sign(self) -> str:
        """What stands after the label of the column."""
        return "↑" if self.backwards else "↓"

    def keys(self, day: DayTable, query: str) -> list[str]:
        """The keys of the lines shown, of those that hold every word of the query."""
        rows = filtered(day.rows, query) if query.strip() else day.rows
        if (self.order, self.backwards) != (Order.TIME, False):
            rows = ordered(rows, self.order, day.turns, day.at, backwards=self.backwards)
        group = next((group for group in GROUPS if group.name == self.group), None)
        return [row.key for row in rows if group is None or row.state in group.states]

    def said(self, count: int) -> str:
        """How many lines are shown, and of which group."""
        shown = ngettext("{n} ligne", "{n} lignes", count).format(n=count)
        label = next((group.label for group in GROUPS if group.name == self.group), None)
        return _("{label}\u00a0: {shown}").format(label=label, shown=shown) if label else shown
