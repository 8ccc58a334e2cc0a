"""The keys that work now, at the foot of every screen."""

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_COLUMNS = 5
_ROWS = 2
_HELP = "f1"
"""The key that shows all the others."""


class Foot(Footer):
    """Textual's footer, made anew only when another key is to be shown.

    Textual says that the keys may have changed at each change of focus or of mode; a new footer
    takes a widget for each key, and more time than all the rest of such a change. Keys for which
    there is no room are left to the help, whose own key always has it.
    """

    def __init__(self, *, compact: bool = True) -> None:
        super().__init__(show_command_palette=False, compact=compact)
        self._shown: list[tuple[object, ...]] | None = None
        self._width = 0

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

    def compose(self) -> ComposeResult:
        """The keys that are wholly seen, for a word cut in two says nothing; the help's always."""
        self._width = self.app.size.width
        keys = list(super().compose())
        helps = [key for key in keys if _is_help(key)]
        room = self._width + 1 - sum(map(_cells, helps))  # nothing stands after the last one
        shown = []
        for key in keys:
            room -= 0 if key in helps else _cells(key)
            if room < 0:
                break
            shown.append(key)
        yield from shown
        yield from (key for key in helps if key not in shown)

    def on_resize(self, event: events.Resize) -> None:
        """As many keys as there is room for now."""
        if self._shown is not None and event.size.width != self._width:
            self._shown = None
            self.call_after_refresh(self.recompose)


def _is_help(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.key == _HELP


def _cells(key: Widget) -> int:
    """The columns that a key takes, the one after it included."""
    return cell_len(f"{key.key_display} {key.description} ") if isinstance(key, FooterKey) else 0


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
        """The keys, as Footer has them, as many as there are places; the help's always."""
        keys = list(Footer.compose(self))
        shown = keys[: _ROWS * _COLUMNS]
        helps = [key for key in keys[len(shown) :] if _is_help(key)]
        yield from (*shown[: len(shown) - len(helps)], *helps)
        self.styles.grid_size_columns = _COLUMNS  # Footer makes one of every key
