import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.competence import (
    Commune,
    commune_named,
    completed,
    elsewhere,
    find_communes,
    is_commune_code,
    site_for,
)
from guichet.domain.model import Competence


def row(commune: str, name: str, site: int, procedure: str = "") -> Competence:
    return Competence(f"{commune}:{procedure}", commune, name, procedure, site)


MATRIX = [
    row("93053", "Noisy-le-Sec", 1),
    row("93051", "Noisy-le-Grand", 2),
    row("93062", "Le Raincy", 2),
    row("93062", "Le Raincy", 3, "NATU"),
    row("93062", "Le Raincy", 1, "EMPR"),
    row("93039", "L’Île-Saint-Denis", 3),
    row("93066", "Saint-Denis", 3),
    row("93070", "Saint-Ouen-sur-Seine", 3),
    row("93046", "Livry-Gargan", 2),
]


@pytest.mark.parametrize(
    ("commune", "procedure", "site"),
    [
        ("93062", "RENO", 2),
        ("93062", "NATU", 3),
        ("93062", "EMPR", 1),
        ("93066", "NATU", 3),
        ("93008", "RENO", None),
        ("", "", None),
    ],
)
def test_the_row_of_the_procedure_beats_the_one_for_all(
    commune: str, procedure: str, site: int | None
) -> None:
    for matrix in (MATRIX, MATRIX[::-1]):
        found = site_for(matrix, commune, procedure)
        assert (found.site if found else None) == site


def test_a_row_of_another_procedure_says_nothing() -> None:
    assert site_for([row("93062", "Le Raincy", 3, "NATU")], "93062", "RENO") is None


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("noisy", ["Noisy-le-Grand", "Noisy-le-Sec"]),
        ("NOISY LE S", ["Noisy-le-Sec"]),
        ("raincy", ["Le Raincy"]),
        ("le raincy", ["Le Raincy"]),
        ("ile st denis", ["L’Île-Saint-Denis"]),
        ("l'ile", ["L’Île-Saint-Denis"]),
        ("st", ["Saint-Denis", "Saint-Ouen-sur-Seine"]),
        ("Marseille", []),
        ("", []),
        ("93", []),
    ],
)
def test_communes_are_found_as_one_types(typed: str, names: list[str]) -> None:
    assert [commune.name for commune in find_communes(MATRIX, typed)] == names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("le ra", "Le Raincy"),
        ("raincy", None),
        ("L’ile", "L’Île-Saint-Denis"),
        ("st den", None),
        ("saint-d", "Saint-Denis"),
        ("", None),
        ("Marseille", None),
    ],
)
def test_a_commune_is_completed_letter_for_letter(typed: str, name: str | None) -> None:
    assert completed(MATRIX, typed) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le Raincy", "93062"),
        ("LE RAINCY", "93062"),
        ("raincy", "93062"),
        ("Saint-Denis", "93066"),
        ("st denis", "93066"),
        ("L'Ile Saint Denis", "93039"),
        ("Saint-Ouen", "93070"),
        ("Livry", "93046"),
        ("Noisy", None),
        ("Liv", None),
        ("Saint", None),
        ("Marseille", None),
        ("", None),
    ],
)
def test_the_commune_of_a_file_is_one_or_none(text: str, code: str | None) -> None:
    found = commune_named(MATRIX, text)
    assert (found.code if found else None) == code


def test_two_communes_of_one_name_are_not_told_apart() -> None:
    matrix = [row("93066", "Saint-Denis", 3), row("97411", "Saint-Denis", 9)]
    assert commune_named(matrix, "Saint-Denis") is None
    assert len(find_communes(matrix, "saint")) == 2
    assert elsewhere(matrix, "Saint-Denis", ["RENO"], 1) == {}


@pytest.mark.parametrize(
    ("commune", "site", "expected"),
    [
        ("Le Raincy", 1, {"RENO": 2, "NATU": 3}),
        ("Le Raincy", 2, {"NATU": 3, "EMPR": 1}),
        ("Le Raincy", 3, {"RENO": 2, "EMPR": 1}),
        ("Noisy-le-Sec", 1, {}),
        ("Noisy", 1, {}),
        ("Marseille", 1, {}),
        ("", 1, {}),
    ],
)
def test_another_site_is_named_where_it_is_known(
    commune: str, site: int, expected: dict[str, int]
) -> None:
    found = elsewhere(iter(MATRIX), commune, ("RENO", "NATU", "EMPR"), site)
    assert {code: row.site for code, row in found.items()} == expected
    assert all(row.name == commune for row in found.values())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("93062", True),
        ("01001", True),
        ("2A004", True),
        ("2B033", True),
        ("97105", True),
        ("98818", True),
        ("20167", False),  # a postal code of Corsica
        ("00123", False),
        ("96001", False),
        ("97901", False),
        ("2C001", False),
        ("1001", False),  # what a spreadsheet leaves of 01001
        ("930620", False),
        ("93O62", False),
        ("٩٣٠٦٢", False),
        ("93062\n", False),
        ("", False),
    ],
)
def test_a_commune_has_an_insee_code(text: str, is_one: bool) -> None:  # noqa: FBT001 - a column
    assert is_commune_code(text) is is_one


_TEXT = st.text(alphabet=st.sampled_from("Saint-Denis Noisyle’ÉL "), max_size=12)


@given(st.lists(_TEXT.filter(str.strip), max_size=6), _TEXT)
def test_no_name_breaks_the_search(names: list[str], typed: str) -> None:
    matrix = [row(f"930{n:02}", name, n % 3) for n, name in enumerate(names)]
    found = find_communes(matrix, typed)
    assert set(found) <= {Commune(each.commune, each.name) for each in matrix}
    named = commune_named(matrix, typed)
    assert named is None or named in found
