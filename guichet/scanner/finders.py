"""The squares in three corners of every QR code, found where the code itself cannot be read.

`find` looks for lines across them, and costs little; `search` for what is like them as a whole, at
ten times the cost, and finds them in noise and out of focus.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from guichet.scanner.frames import opencv
from guichet.scanner.look import Corners, Point
from guichet.scanner.passes import scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guichet.scanner.frames import Frame

    Hits = NDArray[np.float64]
    Square = tuple[Point, float, float]
    """Centre, side, and how doubtful: 0 when it is what it seems."""

_WIDTH = 640  # pixels: a square of seven modules is still told from noise
_NEIGHBOURS = 25  # pixels: black is darker than the mean of so many around
_DARKER = 7  # by so much: the noise of a wall is not
_MOST = 400  # lines compared with one another; noise gives more, a code a few dozen
_SQUARES = 10

_CORNER = 3.5 / 50  # of a symbol's side, to the centre of a corner square

_MODULE = 2.0  # pixels, when squares are searched for as wholes
_MODULES = tuple(
    1.75 * 1.25**step for step in range(5)
)  # sizes tried, in pixels of the width above
_ALIKE = 0.4  # chance reaches 0.5; a square in noise, folded and leaning goes down to this
_DOUBT = 6  # more than their arrangement, how like squares they are tells which three they are
_UNLIKE = 10.0  # three squares' are 10 at most, chance gives 10 at least


Squares: TypeAlias = tuple[Point, Point, Point]
"""Centres of a symbol's corner squares in the frame: top left, top right, bottom left."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Where a code seems to be.

    `squares`: three that stand as a code's do; the corners are then the symbol's. None when there
    are no such three, and the corners are a box around what was found.
    """

    corners: Corners
    squares: Squares | None = None


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
    if three := _three(squares):
        return Suspect(_fractions(three.outline(), small), three.squares(small))
    return Suspect(_fractions(_around(squares), small))


def search(grey: Frame) -> Squares | None:
    """The squares of what is most like a code of 80 to 240 pixels in 640; None when nothing is."""
    import numpy as np  # comes with OpenCV, as late

    cv2 = opencv()
    width = grey.shape[1]
    small = scaled(grey, _WIDTH / width) if width > _WIDTH else grey
    square = _square()
    middle = square.shape[0] // 2 + 0.5
    seen: list[tuple[float, Point, float]] = []
    for module in _MODULES:
        sized = scaled(small, _MODULE / module).astype(np.float32)
        if min(sized.shape) < 2 * len(square):
            continue
        likeness = cv2.matchTemplate(sized, square, cv2.TM_CCOEFF_NORMED)
        best = (likeness > _ALIKE) & (likeness == cv2.dilate(likeness, np.ones((7, 7), np.uint8)))
        scale = module / _MODULE
        for y, x in np.argwhere(best).tolist():
            place = ((x + middle) * scale, (y + middle) * scale)
            seen.append((float(likeness[y, x]), place, 7 * module))
    seen.sort(reverse=True)
    squares: list[Square] = []
    for alike, place, side in seen:
        if len(squares) < _SQUARES and all(math.dist(place, at) > side / 2 for at, *_ in squares):
            squares.append((place, side, _DOUBT * (1 - alike)))
    three = _three(squares)
    return three.squares(small) if three and three.unlike < _UNLIKE else None


def within(corners: Corners) -> Squares:
    """About where the squares of a symbol of our tokens' size are, from its corners."""

    def at(along: float, down: float) -> Point:
        weights = ((1 - along) * (1 - down), along * (1 - down), along * down, (1 - along) * down)
        x, y = (
            sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True))
            for axis in (0, 1)
        )
        return x, y

    near, far = _CORNER, 1 - _CORNER
    return at(near, near), at(far, near), at(near, far)


@cache
def _square() -> NDArray[np.float32]:
    """A corner square and the white around, turned every way at once, somewhat out of focus."""
    import numpy as np

    places = np.arange(-9, 10) / _MODULE
    x, y = np.meshgrid(places, places)
    turns = np.radians(np.arange(0, 90, 6))[:, None, None]
    far = np.maximum(
        np.abs(x * np.cos(turns) - y * np.sin(turns)), np.abs(x * np.sin(turns) + y * np.cos(turns))
    )
    dark = (far < 1.5) | ((far > 2.5) & (far < 3.5))  # noqa: PLR2004 - modules: dark 3, light 1, dark 1
    light = ~dark & (far < 4.5)  # noqa: PLR2004 - and a light margin of one
    mean = (light.astype(np.float32) - dark).mean(0)
    return np.asarray(opencv().GaussianBlur(mean, (0, 0), _MODULE / 2), np.float32)


def _fractions(corners: tuple[Point, ...], picture: Frame) -> Corners:
    height, width = picture.shape
    a, b, c, d = ((x / width, y / height) for x, y in corners)
    return a, b, c, d


