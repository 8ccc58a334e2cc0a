"""The reference of an appointment: eight characters read aloud on the phone, and one that checks.

The characters are Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U.
The check is a polynomial code over GF(32), which those nine characters satisfy together: it finds
every single wrong character and every exchange of two, the check character's own included.
"""

import re
from enum import Enum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_BODY = 8
_BITS = 5
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1: its root generates all of GF(32), so exchanges show
_APPOINTMENT_ID = re.compile("[0-9a-f]{16}")
_NOT_TYPED = re.compile(r"[\s\u2010-\u2015-]+")
_LOOKALIKES = str.maketrans("OIL", "011")


class ReferenceProblem(Enum):
    """Why a typed reference cannot be right.

    No StrEnum: a problem must never pass for the text of a reference.
    """

    LENGTH = "length"
    CHARACTER = "character"
    CHECK = "check"  # one or more characters are wrong, or two are exchanged


def reference_of(appointment_id: str) -> str:
    """The reference of an appointment, as 7K4Q-92XD-1: the first 40 bits of its id.

    Raises ValueError unless the id is 16 lower-case hexadecimal digits.
    """
    if not _APPOINTMENT_ID.fullmatch(appointment_id):
        raise ValueError(f"not an appointment id: {appointment_id!r}")
    bits = int(appointment_id[:10], 16)
    values = [bits >> _BITS * place & 31 for place in reversed(range(_BODY))]
    return _formatted("".join(ALPHABET[value] for value in (*values, _double(_sum(values)))))


def parse_reference(text: str) -> str | ReferenceProblem:
    """The reference that was typed or read, as `reference_of` writes it.

    Case, spaces, hyphens and dashes do not matter; O is read as 0, I and L as 1.
    """
    typed = _NOT_TYPED.sub("", text).upper().translate(_LOOKALIKES)
    if any(character not in ALPHABET for character in typed):
        return ReferenceProblem.CHARACTER
    if len(typed) != _BODY + 1:
        return ReferenceProblem.LENGTH
    if _sum([ALPHABET.index(character) for character in typed]):
        return ReferenceProblem.CHECK
    return _formatted(typed)


def _formatted(characters: str) -> str:
    return f"{characters[:4]}-{characters[4:_BODY]}-{characters[_BODY:]}"


def _sum(values: list[int]) -> int:
    """The value of the polynomial whose coefficients are `values`; zero for a whole reference."""
    total = 0
    for value in values:
        total = _double(total) ^ value
    return total


def _double(value: int) -> int:
    """`value` times x in GF(32)."""
    shifted = value << 1
    return shifted ^ _POLYNOMIAL if shifted >> _BITS else shifted
