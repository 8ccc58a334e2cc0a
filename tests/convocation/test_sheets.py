"""The attestation of a search that found nothing, and the accord on paper."""

import dataclasses
import stat
import sys
from datetime import date, datetime
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from guichet.convocation import accord, attestation, contacts, slip
from guichet.convocation.catalogue import french, in_french
from tests.convocation.outputs import (
    ACCORD,
    ATTEMPT,
    BRING,
    PDFS,
    UNCONFIRMED,
    WISH,
    catalogue,
    letters,
    pages,
    said_in,
)

FOOT = 780  # points from the top: below is the footer
NAMED = dataclasses.replace(ATTEMPT, person_name="DIALLO Fatoumata Binta")


@pytest.mark.parametrize("output", PDFS)
def test_every_sheet_is_tagged_for_screen_readers_in_french(output: str, tmp_path: Path) -> None:
    pdf = PDFS[output](catalogue(tmp_path, "ar", {"all.free": "حجز الموعد مجاني"}))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(fr-FR)" in pdf
    assert b"/Lang(ar)" in pdf
    paper = pypdfium2.PdfDocument(pdf)
    assert pdfium.FPDFCatalog_IsTagged(paper)
    assert paper.get_metadata_value("Title")
    paper.close()


@pytest.mark.parametrize(
    "output", ["attestation", "accord", "unconfirmed", "wish", "note", "bring"]
)
def test_a_sheet_is_one_page_of_at_least_14_points(output: str) -> None:
    said = letters(PDFS[output](None))
    assert {one.page for one in said} == {0}
    assert min(one.size for one in said if one.top < FOOT) >= 14


def test_a_sheet_in_two_languages_stays_one_page(tmp_path: Path) -> None:
    longer = {key: text for key, text in french().texts.items() if "title" not in key}
    words = catalogue(tmp_path, "pt", longer)
    for pdf in (
        attestation.render(dataclasses.replace(NAMED, second=words)),
        accord.render(dataclasses.replace(ACCORD, second=words, person_name="DIALLO Fatoumata")),
    ):
        said = letters(pdf)
        assert {one.page for one in said} == {0}
        assert min(one.size for one in said if one.top < FOOT) >= 11


def test_what_is_handed_over_offline_says_that_it_is_no_convocation() -> None:
    (text,) = pages(slip.render(UNCONFIRMED))
    for said in (
        "Rendez-vous à confirmer",
        "Ce n’est pas une convocation.",
        "vendredi 27 novembre 2026 à 09 h 40",
        "Renouvellement de carte de résident (10 ans) Référence : 7K4Q-92XD-3",
        "Rendez-vous à confirmer, mardi 24 novembre 2026 à 10 h 12, agent M001",
        "nous vous appelons pour en trouver une autre",
    ):
        assert said in text
    (silent,) = pages(slip.render(dataclasses.replace(UNCONFIRMED, reachable=False)))
    assert "nous vous appelons" not in silent
    assert "Revenez demander ici si la place est confirmée." in silent


def test_what_was_missing_is_written_and_nobody_named() -> None:
    (text,) = pages(slip.render(BRING))
    for said in (
        "Ce qu’il faut apporter",
        *BRING.missing,
        "Renouvellement de carte de résident (10 ans)",
        "7K4Q-92XD-3",
        "Cette feuille n’est pas une convocation.",
    ):
        assert said in text


def test_a_wish_says_that_nothing_is_booked() -> None:
    (text,) = pages(slip.render(WISH))
    for said in (
        "Aucun rendez-vous n’est pris.",
        "À partir du mardi 1er décembre 2026.",
        "Jusqu’au vendredi 18 décembre 2026.",
    ):
        assert said in text
    (any_day,) = pages(slip.render(dataclasses.replace(WISH, first_day=None, last_day=None)))
    assert "N’importe quel jour." in any_day


def test_the_attestation_says_what_was_searched_when_and_that_nothing_was_free() -> None:
    (text,) = pages(attestation.render(NAMED))
    for said in (
        "Attestation de tentative infructueuse",
        "mardi 24 novembre 2026 à 10 h 12",
        "L’agent M001 a cherché",
        "Renouvellement de carte de résident (10 ans)",
        "Préfecture de la Seine-Saint-Denis, Bobigny Sous-préfecture du Raincy",
        "Du mardi 24 novembre 2026 au jeudi 31 décembre 2026.",
        "Aucun créneau libre au moment de la recherche",
        "Elle ne donne aucun droit. Ce n’est ni un rendez-vous",
        "Recherche faite pour : DIALLO Fatoumata Binta.",
        in_french("all.free"),
    ):
        assert said in text, said


def test_the_attestation_may_name_nobody() -> None:
    (text,) = pages(attestation.render(ATTEMPT))
    assert "Cette feuille ne porte pas de nom." in text
    assert "Recherche faite pour" not in text
    assert "None" not in text


