import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.scanner.wedge import LEAST, PACE, PATIENCE, Recogniser, Taken

Came = list[tuple[str, float]]
"""Characters and the seconds since the one before."""


def told(came: Came, *, may_lead: bool = False) -> tuple[str, list[str]]:
    """What was typed and what was scanned, in the end; a scan is typed "·" where it was.

    What led a scan is taken back.
    """
    recogniser: Recogniser[str] = Recogniser()
    typed, scanned, at = "", [], 0.0

    def note(taken: Taken[str]) -> None:
        nonlocal typed
        typed += "".join(taken.typed)
        if taken.scanned is not None:
            typed = (typed[:-1] if taken.led else typed) + "·"
            scanned.append(taken.scanned)

    for character, gap in came:
        at += gap
        note(recogniser.settle(at))
        note(recogniser.take(character, character, at, may_lead=may_lead))
    note(recogniser.settle(at + PATIENCE))
    return typed, scanned


def burst(text: str, gap: float = 0.0, before: float = 1.0) -> Came:
    return [(character, gap if at else before) for at, character in enumerate(text)]


@pytest.mark.parametrize("gap", [0.0, 0.002, 0.008, 0.015])
@pytest.mark.parametrize("end", ["\r", "\n", "\t", "\r\n"])
@pytest.mark.parametrize("text", ["123456", "G1:" + "7K4Q$%*+-./: " * 12 + "X"])
@pytest.mark.parametrize("may_lead", [False, True])
def test_a_burst_is_one_scan(text: str, gap: float, end: str, may_lead: bool) -> None:  # noqa: FBT001 - a case
    came = [*burst("ab", 0.2), *burst(text + end, gap), *burst("c", before=1.0)]
    assert told(came, may_lead=may_lead) == ("ab·c", [text])


@pytest.mark.parametrize("gap", [0.045, 0.05, 0.06, 0.09, 0.15])
def test_typed_words_are_not(gap: float) -> None:
    for text in ("DIALLO\r", "9912345678\r", "7K4Q-92XD-1\r", "mamadou saliou\t"):
        assert told(burst(text, gap)) == (text, [])


def test_fingers_that_roll_are_not() -> None:
    # Two or three keys of a quick typist fall together.
    came = [(character, 0.008 if at % 3 else 0.09) for at, character in enumerate("diallo aissa\r")]
    assert told(came) == ("diallo aissa\r", [])


@pytest.mark.parametrize("gap", [0.01, 0.0166, 0.033, 0.04])
def test_a_key_held_down_is_not(gap: float) -> None:
    came = [*burst("x"), *burst("x" * 40 + "\r", gap, before=0.25)]
    assert told(came) == ("x" * 41 + "\r", [])


def test_a_held_key_is_seen_at_once() -> None:
    recogniser: Recogniser[str] = Recogniser()
    seen = [len(recogniser.take("x", "x", at * 0.016).typed) for at in range(10)]
    assert seen == [0, 0, 0, 4, 1, 1, 1, 1, 1, 1]


def test_where_typing_shows_at_once_only_what_follows_at_a_scanners_pace_waits() -> None:
    recogniser: Recogniser[str] = Recogniser()
    came = [("d", 0.0), ("i", 0.1), ("a", 0.11), ("l", 0.2)]
    taken = [recogniser.take(key, key, at, may_lead=True) for key, at in came[:3]]
    assert [list(each.typed) for each in taken] == [["d"], ["i"], []]
    assert list(recogniser.settle(0.2).typed) == ["a"]
    assert list(recogniser.take("l", "l", 0.2, may_lead=True).typed) == ["l"]


def test_a_busy_machine_may_interrupt_a_scan_once_it_is_certain() -> None:
    text = "G1:ABCDEF"
    came = burst(text + "\r", 0.008)
    came[LEAST] = (came[LEAST][0], PATIENCE - 0.01)
    assert told(came) == ("·", [text])
    came[LEAST - 1] = (came[LEAST - 1][0], PACE * 2)
    assert told(came) == (text + "\r", [])


def test_a_scanner_without_an_end_is_a_scan_too() -> None:
    assert told(burst("G1:ABCDEF")) == ("·", ["G1:ABCDEF"])


def test_two_scans_in_a_row_are_two() -> None:
    assert told([*burst("G1:ABC\r", 0.002), *burst("G1:DEF\r", 0.002, before=0.03)]) == (
        "··",
        ["G1:ABC", "G1:DEF"],
    )


def test_separators_belong_to_a_scan_and_other_keys_let_go() -> None:
    assert told(burst("]C1010335\x1d10AB\r")) == ("·", ["]C1010335\x1d10AB"])
    recogniser: Recogniser[str] = Recogniser()
    assert recogniser.take("a", "a", 0.0).typed == ()
    assert list(recogniser.take("left", None, 0.01).typed) == ["a", "left"]


_KEYS = st.sampled_from("ab1é/G:\r\t\n\x1d\x7f")
_GAPS = st.sampled_from([0.0, 0.004, 0.015, 0.034, 0.036, 0.05, 0.2, 0.31, 2.0])


@given(st.lists(st.tuples(_KEYS, _GAPS), max_size=60), st.booleans())
def test_nothing_is_lost_nor_out_of_order(came: Came, may_lead: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    typed, scanned = told(came, may_lead=may_lead)
    texts = iter(scanned)
    whole = "".join(next(texts) if character == "·" else character for character in typed)
    ends = set("\r\n\t")
    assert [c for c in whole if c not in ends] == [c for c, _gap in came if c not in ends]
    assert all(len(text) >= LEAST for text in scanned)


@given(st.lists(st.tuples(st.sampled_from("ab1é/G:\r\t"), st.floats(PACE, 2.0)), max_size=60))
def test_nobody_types_a_scan(came: Came) -> None:
    assert told(came) == ("".join(character for character, _gap in came), [])


@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=LEAST, max_size=400),
    st.floats(0, 0.015),
    st.randoms(use_true_random=False),
)
def test_every_pace_of_a_scanner_is_recognised(
    text: str, pace: float, chance: random.Random
) -> None:
    came = [(character, pace + chance.uniform(0, 0.009)) for character in f"G1:{text}\r"]
    assert told(came) == ("·", [f"G1:{text}"])
