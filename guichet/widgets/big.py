"""References and ticket numbers large enough to read from the other side of the counter."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from guichet.widgets.cells import fit

HEIGHT = 3  # lines of half-blocks, for glyphs six pixels high

# Six rows of pixels a glyph; drawn so that 0 and O, 1 and I, 2 and Z, 5 and S, 8 and B differ.
_GLYPHS = {
    "0": [".##.", "#..#", "#.##", "##.#", "#..#", ".##."],
    "1": [".#.", "##.", ".#.", ".#.", ".#.", "###"],
    "2": [".##.", "#..#", "...#", ".##.", "#...", "####"],
    "3": ["###.", "...#", ".##.", "...#", "...#", "###."],
    "4": ["#..#", "#..#", "#..#", "####", "...#", "...#"],
    "5": ["####", "#...", "###.", "...#", "...#", "###."],
    "6": [".##.", "#...", "###.", "#..#", "#..#", ".##."],
    "7": ["####", "...#", "..#.", "..#.", ".#..", ".#.."],
    "8": [".##.", "#..#", ".##.", "#..#", "#..#", ".##."],
    "9": [".##.", "#..#", "#..#", ".###", "...#", ".##."],
    "A": [".##.", "#..#", "#..#", "####", "#..#", "#..#"],
    "B": ["###.", "#..#", "###.", "#..#", "#..#", "###."],
    "C": [".###", "#...", "#...", "#...", "#...", ".###"],
    "D": ["###.", "#..#", "#..#", "#..#", "#..#", "###."],
    "E": ["####", "#...", "###.", "#...", "#...", "####"],
    "F": ["####", "#...", "###.", "#...", "#...", "#..."],
    "G": [".###", "#...", "#...", "#.##", "#..#", ".###"],
    "H": ["#..#", "#..#", "####", "#..#", "#..#", "#..#"],
    "I": ["###", ".#.", ".#.", ".#.", ".#.", "###"],
    "J": ["..##", "...#", "...#", "...#", "#..#", ".##."],
    "K": ["#..#", "#.#.", "##..", "##..", "#.#.", "#..#"],
    "L": ["#...", "#...", "#...", "#...", "#...", "####"],
    "M": ["#...#", "##.##", "#.#.#", "#.#.#", "#...#", "#...#"],
    "N": ["#..#", "##.#", "##.#", "#.##", "#.##", "#..#"],
    "O": [".##.", "#..#", "#..#", "#..#", "#..#", ".##."],
    "P": ["###.", "#..#", "#..#", "###.", "#...", "#..."],
    "Q": [".##.", "#..#", "#..#", "#..#", "#.#.", ".#.#"],
    "R": ["###.", "#..#", "#..#", "###.", "#.#.", "#..#"],
    "S": [".###", "#...", ".##.", "...#", "...#", "###."],
    "T": ["#####", "..#..", "..#..", "..#..", "..#..", "..#.."],
    "U": ["#..#", "#..#", "#..#", "#..#", "#..#", ".##."],
    "V": ["#...#", "#...#", "#...#", ".#.#.", ".#.#.", "..#.."],
    "W": ["#...#", "#...#", "#.#.#", "#.#.#", "##.##", "#...#"],
    "X": ["#..#", "#..#", ".##.", ".##.", "#..#", "#..#"],
    "Y": ["#...#", ".#.#.", "..#..", "..#..", "..#..", "..#.."],
    "Z": ["####", "...#", "..#.", ".#..", "#...", "####"],
    "-": [".....", ".....", ".....", ".###.", ".....", "....."],
    " ": ["..", "..", "..", "..", "..", ".."],
    "→": ["......", "...#..", "....#.", "######", "....#.", "...#.."],
}
_HALVES = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}


def big_lines(text: str, scale: int = 1) -> tuple[str, ...]:
    """`text` in `scale` times `HEIGHT` lines of half-blocks.

    Empty where a character has no large form.
    """
    glyphs = [_GLYPHS.get(char) for char in text.upper()]
    if not glyphs or None in glyphs:
        return ()
    drawn = [".".join(glyph[row] for glyph in glyphs if glyph) for row in range(2 * HEIGHT)]
    pixels = [
        "".join(pixel * scale for pixel in row) for row in drawn for _repeated in range(scale)
    ]
    return tuple(
        "".join(_HALVES[pair] for pair in zip(pixels[row], pixels[row + 1], strict=True))
        for row in range(0, 2 * HEIGHT * scale, 2)
    )


def largest_lines(text: str, width: int, height: int) -> tuple[str, ...]:
    """`text` in the largest half-blocks that fit, else as it is; the lines are equally long."""
    for scale in range(height // HEIGHT, 0, -1):
        lines = big_lines(text, scale)
        if lines and len(lines[0]) <= width:
            return lines
    return (fit(text, min(cell_len(text), width)),)


class BigText(Widget):
    """A reference such as ``7K4Q-92XD-3`` or a ticket ``B201``, three lines high.

    What has no large form, or more than the width allows, is written small and bold instead.
    """

    DEFAULT_CSS = """
    BigText { height: 3; width: 1fr; color: $foreground; }
    """

    text: reactive[str] = reactive("")
    """What is shown."""

    def __init__(
        self,
        text: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own parameter name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(BigText.text, text)

    def render_line(self, y: int) -> Strip:
        """The line `y` of the widget."""
        width = self.size.width
        lines = big_lines(self.text)
        style = self.rich_style
        if not lines or len(lines[0]) > width:
            lines = ("", self.text, "")
        line = lines[y] if y < HEIGHT else ""
        return Strip([Segment(line, style)]).adjust_cell_length(width, style)


class Huge(Widget):
    """A call for a whole room, as large as the widget allows, in its middle."""

    DEFAULT_CSS = """
    Huge { width: 1fr; height: 1fr; color: $foreground; text-style: bold; }
    """

    text: reactive[str] = reactive("")
    """What is shown."""

    def render_line(self, y: int) -> Strip:
        """The line `y` of the widget."""
        width, height = self.size
        style = self.rich_style
        lines = largest_lines(self.text, width, height)
        row = y - (height - len(lines)) // 2
        line = lines[row] if 0 <= row < len(lines) else ""
        left = (width - cell_len(line)) // 2
        return Strip([Segment(" " * left + line, style)]).adjust_cell_length(width, style)
