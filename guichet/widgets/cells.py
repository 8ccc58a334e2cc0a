"""Text measured in the cells of a terminal."""

from rich.cells import cell_len, set_cell_size


def printable(text: str) -> str:
    """`text` on one line, without characters a terminal obeys or that turn the writing round."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)


def fit(text: str, width: int, align: str = "left") -> str:
    """`text` in exactly `width` cells, cut with an ellipsis where it is longer."""
    text = printable(text)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    if align == "right":
        return " " * (width - length) + text
    return text + " " * (width - length)
