import cv2
import numpy as np

from guichet.scanner.preview import shrink
from tests.scanner.samples import scene


def test_a_frame_is_shrunk_in_its_own_proportions() -> None:
    picture = shrink(scene(np.full((9, 9), 255, np.uint8), (1280, 720)), (60, 44))
    assert (picture.width, picture.height) == (60, 34)
    assert len(picture.cells) == 60 * 34


def test_colours_become_their_grey() -> None:
    frame = np.zeros((90, 160, 3), np.uint8)
    frame[:, 80:] = 255
    picture = shrink(frame, (16, 9))
    assert picture.cells == (bytes(8) + b"\xff" * 8) * 9


def test_a_colour_frame_and_its_grey_shrink_to_the_same() -> None:
    grey = scene(np.full((300, 300), 250, np.uint8))
    assert shrink(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8), (30, 30)) == shrink(
        grey, (30, 30)
    )
