"""The cameras of this computer, and the mode each agrees to film in."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from guichet.scanner.cameras import films
from guichet.scanner.faults import CameraFault, Reason
from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

_SIZES = ((1280, 720), (640, 480))
_FORMAT = "MJPG"  # uncompressed, most USB cameras give 1280x720 only 10 times a second
_RATE = 30
_LEAST_RATE = 15  # frames a second under which a smaller picture is better
_PATIENCE = 3.0  # seconds without a picture before a camera is said to give none
_OPENING: dict[int, Reason] = {
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EBUSY: "busy",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """What a source films in; `rate` is in frames a second, 0 when it does not say."""

    width: int
    height: int
    rate: float
    format: str


def open_webcam(index: int) -> Webcam:
    """The camera of that number. Raises CameraFault."""
    if sys.platform != "linux":
        name = f"camera {index}"
        capture = opencv().VideoCapture(index)
        if not capture.isOpened():  # nothing there tells why
            raise CameraFault("absent", name)
        return Webcam(capture, name)
    return open_device(Path(f"/dev/video{index}"))


def open_device(path: Path) -> Webcam:
    """The V4L2 camera of that path. Raises CameraFault."""
    try:
        capturing = films(path)
    except OSError as error:
        reason = _OPENING.get(error.errno or 0, "absent")
        raise CameraFault(reason, f"{path}: {error.strerror}") from error
    if not capturing:
        raise CameraFault("unreadable", str(path))
    cv2 = opencv()
    capture = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
    if not capture.isOpened():  # it can be opened, not filmed with: somebody does already
        raise CameraFault("busy", str(path))
    return Webcam(capture, str(path), path)


def mode_of(capture: Any) -> Mode:
    """What an OpenCV capture films in by now."""
    cv2 = opencv()
    code = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
    return Mode(
        int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        float(capture.get(cv2.CAP_PROP_FPS)),
        code.decode("ascii", "replace").strip("\0 "),
    )


def negotiate(capture: Any) -> Mode:
    """The largest mode that is quick enough, else what the camera gives when asked for the least.

    A camera that lacks a size or the format takes the nearest it has.
    """
    cv2 = opencv()
    for width, height in _SIZES:
        # In this order: the sizes, then the rates that there are depend on the format.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*_FORMAT))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_FPS, _RATE)
        mode = mode_of(capture)
        if not 0 < mode.rate < _LEAST_RATE:
            break
    return mode


class Webcam:
    """A camera of this computer, in the mode negotiated with it."""

    def __init__(
        self,
        capture: Any,
        name: str,
        device: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._capture = capture
        self._device = device
        self._clock = clock
        self.mode: Mode | None = negotiate(capture)
        # Its queue would otherwise hold frames back: they fall seconds behind when read late.
        capture.set(opencv().CAP_PROP_BUFFERSIZE, 1)
        self._last = clock()
        self._gave = False

    def read(self) -> Frame | None:
        """The next frame. Raises CameraFault: "lost", or "no_frames" after 3 s without one."""
        grabbed, frame = self._capture.read()
        now = self._clock()
        if grabbed:
            self._last = now
            self._gave = True
            return cast("Frame", frame)
        if self._device is not None and not os.access(self._device, os.F_OK):
            raise CameraFault("lost", self.name)
        if now - self._last > _PATIENCE:
            raise CameraFault("lost" if self._gave else "no_frames", self.name)
        return None

    def interrupt(self) -> None:
        """Nothing: OpenCV is told to wait a second at most."""

    def close(self) -> None:
        """Release the device."""
        self._capture.release()
