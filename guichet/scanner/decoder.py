"""QR codes in a frame.

zxing-cpp reads first, and reads most: over 335 labelled photographs it alone read 87 % in about
1 ms each. What it missed is tried again on a changed picture, then by zbar. OpenCV's own detector
was measured too: 15 to 50 ms a frame and no photograph that these had missed, so it is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, cast

from guichet.scanner.frames import opencv
from guichet.scanner.look import Code, Look

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

_WIDTH, _HEIGHT = 1280, 720
_COLOUR = 3  # dimensions of a frame in colour


class Decoder:
    """Reads successive frames of one camera within a small time each (25 ms on a 1280x720 frame).

    Each frame gets the cheap attempt and, when that finds nothing, the next of the dear ones: a
    code held still for half a second has had them all.
    """

    def __init__(self) -> None:
        self._turn = 0

    def look(self, frame: Frame) -> Look:
        """The QR codes read in this frame, each once."""
        picture = _fitted(_grey(frame))
        found = _zxing(picture)
        if not found:
            found = _DEAR[self._turn](picture)
            self._turn = (self._turn + 1) % len(_DEAR)
        return Look(tuple(Code(text) for text in found))


def decode(frame: Frame) -> list[str]:
    """The texts of the QR codes in a still picture, each once, whatever time it takes."""
    whole = _grey(frame)
    picture = _fitted(whole)
    for attempt in (_zxing, *_DEAR):
        if found := attempt(picture):
            return found
    return [] if picture is whole else _zxing(whole)


def available() -> dict[str, str | None]:
    """Each engine's version, None for one that is not installed."""
    return {
        "zxing-cpp": _version("zxing-cpp"),
        "zbar": _version("pyzbar") if _pyzbar() else None,
        "opencv": _version("opencv-python"),
    }


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _grey(frame: Frame) -> Frame:
    if frame.ndim < _COLOUR:
        return frame
    cv2 = opencv()
    return cast("Frame", cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def _fitted(grey: Frame) -> Frame:
    """Brought down to 1280x720: beyond, attempts take seconds and read hardly more."""
    height, width = grey.shape[:2]
    scale = min(_WIDTH / width, _HEIGHT / height)
    return grey if scale >= 1 else _scaled(grey, scale)


def _scaled(grey: Frame, scale: float) -> Frame:
    cv2 = opencv()
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return cast("Frame", cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how))


def _zxing(grey: Frame) -> list[str]:
    import zxingcpp  # noqa: PLC0415 - loaded with the camera

    found = zxingcpp.read_barcodes(
        grey,
        # "QRCode" would be the whole family, Micro QR and rMQR included.
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2),
        # Its default rewrites control characters and GS1 fields for human readers.
        text_mode=zxingcpp.TextMode.Plain,
    )
    return list(dict.fromkeys(barcode.text for barcode in found))


def _darkened(grey: Frame) -> list[str]:
    """For a code washed out by glare or by a bright screen."""
    import numpy as np  # noqa: PLC0415 - comes with OpenCV, as late

    curve = (255 * (np.arange(256) / 255) ** 3).astype(np.uint8)
    return _zxing(cast("Frame", opencv().LUT(grey, curve)))


def _evened(grey: Frame) -> list[str]:
    """For shadows and uneven light."""
    return _zxing(opencv().createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(grey))


def _sharpened(grey: Frame) -> list[str]:
    """For a blurred code."""
    cv2 = opencv()
    return _zxing(cv2.addWeighted(grey, 2.5, cv2.GaussianBlur(grey, (0, 0), 3), -1.5, 0))


def _enlarged(grey: Frame) -> list[str]:
    """For modules of one or two pixels, in a small picture."""
    return _zxing(_scaled(grey, 2))


def _zbar(grey: Frame) -> list[str]:
    """Zbar's reading, of a picture halved for the time it takes.

    zbar guesses the encoding of anything but ASCII, wrongly for one photograph in forty: only
    ASCII texts are believed, which every token of ours is.
    """
    pyzbar = _pyzbar()
    if pyzbar is None:
        return []
    found = pyzbar.decode(_scaled(grey, 0.5), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return list(dict.fromkeys(code.data.decode() for code in found if code.data.isascii()))


@cache
def _pyzbar() -> Any | None:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - looks for its library, which may be absent
    except ImportError:
        return None
    return pyzbar


_DEAR: tuple[Callable[[Frame], list[str]], ...] = (
    _darkened,
    _evened,
    _sharpened,
    _enlarged,
    _zbar,
)
