"""Streams that go on whether they are read or not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import decode_picture

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.webcam import Mode

_WAIT = 1.0  # seconds


class Stream(Protocol):
    """A connection to a camera, read by one thread."""

    def grab(self) -> Frame | bytes:
        """The next picture, waited for, or the bytes of its file. Raises CameraFault."""

    def cut(self) -> None:
        """Make a waiting ``grab`` end, if that can be done; from any thread."""

    def close(self) -> None:
        """Close the connection; from the reading thread."""


class Live:
    """A stream in a thread of its own, which keeps its newest picture only.

    Read as slowly as may be, it is never behind; and a connection that neither opens nor ends
    holds nobody up: the thread that waits for it is left to end by itself.
    """

    mode: Mode | None = None

    def __init__(self, name: str, connect: Callable[[], Stream]) -> None:
        self.name = name
        self._connect = connect
        self._arrival = threading.Condition()
        self._newest: Frame | bytes | None = None
        self._fault: CameraFault | None = None
        self._left = False
        self._stream: Stream | None = None
        self._thread = threading.Thread(target=self._pump, name="stream", daemon=True)
        self._thread.start()

    def read(self) -> Frame | None:
        """The newest picture, once; None when there is none within a second. Raises CameraFault."""
        with self._arrival:
            self._arrival.wait_for(self._something, _WAIT)
            if self._fault is not None:
                raise self._fault
            newest, self._newest = self._newest, None
        return decode_picture(newest) if isinstance(newest, bytes) else newest

    def interrupt(self) -> None:
        """Let go of the stream."""
        with self._arrival:
            self._left = True
            self._arrival.notify()
            if self._stream is not None:
                self._stream.cut()

    def close(self) -> None:
        """Let go of the stream, and wait a second for its thread."""
        self.interrupt()
        self._thread.join(_WAIT)

    def _something(self) -> bool:
        return self._newest is not None or self._fault is not None or self._left

    def _pump(self) -> None:
        try:
            stream = self._connect()
            try:
                with self._arrival:
                    self._stream = stream
                while not self._left:
                    self._put(stream.grab())
            finally:
                with self._arrival:
                    self._stream = None
                stream.close()
        except CameraFault as fault:
            with self._arrival:
                self._fault = fault
                self._arrival.notify()

    def _put(self, picture: Frame | bytes) -> None:
        with self._arrival:
            self._newest = picture
            self._arrival.notify()
