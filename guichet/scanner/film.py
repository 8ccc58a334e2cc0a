from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import opencv
from guichet.scanner.webcam import Mode, mode_of

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame


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
        self.mode: Mode | None = mode_of(self._capture)
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
