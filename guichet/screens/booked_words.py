"""What a booked appointment's screen says of its place and of its papers."""

from dataclasses import dataclass
from pathlib import Path

from guichet.domain.model import Appointment, Person, Procedure, Site
from guichet.i18n import _
from guichet.screens.languages import language
from guichet.screens.post import Post


@dataclass(frozen=True, slots=True)
class Known:
    """What the station knows of an appointment's papers.

    `languages` is what the convocation is in, in words.
    """

    printer: bool
    languages: str
    sites: dict[int, Site]
    procedure: Procedure | None


def known(post: Post, appointment: Appointment, person: Person) -> Known:
    """Ask the station; it blocks."""
    station = post.station
    procedures = {each.code: each for each in station.mediation.procedures()}
    bilingual = station.papers.bilingual(person.language)
    return Known(
        station.papers.printer_available(),
        languages(person.language, bilingual=bilingual),
        station.assistance.sites(),
        procedures.get(appointment.procedure),
    )


def languages(code: str, *, bilingual: bool) -> str:
    """What a convocation is in, for who reads the language of that ISO 639 code."""
    if code in ("", "fr"):
        return language("fr")
    if bilingual:
        return f"{language('fr')} + {language(code)}"
    return _("français seulement : pas encore traduit en {language}").format(
        language=language(code)
    )


def place(post: Post, number: int, sites: dict[int, Site]) -> str:
    """The site of that number; another one than this station's has its address beside it."""
    if number == post.station.site.number:
        return post.station.site.name
    site = sites.get(number)
    if site is None:
        return _("Sur un autre site")
    address = site.address.replace("\n", ", ")
    return _("Sur un autre site : {name}, {address}").format(name=site.name, address=address)


def short(path: Path) -> str:
    """The path as people write it: ~ for the user's own folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
