"""Trying out what scans: each engine on a picture made for it, a camera for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from guichet.scanner.decoder import available
from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.source import Source

_TEXT = "G1:GUICHET"
_LONG = 1.5  # seconds filmed
_PATIENCE = 4.0  # seconds until a camera's first frame
_WAIT = 0.005
_WIDTH = 640  # sharpness is compared at one size
_COLOUR = 3  # dimensions of a frame in colour


@dataclass(frozen=True, slots=True)
class Film:
    """How a source films: frames a second, pixels, mean light (of 255), sharpness.

    `sharpness` is the variance of the Laplacian, of the last frame made 640 pixels wide.
    """

    rate: float
    width: int
    height: int
    light: float
    sharpness: float


def film(
    source: Source,
    seconds: float = _LONG,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Film | None:
    """What the source gives for a moment after its first frame; None when it gives nothing.

    Raises CameraFault.
    """
    until = clock() + _PATIENCE
    frames = 0
    first = last = 0.0
    frame: Frame | None = None
    while clock() < until:
        read = source.read()
        if read is None:
            sleep(_WAIT)
            continue
        last = clock()
        if frame is None:
            first, until = last, last + seconds
        else:
            frames += 1
        frame = read
    if frame is None:
        return None
    height, width = frame.shape[:2]
    light, sharpness = _seen(frame)
    rate = frames / (last - first) if frames else 0.0
    return Film(rate, width, height, light, sharpness)


def _seen(frame: Frame) -> tuple[float, float]:
    cv2 = opencv()
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim == _COLOUR else frame
    height, width = grey.shape[:2]
    same = cv2.resize(
        grey, (_WIDTH, max(1, height * _WIDTH // width)), interpolation=cv2.INTER_AREA
    )
    return float(grey.mean()), float(cv2.Laplacian(same, cv2.CV_32F).var())


def engines() -> list[tuple[str, str | None, bool]]:
    """Of each engine its name, its version (None when absent), and whether it reads our picture."""
    picture = _picture()
    return [
        (name, version, version is not None and _reads(name, picture))
        for name, version in available().items()
    ]


def _reads(engine: str, picture: Frame) -> bool:
    match engine:
        case "zxing-cpp":
            import zxingcpp  # as the decoder does

            return [found.text for found in zxingcpp.read_barcodes(picture)] == [_TEXT]
        case "zbar":
            from pyzbar import pyzbar

            return [found.data for found in pyzbar.decode(picture)] == [_TEXT.encode()]
        case _:
            return bool(opencv().QRCodeDetector().detectAndDecode(picture)[0] == _TEXT)


def _picture() -> Frame:
    import numpy as np  # comes with OpenCV, as late
    import qrcode

    maker = qrcode.QRCode(border=4)
    maker.add_data(_TEXT)
    maker.make(fit=True)
    modules = np.where(np.array(maker.get_matrix()), 0, 255).astype(np.uint8)
    return cast("Frame", np.kron(modules, np.ones((8, 8), np.uint8)))
