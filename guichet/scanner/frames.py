"""Frames, and the picture files they are read from."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from guichet.scanner.faults import CameraFault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Frame: TypeAlias = "NDArray[np.uint8]"
"""Pixels: height x width of grey, or height x width x 3 of blue, green, red."""

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
    import cv2  # noqa: PLC0415 - 0.4 s and 30 MiB, only for those who open a camera

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # imported by others before
    cv2.setNumThreads(1)  # a frame is too small to share; its threads would outlive the camera
    return cv2


def decode_picture(data: bytes) -> Frame | None:
    """The picture in an image file's bytes, or None when there is no whole picture in them."""
    if not data or (data.startswith(b"\x89PNG") and b"IEND" not in data[-16:]):
        return None  # asked for half a PNG, libpng complains on the terminal
    import numpy as np  # noqa: PLC0415 - comes with OpenCV, as late

    cv2 = opencv()
    try:
        return cast("Frame | None", cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    except cv2.error:  # OpenCV raises for some damages and answers None for others
        return None


def list_pictures(folder: Path) -> list[Path]:
    """The image files directly in a folder, by name. Raises OSError."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)


def read_image(path: Path) -> list[Frame]:
    """The picture in an image file, or in each image file of a folder, by name.

    Raises CameraFault: "absent", "denied", or "unreadable" for a file that is no whole picture.
    """
    try:
        return [_read_picture(file) for file in (list_pictures(path) if path.is_dir() else [path])]
    except FileNotFoundError as error:
        raise CameraFault("absent", str(path)) from error
    except PermissionError as error:
        raise CameraFault("denied", str(path)) from error
    except OSError as error:
        raise CameraFault("unreadable", f"{path}: {error.strerror}") from error


def _read_picture(path: Path) -> Frame:
    frame = decode_picture(path.read_bytes())
    if frame is None:
        raise CameraFault("unreadable", str(path))
    return frame
