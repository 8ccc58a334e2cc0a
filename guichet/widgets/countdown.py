"""How long something is still kept, as a clock and a bar that shortens."""

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets.cells import fit

_BAR = 20  # cells


class Countdown(Widget):
    """One line: a text, the time left, and a bar. Its owner counts."""

    DEFAULT_CSS = """
    Countdown {
        height: 1; width: 1fr; background: $panel; color: $ok; text-style: bold;
        &.-short { color: $warn; }
        &.-over { color: $bad; }
    }
    """

    text: reactive[str] = reactive("")
    """What is kept, or what to do once it no longer is."""
    left: reactive[int] = reactive(0)
    """Whole seconds left; 0 when it is over."""

    def __init__(
        self,
        text: str,
        *,
        total: int,
        short: int = 60,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
    ) -> None:
        super().__init__(id=id)
        self.total = max(1, total)
        self._short = short
        self.set_reactive(Countdown.text, text)
        self.set_reactive(Countdown.left, total)

    def watch_left(self, left: int) -> None:
        """Warn by colour too when little is left."""
        self.set_class(0 < left <= self._short, "-short")
        self.set_class(left <= 0, "-over")

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is only one
        """The line, in the width there is."""
        style = self.rich_style
        if self.left <= 0:
            return Strip([Segment(fit(f" ✗ {self.text}", self.size.width), style)])
        full = max(1, min(_BAR, round(_BAR * self.left / self.total)))
        sign = "!" if self.left <= self._short else "✓"
        end = f"{_clock(self.left)}  {'█' * full}{'░' * (_BAR - full)} "
        start = fit(f" {sign} {self.text}", max(0, self.size.width - len(end) - 1))
        return Strip([Segment(fit(f"{start} {end}", self.size.width), style)])


def _clock(seconds: int) -> str:
    """Minutes and seconds, or hours and minutes when there are many."""
    minutes, rest = divmod(seconds, 60)
    hours, over = divmod(minutes, 60)
    return f"{hours}\u00a0h\u00a0{over:02}" if hours else f"{minutes:02}:{rest:02}"
