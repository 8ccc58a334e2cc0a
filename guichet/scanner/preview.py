from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.guide import Outline

_COLOUR = 3  # dimensions of a frame in colour


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame made small for the screen: grey `cells`, one byte each, row after row.

    `outlines` are of the codes in it.
    """

    width: int
    height: int
    cells: bytes
    outlines: tuple[Outline, ...] = ()


def shrink(frame: Frame, size: tuple[int, int], outlines: tuple[Outline, ...] = ()) -> Picture:
    """The frame in its own proportions, within `size` (width, height) cells."""
    cv2 = opencv()
    height, width = frame.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(frame, fitted, interpolation=cv2.INTER_AREA)
    if small.ndim == _COLOUR:
        small = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return Picture(*fitted, small.tobytes(), outlines)
