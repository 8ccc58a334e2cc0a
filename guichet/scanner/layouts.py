"""What a keyboard scanner meant to type, when it is set to another keyboard than the computer's.

A scanner presses the keys where they stand on the keyboard it is set to. All 45 characters of a
convocation then arrive as 45 distinct ones, so a table gives it back exactly; so it does where
the table is the only explanation. The tables are those of XKB's "us" and "fr" keyboards.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

# The same keys in the same order, without and with Shift. The two that are dead on a French
# keyboard ("[" and "{") type nothing by themselves.
_US = (
    "`~1!2@3#4$5%6^7&8*9(0)-_=+qQwWeErRtTyYuUiIoOpP]}"
    "aAsSdDfFgGhHjJkKlL;:'\"\\|zZxXcCvVbBnNmM,<.>/? "
)
_FRENCH = (
    "²~&1é2\"3'4(5-6è7_8ç9à0)°=+aAzZeErRtTyYuUiIoOpP$£qQsSdDfFgGhHjJkKlLmMù%*µwWxXcCvVbBnN,?;.:/!§ "
)


class Layout(Enum):
    """How the scanner is set, on a computer with the other keyboard."""

    US = "us"
    FRENCH = "french"


class Kind(Enum):
    """What a scanned text is, as far as its characters tell."""

    CONVOCATION = "convocation"
    PLAIN = "plain"  # a name, a number or a reference: something to fill in
    FOREIGN = "foreign"
    GARBLED = "garbled"  # read by a scanner set to another keyboard, beyond repair


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned text, repaired where needed; `wrong` is then how its scanner is set."""

    text: str
    kind: Kind
    wrong: Layout | None = None


_MEANT = {
    Layout.US: dict(zip(_FRENCH, _US, strict=True)),
    Layout.FRENCH: dict(zip(_US, _FRENCH, strict=True)),
}
_BEGINS = "G1:"
_WHOLE = re.compile(r"G1:[0-9A-Z $%*+\-./:]{100,397}")  # its signature alone takes 96 characters
_PLAIN = re.compile(r"\+?[^\W_](?:[^\W_]|[ '’/-]){0,79}")
_NUMBER = re.compile(r"\+?[0-9][0-9 /]{5,19}")
_REFERENCE = re.compile(r"[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z '-]{1,79}")
_M = "?"
"""How a capital M arrives from a US scanner: no name has that sign, and no text as little else."""
_OTHERWISE = re.compile(r"[gG][^A-Za-z\s]\S.{97,397}", re.DOTALL)
"""How a convocation arrives through any keyboard: the figure after the G is no letter on any."""


def understood(typed: str) -> Scan:
    """What a scanner meant by what it typed."""
    text = typed.strip()
    if text.startswith(_BEGINS):
        return Scan(text, Kind.CONVOCATION)
    repaired = next(_convocations(text), None)
    if repaired is not None:
        return repaired
    if _PLAIN.fullmatch(text) and not _figures(text):
        return Scan(text, Kind.PLAIN)
    found = list(_fillings(text))
    if len(found) == 1:
        return found[0]
    garbled = len(found) > 1 or _OTHERWISE.fullmatch(text)
    return Scan(text, Kind.GARBLED if garbled else Kind.FOREIGN)


def is_convocation(text: str) -> bool:
    """Whether a text is a whole convocation's, as its characters tell."""
    return _WHOLE.fullmatch(text.strip()) is not None


def _convocations(text: str) -> Iterator[Scan]:
    """The convocations a text may stand for; "G1:" begins each way of misreading differently.

    With Caps Lock on, X turns every letter around, accented ones too, and leaves signs alone.
    """
    for cased in (text, text.swapcase()):
        for layout in (None, *Layout):
            meant = cased if layout is None else _meant(cased, layout)
            if meant is not None and _WHOLE.fullmatch(meant):
                yield Scan(meant, Kind.CONVOCATION, layout)


def _fillings(text: str) -> Iterator[Scan]:
    """The names, numbers and references a text can only stand for when its scanner is set wrong."""
    for layout in Layout:
        meant = _meant(text, layout)
        if meant is None:
            continue
        named = layout is Layout.US and _M in text and _NAME.fullmatch(meant)
        if named or _NUMBER.fullmatch(meant) or _REFERENCE.fullmatch(meant):
            yield Scan(meant, Kind.PLAIN, layout)


def _figures(text: str) -> bool:
    """Whether a text has only what the row of figures types on a French keyboard without Shift."""
    meant = _meant(text, Layout.US)
    return meant is not None and _NUMBER.fullmatch(meant) is not None


def _meant(text: str, layout: Layout) -> str | None:
    """The text through a table; None where a character cannot come from it."""
    table = _MEANT[layout]
    if not all(character in table for character in text):
        return None
    return "".join(table[character] for character in text)
