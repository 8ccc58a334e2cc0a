"""QR codes in a frame, by zxing-cpp and zbar on pictures that OpenCV prepares."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from guichet.scanner.apart import Apart, zbar
from guichet.scanner.engines import available, zxing
from guichet.scanner.finders import Squares, Suspect, find, search, within
from guichet.scanner.flat import FLATS, Flat
from guichet.scanner.frames import grey_of
from guichet.scanner.look import Code, Corners, Look
from guichet.scanner.passes import PASSES, Pass, manageable
from guichet.scanner.unfold import Unfolder, unfolded

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

__all__ = ["Decoder", "available", "decode"]

_BUDGET = 0.015  # seconds of passes on a frame with something like a code; one more may begin
_FRESH = 0.5  # seconds after which zbar's answer is about a frame too old

_UNFOLD: Final = "unfold"
Attempt: TypeAlias = Pass | Flat | Literal["unfold"]
_ATTEMPTS: tuple[Pass | Flat, ...] = (*PASSES[:4], *FLATS, *PASSES[4:])
"""Most useful for its time first."""
_APART = tuple(attempt for attempt in PASSES if attempt.by_zbar)
_HERE: tuple[Attempt, ...] = (
    *PASSES[:2],
    _UNFOLD,
    *PASSES[2:4],
    *FLATS,
    *(attempt for attempt in PASSES[4:] if attempt not in _APART),
)


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
        self._turn = self._turn_apart = 0
        self._lucky: Pass | Flat | None = None
        self._unfolder = Unfolder()
        self._zbar = zbar()
        self._given = 0.0
        weakref.finalize(self, self._zbar.close)

    def look(self, frame: Frame) -> Look:
        """The QR codes read in this frame, each once; else where one seems to be."""
        began = self._clock()
        answer = self._answer(began)
        grey = grey_of(frame)
        codes, damaged = zxing(grey)
        if codes:
            return Look(codes)
        grey = manageable(grey)
        if answer:
            self._hand_over(grey)
            return Look(answer)
        suspect = _suspect(grey, damaged)
        if suspect:
            self._hand_over(grey)
        codes = self._try(grey, suspect, began)
        return Look(codes, suspect.corners if suspect and not codes else None)

    def _try(self, grey: Frame, suspect: Suspect | None, began: float) -> tuple[Code, ...]:
        """What the attempts read: one, and as many as may be in the time for a suspect."""
        end = began + _BUDGET if suspect else began
        squares = suspect.squares if suspect else None
        if codes := self._unfold(grey, squares, began + _BUDGET):
            return codes
        lucky, self._lucky = self._lucky, None
        for turn in range(len(_HERE)):
            attempt = lucky if lucky and not turn else self._next()
            if isinstance(attempt, Flat) and not squares:
                continue
            if attempt == _UNFOLD:
                if not self._unfolder.busy:
                    self._unfolder.begin(grey, squares)
            elif codes := _attempted(attempt, grey, suspect):
                self._lucky = attempt
                return codes
            if self._clock() >= end:
                break
        return ()

    def _unfold(self, grey: Frame, squares: Squares | None, end: float) -> tuple[Code, ...]:
        """What following a creased symbol reads, or as much of a search as the time allows."""
        codes = self._unfolder.step(grey, squares)
        while not codes and self._unfolder.searching and self._clock() < end:
            codes = self._unfolder.step(grey, squares)
        return codes

    def _next(self) -> Attempt:
        attempt = _HERE[self._turn]
        self._turn = (self._turn + 1) % len(_HERE)
        return attempt

    def _hand_over(self, grey: Frame) -> None:
        """Let zbar try, unless it is at something."""
        picture = _APART[self._turn_apart].picture
        if not self._zbar.waiting and self._zbar.give(picture(grey)):
            self._given = self._clock()

    def _answer(self, now: float) -> tuple[Code, ...]:
        """zbar's, about one of the last frames."""
        answer = self._zbar.answer()
        if answer == ():  # another picture next time
            self._turn_apart = (self._turn_apart + 1) % len(_APART)
        return answer or () if now - self._given < _FRESH else ()


def decode(frame: Frame) -> list[str]:
    """The texts of the QR codes in a still picture, each once, whatever time it takes."""
    grey = grey_of(frame)
    codes, damaged = zxing(grey)
    return list(dict.fromkeys(code.text for code in codes or _all_attempts(grey, damaged)))


def _all_attempts(grey: Frame, damaged: Corners | None) -> tuple[Code, ...]:
    grey = manageable(grey)
    suspect = _suspect(grey, damaged)
    for attempt in _ATTEMPTS:
        if isinstance(attempt, Pass) and attempt.by_zbar:
            codes = _ask_zbar(attempt.picture(grey))
        else:
            codes = _attempted(attempt, grey, suspect)
        if codes:
            return codes
    squares = (suspect and suspect.squares) or search(grey)
    return unfolded(grey, squares) if squares else ()


def _suspect(grey: Frame, damaged: Corners | None) -> Suspect | None:
    """What seems to be a code, to the finder or else to zxing-cpp."""
    return find(grey) or (Suspect(damaged, within(damaged)) if damaged else None)


def _attempted(attempt: Pass | Flat, grey: Frame, suspect: Suspect | None) -> tuple[Code, ...]:
    """What zxing-cpp reads in the picture so prepared."""
    if isinstance(attempt, Pass):
        return zxing(attempt.picture(grey), attempt.margin)[0]
    if suspect is None or suspect.squares is None:
        return ()
    codes, _ = zxing(attempt.picture(grey, suspect.corners))
    return tuple(Code(code.text, suspect.corners) for code in codes)


_asking = threading.Lock()


def _ask_zbar(picture: Frame) -> tuple[Code, ...]:
    with _asking:
        return still_zbar().ask(picture) or ()


@cache
def still_zbar() -> Apart[tuple[Code, ...]]:
    """The one of still pictures, kept for the next."""
    kept = zbar()
    atexit.register(kept.close)
    return kept
