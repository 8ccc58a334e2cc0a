import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.domain.foreigner_number import AbsentReason, Form, FormCode, form


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7512034567", Form(FormCode.OK, value="7512034567")),
        ("75 12\u00a003\u202f45.67", Form(FormCode.OK, value="7512034567")),
        ("75-1203–4567", Form(FormCode.OK, value="7512034567")),
        ("9912034567", Form(FormCode.OK, value="9912034567")),
        ("612034567", Form(FormCode.MISSING_ZERO, suggestion="0612034567")),
        ("", Form(FormCode.EMPTY)),
        (" .- ", Form(FormCode.EMPTY)),
        ("12034567", Form(FormCode.LENGTH)),
        ("75120345678", Form(FormCode.LENGTH)),
        ("751203456O", Form(FormCode.CHARACTERS, suggestion="7512034560")),
        ("75I2O3456l", Form(FormCode.CHARACTERS, suggestion="7512034561")),
        ("75I2O345", Form(FormCode.CHARACTERS)),
        ("FRA512034567", Form(FormCode.CHARACTERS)),
        ("751203456X", Form(FormCode.CHARACTERS)),
        ("75I203456X", Form(FormCode.CHARACTERS)),
        ("٧٥١٢٠٣٤٥٦٧", Form(FormCode.CHARACTERS)),
        ("OOOOOOOOOO", Form(FormCode.CHARACTERS)),
        ("0000000000", Form(FormCode.IMPLAUSIBLE)),
        ("1111111111", Form(FormCode.IMPLAUSIBLE)),
        ("111111111", Form(FormCode.IMPLAUSIBLE)),
        ("0123456789", Form(FormCode.IMPLAUSIBLE)),
        ("123456789", Form(FormCode.IMPLAUSIBLE)),
        ("1234567890", Form(FormCode.IMPLAUSIBLE)),
    ],
)
def test_verdicts(typed: str, expected: Form) -> None:
    assert form(typed) == expected


@given(st.text() | st.text("0123456789OIl -", max_size=14))
def test_a_value_or_suggestion_is_itself_a_number_of_good_form(text: str) -> None:
    verdict = form(text)
    assert bool(verdict.value) is (verdict.code is FormCode.OK)
    for number in filter(None, (verdict.value, verdict.suggestion)):
        assert form(number) == Form(FormCode.OK, value=number)


def test_codes_of_an_absent_number_are_those_of_the_record() -> None:
    assert [*AbsentReason] == ["jamais_attribue", "document_perdu", "illisible"]
