"""How a creased sheet lies before the camera, found by what is known of every symbol on it.

Some four hundred modules are the same in all symbols of our tokens' size: the squares in corners,
the dotted lines between them, six small squares. Eleven numbers say where a symbol with one crease
lies in a picture; they are right where what is known to be dark is dark there.

Pictures here are normal ones (`normal`): the three corner squares' centres lie as on a flat
symbol, of MODULE pixels a module, with MARGIN modules around it. Perspective and crease remain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, cast

from guichet.scanner.frames import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guichet.scanner.frames import Frame
    from guichet.scanner.look import Point

    Floats = NDArray[np.float32]

SIZES = (49, 53)
"""Modules on a side of the symbols that our tokens take: versions 8 and 9."""
MODULE = 4
MARGIN = 12
_CENTRE = 3.5  # modules from a symbol's edge to the centre of a corner square
_PLACES = 6  # numbers that place the squares; the others shape what is between
_TILTS = (-0.1, -0.05, 0.0, 0.05, 0.1)
_CREASES = (0.3, 0.4, 0.5, 0.6, 0.7)
_SLOPES = (0.8, 0.87, 0.93, 1.08, 1.16, 1.24)
_STEPS = (*[MODULE] * _PLACES, 0.04, 0.04, 0.06, 0.05, 0.05)
"""Of a first search in each of the numbers."""
_ROUNDS = 6
_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a symbol lies in a normal picture.

    `numbers`: x and y of the squares' centres at the top left, top right and bottom left; the
    tilts along and down; where down the symbol the crease is (fraction), how long a module is
    beyond it, how far it shifts beyond it. `turned`: in the picture with rows for columns, as
    when the crease runs from top to bottom. `likeness`: 1 when all that is known is there, about
    0 when nothing is.
    """

    size: int
    numbers: Floats
    turned: bool
    likeness: float

    def modules(self, picture: Frame) -> Floats:
        """What a normal picture shows in the middle of each module: size x size."""
        import numpy as np  # comes with OpenCV, as late

        cv2 = opencv()
        soft = cv2.GaussianBlur(picture.T if self.turned else picture, (0, 0), 0.2 * MODULE)
        middle = np.arange(self.size, dtype=np.float32) + 0.5
        u, v = (axis.ravel() for axis in np.meshgrid(middle, middle))
        x, y = _placed(self.numbers[None], u, v, self.size)
        shape = (self.size, self.size)
        seen = cv2.remap(soft, x.reshape(shape), y.reshape(shape), cv2.INTER_LINEAR)
        return np.asarray(seen.T if self.turned else seen, np.float32)

    def points(self, places: tuple[Point, ...]) -> list[Point]:
        """Where places of the symbol (in modules, along and down) are, as fractions of the way.

        From the first square's centre in the normal picture to the second's, and to the third's.
        """
        import numpy as np

        along, down = np.array(places, np.float32).T
        u, v = (down, along) if self.turned else (along, down)
        x, y = _placed(self.numbers[None], u, v, self.size)
        across, below = (y[0], x[0]) if self.turned else (x[0], y[0])
        (left, top), (right, _top), _last = _normal_squares(self.size)
        way = ((across - left) / (right - left), (below - top) / (right - left))
        return list(zip(*(axis.tolist() for axis in way), strict=True))

    def moved(self, by: Point) -> Pose:
        """The same elsewhere in the picture, `by` pixels to the right and down."""
        import numpy as np

        x, y = by[::-1] if self.turned else by
        step = np.zeros_like(self.numbers)
        step[:_PLACES] = (x, y) * 3
        return replace(self, numbers=self.numbers + step)

    def in_place(self) -> Pose:
        """The same in the normal picture that is taken by where it puts the squares."""
        import numpy as np

        places = np.array(_normal_squares(self.size), np.float32).ravel()
        return replace(self, numbers=np.concatenate([places, self.numbers[_PLACES:]]))


def squares_of(size: int) -> tuple[Point, Point, Point]:
    """The corner squares' centres in modules: top left, top right, bottom left."""
    far = size - _CENTRE
    return (_CENTRE, _CENTRE), (far, _CENTRE), (_CENTRE, far)


