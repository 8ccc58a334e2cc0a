import numpy as np

from guichet.scanner.guide import Guide, Outline
from guichet.scanner.look import Code, Corners, Look
from tests.scanner.samples import blurred, code, scene, token

HERE: Corners = ((0.38, 0.3), (0.62, 0.3), (0.62, 0.7), (0.38, 0.7))
THERE: Corners = ((0.1, 0.1), (0.2, 0.1), (0.2, 0.3), (0.1, 0.3))
MIST = blurred(scene(code(token())), 5)


def test_codes_read_are_outlined_for_a_moment() -> None:
    guide = Guide()
    guide.saw(Look((Code("a", HERE), Code("b"), Code("c", THERE))), 1.0)
    guide.saw(Look(), 1.1)
    assert guide.outlines(1.2) == (Outline(HERE, read=True), Outline(THERE, read=True))
    assert guide.outlines(1.3) == ()


def test_a_pattern_seen_beside_a_code_just_read_takes_nothing_from_it() -> None:
    guide = Guide()
    guide.saw(Look((Code("a", HERE),)), 1.0)
    guide.saw(Look(suspect=THERE), 1.1)
    assert guide.outlines(1.2) == (Outline(HERE, read=True),)
    guide.saw(Look(suspect=THERE), 1.4)
    assert guide.outlines(1.5) == (Outline(THERE, read=False),)


def test_a_pattern_that_is_not_read_gets_its_hint_until_it_is() -> None:
    guide = Guide()
    hints = []
    for number in range(10):
        guide.saw(Look(suspect=HERE), number / 10)
        hints.append(guide.advice(MIST, number / 10 + 0.01))
    assert hints[-1] == "still"
    guide.saw(Look((Code("a"),)), 1.0)
    assert guide.advice(MIST, 1.01) is None


def test_a_dark_counter_is_told_with_nothing_in_view() -> None:
    guide = Guide()
    dark = np.full((480, 640), 25, np.uint8)
    assert [guide.advice(dark, number / 10) for number in range(4)][-1] == "light"
