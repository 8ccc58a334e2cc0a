import ctypes
import dataclasses
from datetime import datetime

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from guichet.convocation.catalogue import Phrases, in_french
from guichet.convocation.document import Convocation, render, render_png
from guichet.convocation.token import sign
from guichet.errors import DocumentError
from tests.convocation.samples import (
    CLAIMS,
    CONVOCATION,
    DPI,
    KID,
    PARIS,
    SEED,
    TOKEN,
    opened,
    read,
    symbol,
)

FULLEST = dataclasses.replace(
    CONVOCATION,
    person_name="RAKOTOMALALA-ANDRIANARIVONY DE LA VEGA Y MONTOYA Jean-Baptiste Emmanuel Marie",
    procedure="Première demande de titre de séjour « vie privée et familiale » en qualité de parent"
    " d’enfant français (admission exceptionnelle)",
    documents=tuple(
        f"Pièce {number}, justificatif de domicile de moins de six mois (facture d’électricité,"
        " quittance de loyer ou attestation d’hébergement)"
        for number in range(1, 13)
    ),
    site_address="Bâtiment annexe de l’immigration\n57 avenue de la Résistance\n93340 Le Raincy",
    needs=("Fauteuil roulant", "Interprète en arabe"),
    starts_at=datetime(2026, 9, 30, 14, 5, tzinfo=PARIS),
    second=Phrases(
        "ar",
        {
            "convocation.title": "حجز الموعد مجاني",
            "convocation.personal": "لا تشترِ موعدًا أبدًا: هذا الاستدعاء شخصي.",
        },
    ),
)
# Revision 24 is the first whose token needs QR version 9: 53 modules.
LARGER_TOKEN = sign(dataclasses.replace(CLAIMS, revision=24, site=300), KID, SEED)
LARGER_SYMBOL = dataclasses.replace(CONVOCATION, token=LARGER_TOKEN)


def test_the_page_says_who_what_where_when_and_that_it_is_free() -> None:
    page = read(render(CONVOCATION))
    for said in (
        "mardi 24 novembre 2026 à 09 h 40",
        "DIALLO Fatoumata Binta",
        "Naissance : 12/03/1989",
        "Renouvellement d’une carte de séjour pluriannuelle",
        "Préfecture de la Seine-Saint-Denis 1 esplanade Jean-Moulin 93007 Bobigny",
        "File B, guichets 12 à 16",
        "20 minutes",
        "Fauteuil roulant",
        "Documents à apporter Carte de séjour actuelle Passeport Justificatif de domicile",
        in_french("all.free"),
        "version 1, éditée le lundi 23 novembre 2026",
    ):
        assert said in page.text
    # Beside the symbol, and at the foot of the page.
    assert page.text.count("7K4Q-92XD-3") == 2


def test_what_is_not_known_is_not_printed() -> None:
    bare = dataclasses.replace(CONVOCATION, birth=None, desk=None, needs=(), documents=())
    page = read(render(bare))
    for absent in ("Naissance", "None", "none", "À savoir", "Documents"):
        assert absent not in page.text
    assert in_french("all.free") in page.text


@pytest.mark.parametrize(
    ("convocation", "modules"),
    [(CONVOCATION, 49), (FULLEST, 49), (LARGER_SYMBOL, 53)],
    ids=["usual", "fullest", "larger symbol"],
)
def test_the_symbol_is_read_back_at_its_size_within_its_white_margin(
    convocation: Convocation, modules: int
) -> None:
    page = read(render(convocation))
    token, (left, top, right, bottom) = symbol(page.picture)
    assert token == convocation.token
    assert page.pages == 1
    for pixels in (right - left, bottom - top):
        assert 46 <= pixels / DPI * 25.4 <= 50
    margin = int((right - left) / modules * 4)
    around = page.picture.crop((left - margin, top - margin, right + margin, bottom + margin))
    around.paste(
        255, (margin - 1, margin - 1, margin + right - left + 1, margin + bottom - top + 1)
    )
    assert around.getextrema() == (255, 255)


