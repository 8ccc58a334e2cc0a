"""The measures that guidance goes by, of ten frames a second at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guichet.scanner.frames import grey_of, opencv
from guichet.scanner.guidance import CodeMeasures, Measures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guichet.scanner.frames import Frame
    from guichet.scanner.look import Corners

_SMALL = (160, 90)
_PATCH = 196  # pixels a side of the code made flat: four for each of a convocation's modules
_BLINDING = 245  # of 255
_NOISE = 5  # pixels over which noise is evened out
_LARGEST_WHITE = _PATCH // 5  # of a code's side; its white areas are smaller
_LEAST_CONTRAST = 8.0


class Gauge:
    """Measures successive frames of one camera; 1 to 2 ms each."""

    def __init__(self) -> None:
        self._before: Frame | None = None

    def measure(self, frame: Frame, corners: Corners | None) -> Measures:
        """The measures of a frame, and of the code-like pattern within `corners` of it."""
        cv2 = opencv()
        small = grey_of(cv2.resize(frame, _SMALL, interpolation=cv2.INTER_AREA))
        before, self._before = self._before, small
        light = float(small.mean())
        if corners is None:
            return Measures(light)
        return Measures(light, _code(frame, corners, small, before))


def _code(frame: Frame, corners: Corners, small: Frame, before: Frame | None) -> CodeMeasures:
    import numpy as np  # comes with OpenCV, as late

    cv2 = opencv()
    height, width = frame.shape[:2]
    quad = np.array(corners, np.float32) * np.array((width, height), np.float32)
    flat = np.array([(0, 0), (_PATCH, 0), (_PATCH, _PATCH), (0, _PATCH)], np.float32)
    turned = cv2.getPerspectiveTransform(quad, flat)
    patch = grey_of(cv2.warpPerspective(frame, turned, (_PATCH, _PATCH), flags=cv2.INTER_AREA))
    black, white = (float(level) for level in np.percentile(patch[::2, ::2], (10, 90)))
    contrast = max(white - black, _LEAST_CONTRAST)
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    return CodeMeasures(
        side=float(sides.mean()),
        fill=float(np.ptp(quad[:, 1])) / height,
        white=white,
        black=black,
        glare=_glare(patch),
        motion=0.0 if before is None else _motion(small, before, corners) / contrast,
        sharpness=float(cv2.Laplacian(patch, cv2.CV_32F).std()) / contrast,
    )


def _glare(patch: Frame) -> float:
    """The share of white patches larger than a code has."""
    cv2 = opencv()
    white = (cv2.blur(patch, (_NOISE, _NOISE)) >= _BLINDING).view("uint8")
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (_LARGEST_WHITE, _LARGEST_WHITE))
    opened: NDArray[np.uint8] = cv2.morphologyEx(white, cv2.MORPH_OPEN, square)
    return float(opened.mean())


def _motion(small: Frame, before: Frame, corners: Corners) -> float:
    """The mean change of level within the pattern's box."""
    width, height = _SMALL
    across = [int(x * width) for x, _y in corners]
    down = [int(y * height) for _x, y in corners]
    box = (
        slice(max(0, min(down)), max(1, max(down) + 1)),
        slice(max(0, min(across)), max(1, max(across) + 1)),
    )
    change = opencv().absdiff(small[box], before[box])
    return float(change.mean()) if change is not None and change.size else 0.0
