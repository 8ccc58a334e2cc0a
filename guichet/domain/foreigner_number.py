"""The numéro étranger (AGDREF number): ten digits. Three verdicts, never one.

Its form is judged here. No check digit is documented, and the first two digits, often the
département of the first registration, reject nobody. Whether it is plausible depends on the other
persons known (guichet.domain.similar); whether it exists, only a register could say.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_DIGITS = 10
_SEPARATORS = re.compile(
    r"[\s./_\u00b7\u200b\u200e\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\u2212\ufeff-]+"
)
"""What stands between digits, seen or not: pasted text carries marks of direction too."""
_LOOKALIKES = str.maketrans("OoIl", "0011")
_INVENTED = {"0123456789", "1234567890"}


class FormCode(StrEnum):
    """What the form of a typed number is."""

    OK = "ok"
    MISSING_ZERO = "missing_zero"  # nine digits: the zero in front was lost, a person confirms
    LENGTH = "length"
    CHARACTERS = "characters"
    IMPLAUSIBLE = "implausible"  # one digit repeated, or the digits in order
    EMPTY = "empty"


class AbsentReason(StrEnum):
    """Why a person gives no number."""

    NEVER_GIVEN = "jamais_attribue"
    DOCUMENT_LOST = "document_perdu"
    ILLEGIBLE = "illisible"


class Existence(StrEnum):
    """What a register says of a number. UNAVAILABLE never counts against the person."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Form:
    """A verdict: `value` is the ten digits when the code is OK.

    `suggestion` is ten digits for a person to confirm, never to be taken silently: the number with
    its zero in front (MISSING_ZERO), or with O, I and l read as digits (CHARACTERS). Empty if none.
    """

    code: FormCode
    value: str = ""
    suggestion: str = ""


def form(text: str) -> Form:
    """The verdict on a typed number; spaces, dots and hyphens do not matter."""
    typed = _SEPARATORS.sub("", text)
    if not typed:
        return Form(FormCode.EMPTY)
    if not re.fullmatch("[0-9]+", typed):
        corrected = typed.translate(_LOOKALIKES)
        return Form(
            FormCode.CHARACTERS,
            suggestion="" if corrected == typed else form(corrected).value,
        )
    if len(typed) not in {_DIGITS - 1, _DIGITS}:
        return Form(FormCode.LENGTH)
    number = typed.zfill(_DIGITS)
    if len(set(typed)) == 1 or number in _INVENTED:
        return Form(FormCode.IMPLAUSIBLE)
    if number != typed:
        return Form(FormCode.MISSING_ZERO, suggestion=number)
    return Form(FormCode.OK, value=number)
