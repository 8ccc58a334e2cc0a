"""The line at the top: where one is, who one is, and whether central has heard of it."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets.cells import fit, printable
from guichet.widgets.level import Level

MARGIN = 2


class Sync(NamedTuple):
    """The state of the exchange with central: a level and its words, sign included."""

    level: Level
    text: str


class _Part(NamedTuple):
    name: str
    text: str
    rank: int  # the higher, the sooner it gives way
    right: bool = False


class StatusBar(Widget):
    """One line that never wraps: where it is short, the least needed parts go first."""

    DEFAULT_CSS = """
    StatusBar {
        dock: top; height: 1; width: 1fr; background: $panel; color: $foreground;
        & > .bar--brand { background: $action; color: $on-action; text-style: bold; }
        & > .bar--site { text-style: bold; }
        & > .bar--mode { color: $primary; text-style: bold; }
        & > .bar--day, & > .bar--agent, & > .bar--clock { color: $muted; }
        & > .bar--ok { color: $ok; }
        & > .bar--warn { color: $warn; }
        & > .bar--bad { color: $bad; text-style: bold; }
        & > .bar--info { color: $info; }
        & > .bar--idle { color: $muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bar--brand",
        "bar--site",
        "bar--mode",
        "bar--day",
        "bar--agent",
        "bar--clock",
        "bar--ok",
        "bar--warn",
        "bar--bad",
        "bar--info",
        "bar--idle",
    }

    site: reactive[str] = reactive("")
    day: reactive[str] = reactive("")
    mode: reactive[str] = reactive("")
    agent: reactive[str] = reactive("")
    clock: reactive[str] = reactive("")
    sync: reactive[Sync] = reactive(Sync("idle", ""))

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._badge = range(0)
        """The cells of the sync badge."""

    async def on_click(self, event: Click) -> None:
        """Open what the badge stands for."""
        if event.x in self._badge:
            await self.run_action("app.liaison")

    def _parts(self) -> list[_Part]:
        parts = [
            _Part("brand", " guichet ", 5),
            _Part("site", self.site, 1),
            _Part("mode", self.mode, 2),
            _Part("day", self.day, 4),
            _Part("agent", self.agent, 6, right=True),
            _Part(self.sync.level, self.sync.text, 0, right=True),
            _Part("clock", self.clock, 3, right=True),
        ]
        return [part._replace(text=printable(part.text)) for part in parts if part.text]

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is only one
        """The line, in the width there is."""
        width = self.size.width
        parts = self._parts()
        while len(parts) > 1 and _width(parts) > width:
            parts.remove(max(parts, key=lambda part: part.rank))
        if len(parts) == 1:
            return Strip([Segment(fit(parts[0].text, width), self._style(parts[0]))])
        spare = max(0, width - _width(parts))
        segments: list[Segment] = []
        self._badge = range(0)
        at = 0
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            segments.append(Segment(part.text, self._style(part)))
            if part.name == self.sync.level:
                self._badge = range(at, at + cell_len(part.text))
            turn = following is not None and following.right and not part.right
            blank = 1 if following is None else MARGIN + (spare if turn else 0)
            segments.append(Segment(" " * blank, self.rich_style))
            at += cell_len(part.text) + blank
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _style(self, part: _Part) -> Style:
        return self.get_component_rich_style(f"bar--{part.name}")


def _width(parts: Sequence[_Part]) -> int:
    return sum(cell_len(part.text) for part in parts) + MARGIN * (len(parts) - 1) + 1
