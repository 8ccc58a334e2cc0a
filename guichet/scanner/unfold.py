"""Creased sheets read: how one lies is found once, and followed from frame to frame.

What the frames show of each module adds up meanwhile, so that noise evens out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, cast

from guichet.scanner import crease
from guichet.scanner.crease import MODULE, SIZES, Pose
from guichet.scanner.engines import zxing
from guichet.scanner.finders import Squares, search
from guichet.scanner.frames import opencv
from guichet.scanner.look import Code, Corners, Point

if TYPE_CHECKING:
    from guichet.scanner.crease import Floats
    from guichet.scanner.frames import Frame

_PLAUSIBLE = 0.4  # likeness of a first guess
_SURE = 0.6  # likeness of a pose
_MUCH = 0.85  # of the likeness it was found with: a pose gone wrong has less, one shaken has more
_GUESSES = 6
_COARSE, _FINE, _FOLLOWING = (1.0, 0.5), (0.5, 0.25, 0.12), (0.4, 0.15)  # of a first step
_WAY = 6  # modules a held sheet may have moved since it was last seen
_LOST = 3  # frames without it after which it is looked for anew
_SAME = 0.5  # correlation of two views of one message; of two messages it is 0.2
_KEPT = 0.9  # of what was seen before, at each new frame
_SHARPER = 1.2  # so much of what its neighbours spill into a module is taken off
_AROUND = 13  # modules among which one is dark or light
_DRAWN = 4  # pixels of a module drawn for zxing-cpp
_QUIET = 4  # modules around the symbol


@dataclass(frozen=True, slots=True)
class Lying:
    """How a symbol lies in a frame, and what the frame shows of each of its modules."""

    squares: Squares
    pose: Pose
    modules: Floats


class Unfolder:
    """Reads a creased symbol in successive frames, by pieces of work of some 10 ms."""

    def __init__(self) -> None:
        self._search: Iterator[Lying | None] | None = None
        self._lying: Lying | None = None
        self._seen: Floats | None = None
        self._least = _SURE
        self._lost = 0
        self._anywhere = False

    @property
    def searching(self) -> bool:
        """Whether there is a search to go on with."""
        return self._search is not None

    @property
    def busy(self) -> bool:
        """Whether there is that, or a symbol to follow."""
        return self._lying is not None or self.searching

    def begin(self, grey: Frame, squares: Squares | None) -> None:
        """Search this frame, at these squares; every other time at any that are in it."""
        self._anywhere = squares is None or not self._anywhere
        if self._anywhere:
            squares = search(grey)
        self._search = _searched(grey, squares) if squares else None

    def step(self, grey: Frame, squares: Squares | None) -> tuple[Code, ...]:
        """What one more piece of work reads; in the newest frame, or in the one searched."""
        if self._lying is not None:
            return self._follow(grey, self._lying, squares)
        if self._search is not None:
            for lying in self._search:
                return self._found(lying) if lying else ()
            self._search = None
        return ()

    def _found(self, lying: Lying) -> tuple[Code, ...]:
        self._search, self._seen, self._lost = None, None, 0
        self._least = max(_SURE, _MUCH * lying.pose.likeness)
        return self._read(lying)

    def _follow(self, grey: Frame, before: Lying, squares: Squares | None) -> tuple[Code, ...]:
        lying = _followed(grey, before)
        if squares and lying.pose.likeness < self._least:  # moved too far, but is there
            lying = _followed(grey, replace(before, squares=squares))
        if lying.pose.likeness >= self._least:
            self._lost = 0
            return self._read(lying)
        self._lost += 1
        if self._lost >= _LOST:
            self._lying = None
            self.begin(grey, None)
        return ()

    def _read(self, lying: Lying) -> tuple[Code, ...]:
        self._lying = lying
        self._seen = _together(self._seen, lying.modules)
        return _codes(self._seen, lying)


def unfolded(grey: Frame, squares: Squares) -> tuple[Code, ...]:
    """What is read in a still picture of a symbol with its squares there, in some 20 ms."""
    for lying in _searched(grey, squares):
        if lying:
            return _codes(lying.modules, lying)
    return ()


def _searched(grey: Frame, squares: Squares) -> Iterator[Lying | None]:
    """How a symbol lies there, if one does, after pieces of work that give None."""
    for size in SIZES:
        picture = crease.normal(grey, _pixels(squares, grey), size)
        level = crease.levelled(picture)
        guesses = crease.guesses(level, size, _GUESSES)
        yield None
        if guesses[0].likeness < _PLAUSIBLE:
            continue
        better: list[Pose] = []
        for guess in guesses:
            better.append(crease.refined(level, guess, _COARSE))
            if len(better) % (_GUESSES // 2) == 0:
                yield None
        best = crease.refined(level, max(better, key=lambda pose: pose.likeness), _FINE)
        if best.likeness >= _SURE:
            yield _lying(squares, best, picture)
            return


def _followed(grey: Frame, before: Lying) -> Lying:
    """How the symbol lies now, if it is near where it was."""
    pose = before.pose
    picture = crease.normal(grey, _pixels(before.squares, grey), pose.size)
    level = crease.levelled(picture)
    way = [MODULE * step for step in range(-_WAY, _WAY + 1)]
    pose = crease.likeliest(level, [pose.moved(by) for by in product(way, way)])
    pose = crease.refined(level, pose, _FOLLOWING)
    return _lying(before.squares, pose, picture)


def _lying(squares: Squares, pose: Pose, picture: Frame) -> Lying:
    modules = pose.modules(picture)
    modules = (modules - modules.mean()) / max(float(modules.std()), 1.0)
    a, b, c = _placed(squares, pose, crease.squares_of(pose.size))
    return Lying((a, b, c), pose.in_place(), modules)


def _placed(squares: Squares, pose: Pose, places: tuple[Point, ...]) -> list[Point]:
    """Where these places of the symbol are in the frame."""
    (x, y), (x1, y1), (x2, y2) = squares
    return [
        (x + i * (x1 - x) + j * (x2 - x), y + i * (y1 - y) + j * (y2 - y))
        for i, j in pose.points(places)
    ]


def _pixels(squares: Squares, grey: Frame) -> Squares:
    height, width = grey.shape
    # A pixel's number is that of its middle.
    a, b, c = ((x * width - 0.5, y * height - 0.5) for x, y in squares)
    return a, b, c


def _together(before: Floats | None, now: Floats) -> Floats:
    """Both views of a message; the newer one alone when it is of another message."""
    import numpy as np  # comes with OpenCV, as late

    if before is None or before.shape != now.shape:
        return now
    same = np.corrcoef(before.ravel(), now.ravel())[0, 1] > _SAME
    return cast("Floats", _KEPT * before + now) if same else now


def _codes(modules: Floats, lying: Lying) -> tuple[Code, ...]:
    codes, _ = zxing(_drawn(modules))
    size = lying.pose.size
    a, b, c, d = _placed(lying.squares, lying.pose, ((0, 0), (size, 0), (size, size), (0, size)))
    corners: Corners = (a, b, c, d)
    return tuple(Code(code.text, corners) for code in codes)


def _drawn(modules: Floats) -> Frame:
    """The symbol as it was printed, each module black or white."""
    import numpy as np

    cv2 = opencv()
    sharp = modules + _SHARPER * (modules - cv2.GaussianBlur(modules, (0, 0), 1.0))
    mean = cv2.blur(sharp, (_AROUND, _AROUND), borderType=cv2.BORDER_REFLECT)
    white = np.pad(np.where(sharp < mean, 0, 255).astype(np.uint8), _QUIET, constant_values=255)
    return np.kron(white, np.ones((_DRAWN, _DRAWN), np.uint8))
