"""Keyboard scanners ("wedges"): what they read arrives as keys, only faster than anybody types.

Nobody can tell the first character of a scan from a typed one, so each is held back for the time
that a scanner would need to send the next: when none follows it was typed, and is given on. Where
what is typed must show at once, a first character may lead: it is given on, and taken back later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PACE = 0.035
"""Seconds within which a scanner sends its next character: 15 ms at most, and as much to be late.

People who type fast leave 45 ms or more between two keys.
"""
PATIENCE = 0.3
"""Seconds a scan may be interrupted once it is certain to be one, by a machine that is busy."""
LEAST = 6
"""Characters at a scanner's pace that make a scan."""
_REPEATED = 4
"""The same character so many times is a key held down."""
_ENDS = frozenset("\r\n\t")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """What a key has settled: keys to give on as typed, in order; after them, a text scanned.

    `end` is the key that ended the scan, None when the scanner stopped without one. `leads`: the
    key given on may be a scan's first; `led`: the scan's first key was given on.
    """

    typed: Sequence[T] = ()
    scanned: str | None = None
    end: T | None = None
    leads: bool = False
    led: bool = False


class Recogniser(Generic[T]):
    """Tells scans from typing, key by key; T is whatever stands for a key.

    Moments are seconds of any one clock that never goes back.
    """

    def __init__(self) -> None:
        self._held: list[T] = []
        self._text = ""
        """What may be a scan, as far as it has come; its first key is not held when it led."""
        self._last = float("-inf")
        self._ended = False
        """Whether the last key ended a scan: a second end (CR, then LF) belongs to it."""
        self._repeats = False

    def take(self, key: T, character: str | None, at: float, *, may_lead: bool = False) -> Taken[T]:
        """Take the next key, once all that was due before it is settled.

        `character` is what it types: a carriage return, line feed or tab when it ends a scan.
        """
        paced, self._last = at - self._last < PACE, at
        if not paced and not self._held:
            self._text = ""
        ended, self._ended = self._ended and paced, False
        self._repeats = self._repeats and paced
        if character is not None and character in _ENDS:
            return self._end(key, ended=ended)
        held = character is not None and (
            character.isprintable() or (self._certain and paced)  # GS1 has separators, say
        )
        if character is None or not held or self._repeats:
            return Taken([*self.release(), key])
        self._text += character
        if may_lead and len(self._text) == 1:
            return Taken([key], leads=True)
        self._held.append(key)
        if len(self._text) == _REPEATED and len(set(self._text)) == 1:
            self._repeats = True
            return Taken(self.release())
        return Taken()

    def _end(self, key: T, *, ended: bool) -> Taken[T]:
        self._ended = ended or self._certain
        if self._certain:
            return self._scan(key)
        return Taken(() if ended else [*self.release(), key])

    @property
    def due(self) -> float:
        """The moment when what is held is settled unless a key comes; infinite with nothing."""
        if not self._held:
            return float("inf")
        return self._last + (PATIENCE if self._certain else PACE)

    def settle(self, at: float) -> Taken[T]:
        """What is settled at that moment without another key."""
        if at < self.due:
            return Taken()
        return self._scan(None) if self._certain else Taken(self.release())

    def release(self) -> list[T]:
        """Give up what is held: it was typed."""
        held, self._held, self._text = self._held, [], ""
        return held

    @property
    def _certain(self) -> bool:
        return len(self._text) >= LEAST

    def _scan(self, end: T | None) -> Taken[T]:
        text, led = self._text, len(self._held) < len(self._text)
        self.release()
        return Taken(scanned=text, end=end, led=led)
