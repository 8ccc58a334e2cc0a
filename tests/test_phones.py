import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.phones import Phone, PhoneKind, PhoneProblem, digits_key, parse_phone

MOBILE, LANDLINE, OTHER = PhoneKind.MOBILE, PhoneKind.LANDLINE, PhoneKind.OTHER


@pytest.mark.parametrize(
    ("typed", "e164", "display", "kind"),
    [
        # In no plan: ARCEP keeps these for fiction.
        ("06 39 98 00 11", "+33639980011", "06 39 98 00 11", MOBILE),
        ("0639989999", "+33639989999", "06 39 98 99 99", MOBILE),
        ("+33 (0)6.39.98.00.11", "+33639980011", "06 39 98 00 11", MOBILE),
        ("0033 6 39 98 00 11", "+33639980011", "06 39 98 00 11", MOBILE),
        ("06 39 98 00 33", "+33639980033", "06 39 98 00 33", MOBILE),  # 0033, but not in front
        # Numbers of the plans, picked at their edges.
        ("06\u00a012\u202f00\u00a000\u00a000", "+33612000000", "06 12 00 00 00", MOBILE),
        ("01-99/00.00–00", "+33199000000", "01 99 00 00 00", LANDLINE),
        ("0948000000", "+33948000000", "09 48 00 00 00", LANDLINE),
        ("0806 001 620", "+33806001620", "0 806 00 16 20", OTHER),
        ("0690 00 12 34", "+590690001234", "0690 00 12 34", MOBILE),
        ("+33 690 00 12 34", "+590690001234", "0690 00 12 34", MOBILE),
        ("+590 690 00 12 34", "+590690001234", "0690 00 12 34", MOBILE),
        ("0696 20 00 00", "+596696200000", "0696 20 00 00", MOBILE),
        ("0694 20 00 00", "+594694200000", "0694 20 00 00", MOBILE),
        ("0692 00 00 00", "+262692000000", "0692 00 00 00", MOBILE),
        ("0639 10 00 00", "+262639100000", "0639 10 00 00", MOBILE),
        ("0639 97 99 99", "+262639979999", "0639 97 99 99", MOBILE),
        ("0639 99 00 00", "+262639990000", "0639 99 00 00", MOBILE),
        ("0594 30 00 00", "+594594300000", "0594 30 00 00", LANDLINE),
        ("87 00 00 00", "+68987000000", "+689 87 00 00 00", MOBILE),
        ("+1 202-555-0123", "+12025550123", "+1 202-555-0123", MOBILE),
        ("+39 06 698 00000", "+390669800000", "+39 06 6980 0000", LANDLINE),
        ("+49 639 980011", "+49639980011", "+49 6399 80011", LANDLINE),
        ("00 49 (0)1511 0000000", "+4915110000000", "+49 1511 0000000", MOBILE),
    ],
)
def test_numbers(typed: str, e164: str, display: str, kind: PhoneKind) -> None:
    assert parse_phone(typed) == Phone(e164, display, kind)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        (" . ", PhoneProblem.EMPTY),
        ("06 ALLO", PhoneProblem.CHARACTERS),
        ("+", PhoneProblem.CHARACTERS),
        ("06 39 98 00 11 #2", PhoneProblem.CHARACTERS),
        ("٠٦٣٩٩٨٠٠١١", PhoneProblem.CHARACTERS),
        ("1", PhoneProblem.LENGTH),
        ("17", PhoneProblem.LENGTH),
        ("00", PhoneProblem.LENGTH),
        ("06 39 98 00 1", PhoneProblem.LENGTH),
        ("06 12 00 00 0", PhoneProblem.LENGTH),
        ("06 39 98 00 111", PhoneProblem.LENGTH),
        ("06 39 98 00 11 / 06 39 98 00 12", PhoneProblem.LENGTH),
        ("+49 1", PhoneProblem.LENGTH),
        ("0700 1234567890", PhoneProblem.LENGTH),  # between machines
        ("0700 12 34 56", PhoneProblem.UNKNOWN),
        ("+999 123 456", PhoneProblem.UNKNOWN),
        ("+1 000 555 0123", PhoneProblem.UNKNOWN),
    ],
)
def test_problems(typed: str, problem: PhoneProblem) -> None:
    assert parse_phone(typed) is problem


@settings(deadline=None)  # the first number loads the library
@given(st.text() | st.text("+0123456789 .", max_size=16))
def test_any_text_gets_a_verdict_and_a_number_reads_back(text: str) -> None:
    verdict = parse_phone(text)
    if isinstance(verdict, Phone):
        assert parse_phone(verdict.e164) == verdict
    else:
        assert verdict in PhoneProblem


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("06 39 98 00 11", "639980011"),
        ("+33\u00a06.39.98.00.11", "639980011"),
        ("0690-00-12-34", "690001234"),
        ("98 00 11", "980011"),
        ("DIALLO", ""),
        ("٠٦", ""),
    ],
)
def test_key_to_search_by(text: str, key: str) -> None:
    assert digits_key(text) == key


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, guichet.phones; sys.exit('phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
