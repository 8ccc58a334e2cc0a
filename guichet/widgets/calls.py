"""The last calls on a waiting room's display, large, in two columns."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets.big import HEIGHT, largest_lines

_COLUMNS = 2
_ROW = HEIGHT + 1  # a blank line apart


class LastCalls(Widget):
    """Texts such as ``B201→4``, as many as there is room for, the first ones first."""

    DEFAULT_CSS = """
    LastCalls { width: 1fr; height: 1fr; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._rows: list[list[tuple[str, ...]]] = []
        self.texts: tuple[str, ...] = ()

    def show(self, texts: Sequence[str]) -> None:
        """Show other calls."""
        if tuple(texts) != self.texts:
            self.texts = tuple(texts)
            self._draw()
            self.refresh()

    def on_resize(self) -> None:
        """Draw for another size."""
        self._draw()

    def _draw(self) -> None:
        wide = self._wide
        large = [largest_lines(text, wide - 2, HEIGHT) for text in self.texts]
        self._rows = [large[at : at + _COLUMNS] for at in range(0, len(large), _COLUMNS)]

    @property
    def _wide(self) -> int:
        return max(2, self.size.width // _COLUMNS)

    def render_line(self, y: int) -> Strip:
        """The line `y` of the widget."""
        place, line = divmod(y, _ROW)
        whole = place * _ROW + HEIGHT <= self.size.height  # half a number would be another one
        row = self._rows[place] if whole and place < len(self._rows) else []
        text = "".join(_line(call, line).center(self._wide) for call in row)
        style = self.rich_style
        return Strip([Segment(text, style)]).adjust_cell_length(self.size.width, style)


def _line(call: Sequence[str], at: int) -> str:
    """A line of a call; one without large forms stands in the middle."""
    at -= (HEIGHT - len(call)) // 2
    return call[at] if 0 <= at < len(call) else ""
