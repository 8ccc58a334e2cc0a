"""The list of the product: the day, the results of a search, the slots.

Lines are drawn when they become visible and kept until their row changes, so that a list costs
what is on the screen, whatever its length.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from guichet.i18n import _
from guichet.widgets.cells import fit
from guichet.widgets.columns import GAP, GUTTER, Column, Row, share
from guichet.widgets.level import SIGNS

__all__ = ["Column", "Row", "RowsView", "key_of"]


def key_of(screen: Screen[Any]) -> str | None:
    """The key of the row under the cursor of the screen's list.

    None, too, while there is no list: a screen that is being made or closed is asked for its keys.
    """
    rows = screen.query_one_optional(RowsView)
    return rows.key if rows else None


class RowsView(ScrollView, can_focus=True):
    """A virtual list under a fixed header line, with one cursor.

    Only `set_rows` changes what it shows; filtering and order are its owner's.
    """

    DEFAULT_CSS = """
    RowsView {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
        background: $background; color: $foreground;
        & > .rows--header { color: $muted; text-style: bold; }
        & > .rows--cursor { color: $foreground; background: $cursor-idle; }
        & > .rows--bar { color: $focus; }
        & > .rows--dim, & > .rows--empty { color: $muted; }
        & > .rows--ok { color: $ok; }
        & > .rows--warn { color: $warn; }
        & > .rows--bad { color: $bad; text-style: bold; }
        & > .rows--info { color: $info; }
        &:focus > .rows--cursor { color: $on-cursor; background: $cursor; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"rows--{part}"
        for part in ("header", "cursor", "bar", "dim", "empty", "ok", "warn", "bad", "info")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", _("Ligne précédente"), show=False, id="rows.up"),
        Binding("down", "move(1)", _("Ligne suivante"), show=False, id="rows.down"),
        Binding("pageup", "page(-1)", _("Page précédente"), show=False, id="rows.pageup"),
        Binding("pagedown", "page(1)", _("Page suivante"), show=False, id="rows.pagedown"),
        Binding("home", "first", _("Première ligne"), show=False, id="rows.home"),
        Binding("end", "last", _("Dernière ligne"), show=False, id="rows.end"),
        Binding("enter", "select", _("Ouvrir la ligne"), show=False, id="rows.enter"),
    ]

    class Highlighted(Message):
        """The cursor is on another row; `key` is None when the list became empty."""

        def __init__(self, rows_view: "RowsView", key: str | None) -> None:
            super().__init__()
            self.rows_view = rows_view
            self.key = key

        @property
        def control(self) -> "RowsView":
            """The list it comes from, for ``@on`` selectors."""
            return self.rows_view

    class Selected(Message):
        """A row was chosen, by Enter or by a click on the row under the cursor."""

        def __init__(self, rows_view: "RowsView", key: str) -> None:
            super().__init__()
            self.rows_view = rows_view
            self.key = key

        @property
        def control(self) -> "RowsView":
            """The list it comes from, for ``@on`` selectors."""
            return self.rows_view

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._cursor = 0
        self._layout: list[tuple[int, int]] = []
        self._strips: dict[int, Strip] = {}
        self._marked: tuple[str, str] = ("", "")

    # What it shows

    @property
    def rows(self) -> Sequence[Row]:
        """The rows, in the order shown; change them with `set_rows`."""
        return self._rows

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._rows[self._cursor].key if self._rows else None

    @property
    def empty(self) -> str:
        """What stands where there is no row: what to do next."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            if not self._rows:
                self.refresh()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns, and no row until they are set."""
        self.set_rows(())
        self.columns = tuple(columns)
        self.on_resize()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`. The cursor stays on its key and on its line of the screen.

        Where its row is gone, the cursor takes the row that came in its place. Lines that did
        not change are not painted again.
        """
        old, old_key, old_cursor, old_top = self._rows, self.key, self._cursor, self._top
        self._rows = rows
        self._cursor = self._find(old_key, default=min(old_cursor, max(0, len(rows) - 1)))
        top = max(0, old_top + self._cursor - old_cursor)
        if old_top == 0 and self._cursor < self._page:
            top = 0  # newcomers above must show to someone who looks at the top
        self._place(top)
        if len(rows) == len(old) and self._top == old_top:
            self._refresh_changed(old, old_cursor)
        else:
            self._strips.clear()
            self.refresh()
        if self.key != old_key:
            self.post_message(self.Highlighted(self, self.key))

    def mark(self, column: str, sign: str) -> None:
        """Put a sign after the label of a column, by its key: the one that the rows stand by."""
        self._marked = (column, sign)
        self.refresh(Region(0, 0, self.size.width, 1))

    def select(self, key: str) -> bool:
        """Put the cursor on the row of `key`; False where there is none."""
        index = self._find(key, default=-1)
        if index >= 0:
            self._move_to(index)
        return index >= 0

    def _find(self, key: str | None, default: int) -> int:
        if key is None:
            return default
        if 0 <= default < len(self._rows) and self._rows[default].key == key:
            return default
        return next((i for i, row in enumerate(self._rows) if row.key == key), default)

    # Where it is

    @property
    def _page(self) -> int:
        """Rows visible under the header."""
        return max(1, self.scrollable_content_region.height - 1)

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    def _place(self, top: int) -> None:
        """Give the scroll bar the number of rows, and show the row `top` first."""
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._rows) + 1)
        if top != self._top:
            self._scroll(top)

    def _scroll(self, top: int) -> None:
        self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def _refresh_changed(self, old: Sequence[Row], old_cursor: int) -> None:
        for index, (before, after) in enumerate(zip(old, self._rows, strict=True)):
            if before is not after and before != after:
                self._strips.pop(index, None)
                self._refresh_row(index)
        if old_cursor != self._cursor:
            self._refresh_row(old_cursor)
            self._refresh_row(self._cursor)

    def _refresh_row(self, index: int) -> None:
        line = index - self._top + 1
        if 1 <= line <= self._page:
            self.refresh(Region(0, line, self.size.width, 1))

    def _move_to(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        if not self._rows or index == self._cursor:
            return
        before, self._cursor = self._cursor, index
        self._refresh_row(before)
        self._refresh_row(index)
        self._show_cursor()
        self.post_message(self.Highlighted(self, self.key))

    def _show_cursor(self) -> None:
        if self._cursor < self._top:
            self._scroll(self._cursor)
        elif self._cursor >= self._top + self._page:
            self._scroll(self._cursor - self._page + 1)

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self._move_to(self._cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by `step` screens."""
        self._move_to(self._cursor + step * (self._page - 1 or 1))

    def action_first(self) -> None:
        """Put the cursor on the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Put the cursor on the last row."""
        self._move_to(len(self._rows) - 1)

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if self.key is not None:
            self.post_message(self.Selected(self, self.key))

    def on_click(self, event: events.Click) -> None:
        """Move to the row clicked; choose it where the cursor already was."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        index = self._top + offset.y - 1
        if index == self._cursor:
            self.action_select()
        elif index < len(self._rows):
            self._move_to(index)

    # Drawing

    def on_resize(self) -> None:
        """Share the new width between the columns and keep the cursor in sight."""
        width = self.scrollable_content_region.width
        self._layout = share(self.columns, width - GUTTER, self.app.size.width)
        self._strips.clear()
        self._place(self._top)
        self._show_cursor()

    def notify_style_update(self) -> None:
        """Forget the lines drawn in the former colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """The line `y` of the window: the header, a row, or what to do when there is none."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._header(width)
        if not self._rows:
            text = " " * GUTTER + self._empty if y == 2 else ""  # noqa: PLR2004 - under a blank line
            return Strip([Segment(fit(text, width), self._style("empty"))])
        index = self._top + y - 1
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        if index == self._cursor:
            return self._draw(self._rows[index], cursor=True).adjust_cell_length(width)
        strip = self._strips.get(index)
        if strip is None:
            strip = self._draw(self._rows[index], cursor=False).adjust_cell_length(width)
            self._strips[index] = strip
        return strip

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")

    def _header(self, width: int) -> Strip:
        labels = [
            fit(self._label(self.columns[i]), w, self.columns[i].align) for i, w in self._layout
        ]
        text = " " * GUTTER + (" " * GAP).join(labels)
        return Strip([Segment(fit(text, width), self._style("header"))])

    def _label(self, column: Column) -> str:
        key, sign = self._marked
        return column.label + sign if column.key == key else column.label

    def _draw(self, row: Row, *, cursor: bool) -> Strip:
        cells = (fit(row.cells[i], w, self.columns[i].align) for i, w in self._layout)
        text = (" " * GAP).join(cells)
        sign = SIGNS.get(row.status, " ")
        if cursor:
            style = self._style("cursor")
            width = self.scrollable_content_region.width
            bar = style + self.get_component_rich_style("rows--bar", partial=True)
            return Strip([Segment("▌", bar), Segment(fit(f" {sign} {text}", width - 1), style)])
        body = self._style("dim") if row.dim else self.rich_style
        mark = self._style(row.status) if row.status in SIGNS and row.status != "idle" else body
        return Strip([Segment(f"  {sign} ", mark), Segment(text, body), Segment(" ", body)])
