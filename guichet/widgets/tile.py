"""A figure with its word under it."""

from textual.message import Message
from textual.widgets import Static

from guichet.widgets.level import Level


class Tile(Static):
    """Two lines, a figure and its label; a click on it says that it was chosen."""

    DEFAULT_CSS = """
    Tile {
        width: 1fr; height: 2; color: $foreground; text-wrap: nowrap; text-overflow: ellipsis;
        &.-ok { color: $ok; }
        &.-warn { color: $warn; }
        &.-bad { color: $bad; }
        &.-info { color: $info; }
        &.-chosen { background: $cursor-idle; text-style: bold underline; }
    }
    """

    class Chosen(Message):
        """A tile was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, name: str, level: Level, label: str, *, clickable: bool = True) -> None:
        super().__init__("", id=name, markup=False, classes=f"-{level}")
        self._label = label
        self._clickable = clickable
        self._figure = ""

    def show(self, figure: str) -> None:
        """Show another figure."""
        if figure != self._figure:
            self._figure = figure
            self.update(f"{figure}\n{self._label}", layout=False)

    def on_click(self) -> None:
        """Say that it was chosen."""
        if self._clickable and self.id:
            self.post_message(self.Chosen(self.id))
