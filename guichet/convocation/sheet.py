"""Sheets of short sentences under headings: one A4 page, tagged PDF (PDF/UA-1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guichet.convocation import press
from guichet.convocation.catalogue import Phrases, in_french
from guichet.domain.calendar_fr import clock, long_date

Pair = tuple[str, str | None]
"""What is said in French, and in the person's language where it has words for it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences under a heading; `strong` ones are bold."""

    heading: Pair
    lines: tuple[Pair, ...]
    strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One page. `at` is the site's local time, aware; `hour`: print the time of day too.

    `issued` is when it was written, where `at` is the moment it is about.
    """

    heading: Pair
    place: str
    at: datetime
    hour: bool
    sections: tuple[Section, ...]
    signature: Pair | None = None
    footer: str
    second: Phrases | None
    issued: datetime | None = None


def pair(second: Phrases | None, key: str, **values: object) -> Pair:
    """A phrase in French and in the person's language. Raises KeyError for a key there is not."""
    return in_french(key, **values), second.say(key, **values) if second else None


def pdf(sheet: Sheet) -> bytes:
    """The page as a PDF, the free-of-charge line at its foot.

    Raises DocumentError for a character no font of ours can print.
    """
    return press.pdf("sheet.typ", _inputs(sheet))


def _inputs(it: Sheet) -> dict[str, Any]:
    issued = it.issued or it.at
    return {
        "title": it.heading[0],
        "large": False,
        "heading": it.heading,
        "place": it.place,
        "day": long_date(it.at).replace(" ", "\u00a0"),
        "hour": clock(it.at) if it.hour else None,
        "sections": [
            {"heading": part.heading, "lines": part.lines, "strong": part.strong}
            for part in it.sections
        ],
        "signature": it.signature,
        "notice": pair(it.second, "all.free"),
        "language": it.second.language if it.second else "fr",
        "rtl": it.second.right_to_left if it.second else False,
        "footer": it.footer,
        "issued": {"year": issued.year, "month": issued.month, "day": issued.day},
    }
