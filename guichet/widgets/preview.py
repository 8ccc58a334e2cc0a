"""What the camera sees, in grey half-blocks."""

from itertools import groupby
from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets.cells import fit

LEVELS = 16


def _grey(level: int) -> Color:
    value = level * 255 // (LEVELS - 1)
    return Color.from_rgb(value, value, value)


# Every pair of an upper and a lower grey: making styles is what a picture would cost.
_PAIRS = [
    Style(color=_grey(upper), bgcolor=_grey(lower))
    for upper in range(LEVELS)
    for lower in range(LEVELS)
]
_TO_LEVEL = bytes(value * LEVELS // 256 for value in range(256))


class CameraPreview(Widget):
    """The last picture it was given, or a sentence that says why there is none.

    Its owner feeds it at most ten pictures a second, of `picture_size` pixels.
    """

    DEFAULT_CSS = """
    CameraPreview {
        width: 1fr; height: 1fr; background: $surface; color: $muted;
        & > .preview--message { color: $foreground; background: $panel; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"preview--message"}

    def __init__(
        self,
        message: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._message = message
        self._picture = b""
        self._width = 0
        self._height = 0

    @property
    def picture_size(self) -> Size:
        """The width and height in pixels of the picture that fills the widget."""
        return Size(self.size.width, self.size.height * 2)

    @property
    def message(self) -> str:
        """The sentence shown where there is no picture."""
        return self._message

    def show(self, width: int, height: int, cells: bytes) -> None:
        """Show a grey picture of `width` × `height` pixels, one byte each, row by row.

        A cell of the terminal holds two pixels, one above the other. A picture of another size
        than `picture_size` is centred, and cut where it is larger.
        """
        if len(cells) != width * height:
            raise ValueError(f"{len(cells)} bytes are not {width} × {height} pixels")
        self._width, self._height = width, height
        self._picture = cells.translate(_TO_LEVEL)
        self.refresh()

    def show_message(self, message: str) -> None:
        """Take the picture away and show `message` (camera closed, fault) in its place."""
        if message != self._message or self._picture:
            self._message = message
            self._picture = b""
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line `y` of the widget."""
        width, height = self.size
        if not self._picture:
            return self._message_line(y, width, height)
        row = y - (height - self._height // 2) // 2
        if not 0 <= row < self._height // 2:
            return Strip.blank(width, self.rich_style)
        left = (width - self._width) // 2
        strip = Strip(self._segments(row), self._width)
        if left < 0:
            return strip.crop(-left, -left + width)
        blank = Segment(" " * left, self.rich_style)
        return Strip([blank, *strip], left + self._width).extend_cell_length(width, self.rich_style)

    def _segments(self, row: int) -> list[Segment]:
        start = row * 2 * self._width
        middle = start + self._width
        upper = self._picture[start:middle]
        lower = self._picture[middle : middle + self._width]
        return [
            Segment("▀" * len(list(run)), _PAIRS[a * LEVELS + b])
            for (a, b), run in groupby(zip(upper, lower, strict=True))
        ]

    def _message_line(self, y: int, width: int, height: int) -> Strip:
        if y != height // 2 or not self._message:
            return Strip.blank(width, self.rich_style)
        text = fit(f"  {self._message}  ".center(width), width)
        return Strip([Segment(text, self.get_component_rich_style("preview--message"))])
