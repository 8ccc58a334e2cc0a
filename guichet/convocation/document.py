"""The printed convocation: a tagged PDF (PDF/UA-1) of one A4 page.

Everything is said on it in French, the only version with legal value; what the person's language
has words for follows.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from guichet.convocation import catalogue, press, symbol
from guichet.convocation.catalogue import Phrases, in_french
from guichet.domain.birth import BirthDate
from guichet.domain.calendar_fr import clock, long_date
from guichet.domain.model import Appointment, Person, Procedure, Site
from guichet.domain.names import display_name

ADVISED_EARLY = 15
"""Minutes before the hour at which people are asked to come.

A proposal for each préfecture to set, after what Nogent-sur-Marne asks for (val-de-marne.gouv.fr,
« Renouvellement de cartes de séjour de 10 ans »); never earlier than the site admits them.
"""

_TEMPLATE = "convocation.typ"
_REFERENCE = re.compile(r"[0-9A-Z]+(-[0-9A-Z]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Convocation:
    """Everything that is printed.

    `starts_at` is the site's local time, aware; `minutes` the planned duration; `early` how many
    minutes before to come; `birth` as it is to be read, for it may lack a day or a month;
    `site_address` may have several lines; `desk` says where inside the site; `presented` are those
    of `documents` that the person has shown; `token` is the QR code's text; `second` the words of
    the person's language.
    Raises ValueError for a naive `starts_at`, a `reference` that is not ours, or a document
    presented that is not asked for.
    """

    reference: str
    person_name: str
    birth: str | None = None
    procedure: str
    documents: tuple[str, ...]
    presented: tuple[str, ...] = ()
    starts_at: datetime
    minutes: int
    early: int | None = None
    site_name: str
    site_address: str
    desk: str | None = None
    needs: tuple[str, ...] = ()
    token: str
    revision: int
    issued_on: date
    second: Phrases | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None:
            raise ValueError("starts_at must be aware")
        if not _REFERENCE.fullmatch(self.reference):
            # It names a file: nothing else may come through.
            raise ValueError(f"not a reference: {self.reference!r}")
        if not set(self.presented) <= set(self.documents):
            raise ValueError(f"not asked for: {self.presented!r}")


def convocation_of(
    appointment: Appointment,
    person: Person,
    procedure: Procedure,
    site: Site,
    issued_on: date,
    *,
    presented: tuple[str, ...] = (),
) -> Convocation:
    """The convocation of a confirmed appointment; raises ValueError when it has no token.

    `presented`: those of the procedure's documents that the person has shown.
    """
    if appointment.token is None:
        raise ValueError("central has not confirmed this appointment")
    return Convocation(
        reference=appointment.reference,
        person_name=display_name(person.family_name, person.given_names),
        birth=str(BirthDate.from_text(person.birth)),
        procedure=procedure.label,
        documents=procedure.documents,
        presented=presented,
        starts_at=appointment.starts_at.astimezone(ZoneInfo(site.time_zone)),
        minutes=appointment.minutes,
        early=min(ADVISED_EARLY, site.early_minutes) or None,
        site_name=site.name,
        site_address=site.address,
        token=appointment.token,
        revision=appointment.revision,
        issued_on=issued_on,
        second=catalogue.second(person.language),
    )


def bilingual(language: str) -> bool:
    """Whether a convocation says anything in that language (ISO 639 code) beside the French."""
    words = catalogue.second(language)
    return words is not None and any(
        key.startswith(("convocation.", "all.")) for key in words.texts
    )


def render(convocation: Convocation, *, large: bool = False) -> bytes:
    """The convocation as a PDF; `large`: in letters of 20 points, on as many pages as that takes.

    Raises DocumentError for a character no font of ours can print.
    """
    return press.pdf(_TEMPLATE, _sheet(convocation, large=large))


def render_png(convocation: Convocation, ppi: float = 100) -> bytes:
    """A picture of the first page, `ppi` pixels an inch, as a camera would see the paper."""
    return press.picture(_TEMPLATE, _sheet(convocation), ppi)


def write(convocation: Convocation, folder: Path, *, large: bool = False) -> Path:
    """Write the PDF in `folder`, readable by its owner only, and give its path.

    The name says the reference and nothing about the person. An older file of that name is replaced
    whole or not at all. Raises DocumentError when the folder cannot take it.
    """
    name = f"convocation-{convocation.reference}{'-grand' if large else ''}.pdf"
    return press.put(folder, name, render(convocation, large=large))


def write_picture(convocation: Convocation, folder: Path) -> Path:
    """Write a picture of the page in `folder` the same way, for the practice camera."""
    return press.put(folder, f"{convocation.reference}.png", render_png(convocation))


def _sheet(it: Convocation, *, large: bool = False) -> dict[str, Any]:
    modules, svg = symbol.drawn(it.token)
    names = it.second.documents if it.second else {}
    return {
        "title": f"Convocation {it.reference}",
        "large": large,
        "reference": it.reference,
        "person_name": it.person_name,
        "birth": it.birth,
        "procedure": it.procedure,
        "documents": [
            {"name": name, "presented": name in it.presented, "translated": names.get(name)}
            for name in it.documents
        ],
        "ticked": in_french("convocation.ticked") if it.presented else None,
        "day": long_date(it.starts_at).replace(" ", "\u00a0"),
        "hour": clock(it.starts_at),
        "early": in_french("convocation.early", minutes=it.early) if it.early else None,
        "show": in_french("convocation.show"),
        "duration": f"{it.minutes}\u00a0minutes",
        "site_name": it.site_name,
        "site_address": it.site_address,
        "desk": it.desk,
        "needs": it.needs,
        "notice": f"{in_french('all.free')} {in_french('convocation.personal')}",
        "language": it.second.language if it.second else "fr",
        "rtl": it.second.right_to_left if it.second else False,
        "translated": _translated(it),
        "footer": f"Convocation {it.reference}, version {it.revision},"
        f" éditée le {long_date(it.issued_on)}",
        "issued": {"year": it.issued_on.year, "month": it.issued_on.month, "day": it.issued_on.day},
        "qr_mm": symbol.SIDE_MM,
        "qr_modules": modules,
        "qr_svg": svg,
    }


def _translated(it: Convocation) -> list[str]:
    """What the person's language has words for; the rest is on the page in French."""
    if it.second is None:
        return []
    say = it.second.say
    lines = (
        say("convocation.title"),
        say("convocation.when", day=f"{it.starts_at:%d/%m/%Y}", hour=f"{it.starts_at:%H:%M}"),
        say("convocation.early", minutes=it.early) if it.early else None,
        say("convocation.bring") if it.documents else None,
        say("convocation.ticked") if it.presented else None,
        say("convocation.show"),
        say("all.free"),
        say("convocation.personal"),
    )
    return [line for line in lines if line is not None]
