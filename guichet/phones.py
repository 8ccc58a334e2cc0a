"""Phone numbers as people of this public type them, in France and overseas."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# Overseas mobiles (0690, 0692, 0639…) are typed like those of metropolitan France, whose plan does
# not hold them: under +33 their text messages are lost.
REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")

_FRENCH_CODES = {33, 590, 594, 596, 262}  # one plan of ten digits: shown as dialled in France
_FRANCE = 33
_OVERSEAS = ("+590", "+262", "+594", "+596", "+508", "+687", "+689", "+681")
_SEARCHED = 9
_SEPARATORS = re.compile(
    r"\(0\)|[\s./()_\u00b7\u200b\u200e\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\u2212\ufeff-]+"
)
"""What stands between digits, seen or not: numbers copied from a telephone carry marks of
direction."""
_INTERNATIONAL_FRANCE = re.compile(r"^(?:\+|00)330?")
# Kept by ARCEP for works of fiction, in no plan: the training data has no other mobiles, since
# real numbers must not be used.
_FICTION = range(639980000, 639990000)


class PhoneKind(StrEnum):
    """What a number can be used for."""

    MOBILE = "mobile"  # text messages
    LANDLINE = "landline"  # to be called: gets no text message
    OTHER = "other"  # special rate, free of charge, pager…


class PhoneProblem(StrEnum):
    """Why a typed number cannot be taken."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    LENGTH = "length"
    UNKNOWN = "unknown"  # such a number exists neither in France, overseas nor abroad


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call: `e164` to keep and dial (+33…), `display` to read."""

    e164: str
    display: str
    kind: PhoneKind


def parse_phone(text: str) -> Phone | PhoneProblem:
    """The number that was typed: of France, else overseas, else abroad with its + or 00 code.

    +33 before an overseas number is put right. 06 39 98 xx xx are fictional numbers for training.
    """
    typed = _INTERNATIONAL_FRANCE.sub("0", _SEPARATORS.sub("", text))
    if not typed:
        return PhoneProblem.EMPTY
    if not re.fullmatch(r"\+?[0-9]+", typed):
        return PhoneProblem.CHARACTERS
    return _existing(typed)


def overseas(phone: Phone) -> str:
    """The code a number of overseas France is called under ("+590"), else an empty text."""
    return next((code for code in _OVERSEAS if phone.e164.startswith(code)), "")


def digits_key(text: str) -> str:
    """The last nine digits: what a French number keeps however it is typed, to search by."""
    return re.sub("[^0-9]", "", text)[-_SEARCHED:]


def _existing(typed: str) -> Phone | PhoneProblem:
    """The first number that exists among the readings of `typed`, digits after an optional +."""
    import phonenumbers as library  # noqa: PLC0415 - slow to import, and few screens need it

    regions = REGIONS[:1] if typed.startswith(("+", "00")) else REGIONS
    try:
        readings = [library.parse(typed, region) for region in regions]
    except library.NumberParseException as error:
        wrong_code = error.error_type == library.NumberParseException.INVALID_COUNTRY_CODE
        return PhoneProblem.UNKNOWN if wrong_code else PhoneProblem.LENGTH
    if readings[0].country_code == _FRANCE and readings[0].national_number in _FICTION:
        return _phone(readings[0], PhoneKind.MOBILE)
    for number in readings:
        if library.is_valid_number(number):
            return _phone(number, _kind(library.number_type(number)))
    # A French number short of one digit passes for possible, its leading zero counted as a digit.
    short = readings[0].country_code == _FRANCE and readings[0].italian_leading_zero
    possible = library.is_possible_number(readings[0]) and not short
    return PhoneProblem.UNKNOWN if possible else PhoneProblem.LENGTH


def _phone(number: "PhoneNumber", kind: PhoneKind) -> Phone:
    """The record of a parsed number."""
    from phonenumbers import PhoneNumberFormat, format_number  # noqa: PLC0415 - as in _existing

    national = number.country_code in _FRENCH_CODES
    style = PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    return Phone(
        e164=format_number(number, PhoneNumberFormat.E164),
        display=format_number(number, style),
        kind=kind,
    )


def _kind(number_type: int) -> PhoneKind:
    """Our kind for a type of the library."""
    from phonenumbers import PhoneNumberType  # noqa: PLC0415 - as in _existing

    if number_type in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}:
        return PhoneKind.MOBILE
    if number_type in {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP}:
        return PhoneKind.LANDLINE
    return PhoneKind.OTHER
