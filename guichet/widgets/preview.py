"""What the camera sees, in grey half-blocks or in pixels, and where it sees a code."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import ClassVar, Literal

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets import pixels
from guichet.widgets.cells import fit

Graphics = Literal["cells", "kitty", "sixel"]
"""What the terminal draws: characters, or pixels in one of two ways."""

LEVELS = 16
_READ, _SEEN = LEVELS, LEVELS + 1
_OUTLINES = (Color.from_rgb(60, 230, 110), Color.from_rgb(255, 200, 40))
_DASH, _FINE_DASH = 2, 12
"""Pixels of a dash, and between two: a code that is only seen is outlined in dashes."""

Outline = tuple[Sequence[tuple[float, float]], bool]
"""The corners of a code in order, fractions of the picture, and whether it was read."""


def _grey(level: int) -> Color:
    value = level * 255 // (LEVELS - 1)
    return Color.from_rgb(value, value, value)


_COLOURS = (*map(_grey, range(LEVELS)), *_OUTLINES)
# Every pair of an upper and a lower colour: making styles is what a picture would cost.
_PAIRS = [Style(color=upper, bgcolor=lower) for upper in _COLOURS for lower in _COLOURS]
_TO_LEVEL = bytes(value * LEVELS // 256 for value in range(256))
_PALETTE = [colour.triplet or (0, 0, 0) for colour in _COLOURS]
# Of sixels, every colour costs a pass over the picture.
_TO_COARSE = bytes(value - value % 2 if value < LEVELS else value for value in range(256))
_WIDEST = {"kitty": 480, "sixel": 640}
"""Pixels: kitty enlarges a picture, sixels are the terminal's own pixels."""
_IMAGE = Style(color=Color.from_rgb(*pixels.IMAGE.to_bytes(3, "big")))


class CameraPreview(Widget):
    """The last picture it was given, or a sentence that says why there is none.

    Its owner feeds it at most ten pictures a second, of `picture_size` pixels, and says with
    `draw_by` what the terminal is capable of.
    """

    class Drawn(Message, bubble=False):
        """Something for the application to write to the terminal, unless that is behind."""

        def __init__(self, data: str) -> None:
            super().__init__()
            self.data = data

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
        self._graphics: Graphics = "cells"
        self._cell = (1, 2)

    def draw_by(self, graphics: Graphics, cell: tuple[int, int]) -> None:
        """Draw in the way the terminal does, its cells being so many pixels wide and high."""
        self._forget()
        self._graphics, self._cell = graphics, cell

    @property
    def picture_size(self) -> Size:
        """The width and height in pixels of the picture that fills the widget."""
        if self._graphics == "cells":
            return Size(self.size.width, self.size.height * 2)
        width, height = self._pixels
        share = min(1.0, _WIDEST[self._graphics] / max(1, width))
        return Size(int(width * share), int(height * share))

    @property
    def _pixels(self) -> tuple[int, int]:
        return self.size.width * self._cell[0], self.size.height * self._cell[1]

    @property
    def message(self) -> str:
        """The sentence shown where there is no picture."""
        return self._message

    def show(self, width: int, height: int, cells: bytes, outlines: Sequence[Outline] = ()) -> None:
        """Show a grey picture of `width` × `height` pixels, one byte each, row by row.

        A cell of the terminal holds two pixels, one above the other; a last odd row is left out.
        A picture of another size than `picture_size` is centred, and cut where it is larger.
        """
        if len(cells) != width * height:
            raise ValueError(f"{len(cells)} bytes are not {width} × {height} pixels")
        picture = bytearray(cells.translate(_TO_LEVEL))
        fine = self._graphics != "cells"
        dash = _FINE_DASH if fine else _DASH
        for corners, read in outlines:
            for place in _line(corners, width, height, 0 if read else dash):
                for beside in (0, 1, width, width + 1) if fine else (0,):
                    picture[min(place + beside, len(picture) - 1)] = _READ if read else _SEEN
        if self._graphics != "cells":
            self._draw(bytes(picture), width, height)
            return
        self._width, self._height = width, height - height % 2
        self._picture = bytes(picture[: self._width * self._height])
        self.refresh()

    def _draw(self, picture: bytes, width: int, height: int) -> None:
        """Have the terminal draw the picture over its cells, unless another screen is on them."""
        if not self.screen.is_active or not self.size:
            return
        across, down = self._pixels
        scale = min(across / width, down / height) if self._graphics == "kitty" else 1
        columns = min(self.size.width, -int(-width * scale // self._cell[0]))
        rows = min(self.size.height, -int(-height * scale // self._cell[1]), pixels.MOST_ROWS)
        if (columns, rows * 2) != (self._width, self._height) or not self._picture:
            self._width, self._height = columns, rows * 2
            self._picture = bytes(columns * rows * 2)
            self.refresh()
        if self._graphics == "kitty":
            data = pixels.kitty(picture, width, _PALETTE, columns, rows)
        else:
            left = self.content_region.x + (self.size.width - columns) // 2
            top = self.content_region.y + (self.size.height - rows) // 2
            coarse = picture.translate(_TO_COARSE)
            data = pixels.sixel(coarse, width, _PALETTE, left, top)
        self.app.post_message(self.Drawn(data))  # from here it would end at our owner

    def _forget(self) -> None:
        if self._graphics == "kitty" and self._picture:
            self.app.post_message(self.Drawn(pixels.kitty_removed()))
        self._picture = b""
        self.refresh()

    def show_message(self, message: str) -> None:
        """Take the picture away and show `message` (camera closed, fault) in its place."""
        if message != self._message or self._picture:
            self._message = message
            self._forget()

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
        if self._graphics == "kitty":
            return [Segment(pixels.kitty_cells(row, self._width), _IMAGE)]
        if self._graphics == "sixel":
            return [Segment(" " * self._width, self.rich_style)]
        start = row * 2 * self._width
        middle = start + self._width
        upper = self._picture[start:middle]
        lower = self._picture[middle : middle + self._width]
        return [
            Segment("▀" * len(list(run)), _PAIRS[a * len(_COLOURS) + b])
            for (a, b), run in groupby(zip(upper, lower, strict=True))
        ]

    def _message_line(self, y: int, width: int, height: int) -> Strip:
        if y != height // 2 or not self._message:
            return Strip.blank(width, self.rich_style)
        text = fit(f"  {self._message}  ".center(width), width)
        return Strip([Segment(text, self.get_component_rich_style("preview--message"))])


def _line(
    corners: Sequence[tuple[float, float]], width: int, height: int, dash: int
) -> Iterator[int]:
    """The places of the pixels around a shape within the picture, in dashes unless `dash` is 0."""
    drawn = 0
    for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
        across, down = (x1 - x0) * width, (y1 - y0) * height
        steps = max(1, min(round(max(abs(across), abs(down))), 4 * (width + height)))
        for step in range(steps):
            x = int(x0 * width + across * step / steps)
            y = int(y0 * height + down * step / steps)
            drawn += 1
            if 0 <= x < width and 0 <= y < height and not (dash and drawn // dash % 2):
                yield y * width + x
