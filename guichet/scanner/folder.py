from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import list_pictures, pictures_of

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.webcam import Mode

_SHOWN = 1.5  # seconds each picture is held in view
_PERIOD = 0.1  # seconds between two frames of the same picture


class Folder:
    """A folder of images shown one after the other and around again, as a camera would see them.

    A picture that was just written, or written over, comes next. One that does not decode, half
    written perhaps, is passed over and tried again at the next round. A PDF is the pictures of its
    pages. A single file is a folder of that one.
    """

    mode: Mode | None = None

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = path.name
        self._path = path
        self._clock = clock
        self._signatures: dict[Path, tuple[int, int]] = {}
        self._queue: deque[Path] = deque()
        self._pages: Iterator[Frame] = iter(())
        self._picture: Frame | None = None
        self._until = self._next_frame = clock()
        try:
            self._signatures = self._look()
        except PermissionError as error:
            raise CameraFault("denied", str(path)) from error
        except OSError as error:
            raise CameraFault("absent", str(path)) from error
        self._queue.extend(self._signatures)

    def read(self) -> Frame | None:
        """A frame ten times a second, None in between or while the folder has no picture.

        Raises CameraFault: "lost" when the folder is gone.
        """
        now = self._clock()
        if now < self._next_frame:
            return None
        self._next_frame = now + _PERIOD
        if now >= self._until:
            self._until = now + _SHOWN
            self._picture = self._next_picture()
            if self._picture is None:  # nothing to hold in view: look again soon
                self._until = now
        return self._picture

    def interrupt(self) -> None:
        """Nothing: a folder never makes one wait."""

    def close(self) -> None:
        """Forget the picture in view."""
        self._picture = None
        self._pages = iter(())

    def _next_picture(self) -> Frame | None:
        try:
            self._requeue()
        except OSError as error:
            raise CameraFault("lost", str(self._path)) from error
        for _ in range(len(self._queue) + 1):
            try:
                picture = next(self._pages, None)
            except OSError:  # deleted since, or not ours to read: as one that does not decode
                picture = None
            if picture is not None or not self._queue:
                return picture
            path = self._queue.popleft()
            self._queue.append(path)
            self._pages = pictures_of(path)
        return None

    def _requeue(self) -> None:
        """Put what was written since the last look first, and drop what was deleted."""
        found = self._look()
        if found != self._signatures:
            self._pages = iter(())
        new = {path for path, signature in found.items() if self._signatures.get(path) != signature}
        old = [path for path in self._queue if path in found and path not in new]
        self._queue = deque([*sorted(new, key=lambda path: found[path]), *old])
        self._signatures = found

    def _look(self) -> dict[Path, tuple[int, int]]:
        """Each picture's time of writing and size."""
        paths = list_pictures(self._path) if self._path.is_dir() else [self._path]
        found = {}
        for path in paths:
            try:
                status = path.stat()
            except FileNotFoundError:
                if path == self._path:
                    raise
                continue  # deleted between the listing and this
            found[path] = (status.st_mtime_ns, status.st_size)
        return found