def _lines(ink: Frame) -> Hits:
    """Each stretch of a row with dark and light as 1:1:3:1:1: x and y of its middle, a module."""
    import numpy as np  # comes with OpenCV, as late

    width = ink.shape[1]
    flat = np.ascontiguousarray(ink).ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(turns)
    if runs.size < 5:  # noqa: PLR2004 - dark, light, dark, light, dark
        return np.empty((0, 3))
    # The wide dark middle first, as few runs are.
    middle = runs[2:-2]
    wide = (middle >= 4) & (middle < width / 5)  # noqa: PLR2004 - pixels of three modules
    at = np.flatnonzero((flat[turns[2:-3]] == 1) & wide)
    five = np.stack([runs[at + step] for step in range(5)])
    module = five.sum(0) / 7
    off = np.abs(five - np.outer((1, 1, 3, 1, 1), module)).T / (1, 1, 1.5, 1, 1)
    last = turns[at + 5] - 1
    alike = (off.max(1, initial=0) < 0.5 * module + 0.35) & (last // width == turns[at] // width)
    at, module = at[alike], module[alike]
    x = turns[at + 2] % width + runs[at + 2] / 2
    return np.stack([x, turns[at] // width + 0.5, module], 1)


def _squares(across: Hits, down: Hits) -> list[Square]:
    """Each place where lines across and lines down agree."""
    import numpy as np

    across, down = _thinned(across)[:, None], _thinned(down)[None]
    near = np.maximum(across[..., 2], 1.3)
    agree = (
        (np.abs(across[..., 0] - down[..., 0]) <= near)
        & (np.abs(across[..., 1] - down[..., 1]) <= 1.5 * near)
        & (across[..., 2] < 2 * down[..., 2])
        & (down[..., 2] < 2 * across[..., 2])
    )
    left = across[agree.sum(1) > 1, 0]
    squares: list[Square] = []
    while len(left) and len(squares) < _SQUARES:
        same = np.abs(left[:, :2] - left[0, :2]).max(1) <= 3 * left[0, 2]
        group, left = left[same], left[~same]
        if len(group) > 1:
            x, y, module = np.median(group, 0).tolist()
            squares.append(((x, y), 7 * module, 0.0))
    return squares


def _thinned(lines: Hits) -> Hits:
    """So few, from all over the frame."""
    return lines[:: 1 + len(lines) // _MOST]


@dataclass(frozen=True, slots=True)
class _Three:
    """Three squares as a code's: the top left one, from there to the other two; their usual side.

    `unlike`: 1 when they stand as on a flat symbol seen from above and are squares beyond doubt.
    """

    unlike: float
    side: float
    top_left: Point
    u: Point
    v: Point

    def squares(self, picture: Frame) -> Squares:
        height, width = picture.shape
        x, y = self.top_left
        a, b, c = (((x + i) / width, (y + j) / height) for i, j in ((0, 0), self.u, self.v))
        return a, b, c

    def outline(self) -> tuple[Point, ...]:
        """Half a square beyond the squares' centres."""
        (x, y), u, v = self.top_left, self.u, self.v
        a, b = self.side / 2 / math.hypot(*u), self.side / 2 / math.hypot(*v)
        places = ((-a, -b), (1 + a, -b), (1 + a, 1 + b), (-a, 1 + b))
        return tuple((x + i * u[0] + j * v[0], y + i * u[1] + j * v[1]) for i, j in places)


def _three(squares: list[Square]) -> _Three | None:
    """Those that stand most like a code's."""
    best: _Three | None = None
    for three in combinations(squares, 3):
        sides = sorted(side for _centre, side, _doubt in three)
        if sides[2] > 2 * sides[0]:
            continue
        doubt = sum(square[2] for square in three)
        for corner in range(3):
            top_left, one, other = (three[(corner + step) % 3][0] for step in range(3))
            u = (one[0] - top_left[0], one[1] - top_left[1])
            v = (other[0] - top_left[0], other[1] - top_left[1])
            if u[0] * v[1] < u[1] * v[0]:  # clockwise, y being downwards
                u, v = v, u
            long, short = max(math.hypot(*u), math.hypot(*v)), min(math.hypot(*u), math.hypot(*v))
            slant = abs(u[0] * v[0] + u[1] * v[1]) / (long * short)
            leaning = short < 0.45 * long or slant > 0.65  # noqa: PLR2004 - a share; a cosine
            if leaning or short < 1.6 * sides[1]:
                continue
            unlike = slant + 1 - short / long + sides[2] / sides[0] + doubt
            if best is None or unlike < best.unlike:
                best = _Three(unlike, sides[1], top_left, u, v)
    return best


def _around(squares: list[Square]) -> tuple[Point, ...]:
    left = min(x - side / 2 for (x, _y), side, _doubt in squares)
    right = max(x + side / 2 for (x, _y), side, _doubt in squares)
    top = min(y - side / 2 for (_x, y), side, _doubt in squares)
    bottom = max(y + side / 2 for (_x, y), side, _doubt in squares)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
