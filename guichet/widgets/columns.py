"""Columns and rows of a list, and how columns share the width there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GUTTER = 4  # the cursor's bar, the status sign, and a blank on either side of it
GAP = 2
MIN_FLEX = 4


@dataclass(frozen=True)
class Column:
    """One column: `width` cells, or a share `flex` of what the others leave.

    It is shown from a terminal of `min_terminal` columns on.
    """

    key: str
    label: str
    width: int = 0
    flex: int = 0
    align: Literal["left", "right"] = "left"
    min_terminal: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a cell for each column, shown or not. `status` is a level, or nothing."""

    key: str
    cells: tuple[str, ...]
    status: str = ""
    dim: bool = False


def share(columns: Sequence[Column], available: int, terminal: int) -> list[tuple[int, int]]:
    """(index, width) of the columns shown in `available` cells of a `terminal` that wide.

    A number at the end keeps one cell off the scroll bar.
    """
    shown = [i for i, column in enumerate(columns) if terminal >= column.min_terminal]
    available -= bool(shown) and columns[shown[-1]].align == "right"
    weight = sum(columns[i].flex for i in shown)
    fixed = sum(columns[i].width for i in shown if not columns[i].flex)
    left = max(0, available - fixed - GAP * (len(shown) - 1))
    widths: list[tuple[int, int]] = []
    for i in shown:
        flex = columns[i].flex
        if not flex:
            widths.append((i, columns[i].width))
            continue
        part = left * flex // weight
        left, weight = left - part, weight - flex
        widths.append((i, max(part, MIN_FLEX)))
    return widths
