import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.scanner.layouts import Kind, Layout, Scan, is_convocation, understood

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ON_FRENCH = "à&é\"'(-è_çQBCDEFGHIJKL?NOPARSTUVZXYW 458+):!M"
"""The same from a scanner set to US on a French keyboard, as a terminal under X received them."""
ON_US = ')!@#$%^&*(QBCDEFGHIJKL:NOPARSTUVZXYW ]"\\+6<>.'
"""And from one set to French on a US keyboard, by XKB's tables."""
AS_SET = {Layout.US: ON_FRENCH, Layout.FRENCH: ON_US}


def typed(text: str, layout: Layout, *, caps: bool = False) -> str:
    arrived = text.translate(str.maketrans(BASE45, AS_SET[layout]))
    return arrived.swapcase() if caps else arrived


tokens = st.text(BASE45, min_size=98, max_size=390).map(lambda text: f"G1:K{text}7")


def test_45_characters_arrive_as_45() -> None:
    assert {len(set(arrived)) for arrived in AS_SET.values()} == {45}


@given(tokens, st.sampled_from(Layout), st.booleans())
def test_a_convocation_is_given_back_exactly(token: str, layout: Layout, caps: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    assert understood(typed(token, layout, caps=caps)) == Scan(token, Kind.CONVOCATION, layout)
    assert understood(f" {token} ") == Scan(token, Kind.CONVOCATION)
    assert understood(token.swapcase()) == Scan(token, Kind.CONVOCATION)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "9901234567",
        "0270972007",
        "+33612345678",
        "7K4Q-92XD-1",
        "7K4Q92XD1",
        "24/11/1990",
    ],
)
def test_a_number_or_a_reference_can_mean_nothing_else(text: str, layout: Layout) -> None:
    assert understood(text) == Scan(text, Kind.PLAIN)
    assert understood(typed(text, layout)) == Scan(text, Kind.PLAIN, layout)


def test_a_name_with_an_m_is_certain_and_another_is_left_as_it_came() -> None:
    assert typed("DIALLO MAMADOU", Layout.US) == "DIQLLO ?Q?QDOU"
    assert understood("DIQLLO ?Q?QDOU") == Scan("DIALLO MAMADOU", Kind.PLAIN, Layout.US)
    assert understood("DIQLLO") == Scan("DIQLLO", Kind.PLAIN)


@pytest.mark.parametrize(
    "name", ["DIALLO", "N’Guessan-Kouyaté", "O'BRIEN", "Zoé d'Été", "éàèç là", "KOUYATE FANTA"]
)
def test_right_names_are_left_alone(name: str) -> None:
    assert understood(name) == Scan(name, Kind.PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "WIFI:S:Chez nous;T:WPA;P:secret;;",
        "https://www.service-public.fr/particuliers/vosdroits/F2209?lang=fr&x=1",
        "HC1:NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH-R6IOOK.IR9B+9D*58*W0.G8T0" * 3,
        "geo:48.9,2.4",
        "NOM:DIALLO",
        "DUPONT, JEAN",
        "g&m",
        "",
        "\x1d\x00é",
    ],
)
def test_other_peoples_codes_are_left_alone(text: str) -> None:
    assert understood(text) == Scan(text.strip(), Kind.FOREIGN)


def test_what_no_table_explains_is_said_to_be_garbled() -> None:
    for prefix in ("G1Ö", 'G"»'):  # a German keyboard's, and a bépo's
        assert understood(prefix + "ABC" * 50).kind is Kind.GARBLED
    assert understood("Google" * 30 + "?").kind is Kind.FOREIGN
    assert understood("&&((&&((").kind is Kind.GARBLED  # 11551155 or 77997799


@given(st.text(max_size=500))
def test_any_text_is_understood_somehow(text: str) -> None:
    scan = understood(text)
    assert scan.wrong or scan.text in {text.strip(), text.strip().swapcase()}


def test_a_whole_convocation_is_told_from_its_beginning() -> None:
    token = "G1:" + "A1$%" * 40
    assert is_convocation(f" {token}\r\n")
    assert not is_convocation(token[:50])
    assert not is_convocation(token + "é")
    assert not is_convocation("G1: " + "DIALLO" * 100)
