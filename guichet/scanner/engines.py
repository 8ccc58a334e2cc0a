"""The engine that reads in this process, and which engines there are."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from guichet.scanner.look import Code, Corners

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame


def zxing(grey: Frame, margin: int = 0) -> tuple[tuple[Code, ...], Corners | None]:
    """The QR codes read in a grey picture, each text once; and a symbol found but not read.

    Corners are fractions of the picture inside its `margin` of so many pixels.
    """
    import zxingcpp  # loaded with the camera

    found = zxingcpp.read_barcodes(
        grey,
        # "QRCode" would be the whole family, Micro QR and rMQR included. Made each time: one that
        # was kept would have the binding complain on the terminal when the program ends.
        formats=zxingcpp.BarcodeFormats(
            [zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.QRCodeModel1]
        ),
        # Its default rewrites control characters and GS1 fields for human readers.
        text_mode=zxingcpp.TextMode.Plain,
        return_errors=True,  # costs nothing, and tells where a damaged symbol is
    )
    codes: dict[str, Code] = {}
    suspect = None
    for barcode in found:
        corners = _corners(barcode.position, grey, margin)
        if barcode.valid:
            codes.setdefault(barcode.text, Code(barcode.text, corners))
        else:
            suspect = suspect or corners
    return tuple(codes.values()), suspect


def _corners(position: Any, grey: Frame, margin: int) -> Corners:
    height, width = (side - 2 * margin for side in grey.shape)
    a, b, c, d = (
        ((point.x - margin) / width, (point.y - margin) / height)
        for point in (
            position.top_left,
            position.top_right,
            position.bottom_right,
            position.bottom_left,
        )
    )
    return a, b, c, d


def available() -> dict[str, str | None]:
    """Each engine's version, None for one that is not installed."""
    return {
        "zxing-cpp": _version("zxing-cpp"),
        "zbar": _version("pyzbar") if _zbar_loads() else None,
        "opencv": _version("opencv-python"),
    }


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _zbar_loads() -> bool:
    try:
        import pyzbar.pyzbar  # noqa: F401 - looks for its library, which may be absent
    except ImportError:
        return False
    return True
