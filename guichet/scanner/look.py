"""What a decoder saw in one frame."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""From the top left of the symbol, clockwise; fractions of the frame's width and height."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code read, and where it is, when its engine tells."""

    text: str
    corners: Corners | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame gave: the codes read, else where something like a code was seen."""

    codes: tuple[Code, ...] = ()
    suspect: Corners | None = None
