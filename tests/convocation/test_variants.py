"""The convocation in large type, and its list of documents to tick."""

import dataclasses
from pathlib import Path

import pypdfium2
import pytest

from guichet.convocation.catalogue import Phrases
from guichet.convocation.document import Convocation, convocation_of, render, write
from guichet.domain.model import Person, Procedure
from tests.convocation.outputs import APPOINTMENT, SITE, letters, pages, said_in
from tests.convocation.samples import CONVOCATION, DPI, TOKEN, read, symbol
from tests.convocation.test_document import FULLEST

FOOT = 770  # points from the top: below is the footer of large type
SIX = dataclasses.replace(
    CONVOCATION,
    documents=(
        "Titre de séjour actuel",
        "Passeport, ou autre preuve de nationalité",
        "Justificatif de domicile de moins de 6 mois",
        "3 photos d’identité 35 × 45 mm",
        "Traduction par un traducteur assermenté des documents en langue étrangère",
        "Originaux et copies A4, sans agrafes",
    ),
    early=15,
    second=Phrases("ar", {"all.free": "حجز الموعد مجاني"}),
)


def test_in_large_type_nothing_is_under_20_points() -> None:
    said = letters(render(SIX, large=True))
    assert max(one.page for one in said) == 1
    assert min(one.size for one in said if one.top < FOOT) >= 20
    assert min(one.size for one in letters(render(SIX)) if one.top < FOOT) < 14


def test_in_large_type_the_symbol_the_hour_and_the_person_are_on_the_first_page() -> None:
    page = read(render(FULLEST, large=True))
    token, (left, _top, right, _bottom) = symbol(page.picture)
    assert token == TOKEN
    assert 46 <= (right - left) / DPI * 25.4 <= 50
    assert "mercredi 30 septembre 2026 à 14 h 05" in page.text
    assert "Emmanuel Marie" in page.text


@pytest.mark.parametrize("it", [SIX, FULLEST], ids=["six documents", "fullest"])
def test_large_type_says_all_that_the_usual_one_says(it: Convocation) -> None:
    pdf = render(it, large=True)
    for said in (it.procedure, it.site_name, *it.documents, *it.needs):
        assert said_in(pdf, said), said
    for number, text in enumerate(pages(pdf), 1):
        assert f"Page {number} sur {len(pages(pdf))}" in text


def test_large_type_is_a_file_of_its_own(tmp_path: Path) -> None:
    usual, large = write(SIX, tmp_path), write(SIX, tmp_path, large=True)
    assert large.name == "convocation-7K4Q-92XD-3-grand.pdf"
    assert large.read_bytes() == render(SIX, large=True)
    assert usual.read_bytes() == render(SIX)


def darkness_of_boxes(pdf: bytes) -> list[float]:
    """How dark the inside of the box before each document is, 0 to 1."""
    paper = pypdfium2.PdfDocument(pdf)
    picture = paper[0].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
    paper.close()
    said = letters(pdf)
    text = "".join(one.character for one in said)
    found = []
    for document in SIX.documents:
        # The last place: "Passeport" may be said before the list.
        first = said[text.rindex("".join(document.split()))]
        centre = 18 / 25.4 * 72 + 0.4 * first.size  # the margin, and half a box
        middle, reach = (first.top + first.bottom) / 2, 0.25 * first.size
        box = (centre - reach, middle - reach, centre + reach, middle + reach)
        left, top, right, bottom = (int(edge * DPI / 72) for edge in box)
        inside = picture.crop((left, top, right, bottom))
        dark = inside.point(lambda grey: 255 * (grey < 128)).histogram()[255]
        found.append(dark / (inside.width * inside.height))
    return found


def test_the_documents_that_were_presented_are_ticked_and_said_so() -> None:
    presented = (SIX.documents[1], SIX.documents[3])
    for large in (False, True):
        pdf = render(dataclasses.replace(SIX, presented=presented), large=large)
        text = "".join("".join(pages(pdf)).split())
        assert text.count("–présenté") == 2
        for document in presented:
            assert "".join(document.split()) + "–présenté" in text
    darkness = darkness_of_boxes(render(dataclasses.replace(SIX, presented=presented)))
    assert [level > 0.1 for level in darkness] == [False, True, False, True, False, False]
    assert max(darkness_of_boxes(render(SIX))) < 0.05


def test_nothing_presented_is_not_mentioned_and_no_file_is_called_complete() -> None:
    assert "présenté" not in "".join(pages(render(SIX)))
    everything = dataclasses.replace(SIX, presented=SIX.documents)
    (text,) = pages(render(everything))
    assert text.count("présenté") == 7  # one each, and what the sign means
    assert "Apportez tous les documents." in text
    assert "complet" not in text.lower()


def test_a_document_that_is_not_asked_for_cannot_be_presented() -> None:
    with pytest.raises(ValueError, match="not asked for"):
        dataclasses.replace(SIX, presented=("Permis de conduire",))


@pytest.mark.parametrize(("admitted", "early"), [(30, 15), (15, 15), (10, 10), (0, None)])
def test_people_are_never_asked_to_come_before_they_are_admitted(
    admitted: int, early: int | None
) -> None:
    site = dataclasses.replace(SITE, early_minutes=admitted)
    procedure = Procedure("RENO", "Renouvellement", "sejour", 20, "A", True, "", SIX.documents)
    person = Person(
        "p", 1, "DIALLO", "Fatoumata", "1989", None, None, None, None, "93008", "xx", ()
    )
    it = convocation_of(
        APPOINTMENT, person, procedure, site, CONVOCATION.issued_on, presented=SIX.documents[:1]
    )
    assert it.early == early
    assert it.presented == SIX.documents[:1]
    assert it.second is None