def normal(grey: Frame, squares: tuple[Point, Point, Point], size: int) -> Frame:
    """The normal picture of a symbol whose squares have these centres (pixels of the frame)."""
    import numpy as np

    cv2 = opencv()
    across = cv2.getAffineTransform(
        np.array(squares, np.float32), np.array(_normal_squares(size), np.float32)
    )
    side = (size + 2 * MARGIN) * MODULE
    how, edge = cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
    return cast("Frame", cv2.warpAffine(grey, across, (side, side), flags=how, borderMode=edge))


def _normal_squares(size: int) -> list[Point]:
    # A pixel's number is that of its middle.
    return [((x + MARGIN) * MODULE - 0.5, (y + MARGIN) * MODULE - 0.5) for x, y in squares_of(size)]


def levelled(picture: Frame) -> Floats:
    """About 1 where lighter than around, -1 where darker, whatever the light falling there."""
    import numpy as np

    cv2 = opencv()
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 * MODULE).astype(np.float32)
    around = (12 * MODULE + 1,) * 2
    mean = cv2.blur(soft, around)
    spread = np.sqrt(np.maximum(cv2.blur(soft * soft, around) - mean * mean, 4))
    return np.asarray(((soft - mean) / spread).clip(-1.5, 1.5), np.float32)


def guesses(level: Floats, size: int, most: int) -> list[Pose]:
    """The likeliest of a grid of poses, best first, by what is between the corner squares."""
    import numpy as np

    shapes, weights = _grid(size)
    places = np.array(_normal_squares(size), np.float32)
    found = []
    for turned in (False, True):
        likeness = _likeness(level.T if turned else level, _at(weights, places), _between(size)[2])
        for which in np.argsort(-likeness)[:most]:
            numbers = np.concatenate([places.ravel(), shapes[which]])
            found.append(Pose(size, numbers, turned, float(likeness[which])))
    return sorted(found, key=lambda pose: -pose.likeness)[:most]


def likeliest(level: Floats, poses: list[Pose]) -> Pose:
    """The best of poses of one size, all turned or none, its likeness in this picture with it."""
    import numpy as np

    first = poses[0]
    u, v, dark = _known(first.size)
    places = _placed(np.stack([pose.numbers for pose in poses]), u, v, first.size)
    likeness = _likeness(level.T if first.turned else level, places, dark)
    best = int(likeness.argmax())
    return replace(poses[best], likeness=float(likeness[best]))


def refined(level: Floats, pose: Pose, scales: tuple[float, ...]) -> Pose:
    """The pose made better by smaller and smaller steps in each of its numbers."""
    import numpy as np

    level = level.T if pose.turned else level
    u, v, dark = _known(pose.size)

    def likeness(numbers: Floats) -> Floats:
        return _likeness(level, _placed(numbers, u, v, pose.size), dark)

    numbers, best = pose.numbers, float(likeness(pose.numbers[None])[0])
    for scale in scales:
        step = scale * np.diag(_STEPS).astype(np.float32)
        for _round in range(_ROUNDS):
            moved = likeness(np.concatenate([numbers - step, numbers + step]))
            less, more = moved.reshape(2, -1)
            better = np.maximum(less, more) > best + _GAIN
            if not better.any():
                break
            way = np.where(more > less, better, -better.astype(np.float32))
            # All good steps at once, or only the best of them where they do not go together.
            one = np.where(np.arange(len(way)) == np.maximum(less, more).argmax(), way, 0)
            both = numbers + np.stack([way, one]).astype(np.float32) @ step
            reached = likeness(both)
            numbers, best = both[reached.argmax()], float(reached.max())
    return Pose(pose.size, numbers, pose.turned, best)


def _likeness(level: Floats, at: tuple[Floats, Floats], dark: Floats) -> Floats:
    """Of as many poses as there are rows in `at`."""
    import numpy as np

    last = level.shape[0] - 1
    x, y = (np.rint(axis).clip(0, last).astype(np.int32) for axis in at)
    return np.asarray(level[y, x] @ dark / -len(dark), np.float32)


def _placed(numbers: Floats, u: Floats, v: Floats, size: int) -> tuple[Floats, Floats]:
    """X and y of points of the symbol, poses x points, in a normal picture."""
    return _at(_weights(numbers[:, _PLACES:], u, v, size), numbers[:, :_PLACES])


