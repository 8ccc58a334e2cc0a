"""The keys of a screen that has more of them than a line of 80 columns holds."""

from textual.app import ComposeResult
from textual.widgets import Footer

_COLUMNS = 5


class TwoRows(Footer):
    """A footer in columns, on two rows; what comes after them is left to the help."""

    DEFAULT_CSS = """
    TwoRows {
        layout: grid; grid-columns: auto; grid-rows: 1; height: auto; max-height: 2;
        overflow: hidden hidden;
    }
    """

    def compose(self) -> ComposeResult:
        """The keys, as Footer has them."""
        yield from super().compose()
        self.styles.grid_size_columns = _COLUMNS  # Footer makes one of every key
