"""The squares in three corners of every QR code, found where the code itself cannot be read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from guichet.scanner.frames import opencv
from guichet.scanner.look import Corners, Point
from guichet.scanner.passes import scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guichet.scanner.frames import Frame

    Hits = NDArray[np.float64]

_WIDTH = 640  # pixels: a square of seven modules is still told from noise
_NEIGHBOURS = 25  # pixels: black is darker than the mean of so many around
_DARKER = 7  # by so much: the noise of a wall is not
_MOST = 400  # lines compared with one another; noise gives more, a code a few dozen
_SQUARES = 10


@dataclass(frozen=True, slots=True)
class Suspect:
    """Where a code seems to be.

    `outlined`: the corners are a symbol's, from three squares that stand as a code's do; else they
    are a box around the squares found.
    """

    corners: Corners
    outlined: bool


def find(grey: Frame) -> Suspect | None:
    """What is most like a code, about 1 ms at any size of frame; None when nothing is."""
    cv2 = opencv()
    width = grey.shape[1]
    small = scaled(grey, _WIDTH / width) if width > _WIDTH else grey
    mean, black = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    soft = cv2.GaussianBlur(small, (0, 0), 0.8)
    ink = cv2.adaptiveThreshold(soft, 1, mean, black, _NEIGHBOURS, _DARKER)
    squares = _squares(_lines(ink), _lines(ink.T)[:, [1, 0, 2]])
    if not squares:
        return None
    height, width = small.shape
    outline = _outline(squares)
    a, b, c, d = [(x / width, y / height) for x, y in outline or _around(squares)]
    return Suspect((a, b, c, d), outlined=outline is not None)


def _lines(ink: Frame) -> Hits:
    """Each stretch of a row with dark and light as 1:1:3:1:1: x and y of its middle, a module."""
    import numpy as np  # noqa: PLC0415 - comes with OpenCV, as late

    width = ink.shape[1]
    flat = np.ascontiguousarray(ink).ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(turns)
    if runs.size < 5:  # noqa: PLR2004 - dark, light, dark, light, dark
        return np.empty((0, 3))
    # The wide dark middle first, as few runs are.
    middle = runs[2:-2]
    at = np.flatnonzero((flat[turns[2:-3]] == 1) & (middle >= 4) & (middle < width / 5))  # noqa: PLR2004
    five = np.stack([runs[at + step] for step in range(5)])
    module = five.sum(0) / 7
    off = np.abs(five - np.outer((1, 1, 3, 1, 1), module)).T / (1, 1, 1.5, 1, 1)
    last = turns[at + 5] - 1
    alike = (off.max(1, initial=0) < 0.5 * module + 0.35) & (last // width == turns[at] // width)
    at, module = at[alike], module[alike]
    x = turns[at + 2] % width + runs[at + 2] / 2
    return np.stack([x, turns[at] // width + 0.5, module], 1)


def _squares(across: Hits, down: Hits) -> list[tuple[Point, float]]:
    """Centre and side of each place where lines across and lines down agree."""
    import numpy as np  # noqa: PLC0415

    across, down = _thinned(across)[:, None], _thinned(down)[None]
    near = np.maximum(across[..., 2], 1.3)
    agree = (
        (np.abs(across[..., 0] - down[..., 0]) <= near)
        & (np.abs(across[..., 1] - down[..., 1]) <= 1.5 * near)
        & (across[..., 2] < 2 * down[..., 2])
        & (down[..., 2] < 2 * across[..., 2])
    )
    left = across[agree.sum(1) > 1, 0]
    squares: list[tuple[Point, float]] = []
    while len(left) and len(squares) < _SQUARES:
        same = np.abs(left[:, :2] - left[0, :2]).max(1) <= 3 * left[0, 2]
        group, left = left[same], left[~same]
        if len(group) > 1:
            x, y, module = np.median(group, 0).tolist()
            squares.append(((x, y), 7 * module))
    return squares


def _thinned(lines: Hits) -> Hits:
    """So few, from all over the frame."""
    return lines[:: 1 + len(lines) // _MOST]


def _outline(squares: list[tuple[Point, float]]) -> tuple[Point, ...] | None:
    """The symbol's corners, from the three squares that stand most like a code's."""
    best: tuple[float, tuple[Point, ...]] | None = None
    for three in combinations(squares, 3):
        sides = sorted(side for _centre, side in three)
        if sides[2] > 2 * sides[0]:
            continue
        for corner in range(3):
            top_left, one, other = (three[(corner + step) % 3][0] for step in range(3))
            u = (one[0] - top_left[0], one[1] - top_left[1])
            v = (other[0] - top_left[0], other[1] - top_left[1])
            if u[0] * v[1] < u[1] * v[0]:  # clockwise, y being downwards
                u, v = v, u
            long, short = max(math.hypot(*u), math.hypot(*v)), min(math.hypot(*u), math.hypot(*v))
            slant = abs(u[0] * v[0] + u[1] * v[1]) / (long * short)
            if short < 0.45 * long or short < 1.6 * sides[1] or slant > 0.65:  # noqa: PLR2004
                continue
            unlike = slant + 1 - short / long + sides[2] / sides[0]
            if best is None or unlike < best[0]:
                best = (unlike, _quadrilateral(top_left, u, v, sides[1]))
    return best[1] if best else None


def _quadrilateral(top_left: Point, u: Point, v: Point, side: float) -> tuple[Point, ...]:
    """The outline, half a square beyond the squares' centres."""
    a, b = side / 2 / math.hypot(*u), side / 2 / math.hypot(*v)
    places = ((-a, -b), (1 + a, -b), (1 + a, 1 + b), (-a, 1 + b))
    return tuple(
        (top_left[0] + i * u[0] + j * v[0], top_left[1] + i * u[1] + j * v[1]) for i, j in places
    )


def _around(squares: list[tuple[Point, float]]) -> tuple[Point, ...]:
    left = min(x - side / 2 for (x, _y), side in squares)
    right = max(x + side / 2 for (x, _y), side in squares)
    top = min(y - side / 2 for (_x, y), side in squares)
    bottom = max(y + side / 2 for (_x, y), side in squares)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
