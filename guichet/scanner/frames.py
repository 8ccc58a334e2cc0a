"""Frames, and the files they are read from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from guichet.scanner.faults import CameraFault
from guichet.scanner.pages import PDF_SUFFIX, pages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Frame: TypeAlias = "NDArray[np.uint8]"
"""Pixels: height x width of grey, or height x width x 3 of blue, green, red."""

_COLOUR = 3  # dimensions of a frame in colour

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".pgm"})

_QUIET = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # FFmpeg's AV_LOG_QUIET
    # Seconds a webcam read waits for a frame: what stop() may have to wait (OpenCV's own is 10).
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1",
}


@cache
def opencv() -> Any:
    """OpenCV, imported on first use.

    It reads its environment while it is imported, and writes warnings on the terminal the
    application is drawing on unless told not to beforehand.
    """
    os.environ.update(_QUIET)
    import cv2  # 0.4 s and 30 MiB, only for those who open a camera

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # imported by others before
    cv2.setNumThreads(1)  # a frame is too small to share; its threads would outlive the camera
    return cv2


def grey_of(frame: Frame) -> Frame:
    """The frame in grey."""
    if frame.ndim < _COLOUR:
        return frame
    cv2 = opencv()
    return cast("Frame", cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def decode_picture(data: bytes) -> Frame | None:
    """The picture in an image file's bytes, or None when there is no whole picture in them."""
    if not data or (data.startswith(b"\x89PNG") and b"IEND" not in data[-16:]):
        return None  # asked for half a PNG, libpng complains on the terminal
    import numpy as np  # comes with OpenCV, as late

    cv2 = opencv()
    try:
        return cast("Frame | None", cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    except cv2.error:  # OpenCV raises for some damages and answers None for others
        return None


def list_pictures(folder: Path) -> list[Path]:
    """The images and PDF files directly in a folder, by name. Raises OSError."""
    known = {*PICTURE_SUFFIXES, PDF_SUFFIX}
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in known)


def pictures_of(path: Path) -> Iterator[Frame]:
    """The picture of an image file, or those of a PDF; none of a damaged one. Raises OSError."""
    data = path.read_bytes()
    if path.suffix.lower() == PDF_SUFFIX:
        yield from pages(data)
    elif (picture := decode_picture(data)) is not None:
        yield picture


def read_image(path: Path) -> list[Frame]:
    """The pictures in an image or PDF file, or in each such file of a folder, by name.

    Raises CameraFault: "absent", "denied", or "unreadable" for a file that has no whole picture.
    """
    try:
        files = list_pictures(path) if path.is_dir() else [path]
        return [picture for file in files for picture in _pictures_in(file)]
    except FileNotFoundError as error:
        raise CameraFault("absent", str(path)) from error
    except PermissionError as error:
        raise CameraFault("denied", str(path)) from error
    except OSError as error:
        raise CameraFault("unreadable", f"{path}: {error.strerror}") from error


def _pictures_in(path: Path) -> list[Frame]:
    found = list(pictures_of(path))
    if not found:
        raise CameraFault("unreadable", str(path))
    return found
