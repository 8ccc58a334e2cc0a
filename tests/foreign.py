"""Texts that a counter's camera meets: other people's codes, and ours damaged in every way."""

import random
import string
from collections.abc import Callable

from hypothesis import strategies as st

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ASCII = st.text(string.printable, max_size=60)


def _other(template: str) -> st.SearchStrategy[str]:
    return st.tuples(WORDS | ASCII, WORDS | ASCII).map(lambda said: template.format(*said))


OTHERS = st.one_of(
    _other("WIFI:T:WPA;S:{0};P:{1};;"),
    _other("https://{0}.example/{1}?rdv=1"),
    _other("http://g1:{0}@{1}"),
    _other("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{0};{1}\r\nEND:VCARD"),
    _other("MECARD:N:{0};TEL:{1};;"),
    _other("BCD\n002\n1\nSCT\n{0}\n{1}"),
    _other("otpauth://totp/{0}?secret={1}"),
    _other("mailto:{0}@{1}"),
    _other("geo:{0},{1}"),
    _other("G2:{0}{1}"),
    _other("g1:{0}{1}"),
    st.text(BASE45, max_size=600).map("HC1:".__add__),  # health passes
    st.text(BASE45, max_size=300).map("i0CV".__add__),  # train tickets
    st.text(string.ascii_uppercase + string.digits, max_size=300).map("DC04".__add__),  # 2D-Doc
)
"""Codes of others, each with contents of any kind."""

ANY = st.one_of(
    st.text(),
    st.text(st.characters()),  # lone surrogates too, which no decoder should give
    st.binary(max_size=400).map(lambda data: data.decode("latin-1")),
    st.binary(max_size=400).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.integers(0, 100_000).map("G".__mul__),
    st.integers(0, 100_000).map(lambda n: "G1:" + "6" * n),
    st.text(BASE45, max_size=420).map("G1:".__add__),
)
"""Anything at all, oversized and binary included."""


def damaged(text: str, chance: random.Random) -> str:
    """The text with one to four damages of a bad reading, a bad printer or a bad intention."""
    for _time in range(chance.randint(1, 4)):
        text = chance.choice(_DAMAGES)(text, chance)
    return text


def _replaced(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(BASE45) + text[at + 1 :]


def _flipped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chr(chance.randrange(0x110000)) + text[at + 1 :]


def _inserted(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + "".join(chance.choices(BASE45, k=chance.randint(1, 9))) + text[at:]


def _cut(text: str, chance: random.Random) -> str:
    start, end = sorted(chance.randrange(len(text) + 1) for _end in range(2))
    return text[:start] + text[end:]


def _swapped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _twice(text: str, _chance: random.Random) -> str:
    return (text + text)[:4000]


def _turned(text: str, chance: random.Random) -> str:
    return chance.choice([text.lower, text.swapcase, text[::-1].upper, text.strip])()


_DAMAGES: tuple[Callable[[str, random.Random], str], ...] = (
    _replaced,
    _replaced,
    _replaced,
    _flipped,
    _inserted,
    _cut,
    _swapped,
    _twice,
    _turned,
)
