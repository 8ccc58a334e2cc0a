"""Everything that is handed to a person, and what an independent reader finds in it."""

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from guichet.convocation import accord, attestation, document, ics, slip
from guichet.convocation.accord import AccordSheet
from guichet.convocation.attestation import Attempt
from guichet.convocation.catalogue import Phrases, second
from guichet.domain.model import Appointment, AppointmentStatus, Site
from tests.convocation.samples import CONVOCATION, PARIS, STARTS_AT, TOKEN

ATTEMPT = Attempt(
    searched_at=datetime(2026, 11, 24, 10, 12, 5, tzinfo=PARIS),
    place="Préfecture de la Seine-Saint-Denis, Bobigny",
    sites=("Préfecture de la Seine-Saint-Denis, Bobigny", "Sous-préfecture du Raincy"),
    procedure="Renouvellement de carte de résident (10 ans)",
    first_day=date(2026, 11, 24),
    last_day=date(2026, 12, 31),
    agent="M001",
)
ACCORD = AccordSheet(at=ATTEMPT.searched_at, place=ATTEMPT.place, agent="M001", spoken="arabe")
UNCONFIRMED = slip.Unconfirmed(
    at=ATTEMPT.searched_at,
    place=ATTEMPT.place,
    agent="M001",
    reference="7K4Q-92XD-3",
    procedure=ATTEMPT.procedure,
    starts_at=datetime(2026, 11, 27, 9, 40, tzinfo=PARIS),
    where=f"{ATTEMPT.place}, 1 esplanade Jean-Moulin, 93007 Bobigny Cedex",
)
WISH = slip.Wish(
    at=ATTEMPT.searched_at,
    place=ATTEMPT.place,
    agent="M001",
    procedure=ATTEMPT.procedure,
    first_day=date(2026, 12, 1),
    last_day=date(2026, 12, 18),
)
NOTE = slip.Note(
    at=ATTEMPT.searched_at,
    place=ATTEMPT.place,
    agent="M001",
    what=("Le rendez-vous n’a pas pu être confirmé.",),
    advice=("Nous pouvons en chercher un autre.",),
)
BRING = slip.Bring(
    at=ATTEMPT.searched_at,
    place=ATTEMPT.place,
    agent="C001",
    reference="7K4Q-92XD-3",
    procedure=ATTEMPT.procedure,
    missing=("Passeport en cours de validité", "Justificatif de domicile de moins de 6 mois"),
)
SITE = Site(
    1, ATTEMPT.place, "1 esplanade Jean-Moulin\n93007 Bobigny Cedex", "Europe/Paris", 30, 15
)
APPOINTMENT = Appointment(
    id="0123456789abcdef",
    reference="7K4Q-92XD-3",
    site=1,
    slot="slot",
    day=date(2026, 11, 24),
    starts_at=STARTS_AT.astimezone(UTC),
    minutes=20,
    procedure="RENO",
    family="sejour",
    person="8e8f3e2b",
    status=AppointmentStatus.BOOKED,
    revision=2,
    token=TOKEN,
    booked_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    booked_by="M001",
    accord=None,
    cancel_reason=None,
)
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)

PDFS: dict[str, Callable[[Phrases | None], bytes]] = {
    "convocation": lambda words: document.render(dataclasses.replace(CONVOCATION, second=words)),
    "large": lambda words: document.render(
        dataclasses.replace(CONVOCATION, second=words), large=True
    ),
    "attestation": lambda words: attestation.render(dataclasses.replace(ATTEMPT, second=words)),
    "accord": lambda words: accord.render(dataclasses.replace(ACCORD, second=words)),
    "unconfirmed": lambda words: slip.render(dataclasses.replace(UNCONFIRMED, second=words)),
    "wish": lambda words: slip.render(dataclasses.replace(WISH, second=words)),
    "note": lambda words: slip.render(dataclasses.replace(NOTE, second=words)),
    "bring": lambda words: slip.render(dataclasses.replace(BRING, second=words)),
}


@dataclass(frozen=True)
class Letter:
    """A printed character: its page from 0, its box in points from the top left, its size."""

    character: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    size: float


def letters(pdf: bytes) -> list[Letter]:
    """Every character with ink."""
    paper = pypdfium2.PdfDocument(pdf)
    found = []
    for number, page in enumerate(paper):
        words, height = page.get_textpage(), page.get_height()
        for index in range(words.count_chars()):
            character = chr(pdfium.FPDFText_GetUnicode(words, index))
            if not character.isspace():
                left, bottom, right, top = words.get_charbox(index, loose=True)
                size = pdfium.FPDFText_GetFontSize(words, index)
                box = (left, height - top, right, height - bottom)
                found.append(Letter(character, number, *box, size))
    paper.close()
    return found


def pages(pdf: bytes) -> list[str]:
    """The text of each page, white space reduced to single spaces."""
    paper = pypdfium2.PdfDocument(pdf)
    found = [" ".join(page.get_textpage().get_text_range().split()) for page in paper]
    paper.close()
    return found


def said_in(pdf: bytes, text: str) -> bool:
    """Whether `text` is printed, wherever its lines were broken."""
    # A hyphen that ends a line comes out as another character.
    printed, sought = (re.sub(r"[\s\x02\ufffe-]", "", it) for it in ("".join(pages(pdf)), text))
    return sought in printed


def event(words: Phrases | None) -> str:
    """The calendar file, its lines unfolded."""
    return ics.event(APPOINTMENT, SITE, NOW, words).decode().replace("\r\n ", "")


def catalogue(
    folder: Path, language: str, texts: dict[str, str], documents: dict[str, str] | None = None
) -> Phrases:
    """Add a proofread catalogue to `folder`, and what is read of it."""
    tables: dict[str, list[str]] = {"review": ['by = "A. Reader"', "on = 2026-11-24"]}
    for key, text in texts.items():
        table, name = key.split(".")
        tables.setdefault(table, []).append(f"{name} = {json.dumps(text)}")
    for name, text in (documents or {}).items():
        tables.setdefault("documents", []).append(f"{json.dumps(name)} = {json.dumps(text)}")
    lines = [f"[{table}]\n" + "\n".join(keys) + "\n" for table, keys in tables.items()]
    (folder / f"{language}.toml").write_text("\n".join(lines), "utf-8")
    read = second(language, folder)
    assert read is not None
    return read
