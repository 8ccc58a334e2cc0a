"""The decoder in a process of its own: ``python -m guichet.scanner.sight ROOM`` is that process.

A symbol that makes an engine crash or hang costs that process and one frame; another takes over.
Decoding there also leaves this process its interpreter lock, for the screen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from guichet.scanner.apart import Apart, Size
from guichet.scanner.frames import grey_of
from guichet.scanner.look import Code, Corners, Look
from guichet.scanner.served import alone, serve

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

_ROOM = 64 * 1024 * 1024
"""Pixels; a larger picture is brought down first."""
_PATIENCE = 2.0  # seconds; a live frame takes hundredths, on a busy computer tenths
_STILL_PATIENCE = 20.0  # a still one gets every attempt there is


class Sight:
    """Reads frames as a ``Decoder`` does, in another process; on Linux, else here.

    For one thread at a time; the process ends with `close`, with this one, or after a minute
    without frames, and starts when it is needed.
    """

    def __init__(self) -> None:
        self._apart = Apart(
            "guichet.scanner.sight",
            _understood,
            _ROOM,
            patience=_PATIENCE,
            still_patience=_STILL_PATIENCE,
        )
        self._here = _reader() if sys.platform != "linux" else None

    @property
    def pid(self) -> int | None:
        """The process in use, None when there is none."""
        return self._apart.pid

    @property
    def failures(self) -> int:
        """Processes that died at work or were killed for their silence."""
        return self._apart.failures

    def start(self) -> None:
        """Begin to start the process, which takes half a second."""
        if self._here is None:
            self._apart.start()

    def ready(self) -> None:
        """Wait until it has started, once it may."""
        if self._here is None:
            self._apart.ready()

    def look(self, frame: Frame) -> Look:
        """What this frame of a film shows; nothing after a failure or while resting from it."""
        return self._ask(frame, still=False) or Look()

    def read(self, picture: Frame) -> list[str] | None:
        """The texts in a still picture, each once; None for one that the decoder failed on."""
        self.ready()
        look = self._ask(picture, still=True)
        return None if look is None else [code.text for code in look.codes]

    def interrupt(self) -> None:
        """From any thread: let whoever waits for a look go without one."""
        self._apart.interrupt()

    def close(self) -> None:
        """End the process, and forget the film; it starts again when needed."""
        self._apart.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _ask(self, frame: Frame, *, still: bool) -> Look | None:
        grey = grey_of(frame)
        if grey.size > _ROOM:
            from guichet.scanner.passes import manageable  # for giants only

            grey = manageable(grey)
        if self._here is not None:
            return self._here(grey, still)
        return self._apart.ask(grey, still=still)


def _reader() -> Callable[[Frame, bool], Look]:
    """What reads a film's frames one after the other, and still pictures, in this process."""
    from guichet.scanner.decoder import Decoder, decode

    decoder = Decoder()

    def read(grey: Frame, still: bool) -> Look:  # noqa: FBT001 - as all who are served
        if still:
            return Look(tuple(Code(text) for text in decode(grey)))
        return decoder.look(grey)

    return read


def _understood(answer: tuple[list[tuple[str, Any]], Any], _size: Size) -> Look:
    codes, suspect = answer
    return Look(tuple(Code(text, _corners(at)) for text, at in codes), _corners(suspect))


def _corners(points: list[list[float]] | None) -> Corners | None:
    if points is None:
        return None
    a, b, c, d = ((x, y) for x, y in points)
    return a, b, c, d


def main() -> None:
    """Answer pictures until the socket is closed."""
    alone()
    import numpy as np  # not for those who only start this

    read = _reader()

    def told(pixels: bytes, width: int, height: int, still: bool) -> object:  # noqa: FBT001 - as sent
        look = read(np.frombuffer(pixels, np.uint8).reshape(height, width), still)
        return [(code.text, code.corners) for code in look.codes], look.suspect

    serve(told)


if __name__ == "__main__":
    main()
