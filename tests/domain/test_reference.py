import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.reference import ALPHABET, ReferenceProblem, parse_reference, reference_of

IDS = st.binary(min_size=8, max_size=8).map(bytes.hex)
SOME_IDS = ["0" * 16, "f" * 16, "3cc9748bad000000", "0123456789abcdef", "a5" * 8]


def plain(appointment_id: str) -> str:
    return reference_of(appointment_id).replace("-", "")


@pytest.mark.parametrize(
    ("appointment_id", "reference"),
    [
        ("0" * 16, "0000-0000-0"),
        ("3cc9748bad000000", "7K4Q-92XD-1"),
        ("3cc9748badffffff", "7K4Q-92XD-1"),
        ("0000000001000000", "0000-0001-2"),
        ("0000000010000000", "0000-000G-5"),
    ],
)
def test_reference_is_the_first_forty_bits_and_a_check(appointment_id: str, reference: str) -> None:
    assert reference_of(appointment_id) == reference


@given(IDS)
def test_reference_reads_back(appointment_id: str) -> None:
    reference = reference_of(appointment_id)
    assert parse_reference(reference) == reference
    values = [ALPHABET.index(character) for character in plain(appointment_id)[:8]]
    bits = "".join(f"{value:05b}" for value in values)
    assert f"{int(bits, 2):010x}" == appointment_id[:10]


@pytest.mark.parametrize("appointment_id", SOME_IDS)
def test_every_single_substitution_is_found(appointment_id: str) -> None:
    right = plain(appointment_id)
    for place, character in enumerate(right):
        for other in set(ALPHABET) - {character}:
            wrong = right[:place] + other + right[place + 1 :]
            assert parse_reference(wrong) is ReferenceProblem.CHECK


@given(IDS)
def test_every_exchange_of_two_is_found(appointment_id: str) -> None:
    right = plain(appointment_id)
    for left in range(9):
        for place in range(left + 1, 9):
            swapped = list(right)
            swapped[left], swapped[place] = right[place], right[left]
            verdict = parse_reference("".join(swapped))
            if right[left] == right[place]:
                assert verdict == reference_of(appointment_id)
            else:
                assert verdict is ReferenceProblem.CHECK


def test_every_pair_of_neighbours_exchanged_at_every_place_is_found() -> None:
    # The code is linear: what surrounds the pair changes nothing, so zeros stand for all of it.
    valid = {parse_reference(f"{'0' * 7}{a}{c}") for a in ALPHABET for c in ALPHABET}
    assert len(valid - {ReferenceProblem.CHECK}) == 32
    for place in range(7):
        for first in range(32):
            for second in set(range(32)) - {first}:
                bits = (first << 5 | second) << 5 * (6 - place)
                right = plain(f"{bits:010x}000000")
                wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
                assert parse_reference(wrong) is ReferenceProblem.CHECK


@pytest.mark.parametrize(
    "typed",
    [
        "7k4q92xd1",
        " 7K4Q 92XD 1 ",
        "7K4Q\u00a092XD\u202f1",
        "7K4Q–92XD—1\n",
        "7K4Q\u201192XD-I",
        "7k4q-92xd-l",
    ],
)
def test_tolerated_writings(typed: str) -> None:
    assert parse_reference(typed) == "7K4Q-92XD-1"


def test_letter_o_is_read_as_zero() -> None:
    assert parse_reference("oooo-OOOO-0") == "0000-0000-0"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", ReferenceProblem.LENGTH),
        ("7K4Q-92XD", ReferenceProblem.LENGTH),
        ("7K4Q-92XD-11", ReferenceProblem.LENGTH),
        ("7K4Q-92XD-U", ReferenceProblem.CHARACTER),
        ("7K4Q_92XD_1", ReferenceProblem.CHARACTER),
        ("réf 7K4Q", ReferenceProblem.CHARACTER),
        ("7K4Q-92XD-2", ReferenceProblem.CHECK),
        ("K74Q-92XD-1", ReferenceProblem.CHECK),
    ],
)
def test_problems(typed: str, problem: ReferenceProblem) -> None:
    assert parse_reference(typed) is problem


@given(st.text())
def test_any_text_gets_a_verdict(text: str) -> None:
    verdict = parse_reference(text)
    assert isinstance(verdict, ReferenceProblem) or parse_reference(verdict) == verdict


@pytest.mark.parametrize("text", ["", "3cc9748bad", "3CC974BBAD000000", "g" * 16, "0" * 17])
def test_what_is_no_appointment_id_has_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="not an appointment id"):
        reference_of(text)
