"""Names of persons: the canonical form, the key that finds a person again, what is shown."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Letters that Unicode does not decompose, most as passports write them (ICAO Doc 9303 part 3); Ø is
# O here, as people type it, and the letters of West Africa are their nearest plain ones.
_LETTERS = str.maketrans(
    {
        "Œ": "OE",
        "Æ": "AE",
        "ẞ": "SS",
        "Þ": "TH",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Ð": "D",
        "Ɖ": "D",
        "Ħ": "H",
        "Ŧ": "T",
        "Ŋ": "N",
        "Ə": "E",
        "Ɛ": "E",
        "Ɔ": "O",
        "Ɲ": "N",
        "Ɓ": "B",
        "Ɗ": "D",
        "Ƙ": "K",
        "Ƴ": "Y",
    }
)
_NO_NAME = {"SANS NOM", "SANS PRENOM", "SANS PRENOMS"}
_APOSTROPHES = frozenset("'\u2019\u2018\u02bc\u02bb`\u2032")


def canonical(text: str) -> str:
    """`text` in capitals A-Z, single spaces, hyphens and apostrophes, without diacritics.

    Other punctuation becomes a space; digits, signs and letters of other scripts are dropped, so
    that a name written in no Latin letter at all gives an empty text: ask for its Latin form.
    """
    # An acute accent standing alone would decompose into a space and a mark.
    capitals = unicodedata.normalize("NFKD", text.replace("\u00b4", "'")).upper()
    return " ".join("".join(map(_plain, capitals.translate(_LETTERS))).split())


def match_key(family: str, given: str = "") -> str:
    """The sorted words of both names: the same for "DIALLO Aïssatou" and "Aissatou DIALLO"."""
    return " ".join(sorted(search_words(f"{family} {given}")))


def search_key(family: str, given: str = "", used: str = "") -> str:
    """The words a person is found by: those of the match key, and compound names in one word.

    So that "ndiaye" finds N’DIAYE, and "jeanpierre" Jean-Pierre; `used` is the nom d'usage.
    """
    said = canonical(f"{family} {given} {used}")
    joined = re.sub("[-']", "", said).split()
    return " ".join(sorted({*re.findall("[A-Z]+", said), *joined}))


def no_name(text: str) -> bool:
    """Whether what is typed says that there is no such name, as "sans prénom" does."""
    return canonical(text) in _NO_NAME


def search_words(query: str) -> tuple[str, ...]:
    """The canonical words of a search, in the order typed; hyphens and apostrophes separate."""
    return tuple(re.findall("[A-Z]+", canonical(query)))


def matches(words: Sequence[str], key: str) -> bool:
    """Whether each of `words` begins a word of `key` of its own. No word at all matches."""
    left = key.split()
    # The longest first: it has the fewest candidates, all of them equal to the words that remain.
    for word in sorted(words, key=len, reverse=True):
        found = next((candidate for candidate in left if candidate.startswith(word)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def display_name(family: str, given: str = "") -> str:
    """The name as screens show it: "DIALLO Aïssatou"; either part may be empty."""
    return unicodedata.normalize("NFC", " ".join(f"{family.upper()} {given}".split()))


@lru_cache(1024)
def _plain(character: str) -> str:
    """What the canonical form keeps of one decomposed capital."""
    if "A" <= character <= "Z":
        return character
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    return " " if category[0] in "ZP" or character.isspace() else ""
