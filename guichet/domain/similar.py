"""How alike two persons are: for a human to decide, never to merge, refuse or block anybody.

Sisters share a phone, an address and nearly a name; homonyms share a name and, where the day of
birth is unknown, the year. Names are spelt in several ways when they come from another script.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from guichet.domain.birth import BirthDate, precise, same
from guichet.domain.model import Person
from guichet.domain.names import canonical, match_key, search_words

LIKELY = 35
"""The score from which a person is shown to whoever records a new one."""


class Reason(StrEnum):
    """Why two persons may be one, or may not."""

    NUMBER = "number"
    NAME = "name"
    INVERTED = "inverted"  # family and given names the other way round
    USED_NAME = "used_name"  # the nom d'usage of one is the nom de naissance of the other
    SPELLING = "spelling"  # Mohamed and Mohammed, or one given name more
    BIRTH = "birth"  # the same day
    BIRTH_MAYBE = "birth_maybe"  # nothing known on both sides differs
    PHONE = "phone"
    EMAIL = "email"
    OTHER_NUMBER = "other_number"
    OTHER_BIRTH = "other_birth"


WEIGHTS: dict[Reason, int] = {
    Reason.NUMBER: 60,
    Reason.NAME: 30,
    Reason.INVERTED: 30,
    Reason.USED_NAME: 30,
    Reason.SPELLING: 25,
    Reason.BIRTH: 25,
    Reason.BIRTH_MAYBE: 15,
    Reason.PHONE: 15,
    Reason.EMAIL: 15,
    Reason.OTHER_NUMBER: -15,
    Reason.OTHER_BIRTH: -10,
}
"""What each reason adds to the score: proposals of guichet, to be set with those who use it."""

_CLOSE = 0.8
_SOUNDS_CLOSE = 0.6
_SPELLINGS = (
    (re.compile(r"D(?:J|I(?=[AEOU]))"), "J"),  # Diarra, Djarra, Jarra
    (re.compile("OU(?=[AEI])"), "W"),  # Ouattara, Wattara
    (re.compile("T?CH|SH"), "S"),  # Cheikh, Sheikh
    (re.compile("KH|CK|[CQ]"), "K"),
    (re.compile("GH|GU(?=[EI])"), "G"),
    (re.compile("PH"), "F"),
    (re.compile("TH"), "T"),
    (re.compile("(?<=.)H$"), ""),  # Ba, Bah
    (re.compile("(?<=.)W$"), ""),  # Diallo, Jallow
    (re.compile("(?<=.)[AEIOUY]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),  # Mohamed, Mohammed
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A score and its reasons; from LIKELY on, a human is asked."""

    score: int
    reasons: tuple[Reason, ...]


def likeness(one: Person, other: Person) -> Likeness:
    """How alike two persons are; the order of the two does not matter."""
    found = (_number(one, other), _name(one, other), _birth(one, other))
    reasons = [reason for reason in found if reason is not None]
    if one.phone and one.phone == other.phone:
        reasons.append(Reason.PHONE)
    if one.email and other.email and one.email.casefold() == other.email.casefold():
        reasons.append(Reason.EMAIL)
    score = sum(WEIGHTS[reason] for reason in reasons)
    return Likeness(max(0, min(100, score)), tuple(reasons))


class Match(StrEnum):
    """How one field of two persons compares."""

    SAME = "same"
    NEAR = "near"  # spelt in another way, or known in part
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # on one side only


def compare(one: Person, other: Person) -> dict[str, Match]:
    """How each field compares, by its name ("name" is both names); not those empty twice."""
    found = {
        "name": _match_name(one, other),
        "used_name": _match(canonical(one.used_name or ""), canonical(other.used_name or "")),
        "birth": _match_birth(one, other),
        "number": _match(one.number, other.number),
        "phone": _match(one.phone, other.phone),
        "email": _match((one.email or "").casefold(), (other.email or "").casefold()),
        "commune": _match(canonical(one.commune), canonical(other.commune)),
    }
    return {field: match for field, match in found.items() if match is not None}


def _match(left: str | None, right: str | None) -> Match | None:
    if not left and not right:
        return None
    if not left or not right:
        return Match.UNKNOWN
    return Match.SAME if left == right else Match.DIFFERENT


def _match_name(one: Person, other: Person) -> Match:
    if (reason := _name(one, other)) is Reason.NAME:
        return Match.SAME
    return Match.DIFFERENT if reason is None else Match.NEAR


def _match_birth(one: Person, other: Person) -> Match | None:
    match _birth(one, other):
        case None:
            return _match(one.birth, other.birth)
        case Reason.OTHER_BIRTH:
            return Match.DIFFERENT
        case _:
            return Match.SAME if one.birth == other.birth else Match.NEAR


def other_year(birth: BirthDate, person: Person) -> bool:
    """Whether the person was certainly born in another year than `birth`."""
    known = _birth_of(person)
    return known is not None and known.year != birth.year


def _number(one: Person, other: Person) -> Reason | None:
    if one.number is None or other.number is None:
        return None
    return Reason.NUMBER if one.number == other.number else Reason.OTHER_NUMBER


def _birth(one: Person, other: Person) -> Reason | None:
    left, right = _birth_of(one), _birth_of(other)
    if left is None or right is None:
        return None
    if not same(left, right):
        return Reason.OTHER_BIRTH
    return Reason.BIRTH if precise(left) and precise(right) else Reason.BIRTH_MAYBE


def _birth_of(person: Person) -> BirthDate | None:
    try:
        return BirthDate.from_text(person.birth)
    except ValueError:
        return None


def _name(one: Person, other: Person) -> Reason | None:
    words, others = _words(one), _words(other)
    if not words or not others:
        return None
    if sorted(words) == sorted(others):
        straight = match_key(one.family_name) == match_key(other.family_name)
        return Reason.NAME if straight else Reason.INVERTED
    for left, right in ((one, other), (other, one)):
        if left.used_name and _alike(_words_used(left), _words(right)):
            return Reason.USED_NAME
    return Reason.SPELLING if _alike(words, others) else None


def _words(person: Person) -> tuple[str, ...]:
    return search_words(f"{person.family_name} {person.given_names}")


def _words_used(person: Person) -> tuple[str, ...]:
    return search_words(f"{person.used_name} {person.given_names}")


def _alike(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether each word of the shorter name has one like it, of its own, in the longer."""
    short, long = sorted((words, others), key=len)
    if len(short) < len(long) and len(short) == 1:
        return False  # one word in common is not a name in common
    left = list(long)
    for word in short:
        nearest = max(left, key=lambda candidate: _ratio(word, candidate))
        if not _same_word(word, nearest):
            return False
        left.remove(nearest)
    return True


def _same_word(one: str, other: str) -> bool:
    ratio = _ratio(one, other)
    return ratio >= _CLOSE or (ratio >= _SOUNDS_CLOSE and _sound(one) == _sound(other))


def _ratio(one: str, other: str) -> float:
    # The matcher is not symmetric; sorted arguments make it so.
    first, second = sorted((one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _sound(word: str) -> str:
    """The consonants of a word, those that transliterations exchange written in one way."""
    for spelling, plain in _SPELLINGS:
        word = spelling.sub(plain, word)
    return word
