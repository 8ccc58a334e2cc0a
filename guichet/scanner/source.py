"""Where frames come from: webcams, video files, MJPEG addresses, folders and image files."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from guichet.scanner.faults import CameraFault
from guichet.scanner.folder import Folder
from guichet.scanner.frames import PICTURE_SUFFIXES, Frame, opencv
from guichet.scanner.stream import MjpegStream

_SIZE = (1280, 720)
_PATIENCE = 3.0  # seconds without a picture before a camera is said to give none
_BLACK = 20  # a pixel under this, of 255: a closed shutter; a dark room is above


class Source(Protocol):
    """An open source of frames, for one reading thread."""

    name: str

    def read(self) -> Frame | None:
        """The next frame; None when there is no new one yet, or no more in a finite source.

        Waits one second at most, or until ``interrupt``. Raises CameraFault when it stops giving.
        """

    def interrupt(self) -> None:
        """Make a waiting ``read`` return; from any thread."""

    def close(self) -> None:
        """Release the device; from the reading thread."""


def open_source(spec: str) -> Source:
    """The source that `spec` names, opened.

    "0", "1"… a webcam; "/dev/video0" a V4L2 device; "http://…" an MJPEG camera; else the path of a
    folder of images, an image or a video. Raises CameraFault.
    """
    if spec.isdecimal():
        return _open_webcam(int(spec))
    if spec.startswith("http://"):
        return MjpegStream(spec)
    if not spec or "://" in spec:
        raise CameraFault("unknown_source", spec)
    path = Path(spec)
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        raise CameraFault("denied", spec) from error
    except OSError as error:
        raise CameraFault("absent", spec) from error
    if stat.S_ISCHR(mode):
        return _open_device(path)
    if stat.S_ISDIR(mode) or path.suffix.lower() in PICTURE_SUFFIXES:
        return Folder(path)
    return VideoFile(path)


def _open_webcam(index: int) -> Webcam:
    if sys.platform != "linux":
        name = f"camera {index}"
        capture = opencv().VideoCapture(index)
        if not capture.isOpened():  # nothing there tells why
            raise CameraFault("absent", name)
        return Webcam(capture, name)
    return _open_device(Path(f"/dev/video{index}"))


def _open_device(path: Path) -> Webcam:
    if not path.exists():
        raise CameraFault("absent", str(path))
    if not os.access(path, os.R_OK | os.W_OK):
        raise CameraFault("denied", str(path))
    cv2 = opencv()
    capture = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
    if not capture.isOpened():
        raise CameraFault("busy", str(path))
    return Webcam(capture, str(path), path)


class Webcam:
    """A camera of this computer, asked for 1280x720; black frames count as none."""

    def __init__(
        self,
        capture: Any,
        name: str,
        device: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        cv2 = opencv()
        self.name = name
        self._capture = capture
        self._device = device
        self._clock = clock
        # Uncompressed, most USB cameras give 1280x720 only 10 times a second.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, _SIZE[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _SIZE[1])
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._last = clock()
        self._gave = False

    def read(self) -> Frame | None:
        """The next frame. Raises CameraFault: "lost", or "no_frames" after 3 s of none or black."""
        grabbed, frame = self._capture.read()
        now = self._clock()
        if grabbed and frame[::16, ::16].max() >= _BLACK:
            self._last = now
            self._gave = True
            return cast("Frame", frame)
        if self._device is not None and not self._device.exists():
            raise CameraFault("lost", self.name)
        if now - self._last > _PATIENCE:
            raise CameraFault("lost" if self._gave and not grabbed else "no_frames", self.name)
        return None

    def interrupt(self) -> None:
        """Nothing: OpenCV is told to wait a second at most."""

    def close(self) -> None:
        """Release the device."""
        self._capture.release()


class VideoFile:
    """A video file played once at its own speed."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        if not os.access(path, os.R_OK):
            raise CameraFault("denied", str(path))
        cv2 = opencv()
        self.name = path.name
        self._clock = clock
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise CameraFault("unreadable", str(path))
        self._period = 1 / (self._capture.get(cv2.CAP_PROP_FPS) or 25)
        self._due = clock()

    def read(self) -> Frame | None:
        """The next frame when its time has come."""
        now = self._clock()
        if now < self._due:
            return None
        self._due = max(self._due + self._period, now)
        grabbed, frame = self._capture.read()
        return cast("Frame", frame) if grabbed else None

    def interrupt(self) -> None:
        """Nothing: a file never makes one wait."""

    def close(self) -> None:
        """Close the file."""
        self._capture.release()
