"""Whom to call, on paper: for the agents who call, never for the people themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from guichet.convocation import press
from guichet.domain.calendar_fr import clock, long_date
from guichet.i18n import _, ngettext

_SHORT = 17
"""Characters, a telephone's or a date's, up to which a cell keeps to one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contacts:
    """Who is to be told of a new appointment: a header, then a row of text for each.

    `at` is the local time of `place`, aware; `agent` the code of who has made the list.
    """

    at: datetime
    place: str
    agent: str
    rows: Sequence[Sequence[str]]


def render(it: Contacts) -> bytes:
    """The list as a PDF, A4 across. Raises DocumentError for a character no font can print."""
    heading, people = _("Personnes à prévenir"), len(it.rows) - 1
    count = ngettext("{n} personne", "{n} personnes", people).format(n=people)
    whom = _("Noms et téléphones\u00a0: pour les agents qui appellent, à détruire ensuite")
    day = _("{day} à {hour}").format(day=long_date(it.at), hour=clock(it.at))
    sheet = {
        "title": heading,
        "heading": heading,
        "told": f"{it.place} · {count}",
        "large": False,
        "rows": [list(row) for row in it.rows],
        "widths": [_width(column) for column in zip(*(it.rows[1:] or it.rows), strict=True)],
        "tick": _("Prévenu"),
        "footer": f"{whom} · {day}, agent {it.agent}",
        "issued": {"year": it.at.year, "month": it.at.month, "day": it.at.day},
    }
    return press.pdf("contacts.typ", sheet)


def _width(cells: Sequence[str]) -> int | None:
    """A column's share of the room that those of short cells leave; None for one of these."""
    longest = max(map(len, cells))
    return longest if longest > _SHORT else None


def write(it: Contacts, folder: Path) -> Path:
    """Write the PDF in `folder`, named by the moment only. Raises DocumentError."""
    return press.put(folder, f"a-prevenir-{it.at:%Y%m%d-%H%M%S}.pdf", render(it))
