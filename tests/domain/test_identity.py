from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.identity import (
    Check,
    Shown,
    check,
    identities,
    identity_of,
    identity_of_name,
)
from guichet.domain.names import search_words
from tests.central.samples import person

NUMBERED = replace(person("p"), number="9912345678", number_absent=None)
NAMELESS = person("p")
"""DIALLO Aïssatou, born in 1989, without a number."""


def bound_to(identity: str) -> Callable[[Sequence[str]], bool]:
    return lambda candidates: identity in candidates


def test_a_number_is_the_identity_whatever_the_name() -> None:
    assert identity_of(NUMBERED) == "9912345678"
    assert identity_of(replace(NUMBERED, family_name="Sow")) == "9912345678"


def test_without_a_number_the_canonical_name_and_the_year_are() -> None:
    assert identity_of(NAMELESS) == "DIALLO AISSATOU1989"
    assert identity_of_name("diallo", "AÏSSATOU", "1989") == identity_of(NAMELESS)
    assert identity_of_name("Diallo", "Aissatou", "1990-03-01") != identity_of(NAMELESS)


@pytest.mark.parametrize(
    ("family", "given", "typed"),
    [
        ("Diallo", "Aïssatou", "diallo aissatou"),
        ("Diallo", "Aïssatou", "AÏSSATOU DIALLO"),
        ("Diallo", "Aïssatou Marie", "Aïssatou Marie DIALLO"),
        ("Pérez López", "José María", "José-María Pérez-López"),
        ("PÉREZ-LÓPEZ", "José María", "perez lopez jose maria"),
        ("Ndiaye", "Ousmane", "N’Diaye Ousmane"),
        ("N’Diaye", "Ousmane", "Ousmane N DIAYE"),
        ("Jean", "Marie-Claire Rose Lou Eva", "Marie-Claire Rose Lou Eva JEAN"),
    ],
)
def test_a_name_is_found_in_any_accents_case_order_and_joints(
    family: str, given: str, typed: str
) -> None:
    bound = bound_to(identity_of_name(family, given, "1989-03"))
    assert check(Shown(name=typed, year="1989"), bound, None) is Check.MATCHED


@pytest.mark.parametrize("typed", ["Diallo", "Diallo Aïssata", "Aïssatou", ""])
def test_another_name_is_not_in_it(typed: str) -> None:
    assert "DIALLO AISSATOU1989" not in identities(Shown(name=typed, year="1989"))


@given(st.text(max_size=80), st.text(max_size=4))
def test_identities_are_few_and_never_raise(name: str, year: str) -> None:
    assert len(identities(Shown("9912345678", name, year))) <= 2 + 5 * 4**4


def test_the_longest_name_is_still_looked_for() -> None:
    words = search_words("Maria da Conceicao Augusta Isabel de Jesus dos Santos Pereira")
    known = identity_of_name(" ".join(words[7:]), " ".join(words[:7]), "1950")
    assert known in identities(Shown(name=" ".join(words), year="1950"))


NUMBER = Shown(number="9912345678")
OTHER_NUMBER = Shown(number="9900000001")
NAME = Shown(name="Aissatou Diallo", year="1989")
OTHER_NAME = Shown(name="Fatou Diallo", year="1989")
OTHER_YEAR = Shown(name="Aissatou Diallo", year="1990")
BY_NUMBER, BY_NAME = bound_to("9912345678"), bound_to("DIALLO AISSATOU1989")


@pytest.mark.parametrize(
    ("shown", "bound", "record", "expected"),
    [
        (NUMBER, BY_NUMBER, NUMBERED, Check.MATCHED),
        (OTHER_NUMBER, BY_NUMBER, NUMBERED, Check.MISMATCHED),
        # A passport bears no number: the record tells, though the token was made of the number.
        (NAME, BY_NUMBER, NUMBERED, Check.MATCHED),
        (OTHER_NAME, BY_NUMBER, NUMBERED, Check.MISMATCHED),
        (OTHER_YEAR, BY_NUMBER, NUMBERED, Check.MISMATCHED),
        (NAME, BY_NAME, NAMELESS, Check.MATCHED),
        (OTHER_NAME, BY_NAME, NAMELESS, Check.MISMATCHED),
        # A number cannot be compared with somebody booked without one.
        (NUMBER, BY_NAME, NAMELESS, Check.NOT_BOUND),
        # The number right and the name of somebody else: the token has the last word.
        (replace(OTHER_NAME, number="9912345678"), BY_NUMBER, NUMBERED, Check.MATCHED),
        (replace(NAME, number="9900000001"), BY_NUMBER, NUMBERED, Check.MISMATCHED),
        # Booked before the number was known, typed by it.
        (NUMBER, BY_NAME, NUMBERED, Check.MATCHED),
        # Nothing but the paper is known here.
        (NUMBER, BY_NUMBER, None, Check.MATCHED),
        (NAME, BY_NAME, None, Check.MATCHED),
        (NUMBER, BY_NAME, None, Check.NOT_BOUND),
        (NAME, BY_NUMBER, None, Check.NOT_BOUND),
        (replace(OTHER_NAME, number="9900000001"), BY_NAME, None, Check.MISMATCHED),
        # No token: the record still tells.
        (NUMBER, None, NUMBERED, Check.MATCHED),
        (OTHER_NAME, None, NAMELESS, Check.MISMATCHED),
        (NUMBER, None, None, Check.NOT_BOUND),
        (replace(NAME, number="9900000001"), None, None, Check.NOT_BOUND),
        (Shown(), BY_NUMBER, NUMBERED, Check.NOT_BOUND),
        (Shown(name="Aissatou Diallo"), BY_NAME, NAMELESS, Check.NOT_BOUND),
    ],
)  # fmt: skip
def test_what_a_comparison_gives(
    shown: Shown,
    bound: Callable[[Sequence[str]], bool] | None,
    record: object,
    expected: Check,
) -> None:
    assert check(shown, bound, record) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("DIALLO Aïssatou Marie Rose", Check.MATCHED),  # the ID has more given names
        ("SOW Aïssatou", Check.MATCHED),  # the nom d'usage
        ("DIALLO", Check.MISMATCHED),
        ("SOW DIALLO", Check.MISMATCHED),
    ],
)
def test_the_record_is_read_as_people_read_names(typed: str, expected: Check) -> None:
    married = replace(NUMBERED, used_name="Sow")
    assert check(Shown(name=typed, year="1989"), BY_NUMBER, married) is expected
