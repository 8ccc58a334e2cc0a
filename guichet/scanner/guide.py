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


class Guide:
    """Follows one camera. Times are seconds of any one clock that never goes back."""

    def __init__(self) -> None:
        self._gauge = Gauge()
        self._adviser = Adviser()
        self._outlines: tuple[Outline, ...] = ()
        self._seen = 0.0
        self._read = False

    def saw(self, look: Look, now: float) -> None:
        """Take in what was seen in a frame."""
        if look.codes:
            found = [Outline(code.corners, read=True) for code in look.codes if code.corners]
            self._outlines, self._seen, self._read = tuple(found), now, True
        elif look.suspect is not None and not (self._read and now - self._seen < _RECENT):
            self._outlines, self._seen = (Outline(look.suspect, read=False),), now
            self._read = False

    def outlines(self, now: float) -> tuple[Outline, ...]:
        """The codes of the last moments."""
        return self._outlines if now - self._seen < _RECENT else ()

    def advice(self, frame: Frame, now: float) -> Advice | None:
        """The hint to show with this frame."""
        recent = now - self._seen < _RECENT
        if recent and self._read:
            self._adviser.forget()
            return None
        suspects = self.outlines(now)
        measures = self._gauge.measure(frame, suspects[0].corners if suspects else None)
        return self._adviser.hear(advise(measures, self._adviser.shown), now)
