"""The person's language beside the French, with catalogues added in a folder of the test."""

import dataclasses
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.convocation import accord, document
from guichet.convocation.catalogue import PHRASES, Phrases, french, in_french, second
from guichet.screens.languages import LANGUAGES
from tests.convocation.outputs import (
    ACCORD,
    PDFS,
    Letter,
    catalogue,
    event,
    letters,
    pages,
    said_in,
)
from tests.convocation.samples import CONVOCATION

ARABIC = {"all.free": "حجز الموعد مجاني", "convocation.when": "موعدكم: {day}، {hour}"}
TAMIL = {"all.free": "சந்திப்பு பதிவு இலவசம்", "convocation.when": "{day} {hour} சந்திப்பு"}
FREE = {"ar": ARABIC, "ta": TAMIL}
SCRIPTS = {"ar": range(0x600, 0x700), "ta": range(0xB80, 0xC00)}
TURKISH = {"all.free": "Randevu almak ücretsizdir."}
PAGE_WIDTH = 595.28


def of_script(pdf: bytes, language: str) -> list[Letter]:
    return [letter for letter in letters(pdf) if ord(letter.character) in SCRIPTS[language]]


@pytest.mark.parametrize("output", PDFS)
def test_every_sheet_says_that_it_is_free_in_french_and_in_the_language(
    output: str, tmp_path: Path
) -> None:
    turkish = catalogue(tmp_path, "tr", TURKISH)
    assert said_in(PDFS[output](None), in_french("all.free"))
    both = PDFS[output](turkish)
    assert said_in(both, in_french("all.free"))
    assert said_in(both, TURKISH["all.free"])


def test_the_calendar_file_says_it_too(tmp_path: Path) -> None:
    assert in_french("all.free") in event(None)
    both = event(catalogue(tmp_path, "tr", TURKISH))
    assert both.index(in_french("all.free")) < both.index(TURKISH["all.free"])


@pytest.mark.parametrize("output", PDFS)
@pytest.mark.parametrize("language", ["ar", "ta"])
def test_other_scripts_start_at_the_side_of_their_writing(
    output: str, language: str, tmp_path: Path
) -> None:
    pdf = PDFS[output](catalogue(tmp_path, language, {"all.free": FREE[language]["all.free"]}))
    box = of_script(pdf, language)
    left, right = min(one.left for one in box), max(one.right for one in box)
    if language == "ar":
        # 18 mm of margin and 4 mm inside the rule or the frame.
        assert PAGE_WIDTH - right == pytest.approx(22 / 25.4 * 72, abs=3)
        assert left > PAGE_WIDTH / 2
    else:
        # At the left of the page, or of the right-hand column.
        columns = output not in ("convocation", "large")
        start = (18 + (210 - 36) / 2 + 1) / 25.4 * 72 if columns else 22 / 25.4 * 72
        assert left == pytest.approx(start, abs=6)


@pytest.mark.parametrize("output", ["convocation", "large"])
def test_figures_keep_their_order_in_a_line_from_right_to_left(output: str, tmp_path: Path) -> None:
    said = letters(PDFS[output](catalogue(tmp_path, "ar", ARABIC)))
    arabic = [one for one in said if ord(one.character) in SCRIPTS["ar"]]
    first_line = min((one.page, one.top) for one in arabic)
    line = [one for one in said if abs(one.top - first_line[1]) < 6 and one.page == first_line[0]]
    seen = "".join(one.character for one in sorted(line, key=lambda one: one.left))
    # From left to right: the hour, the Arabic comma, the date, the word.
    assert seen.startswith("09:40،24/11/2026:")


def test_tamil_follows_the_order_of_its_own_line(tmp_path: Path) -> None:
    pdf = PDFS["convocation"](catalogue(tmp_path, "ta", TAMIL))
    top = min(one.top for one in of_script(pdf, "ta"))
    line = [one for one in letters(pdf) if abs(one.top - top) < 6]
    seen = "".join(one.character for one in sorted(line, key=lambda one: one.left))
    assert seen.startswith("24/11/202609:40ச")


def test_a_document_has_its_name_in_the_language_on_its_line(tmp_path: Path) -> None:
    words = catalogue(tmp_path, "ar", {}, {"Passeport": "جواز السفر"})
    pdf = PDFS["convocation"](words)
    name = of_script(pdf, "ar")
    assert name
    middle = sum(one.top + one.bottom for one in name) / len(name) / 2
    line = [one for one in letters(pdf) if one.top < middle < one.bottom and one not in name]
    assert "".join(one.character for one in line) == "Passeport"
    assert max(one.right for one in line) < min(one.left for one in name)


ACCORD_KEYS = sorted(key for key in french().texts if key.startswith("accord."))


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(ACCORD_KEYS)), st.sampled_from([1, 3]))
def test_what_is_not_translated_stays_in_french(translated: set[str], persons: int) -> None:
    blanks = {"n": "3", "agent": "M001", "language": "arabe", "name": "DIALLO Fatoumata"}
    texts = {key: f"Zz{key.partition('.')[2]}zZ" for key in translated}
    sheet = dataclasses.replace(
        ACCORD, person_name="DIALLO Fatoumata", second=Phrases("tr", texts), persons=persons
    )
    pdf = accord.render(sheet)
    (text,) = pages(pdf)
    told = ("booking", "only", "data", "number", "use")
    other = {f"accord.{key}" if persons > 1 else f"accord.{key}_all" for key in told}
    for key in sorted(set(ACCORD_KEYS) - other):
        # The lines of two columns are read across: the first word says enough.
        assert in_french(key, **blanks).split()[0] in text
        assert (f"Zz{key.partition('.')[2]}zZ" in text) == (key in translated)


def test_a_page_without_translation_is_the_french_page(tmp_path: Path) -> None:
    for output in PDFS.values():
        alone = pages(output(None))
        assert pages(output(catalogue(tmp_path, "tr", {"other.key": "nowhere"}))) == alone
    assert second("wo") is None
    assert second("fr") is None
    assert second("../fr") is None


@pytest.mark.parametrize(
    "review", ["", '[review]\nby = "A. Reader"', "[review]\non = 2026-11-24", '[review]\nby = ""']
)
def test_what_nobody_proofread_is_not_printed(review: str, tmp_path: Path) -> None:
    (tmp_path / "tr.toml").write_text(f'{review}\n[all]\nfree = "Ücretsiz"\n', "utf-8")
    assert second("tr", tmp_path) is None


def blanks(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("file", sorted(PHRASES.iterdir()), ids=lambda file: file.stem)
def test_the_catalogues_that_are_shipped_can_be_printed(file: Path) -> None:
    assert file.suffix == ".toml"
    assert file.stem in LANGUAGES
    words = french() if file.stem == "fr" else second(file.stem)
    assert words is not None, "not proofread"
    for key, text in words.texts.items():
        assert blanks(text) == blanks(french().texts[key])
    for output in PDFS.values():
        assert output(words)


def test_how_early_to_come_is_said_in_both_languages_or_in_none(tmp_path: Path) -> None:
    words = catalogue(tmp_path, "tr", {"convocation.early": "{minutes} dakika önce gelin."})
    told = dataclasses.replace(CONVOCATION, early=15, second=words)
    assert said_in(document.render(told), "15 dakika önce gelin.")
    assert said_in(document.render(told), "Venez 15 minutes avant l’heure.")
    untold = document.render(dataclasses.replace(told, early=None))
    assert not said_in(untold, "dakika")
    assert not said_in(untold, "avant l’heure")
