"""What the frames looked at so far tell of the next: the outline to draw, the hint to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guichet.scanner.gauge import Gauge
from guichet.scanner.guidance import Advice, Adviser, advise

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.look import Corners, Look

_RECENT = 0.3  # seconds: the dearer attempts come in turns, and not each sees the pattern


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a code is, in fractions of the frame; `read`, or only seen."""

    corners: Corners
    read: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """The codes last seen in a frame, when, and whether they were read."""

    outlines: tuple[Outline, ...] = ()
    at: float = float("-inf")
    read: bool = False

    def recent(self, now: float) -> bool:
        return now - self.at < _RECENT


class Guide:
    """Follows one camera. Times are seconds of any one clock that never goes back.

    One thread may tell what was seen, and another ask what to show.
    """

    def __init__(self) -> None:
        self._gauge = Gauge()
        self._adviser = Adviser()
        self._last = _Seen()  # replaced whole, for the other thread

    def saw(self, look: Look, now: float) -> None:
        """Take in what was seen in a frame."""
        if look.codes:
            found = (Outline(code.corners, read=True) for code in look.codes if code.corners)
            self._last = _Seen(tuple(found), now, read=True)
        elif look.suspect is not None and not (self._last.read and self._last.recent(now)):
            self._last = _Seen((Outline(look.suspect, read=False),), now)

    def outlines(self, now: float) -> tuple[Outline, ...]:
        """The codes of the last moments."""
        last = self._last
        return last.outlines if last.recent(now) else ()

    def advice(self, frame: Frame, now: float) -> Advice | None:
        """The hint to show with this frame."""
        last = self._last
        if last.read and last.recent(now):
            self._adviser.forget()
            return None
        suspects = last.outlines if last.recent(now) and not last.read else ()
        measures = self._gauge.measure(frame, suspects[0].corners if suspects else None)
        return self._adviser.hear(advise(measures, self._adviser.shown), now)
