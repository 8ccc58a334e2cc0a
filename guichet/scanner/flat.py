"""A symbol seen at an angle, folded or bent, made square again from where its corners are.

A decoder looks for modules where a plane would have them. On a creased or curved paper they are up
to some modules away in the middle while the corner squares are in place: moving the middle back,
along the symbol or across it, is often all it takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guichet.scanner.frames import Frame
    from guichet.scanner.look import Corners

_QUIET = 0.08  # of the symbol's side, kept around it
_LEAST, _MOST = 320, 900  # pixels of the square
_CLOSER = 1.5  # pixels of the square for one of the frame


@dataclass(frozen=True, slots=True)
class Flat:
    """Squared, its middle moved by fractions of its side, and softened by so many pixels."""

    name: str
    across: float = 0.0
    down: float = 0.0
    softer: float = 0.0

    def picture(self, grey: Frame, outline: Corners) -> Frame:
        """The square picture of what lies within the outline."""
        cv2 = opencv()
        height, width = grey.shape
        corners = [(x * width, y * height) for x, y in outline]
        longest = max(math.dist(corners[at], corners[at - 1]) for at in range(4))
        side = round(min(max(_CLOSER * longest, _LEAST), _MOST))
        square = _squared(grey, corners, side)
        if self.across or self.down:
            steps = _bent(side, self.across)[None, :], _bent(side, self.down)[:, None]
            x, y = (step.repeat(side, axis) for axis, step in enumerate(steps))
            square = cv2.remap(square, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cv2.GaussianBlur(square, (0, 0), self.softer) if self.softer else square


def _squared(grey: Frame, corners: list[tuple[float, float]], side: int) -> Frame:
    import numpy as np  # comes with OpenCV, as late

    cv2 = opencv()
    near = side * _QUIET / (1 + 2 * _QUIET)
    far = side - near
    square = np.array([(near, near), (far, near), (far, far), (near, far)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)
    how, edge = cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
    return cast(
        "Frame", cv2.warpPerspective(grey, matrix, (side, side), flags=how, borderMode=edge)
    )


def _bent(side: int, by: float) -> NDArray[np.float32]:
    """Where along a side each pixel comes from: the ends stay, the middle is `by` away."""
    import numpy as np

    place = np.arange(side, dtype=np.float32) / side
    return ((place + 4 * by * place * (1 - place)) * side).astype(np.float32)


FLATS = (
    Flat("flat"),
    Flat("flat, down", down=0.02),
    Flat("flat, up", down=-0.02),
    Flat("flat, right", across=0.02),
    Flat("flat, left", across=-0.02),
    Flat("flat, softer", softer=2.0),
    Flat("flat, far down", down=0.04),
    Flat("flat, far up", down=-0.04),
    Flat("flat, far right", across=0.04),
    Flat("flat, far left", across=-0.04),
)
