"""A table as a file: CSV and XLSX as French spreadsheets open them, or PDF to be printed.

A file is made in memory, then written whole or not at all.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from guichet.convocation import press
from guichet.station.tables import Cell, Kind, Table, harmless, spoken

Going = Callable[[float], bool]
"""Is told the part that is done, and says whether to go on."""

_EVERY = 50
"""Rows between two such questions."""
_FORMATS: dict[Kind, str] = {
    "number": "#,##0",
    "decimal": "0.0",
    "percent": "0.0%",
    "day": "dd/mm/yyyy",
    "time": "hh:mm",
}
_WIDEST = 40
_WIDE = 14
"""Letters from which a column of texts shares what is left of a printed line."""


class _Stopped(Exception):
    """Somebody has stopped the export."""


def write(table: Table, path: Path, foot: str, issued: datetime, going: Going) -> bool:
    """Write the table; False when it was stopped, and no file is left then.

    Raises DocumentError when the folder cannot take it, KeyError for an ending that is none.
    """
    make = WRITERS[path.suffix.lower()]
    try:
        content = make(table, foot, issued, going)
    except _Stopped:
        return False
    press.put(path.parent, path.name, content)
    return True


def _told(table: Table, going: Going) -> Iterator[tuple[Cell, ...]]:
    """The rows, asking now and then whether to go on."""
    for place, row in enumerate(table.rows):
        if place % _EVERY == 0 and not going(place / len(table.rows)):
            raise _Stopped
        yield row
    if not going(1.0):
        raise _Stopped


def _csv(table: Table, _foot: str, _issued: datetime, going: Going) -> bytes:
    """Semicolons, decimal commas, CRLF, and the mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([heading.label for heading in table.headings])
    kinds = [heading.kind for heading in table.headings]
    for row in _told(table, going):
        writer.writerow([_harmless(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell, kind: Kind) -> str:
    """The cell as it is read; a negative number is no formula."""
    said = spoken(cell, kind)
    return harmless(said) if isinstance(cell, str) else said


def _xlsx(table: Table, _foot: str, _issued: datetime, going: Going) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only where a spreadsheet is made

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.headings) - 1)
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, heading.label, bold)
        said = [spoken(row[column], heading.kind) for row in table.rows]
        width = max(map(len, said), default=0)
        sheet.set_column(column, column, min(_WIDEST, max(width, 10) + 2))
    for place, row in enumerate(_told(table, going), 1):
        for column, (cell, heading) in enumerate(zip(row, table.headings, strict=True)):
            _put(sheet, place, column, cell, formats.get(heading.kind))
    book.set_properties({"title": table.title})
    book.close()
    return content.getvalue()


def _put(sheet: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    # Each kind by its own method: the one that guesses would make a formula of a text.
    match cell:
        case None | "":
            pass
        case str():
            sheet.write_string(row, column, cell)
        case date() | time():
            sheet.write_datetime(row, column, cell, form)
        case _:
            sheet.write_number(row, column, cell, form)


def _pdf(table: Table, foot: str, issued: datetime, going: Going) -> bytes:
    rows = [
        [spoken(cell, heading.kind) for cell, heading in zip(row, table.headings, strict=True)]
        for row in _told(table, going)
    ]
    return press.pdf(
        "list.typ",
        {
            "title": table.title,
            "large": False,
            "headings": [heading.label for heading in table.headings],
            "right": [heading.kind in ("number", "decimal", "percent")
                      for heading in table.headings],
            "wide": [
                place for place, heading in enumerate(table.headings) if heading.kind == "text"
                and max((len(row[place]) for row in rows), default=0) > _WIDE
            ],
            "rows": rows,
            "footer": foot,
            "issued": {"year": issued.year, "month": issued.month, "day": issued.day},
        },
    )  # fmt: skip


WRITERS: dict[str, Callable[[Table, str, datetime, Going], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".pdf": _pdf,
}
"""What makes a file, by its ending."""
