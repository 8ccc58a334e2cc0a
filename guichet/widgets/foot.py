"""The keys that work now, at the foot of every screen."""

from textual.app import ComposeResult
from textual.widgets import Footer

_COLUMNS = 5


class Foot(Footer):
    """Textual's footer, made anew only when another key is to be shown.

    Textual says that the keys may have changed at each change of focus or of mode; a new footer
    takes a widget for each key, and more time than all the rest of such a change.
    """

    def __init__(self, *, compact: bool = True) -> None:
        super().__init__(show_command_palette=False, compact=compact)
        self._shown: list[tuple[object, ...]] | None = None

    async def recompose(self) -> None:
        """Show the keys, unless they are those shown."""
        if not self.is_attached:  # its screen may close before it is called
            return
        keys: list[tuple[object, ...]] = [
            (binding, enabled, tooltip)
            for _node, binding, enabled, tooltip in self.screen.active_bindings.values()
            if binding.show
        ]
        if keys != self._shown:
            self._shown = keys
            await super().recompose()


class TwoRows(Foot):
    """For a screen with more keys than a line of 80 columns holds: in columns, on two rows.

    What comes after them is left to the help.
    """

    DEFAULT_CSS = """
    TwoRows {
        layout: grid; grid-columns: auto; grid-rows: 1; height: auto; max-height: 2;
        overflow: hidden hidden;
    }
    """

    def __init__(self) -> None:
        # Compact keys have margins, which a grid leaves out of the width of its columns.
        super().__init__(compact=False)

    def compose(self) -> ComposeResult:
        """The keys, as Footer has them."""
        yield from super().compose()
        self.styles.grid_size_columns = _COLUMNS  # Footer makes one of every key
