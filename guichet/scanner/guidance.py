"""What to tell who holds a code that cannot be read yet: rules over a few measures of the frame."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

Advice = Literal[
    "closer",
    "farther",
    "light",
    "glare",
    "still",
    "screen_bright",  # a phone's screen washes the code out: dim it
    "screen_dim",  # a phone's screen is darker than what is around it
]

_DARK_ROOM = 35.0  # of 255, the whole frame's mean
_SMALL = 140.0  # pixels: a convocation's code has 49 modules, and they want 3 pixels each
_LARGE = 0.9  # of the frame's height
_GLARE = 0.04  # of the code's surface
_WASHED_BLACK, _WASHED_WHITE = 110.0, 240.0
_DIM_WHITE = 90.0
_DIM_BESIDE = 1.4  # times as light around as in the code: its screen is dark, not the room
_MOVING = 0.20
_BLURRED = 0.16
_BLURRED_LARGE = 0.55  # of the frame's height: too near for a lens that does not focus
_BLURRED_SMALL = 220.0  # pixels
_LOOSER = 1.15  # what is shown stays until its measure is that much better

_WINDOW = 1.0  # seconds in which measures are counted
_VOTES = 3  # of about ten: a hint that one frame gives is no hint
_LEAD = 2  # votes more than what is shown
_SHOWN = 1.0  # seconds for which a hint stays, so that it can be read


@dataclass(frozen=True, slots=True)
class CodeMeasures:
    """A code-like pattern: lengths in pixels or shares, levels of grey from 0 to 255."""

    side: float
    """Pixels of a side, on average: what seems to be a code is often a part of it."""
    fill: float
    """Its height as a share of the frame's."""
    white: float
    black: float
    glare: float
    """The share of its surface that is white in a patch larger than any of a code's."""
    motion: float
    """How much its pixels changed since the last measure, as a share of its contrast."""
    sharpness: float
    """How steep its edges are, as a share of its contrast: under 0.1 is mist, 0.5 is sharp."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A frame's mean level, and the code-like pattern in it if there is one."""

    light: float
    code: CodeMeasures | None = None


def advise(measures: Measures, shown: Advice | None = None) -> Advice | None:
    """The hint that helps most, the coarsest trouble first; None when there is none to give.

    `shown` is the hint on the screen: its limits are wider, so that it does not come and go.
    """
    code = measures.code
    if code is None:
        return "light" if measures.light < _wider(_DARK_ROOM, "light", shown) else None
    if code.side < _wider(_SMALL, "closer", shown):
        return "closer"
    if code.fill > _LARGE / (_LOOSER if shown == "farther" else 1):
        return "farther"
    return _lit(measures.light, code, shown) or _steady(code, shown)


def _lit(light: float, code: CodeMeasures, shown: Advice | None) -> Advice | None:
    if code.white > _WASHED_WHITE and code.black > _WASHED_BLACK:
        return "screen_bright"
    if code.glare > _GLARE / (_LOOSER if shown == "glare" else 1):
        return "glare"
    if code.white < (_DIM_WHITE * _LOOSER if shown in ("light", "screen_dim") else _DIM_WHITE):
        return "screen_dim" if light > _DIM_BESIDE * (code.white + code.black) / 2 else "light"
    return None


def _steady(code: CodeMeasures, shown: Advice | None) -> Advice | None:
    if code.motion > _MOVING / (_LOOSER if shown == "still" else 1):
        return "still"
    if code.sharpness >= _BLURRED * (_LOOSER if shown is not None else 1):
        return None
    if code.fill > _BLURRED_LARGE:
        return "farther"
    return "closer" if code.side < _BLURRED_SMALL else "still"


def _wider(limit: float, advice: Advice, shown: Advice | None) -> float:
    return limit * _LOOSER if shown == advice else limit


class Adviser:
    """Hints as they come, made into one that stays on the screen long enough to be followed.

    Times are seconds of any one clock that never goes back.
    """

    def __init__(self) -> None:
        self.shown: Advice | None = None
        self._since = 0.0
        self._votes: deque[tuple[float, Advice | None]] = deque()

    def hear(self, advice: Advice | None, now: float) -> Advice | None:
        """Count one more hint, or none; the one to show."""
        self._votes.append((now, advice))
        while now - self._votes[0][0] > _WINDOW:
            self._votes.popleft()
        counts: Counter[Advice | None] = Counter(
            vote for _at, vote in self._votes if vote is not None
        )
        best = max(counts, key=lambda vote: counts[vote], default=None)
        if self.shown in counts and counts[best] < counts[self.shown] + _LEAD:
            best = self.shown
        elif counts[best] < _VOTES:
            best = None
        if best != self.shown and (self.shown is None or now - self._since >= _SHOWN):
            self.shown, self._since = best, now
        return self.shown

    def forget(self) -> None:
        """A code was read: nothing is left to be said."""
        self.shown = None
        self._votes.clear()