def test_the_fullest_page_loses_nothing() -> None:
    page = read(render(FULLEST))
    assert page.pages == 1
    for number in range(1, 13):
        assert f"Pièce {number}, justificatif" in page.text
    assert "Jean-Baptiste Emmanuel Marie" in page.text
    assert "mercredi 30 septembre 2026 à 14 h 05" in page.text


def test_what_fits_on_no_page_goes_on_a_second_one() -> None:
    page = read(render(dataclasses.replace(FULLEST, documents=FULLEST.documents * 4)))
    assert page.pages == 2
    assert symbol(page.picture)[0] == TOKEN


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd") *x* $1$',
        r"\u{41} _a_ `b` <c> @d // e",
        '"} = - + / [x] {y}',
        "<b>&amp;",
    ],
)
def test_a_name_is_never_markup(name: str) -> None:
    convocation = dataclasses.replace(
        CONVOCATION, person_name=name, procedure=name, documents=(name,), needs=(name,)
    )
    assert read(render(convocation)).text.count(name) == 4


@pytest.mark.parametrize("name", ["王小明", "Ana \U0001f600", "A\x00B", "\ue000"])
def test_a_character_that_no_font_has_is_an_error_that_says_what_to_do(name: str) -> None:
    with pytest.raises(DocumentError, match="lettres latines") as raised:
        render(dataclasses.replace(CONVOCATION, person_name=name))
    assert "typst" not in str(raised.value)


@pytest.mark.parametrize(
    "name", ["Çağatay ĞÜŞİ", "Nguyễn Thị Ánh", "Łukasz Żółć", "Ɓaɲɛ Ŋɔɔ", "Юлія"]
)
def test_names_of_the_world_in_latin_or_cyrillic_letters_are_printed(name: str) -> None:
    assert name in read(render(dataclasses.replace(CONVOCATION, person_name=name))).text


def alternative_texts(pdf: bytes) -> list[str]:
    """The alternative text of every figure in the first page's structure tree."""
    document = pypdfium2.PdfDocument(pdf)
    tree = pdfium.FPDF_StructTree_GetForPage(document[0])
    buffer = (ctypes.c_ushort * 200)()
    waiting = [
        pdfium.FPDF_StructTree_GetChildAtIndex(tree, index)
        for index in range(pdfium.FPDF_StructTree_CountChildren(tree))
    ]
    found = []
    while waiting:
        element = waiting.pop()
        if not element:
            continue
        size = pdfium.FPDF_StructElement_GetAltText(element, buffer, ctypes.sizeof(buffer))
        if size > 2:
            found.append(bytes(buffer)[: size - 2].decode("utf-16-le"))
        waiting.extend(
            pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
            for index in range(pdfium.FPDF_StructElement_CountChildren(element))
        )
    pdfium.FPDF_StructTree_Close(tree)
    document.close()
    return found


def test_the_pdf_is_tagged_for_screen_readers_in_french() -> None:
    pdf = render(CONVOCATION)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(fr-FR)" in pdf
    document = pypdfium2.PdfDocument(pdf)
    assert pdfium.FPDFCatalog_IsTagged(document)
    assert document.get_metadata_value("Title") == "Convocation 7K4Q-92XD-3"
    document.close()
    assert alternative_texts(pdf) == ["Code QR de la convocation 7K4Q-92XD-3"]


def test_the_same_convocation_gives_the_same_bytes() -> None:
    assert render(CONVOCATION) == render(dataclasses.replace(CONVOCATION))


def test_a_picture_of_the_page_reads_like_the_paper() -> None:
    picture = opened(render_png(CONVOCATION, ppi=150))
    assert picture.size == (1240, 1754)
    assert symbol(picture)[0] == TOKEN


def test_a_start_without_zone_or_a_reference_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        dataclasses.replace(CONVOCATION, starts_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="reference"):
        dataclasses.replace(CONVOCATION, reference="../../etc/cron")
