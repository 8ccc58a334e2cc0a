"""Ways of preparing a grey picture so that a code is read which was not in the picture itself.

Chosen by measurement among some two hundred (docs/decoding.md): each is here for the pictures that
all the others miss. What each is for follows from what it does; the numbers come from the bench.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

_MARGIN = 24
_LARGEST = 1600  # pixels; beyond, a pass takes tenths of a second and reads no more


@dataclass(frozen=True, slots=True)
class Pass:
    """A preparation, and who reads its result."""

    name: str
    side: int
    """The longer side's pixels of the picture to prepare, at most twice what it was; 0: as is."""
    prepare: Callable[[Frame], Frame] | None = None
    by_zbar: bool = False
    margin: int = 0
    """Pixels that `prepare` puts on each side."""

    def picture(self, grey: Frame) -> Frame:
        """The picture to read."""
        sized = sized_to(grey, self.side) if self.side else grey
        return self.prepare(sized) if self.prepare else sized


def scaled(grey: Frame, scale: float) -> Frame:
    """The picture made larger or smaller."""
    cv2 = opencv()
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return cast("Frame", cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how))


def sized_to(grey: Frame, side: int) -> Frame:
    """The picture with a longer side of so many pixels, at most twice what it was."""
    scale = min(side / max(grey.shape), 2.0)
    return grey if abs(scale - 1) < 0.02 else scaled(grey, scale)  # noqa: PLR2004 - same size


def manageable(grey: Frame) -> Frame:
    """The picture brought down to what passes are for, when a still camera gave more."""
    return sized_to(grey, min(_LARGEST, max(grey.shape)))


def _framed(grey: Frame) -> Frame:
    """With white around, for a code cut out at its very edge."""
    cv2 = opencv()
    wide, edge = [_MARGIN] * 4, cv2.BORDER_CONSTANT
    return cast("Frame", cv2.copyMakeBorder(grey, *wide, edge, value=(255,)))


def _local(neighbours: int, darker: float) -> Callable[[Frame], Frame]:
    """Black where darker than around, for shadows and uneven light."""

    def prepare(grey: Frame) -> Frame:
        cv2 = opencv()
        how, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
        return cast("Frame", cv2.adaptiveThreshold(grey, 255, how, kind, neighbours, darker))

    return prepare


def _darker(power: float) -> Callable[[Frame], Frame]:
    """For a code washed out by glare or by a bright screen."""

    def prepare(grey: Frame) -> Frame:
        import numpy as np  # comes with OpenCV, as late

        curve = (255 * (np.arange(256) / 255) ** power).astype(np.uint8)
        return cast("Frame", opencv().LUT(grey, curve))

    return prepare


def _softer(sigma: float) -> Callable[[Frame], Frame]:
    """For noise, and for modules broken into dots."""

    def prepare(grey: Frame) -> Frame:
        return cast("Frame", opencv().GaussianBlur(grey, (0, 0), sigma))

    return prepare


def _sharper(grey: Frame) -> Frame:
    """For a code out of focus."""
    cv2 = opencv()
    return cast("Frame", cv2.addWeighted(grey, 2.5, cv2.GaussianBlur(grey, (0, 0), 3), -1.5, 0))


def _thicker(grey: Frame) -> Frame:
    """Black grown, for a code printed thin or eaten by light."""
    import numpy as np

    return cast("Frame", opencv().erode(grey, np.ones((3, 3), np.uint8)))


def _contrasted(grey: Frame) -> Frame:
    """Contrast stretched place by place."""
    return cast("Frame", opencv().createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(grey))


def _levelled(grey: Frame) -> Frame:
    """Divided by the light of the paper around."""
    import numpy as np

    cv2 = opencv()
    paper = cv2.blur(cv2.dilate(grey, np.ones((7, 7), np.uint8)), (51, 51))
    return cast("Frame", cv2.divide(grey, paper, scale=255))


def _soft_local(grey: Frame) -> Frame:
    return _local(25, 3)(_softer(1)(grey))


PASSES = (
    Pass("framed, 1000", 1000, _framed, margin=_MARGIN),
    Pass("local 25, 700", 700, _local(25, 3)),
    Pass("darker 6", 0, _darker(6)),
    Pass("thicker, 1600", 1600, _thicker),
    Pass("softer 1, 1600", 1600, _softer(1)),
    Pass("local 15, 1000", 1000, _local(15, 2)),
    Pass("sharper, 450", 450, _sharper),
    Pass("zbar, local 201, 450", 450, _local(201, 5), by_zbar=True),
    Pass("contrasted, 1000", 1000, _contrasted),
    Pass("levelled", 0, _levelled),
    Pass("sharper, 1000", 1000, _sharper),
    Pass("zbar, softer 2, 450", 450, _softer(2), by_zbar=True),
    Pass("softer 3", 0, _softer(3)),
    Pass("soft local 25, 1000", 1000, _soft_local),
    Pass("twice", _LARGEST, None),
)
"""Most useful for its time first."""
