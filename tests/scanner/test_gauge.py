"""Hints for synthetic frames: the measures and the rules together."""

import cv2
import numpy as np
import pytest

from guichet.scanner.frames import Frame
from guichet.scanner.gauge import Gauge
from guichet.scanner.guidance import Advice, advise
from guichet.scanner.look import Corners
from tests.scanner.samples import (
    blurred,
    code,
    noisy,
    scene,
    token,
    underexposed,
    washed_out,
)

SIZE = (1280, 720)
MODULES = 49


def corners(box: int) -> Corners:
    """Where a token's code of `box` pixels a module is, in the middle of the frame."""
    half = MODULES * box / 2
    x, y = half / SIZE[0], half / SIZE[1]
    return ((0.5 - x, 0.5 - y), (0.5 + x, 0.5 - y), (0.5 + x, 0.5 + y), (0.5 - x, 0.5 + y))


def sheet(box: int = 6) -> Frame:
    picture = code(token(), box)
    beyond = max(0, len(picture) - SIZE[1]) // 2
    return scene(picture[beyond : len(picture) - beyond], SIZE)


def dim_screen(frame: Frame) -> Frame:
    dim = frame.copy()
    dim[180:540, 460:820] = dim[180:540, 460:820] // 4
    return dim


def glaring(frame: Frame) -> Frame:
    return np.asarray(cv2.circle(frame.copy(), (640, 360), 60, (255,), -1), np.uint8)


@pytest.mark.parametrize(
    ("frame", "box", "advice"),
    [
        (sheet(), 6, None),
        (noisy(sheet()), 6, None),
        (sheet(2), 2, "closer"),
        (sheet(14), 14, "farther"),
        (blurred(sheet(), 4), 6, "still"),
        (blurred(sheet(3), 3), 3, "closer"),
        (blurred(sheet(10), 6), 10, "farther"),
        (glaring(sheet()), 6, "glare"),
        (noisy(glaring(sheet()), 6), 6, "glare"),
        (washed_out(sheet()), 6, "screen_bright"),
        (underexposed(sheet()), 6, "light"),
        (dim_screen(sheet()), 6, "screen_dim"),
    ],
)
@pytest.mark.parametrize("colour", [False, True])
def test_each_trouble_is_measured(
    frame: Frame, box: int, advice: Advice | None, *, colour: bool
) -> None:
    shown = cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR).astype(np.uint8) if colour else frame
    gauge = Gauge()
    gauge.measure(shown, corners(box))
    assert advise(gauge.measure(shown, corners(box))) == advice


@pytest.mark.parametrize(("by", "advice"), [(0, None), (2, None), (12, "still"), (60, "still")])
def test_a_code_that_moves_is_asked_to_stay(by: int, advice: Advice | None) -> None:
    gauge = Gauge()
    gauge.measure(noisy(np.roll(sheet(), by, axis=1).astype(np.uint8), seed=2), None)
    assert advise(gauge.measure(noisy(sheet()), corners(6))) == advice


def test_nothing_to_say_of_an_empty_counter() -> None:
    gauge = Gauge()
    assert advise(gauge.measure(scene(sheet()[:9, :9]), None)) is None
    assert advise(gauge.measure(np.full((720, 1280), 25, np.uint8), None)) == "light"


def test_a_pattern_at_the_edge_or_beyond_is_measured_all_the_same() -> None:
    gauge = Gauge()
    for _ in range(2):
        measures = gauge.measure(sheet(), ((0.9, 0.9), (1.2, 0.9), (1.2, 1.3), (0.9, 1.3)))
    assert measures.code is not None