def test_the_days_are_in_figures_in_the_person_s_language(tmp_path: Path) -> None:
    words = catalogue(
        tmp_path, "es", {"attestation.range": "{first} – {last}", "attestation.single": "{first}"}
    )
    several = attestation.render(dataclasses.replace(ATTEMPT, second=words))
    assert said_in(several, "24/11/2026 – 31/12/2026")
    day = date(2026, 11, 27)
    one = attestation.render(
        dataclasses.replace(ATTEMPT, first_day=day, last_day=day, second=words)
    )
    assert said_in(one, "Le vendredi 27 novembre 2026.")
    assert said_in(one, "27/11/2026")


def test_the_accord_says_what_is_agreed_to_and_that_no_is_an_answer() -> None:
    (text,) = pages(accord.render(ACCORD))
    for said in (
        "Accord d’accompagnement mardi 24 novembre 2026",
        "Préfecture de la Seine-Saint-Denis, Bobigny",
        "Son code est M001.",
        "Langue de cette aide : arabe.",
        "L’aide est pour ce rendez-vous seulement.",
        "L’aide est pour aujourd’hui seulement.",
        "Vous pouvez dire non. Vous gardez tous vos droits.",
        "Si vous dites non, rien ne change pour votre dossier.",
        "Vous pouvez changer d’avis. L’aide s’arrête tout de suite.",
        "Vous pouvez dire oui à voix haute. Vous pouvez signer. Ce n’est pas obligatoire.",
        "Signature, si vous voulez :",
    ):
        assert said in text, said
    assert "Votre nom :" not in text
    named = accord.render(dataclasses.replace(ACCORD, person_name="DIALLO Fatoumata"))
    assert said_in(named, "Votre nom : DIALLO Fatoumata.")


def test_the_accord_of_a_family_is_for_all_of_them() -> None:
    (text,) = pages(accord.render(dataclasses.replace(ACCORD, persons=4)))
    for said in (
        "L’agent prend 4 rendez-vous à la préfecture, un pour chacun.",
        "L’aide est pour ces rendez-vous seulement.",
        "Il écrit vos noms, vos dates de naissance et vos contacts.",
        "C’est pour vos rendez-vous.",
    ):
        assert said in text, said
    assert "ce rendez-vous seulement" not in text


def test_the_accord_is_in_short_sentences() -> None:
    for key, text in french().texts.items():
        if key.startswith("accord."):
            for sentence in text.split(". "):
                assert len(sentence.split()) <= 12, sentence


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
def test_the_files_say_the_moment_only_and_are_for_their_owner(tmp_path: Path) -> None:
    written = (
        attestation.write(NAMED, tmp_path),
        accord.write(dataclasses.replace(ACCORD, person_name="DIALLO Fatoumata"), tmp_path),
    )
    assert [path.name for path in written] == [
        "attestation-20261124-101205.pdf",
        "accord-20261124-101205.pdf",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_a_name_is_never_markup() -> None:
    name = '#read("/etc/passwd") *x* $1$ {agent}'
    assert said_in(attestation.render(dataclasses.replace(ATTEMPT, person_name=name)), name)
    assert said_in(accord.render(dataclasses.replace(ACCORD, person_name=name)), name)


def test_what_makes_no_sense_is_refused() -> None:
    naive = datetime(2026, 11, 24, 10)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        dataclasses.replace(ATTEMPT, searched_at=naive)
    with pytest.raises(ValueError, match="aware"):
        dataclasses.replace(ACCORD, at=naive)
    with pytest.raises(ValueError, match="before"):
        dataclasses.replace(ATTEMPT, last_day=date(2026, 11, 23))
    with pytest.raises(ValueError, match="no site"):
        dataclasses.replace(ATTEMPT, sites=())


def test_whom_to_call_is_a_tagged_table_whose_header_is_on_every_page(tmp_path: Path) -> None:
    header = ["Référence", "Usager", "Téléphone", "Langue", "Démarche", "Nouveau rendez-vous"]
    row = ["7K4Q-92XD-3", "N’DIAYE-PÉREZ Marie-Thérèse #1", "+33 6 39 98 12 34", "soninké"]
    rows = [header, *([*row, "Renouvellement de carte de résident", "27/11/2026 09:40"],) * 40]
    sheet = contacts.Contacts(at=ATTEMPT.searched_at, place=ATTEMPT.place, agent="S001", rows=rows)
    path = contacts.write(sheet, tmp_path)
    assert (path.name, path.stat().st_mode & 0o077) == ("a-prevenir-20261124-101205.pdf", 0)
    pdf = path.read_bytes()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    text = pages(pdf)
    assert len(text) > 1
    for page in text:
        assert all(word in page for word in ("Téléphone", "Prévenu", "à détruire ensuite", "S001"))
    assert sum(page.count("Marie-Thérèse #1") for page in text) == 40
    assert "40 personnes" in text[0]
