"""A table of figures as a list on the screen."""

from guichet.station.tables import Cell, Table, spoken
from guichet.widgets.columns import Column, Row

_NAME = 16
"""Cells of the first column at least."""
_LEAST = 7
"""Cells of any other: 100,0 % has room."""


def columns(table: Table) -> tuple[Column, ...]:
    """The columns of a list for a table: those for which there is no room are left out."""
    first, *others = table.headings
    return (
        Column("0", first.label, flex=1),
        *(
            Column(str(n), each.label, width=max(_LEAST, len(each.label)), align="right",
                   min_terminal=_fits(table, n))
            for n, each in enumerate(others, 1)
        ),
    )  # fmt: skip


def _fits(table: Table, last: int) -> int:
    """The columns of the terminal from which that many columns of the table have room."""
    widths = (max(_LEAST, len(each.label)) + 2 for each in table.headings[1 : last + 1])
    return 6 + _NAME + sum(widths)


def rows(table: Table) -> list[Row]:
    """The rows of a list for a table, its last one, the total, first."""
    kinds = [heading.kind for heading in table.headings]
    return [
        Row(
            str(place),
            tuple(
                "–" if cell is None else spoken(cell, kind)
                for cell, kind in zip(row, kinds, strict=True)
            ),
            status="info" if place == len(table.rows) - 1 else "",
        )
        for place, row in _total_first(table)
    ]


def _total_first(table: Table) -> list[tuple[int, tuple[Cell, ...]]]:
    """The rows with their places; the last one first, for a long table ends below the screen."""
    places = list(enumerate(table.rows))
    return places[-1:] + places[:-1]
