"""The answer to a scan: may this person come in, and what to do now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from guichet.widgets.big import BigText
from guichet.widgets.cells import printable


@dataclass(frozen=True)
class VerdictView:
    """What the panel says: one `word` with its `sign`, whom it is about, what to do next."""

    level: Literal["ok", "warn", "bad", "idle"]
    sign: str
    word: str
    name: str = ""
    lines: tuple[str, ...] = ()
    ticket: str = ""
    next_action: str = ""


_AS_HIGH_AS_ITS_TEXT = (".verdict--name", ".verdict--next")
"""The parts for which another text is a new layout."""
NOTHING = VerdictView(level="idle", sign="", word="")


class VerdictPanel(Vertical):
    """A band with the word, then the person, the details, the ticket and the next action.

    It needs 38 columns and 16 lines. Where the details are too many the last are cut, never the
    ticket nor the action, which always stand at the same place.
    """

    DEFAULT_CSS = """
    VerdictPanel {
        width: 1fr; height: 1fr; background: $surface;
        & > .verdict--word {
            height: 3; padding: 1 2; text-style: bold; text-align: center;
            text-wrap: nowrap; text-overflow: ellipsis;
            background: $panel; color: $muted;
        }
        & > .verdict--name { height: auto; max-height: 2; margin: 1 2 0 2; text-style: bold; }
        & > .verdict--details { height: 1fr; margin: 0 2; color: $foreground; }
        & > .verdict--ticket { margin: 1 2 0 2; color: $primary; }
        & > .verdict--next {
            dock: bottom; height: auto; max-height: 5; padding: 1 2;
            background: $surface; text-style: bold;
        }
        &.-ok > .verdict--word { background: $ok-band; color: $on-ok-band; }
        &.-warn > .verdict--word { background: $warn-band; color: $on-warn-band; }
        &.-bad > .verdict--word { background: $bad-band; color: $on-bad-band; }
        &.-ok > .verdict--next { color: $ok; }
        &.-warn > .verdict--next { color: $warn; }
        &.-bad > .verdict--next { color: $bad; }
        &.-idle > .verdict--next { color: $muted; text-style: not bold; }
    }
    """

    view: reactive[VerdictView] = reactive(NOTHING, init=False)
    """What is shown."""

    def __init__(
        self,
        view: VerdictView = NOTHING,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(VerdictPanel.view, view)

    def compose(self) -> ComposeResult:
        """The parts, empty until mounted."""
        yield Static(classes="verdict--word", markup=False)
        yield Static(classes="verdict--name", markup=False)
        yield Static(classes="verdict--details", markup=False)
        yield BigText(classes="verdict--ticket")
        yield Static(classes="verdict--next", markup=False)

    def on_mount(self) -> None:
        """Show what was asked for before there was a screen."""
        self._fill(self.view)

    def show(self, view: VerdictView) -> None:
        """Show `view` instead of what is shown now."""
        self.view = view

    def watch_view(self, view: VerdictView) -> None:
        """Put `view` into the parts."""
        if self.is_mounted:
            self._fill(view)

    def _fill(self, view: VerdictView) -> None:
        for level in ("ok", "warn", "bad", "idle"):
            self.set_class(view.level == level, f"-{level}")
        self._set(
            ".verdict--word", [f"{view.sign}  {' '.join(view.word.upper())}" if view.word else ""]
        )
        self._set(".verdict--name", [view.name])
        self._set(".verdict--details", view.lines)
        self._set(".verdict--next", [f"→ {view.next_action}" if view.next_action else ""])
        ticket = self.query_one(".verdict--ticket", BigText)
        ticket.text = view.ticket
        ticket.display = bool(view.ticket)

    def _set(self, part: str, lines: Iterable[str]) -> None:
        text = "\n".join(printable(line) for line in lines)
        static = self.query_one(part, Static)
        if static.content != text:
            static.update(text, layout=part in _AS_HIGH_AS_ITS_TEXT)
        static.display = bool(text) or part == ".verdict--word"
