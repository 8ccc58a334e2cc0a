"""The convocation in large type, and its list of documents to tick."""

import dataclasses
import importlib
import pkgutil
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

import guichet.convocation
from guichet.convocation import accord, attestation, ics
from guichet.convocation.catalogue import Phrases, in_french
from guichet.convocation.document import Convocation, convocation_of, render, write
from guichet.domain.model import Person, Procedure
from tests.convocation.outputs import (
    ACCORD,
    APPOINTMENT,
    ATTEMPT,
    NOW,
    PDFS,
    SITE,
    letters,
    pages,
    said_in,
)
from tests.convocation.samples import CONVOCATION, DPI, TOKEN, read, symbol
from tests.convocation.test_document import FULLEST, LARGER_SYMBOL

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

A4 = (595.3, 841.9)  # in points
MARGIN = 18 / 25.4 * 72
NAMES = {
    "arabic": ("ديالو فاطمة", range(0x600, 0x700)),
    "tamil": ("சிவகுமார் கந்தசாமி", range(0xB80, 0xC00)),
}
ALL = {
    "usual": CONVOCATION,
    "six documents": SIX,
    "presented": dataclasses.replace(SIX, presented=SIX.documents),
    "fullest": FULLEST,
    "larger symbol": LARGER_SYMBOL,
    **{key: dataclasses.replace(SIX, person_name=name) for key, (name, _) in NAMES.items()},
}


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


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
@pytest.mark.parametrize("it", ALL.values(), ids=ALL)
def test_every_variant_is_a_page_whose_symbol_is_read_from_its_pixels(
    it: Convocation,
    large: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    pdf = render(it, large=large)
    paper = pypdfium2.PdfDocument(pdf)
    read_back = []
    for number, page in enumerate(paper):
        assert page.get_size() == pytest.approx(A4, abs=0.5)
        # 110 points an inch: three pixels a module, what a webcam at 20 cm has.
        picture = page.render(scale=110 / 72, grayscale=True).to_pil()
        read_back += [(number, found.text) for found in zxingcpp.read_barcodes(picture)]
    paper.close()
    assert read_back == [(0, it.token)]
    for one in letters(pdf):
        assert one.left > MARGIN - 3, one
        assert one.right < A4[0] - MARGIN + 3, one
        assert one.bottom < A4[1], one


@pytest.mark.parametrize("it", ALL.values(), ids=ALL)
def test_in_large_type_nothing_is_printed_over_the_symbol(it: Convocation) -> None:
    pdf = render(it, large=True)
    _token, box = symbol(read(pdf).picture)
    left, top, right, bottom = (edge * 72 / DPI for edge in box)
    over = [
        one.character
        for one in letters(pdf)
        if one.page == 0
        and one.left < right
        and one.right > left
        and one.top < bottom
        and one.bottom > top
    ]
    assert over == []


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_its_own_script_is_printed_whole(
    script: str,
    large: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    name, letters_of = NAMES[script]
    plain = dataclasses.replace(SIX, person_name=name, second=None)
    pdf = render(plain, large=large)
    drawn = [one.character for one in letters(pdf) if ord(one.character) in letters_of]
    written = [letter for letter in name if ord(letter) in letters_of]
    # What is drawn as one sign may come back as one letter or several, in the order of drawing.
    assert set(written) <= set(drawn)


def test_every_kind_of_document_says_that_it_is_free_and_not_to_be_bought() -> None:
    french = in_french("all.free")
    assert "gratuite" in french
    assert "N’achetez jamais" in french
    kinds = {
        module.name
        for module in pkgutil.iter_modules(guichet.convocation.__path__)
        if hasattr(importlib.import_module(f"guichet.convocation.{module.name}"), "write")
    }
    # A kind added here has its output among those that are read (tests.convocation.outputs).
    # A slip is none of these: it gives nothing that could be sold. Contacts are for agents alone.
    assert kinds == {"accord", "attestation", "contacts", "document", "ics", "slip"}
    slips = {"bring", "note", "unconfirmed", "wish"}
    assert set(PDFS) - slips == {"accord", "attestation", "convocation", "large"}
    for name in set(PDFS) - slips:
        assert said_in(PDFS[name](None), french)
    calendar = ics.event(APPOINTMENT, SITE, NOW).decode().replace("\r\n ", "")
    assert french.replace(",", "\\,") in calendar


def test_no_file_is_named_after_the_person_or_the_procedure(tmp_path: Path) -> None:
    named = dataclasses.replace(ATTEMPT, person_name=SIX.person_name)
    accorded = dataclasses.replace(ACCORD, person_name=SIX.person_name)
    paths = (
        write(SIX, tmp_path),
        write(SIX, tmp_path, large=True),
        ics.write(APPOINTMENT, SITE, NOW, tmp_path),
        attestation.write(named, tmp_path),
        accord.write(accorded, tmp_path),
    )
    assert {path.name for path in paths} == {
        "convocation-7K4Q-92XD-3.pdf",
        "convocation-7K4Q-92XD-3-grand.pdf",
        "rendez-vous-7K4Q-92XD-3.ics",
        "attestation-20261124-101205.pdf",
        "accord-20261124-101205.pdf",
    }


def test_the_same_appointment_moved_keeps_its_reference_and_shows_its_newest_version() -> None:
    procedure = Procedure("RENO", "Renouvellement", "sejour", 20, "A", True, "", SIX.documents)
    person = Person(
        "p", 1, "DIALLO", "Fatoumata", "1989", None, None, None, None, "93008", "fr", ()
    )
    moved = dataclasses.replace(APPOINTMENT, revision=APPOINTMENT.revision + 1)
    for it in (APPOINTMENT, moved):
        printed = convocation_of(it, person, procedure, SITE, CONVOCATION.issued_on)
        for large in (False, True):
            for text in pages(render(printed, large=large)):
                assert f"Convocation {APPOINTMENT.reference}, version {it.revision}," in text
