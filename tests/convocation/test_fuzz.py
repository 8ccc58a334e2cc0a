"""Whatever a decoder gives, the token's parser answers, at once, and never believes it wrongly.

The quick cases run always, the millions with the slow target.
"""

import random
import time
from collections.abc import Callable

import cbor2
import pytest
from base45 import b45encode
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.convocation.token import PREFIX, Unverified, Verified, prepare, verify
from tests.convocation.samples import CLAIMS, KEYRING, KID, TOKEN
from tests.foreign import ANY, OTHERS, damaged

_SLOWEST = 0.005  # seconds of processor, for one text
_CASES = 2_000_000


def answer(text: str) -> Verified | Unverified:
    """The verdict; the genuine text, with blanks around it or not, is the only one believed."""
    result = verify(text, KEYRING)
    if text.strip() == TOKEN:
        assert result == Verified(CLAIMS, KID)
    else:
        assert isinstance(result, Unverified)
    return result


@given(OTHERS)
def test_other_people_s_codes_are_not_ours(text: str) -> None:
    result = answer(text)
    assert isinstance(result, Unverified)
    assert result.reason == "not_ours"


@given(ANY)
def test_anything_has_an_answer(text: str) -> None:
    answer(text)


@given(st.integers(0, 2**32))
def test_a_damaged_convocation_has_an_answer(seed: int) -> None:
    answer(damaged(TOKEN, random.Random(seed)))  # noqa: S311 - no secret


def _structured(chance: random.Random) -> str:
    """CBOR of the right form with wrong contents, in base45: it goes through most of the parser."""
    values: list[Callable[[], object]] = [
        lambda: chance.randbytes(chance.choice([0, 3, 4, 8, 16])),
        lambda: chance.choice([-1, 0, 1, 2**32, 2**63, 2**64]),
        lambda: chance.choice([None, True, "x", 1.5, float("nan"), [], {}]),
        lambda: [chance.randrange(2**33) for _each in range(chance.randrange(6))],
    ]

    def some() -> object:
        return chance.choice(values)()

    headers = {chance.choice([1, 4]): some() for _each in range(chance.randrange(3))}
    fields = [some() for _each in range(chance.choice([4, 5, 5, 5, 6]))]
    message: list[object] = [
        cbor2.dumps(headers),
        {},
        cbor2.dumps(fields),
        chance.randbytes(64),
    ]
    if not chance.randrange(4):
        message[chance.randrange(4)] = some()
    encoded: bytes = b45encode(cbor2.dumps(message))
    return PREFIX + encoded.decode()


@given(st.integers(0, 2**32))
def test_a_well_formed_message_of_wrong_content_has_an_answer(seed: int) -> None:
    answer(_structured(random.Random(seed)))  # noqa: S311 - no secret


def _spent(text: str) -> float:
    start = time.thread_time()
    verify(text, KEYRING)
    return time.thread_time() - start


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_millions_of_texts_are_answered_each_within_5_ms() -> None:
    prepare()
    chance = random.Random(20261127)  # noqa: S311 - no secret
    for case in range(_CASES):
        text = _structured(chance) if case % 8 == 0 else damaged(TOKEN, chance)
        start = time.thread_time()
        answer(text)
        if time.thread_time() - start > _SLOWEST:  # the collector's turn, perhaps: again, alone
            assert min(_spent(text) for _turn in range(3)) < _SLOWEST, text


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=100_000, deadline=None)
@given(ANY | OTHERS)
def test_a_hundred_thousand_texts_of_any_kind_are_answered_each_within_5_ms(text: str) -> None:
    answer(text)
    assert min(_spent(text) for _turn in range(2)) < _SLOWEST
