"""A table to be exported or printed: what every format is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Kind = Literal["text", "number", "decimal", "percent", "day", "time"]
"""What a column holds: texts, whole numbers, numbers, parts of one, days, times of day."""
Cell = str | int | float | date | time | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its label, and what it holds."""

    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings, and rows of as many cells. `named`: it says who people are."""

    title: str
    headings: tuple[Heading, ...]
    rows: Sequence[tuple[Cell, ...]]
    named: bool = False


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would work out."""


def harmless(text: str) -> str:
    """A text for a spreadsheet, behind an apostrophe if it would be a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def spoken(cell: Cell, kind: Kind) -> str:
    """A cell as people and French spreadsheets read it; nothing for what is not known."""
    match cell:
        case None:
            return ""
        case float():
            number = f"{cell * 100:.1f}\u00a0%" if kind == "percent" else f"{cell:.1f}"
            return number.replace(".", ",")
        case date():
            return f"{cell:%d/%m/%Y}"
        case time():
            return f"{cell:%H:%M}"
        case _:
            return str(cell)
