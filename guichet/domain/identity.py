"""What a convocation's token is bound to, and whether the ID somebody shows is of that person."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from guichet.domain.model import Person
from guichet.domain.names import canonical, search_words

_JOINTS = ((5, (" ", "-", "'", "")), (8, (" ", "-")))
"""Up to so many words, the ways of joining them that are tried; beyond, spaces only. So there are
1,280 spellings at most, which take a few milliseconds."""


class Check(StrEnum):
    """What comparing the ID shown with a convocation gives. Its values are stored."""

    MATCHED = "matched"
    MISMATCHED = "mismatched"
    NOT_BOUND = "not_bound"  # what was typed cannot be compared with what is known here


@dataclass(frozen=True, slots=True)
class Shown:
    """What is read on the ID: ten digits, or a name in any order and a birth year; else empty."""

    number: str = ""
    name: str = ""
    year: str = ""


def identity_of(person: Person) -> str:
    """The person's numéro étranger, or without one their canonical name and birth year."""
    if person.number is not None:
        return person.number
    return identity_of_name(person.family_name, person.given_names, person.birth)


def identity_of_name(family: str, given: str, birth: str) -> str:
    """The identity of someone without a number; `birth` is ISO text, of which the year counts."""
    return canonical(f"{family} {given}") + birth[:4]


def identities(shown: Shown) -> tuple[str, ...]:
    """Every identity that may have been written for who shows this.

    The number; and the name as typed, then beginning at each of its words in turn, for families
    come first on some papers and last on others; its words apart, hyphenated, or joined.
    """
    found = [shown.number] if shown.number else []
    words = search_words(shown.name)
    if words and shown.year:
        joints = next((each for most, each in _JOINTS if len(words) <= most), (" ",))
        found.append(canonical(shown.name) + shown.year)
        for first in range(len(words)):
            turned = (*words[first:], *words[:first])
            for between in product(joints, repeat=len(words) - 1):
                text = "".join(map("".join, zip(turned, (*between, ""), strict=True)))
                found.append(text + shown.year)
    return tuple(dict.fromkeys(found))


def check(
    shown: Shown, bound: Callable[[Sequence[str]], bool] | None, record: Person | None
) -> Check:
    """Compare the ID shown with a token and with the person's record, as far as each is known.

    `bound` says whether a token is bound to one of several identities; None without a token. A
    token does not say which kind of identity it was made of: without the record only both kinds
    failing make a mismatch.
    """
    if bound is not None and bound(identities(shown)):
        return Check.MATCHED
    answers = [] if record is None else _compared(shown, record)
    if answers:
        return Check.MATCHED if all(answers) else Check.MISMATCHED
    everything = bool(shown.number and shown.name and shown.year)
    if record is None and bound is not None and everything:
        return Check.MISMATCHED
    return Check.NOT_BOUND


def _compared(shown: Shown, record: Person) -> list[bool]:
    """Whether the number agrees, and whether the name and year do; only those that can tell."""
    answers = []
    if shown.number and record.number is not None:
        answers.append(shown.number == record.number)
    if shown.name and shown.year:
        names = (record.family_name, record.used_name or record.family_name)
        same = any(_named(f"{name} {record.given_names}", shown.name) for name in names)
        answers.append(same and record.birth[:4] == shown.year)
    return answers


def _named(known: str, shown: str) -> bool:
    """Whether all words of the name known are on the ID, which often has more given names."""
    return any(
        set(words(known)) <= set(words(shown)) and bool(words(known))
        for words in (search_words, _joined)
    )


def _joined(name: str) -> tuple[str, ...]:
    """The words of a name, compound ones in one: N’DIAYE as NDIAYE."""
    return tuple(re.sub("[-']", "", canonical(name)).split())
