"""QR codes in a frame, by zxing-cpp and zbar on pictures that OpenCV prepares."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, cast

from guichet.scanner import finders
from guichet.scanner.apart import Zbar
from guichet.scanner.engines import available, zxing
from guichet.scanner.frames import opencv
from guichet.scanner.look import Code, Look
from guichet.scanner.passes import PASSES, Pass

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

__all__ = ["Decoder", "available", "decode"]

_COLOUR = 3  # dimensions of a frame in colour
_BUDGET = 0.015  # seconds of passes on a frame with something like a code; one more may begin
_FRESH = 0.5  # seconds after which zbar's answer is about a frame too old


class Decoder:
    """Reads successive frames of one camera within a small time each.

    Each frame gets the cheap attempt. When that finds nothing, it gets the next of the passes, and
    several while something like a code is in view, beginning with the one that read last: what
    helped a frame helps the next. zbar works meanwhile in its own process, and its answer comes
    with a later frame.

    For one thread at a time; zbar's process ends with the decoder.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = 0
        self._lucky: Pass | None = None
        self._zbar = Zbar()
        self._given = 0.0
        weakref.finalize(self, self._zbar.close)

    def look(self, frame: Frame) -> Look:
        """The QR codes read in this frame, each once; else where one seems to be."""
        began = self._clock()
        answer = self._answer(began)
        grey = _grey(frame)
        codes, suspect = zxing(grey)
        if codes:
            return Look(codes)
        if answer:
            return Look(answer)
        suspect = suspect or finders.find(grey)
        codes = self._try_passes(grey, began + _BUDGET if suspect else began)
        return Look(codes, None if codes else suspect)

    def _try_passes(self, grey: Frame, end: float) -> tuple[Code, ...]:
        """What the passes read, one at least, and no new one begun after `end`."""
        lucky, self._lucky = self._lucky, None
        for turn in range(len(PASSES)):
            attempt = lucky if lucky and not turn else self._next()
            if attempt.by_zbar:
                if end > self._clock() and self._zbar.give(attempt.picture(grey)):
                    self._given = self._clock()
                continue
            codes, _suspect = zxing(attempt.picture(grey), attempt.margin)
            if codes:
                self._lucky = attempt
                return codes
            if self._clock() >= end:
                break
        return ()

    def _next(self) -> Pass:
        attempt = PASSES[self._turn]
        self._turn = (self._turn + 1) % len(PASSES)
        return attempt

    def _answer(self, now: float) -> tuple[Code, ...]:
        """zbar's, about one of the last frames."""
        answer = self._zbar.answer() or ()
        return answer if now - self._given < _FRESH else ()


def decode(frame: Frame) -> list[str]:
    """The texts of the QR codes in a still picture, each once, whatever time it takes."""
    grey = _grey(frame)
    codes, _suspect = zxing(grey)
    for attempt in PASSES:
        if codes:
            break
        picture = attempt.picture(grey)
        codes = _ask_zbar(picture) if attempt.by_zbar else zxing(picture, attempt.margin)[0]
    return list(dict.fromkeys(code.text for code in codes))


def _grey(frame: Frame) -> Frame:
    if frame.ndim < _COLOUR:
        return frame
    cv2 = opencv()
    return cast("Frame", cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


_asking = threading.Lock()


def _ask_zbar(picture: Frame) -> tuple[Code, ...]:
    with _asking:
        return _still_zbar().ask(picture)


@cache
def _still_zbar() -> Zbar:
    """The one of still pictures, kept for the next."""
    zbar = Zbar()
    atexit.register(zbar.close)
    return zbar