def _at(weights: tuple[Floats, Floats], places: Floats) -> tuple[Floats, Floats]:
    right, down = weights
    x0, y0, x1, y1, x2, y2 = (column[:, None] for column in places.reshape(-1, _PLACES).T)
    return x0 + right * (x1 - x0) + down * (x2 - x0), y0 + right * (y1 - y0) + down * (y2 - y0)


def _weights(shapes: Floats, u: Floats, v: Floats, size: int) -> tuple[Floats, Floats]:
    """How much of the way to the second square, and to the third, each point lies.

    They do not depend on where the squares are: a homography that is known at three points is
    their mean, weighted so.
    """
    import numpy as np

    along, down, crease, slope, shift = (column[:, None] for column in shapes.T)

    def bent(u: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
        beyond = np.maximum(v - crease * size, 0)
        u, v = u + shift * beyond, v + (slope - 1) * beyond
        return u, v, 1 + along / size * u + down / size * v

    squares = np.array(squares_of(size), np.float32).T[:, None]
    (u0, u1, u2), (v0, v1, v2), (_w0, w1, w2) = (axis.T[..., None] for axis in bent(*squares))
    u, v, w = bent(u[None], v[None])
    # The point as squares' mean, by Cramer's rule, then each weighed by its depth.
    area = (u1 - u0) * (v2 - v0) - (u2 - u0) * (v1 - v0)
    right = ((u - u0) * (v2 - v0) - (u2 - u0) * (v - v0)) / area
    below = ((u1 - u0) * (v - v0) - (u - u0) * (v1 - v0)) / area
    return right * w1 / w, below * w2 / w


@cache
def _grid(size: int) -> tuple[Floats, tuple[Floats, Floats]]:
    """Shapes to begin with, and the weights of what is between the squares in each."""
    import numpy as np

    creased = [(0.5, 1.0), *product(_CREASES, _SLOPES)]
    shapes = np.array(
        [(*tilts, *crease, 0) for tilts in product(_TILTS, _TILTS) for crease in creased],
        np.float32,
    )
    u, v, _dark = _between(size)
    return shapes, _weights(shapes, u, v, size)


@cache
def _known(size: int) -> tuple[Floats, Floats, Floats]:
    """Middles of the known modules, along and down, and 1 for dark, -1 for light."""
    import numpy as np

    symbol = _pattern(size)
    v, u = np.nonzero(symbol)
    white = np.concatenate([np.arange(-1.5, size + 2, 2), np.arange(-1.5, size + 2, 2)])
    edge = np.repeat(np.array([-1.5, size + 1.5]), len(white) // 2)
    return (
        np.concatenate([u + 0.5, white, edge]).astype(np.float32),
        np.concatenate([v + 0.5, edge, white]).astype(np.float32),
        np.concatenate([symbol[v, u], -np.ones(2 * len(white))]).astype(np.float32),
    )


@cache
def _between(size: int) -> tuple[Floats, Floats, Floats]:
    """Those of the known modules that are not at the corner squares, nor around the symbol."""
    u, v, dark = _known(size)
    near, far = 8, size - 8
    square = ((u < near) | (u > far)) & ((v < near) | (v > far)) & ~((u > far) & (v > far))
    inside = (u > 0) & (v > 0) & (u < size) & (v < size) & ~square
    return u[inside], v[inside], dark[inside]


def _pattern(size: int) -> NDArray[np.int8]:
    """ISO/IEC 18004, versions 7 to 13: 1 where always dark, -1 where always light, else 0."""
    import numpy as np

    symbol = np.zeros((size, size), np.int8)
    rings = np.array([1, 1, -1, 1, -1], np.int8)  # by distance from a square's centre
    reach = np.abs(np.arange(-4, 5))
    corner = rings[np.maximum.outer(reach, reach)]
    symbol[6, :] = symbol[:, 6] = 1 - 2 * (np.arange(size) % 2)
    symbol[:8, :8], symbol[:8, -8:], symbol[-8:, :8] = (
        corner[1:, 1:],
        corner[1:, :-1],
        corner[:-1, 1:],
    )
    places = (6, size // 2, size - 7)
    small = np.array([1, -1, 1], np.int8)[np.maximum.outer(reach[2:7], reach[2:7])]
    for row, column in product(places, places):
        if not symbol[row - 1, column - 1]:  # no corner square there
            symbol[row - 2 : row + 3, column - 2 : column + 3] = small
    return symbol
