"""A simulated webcam: seconds of video of a convocation's code held before it, from a seed.

Each video has one pose, light, focus and fold; its hand trembles, and each frame has its own
motion, noise and JPEG. Nothing in it is a real camera's; it makes changes comparable.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import qrcode
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from guichet.scanner.frames import Frame

RATE = 30
"""Frames a second."""
_QUIET = 4  # modules of white around a symbol
_MODULE = 8  # pixels of the flat paper
_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Video:
    """A held code: what it says, and the frames a camera of `size` gave in a second."""

    text: str
    size: tuple[int, int]
    frames: tuple[Frame, ...]


def video(seed: int, size: tuple[int, int], frames: int = RATE) -> Video:
    """The seed's video; `size` is width and height."""
    dice = default_rng(seed)
    text = "G1:" + "".join(dice.choice(list(_BASE45), 153))
    paper = _folded(_paper(text), dice)
    held = _Held(dice, size)
    taken = tuple(held.frame(paper, time / RATE) for time in range(frames))
    return Video(text, size, taken)


def empty(seed: int, size: tuple[int, int]) -> Frame:
    """A frame with no code: a lit wall, a lined paper, noise."""
    dice = default_rng(seed)
    width, height = size
    flat = np.full((600, 450), 245, np.uint8)
    for row in range(40, 560, 22):
        end = 60
        while end < 380:
            word = int(dice.integers(8, 60))
            flat[row : row + 9 : 2, end : end + word] = 60
            end += word + 8
    held = _Held(dice, (width, height))
    return held.frame(flat, 0.0)


def _paper(text: str) -> Frame:
    maker = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=_QUIET)
    maker.add_data(text)
    maker.make(fit=True)
    modules = np.where(np.array(maker.get_matrix()), 25, 240).astype(np.uint8)
    return np.kron(modules, np.ones((_MODULE, _MODULE), np.uint8))


def _folded(paper: Frame, dice: Generator) -> Frame:
    """In one of three, a fold: a crease across, one side shortened and darker."""
    if dice.random() > 1 / 3:
        return paper
    side = paper.shape[0]
    at = dice.uniform(0.3, 0.7) * side
    slope = dice.uniform(0.82, 0.95)
    shade = dice.uniform(0.6, 0.9)
    rows = np.arange(side, dtype=np.float32)
    away = np.maximum(rows - at, 0)
    # The far side leans back: the same paper takes fewer rows.
    source = np.where(rows < at, rows, at + away / slope).astype(np.float32)
    across = np.tile(rows, (side, 1))
    down = np.tile(source[:, None], (1, side))
    bent = cv2.remap(paper, across, down, cv2.INTER_LINEAR, borderValue=(235,))
    lit = np.where(rows < at, 1.0, shade)[:, None]
    crease = 1 - 0.35 * np.exp(-(((rows - at) / 3) ** 2))[:, None]
    bent = (np.asarray(bent, np.float64) * lit * crease).clip(0, 255).astype(np.uint8)
    turned = np.rot90(bent, int(dice.integers(0, 4)))
    return np.ascontiguousarray(turned)


class _Held:
    """One way of holding a paper before one camera."""

    def __init__(self, dice: Generator, size: tuple[int, int]) -> None:
        self._dice = dice
        self._width, self._height = size
        scale = self._height / 480
        symbol = dice.uniform(0.25, 0.5) * self._height  # the symbol, without its quiet zone
        self._side = symbol * (49 + 2 * _QUIET) / 49
        self._turn = dice.uniform(-math.pi, math.pi)
        self._lean = dice.uniform(0, 0.6)  # radians
        self._lean_to = dice.uniform(0, 2 * math.pi)
        spare = self._side * 0.75
        self._centre = np.array(
            [
                dice.uniform(spare, max(self._width - spare, spare + 1)),
                dice.uniform(spare, max(self._height - spare, spare + 1)),
            ]
        )
        self._blur = scale * dice.uniform(0.3, 0.9)  # defocus, pixels
        self._shake = scale * dice.uniform(0, 3)  # motion during an exposure, pixels
        self._light = dice.uniform(0.3, 1.0)
        self._noise = dice.uniform(2, 10)
        self._quality = int(dice.integers(50, 95))
        self._glare = self._spot(dice) if dice.random() < 1 / 3 else None
        self._ground = self._wall(dice)

    def frame(self, paper: Frame, time: float) -> Frame:
        """What the camera gives at that second."""
        sway = self._side * 0.1 * np.array([math.sin(5 * time), math.cos(4 * time)])
        corners = self._corners(self._centre + sway).astype(np.float32)
        height, width = paper.shape[:2]
        flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        across = cv2.getPerspectiveTransform(flat, corners)
        seen = self._ground.copy()
        whole = (self._width, self._height)
        cv2.warpPerspective(
            _small(paper, self._side),
            across @ np.diag([width / self._side, height / self._side, 1.0])
            if max(paper.shape) > self._side
            else across,
            whole,
            dst=seen,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        return self._exposed(seen)

    def _corners(self, centre: Points) -> Points:
        """The paper's corners in the frame, from its top left, clockwise."""
        half = self._side / 2
        square = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
        turn = np.array(
            [
                [math.cos(self._turn), -math.sin(self._turn)],
                [math.sin(self._turn), math.cos(self._turn)],
            ]
        )
        axis = np.array([math.cos(self._lean_to), math.sin(self._lean_to)])
        turned = square @ turn.T
        along = turned @ axis
        depth = 1 + along * math.sin(self._lean) / (5 * self._side)  # the lens at five sides
        shorter = np.outer(along * (1 - math.cos(self._lean)), axis)
        return cast("Points", (turned - shorter) / depth[:, None] + centre)

    def _exposed(self, seen: Frame) -> Frame:
        dice = self._dice
        picture = cv2.GaussianBlur(seen, (0, 0), self._blur)
        length = self._shake * dice.random()
        if length > 1:
            picture = cv2.filter2D(picture, -1, _streak(length, dice.uniform(0, math.pi)))
        lit = np.asarray(picture, np.float32) * np.float32(self._light)
        if self._glare is not None:
            lit += self._glare
        lit += dice.normal(0, self._noise, lit.shape).astype(np.float32)
        pixels = lit.clip(0, 255).astype(np.uint8)
        _done, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)

    def _spot(self, dice: Generator) -> NDArray[np.float32]:
        """A lamp's reflection on the code."""
        down, across = np.mgrid[: self._height, : self._width].astype(np.float32)
        x, y = self._centre + dice.uniform(-0.5, 0.5, 2) * self._side
        spread = dice.uniform(0.08, 0.25) * self._side
        distance = (across - x) ** 2 + (down - y) ** 2
        spot = dice.uniform(60, 180) * np.exp(-distance / (2 * spread**2))
        return np.asarray(spot, np.float32)

    def _wall(self, dice: Generator) -> Frame:
        """Something behind: soft patches, and the light falling from one side."""
        patches = dice.uniform(40, 220, (6, 8)).astype(np.float32)
        wall = cv2.resize(patches, (self._width, self._height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(wall, np.float32).clip(0, 255).astype(np.uint8)


def _small(paper: Frame, side: float) -> Frame:
    """The paper at about its size in the frame, its modules averaged as a sensor does."""
    if max(paper.shape) <= side:
        return paper
    at = (round(side), round(side))
    return np.asarray(cv2.resize(paper, at, interpolation=cv2.INTER_AREA), np.uint8)


def _streak(length: float, angle: float) -> NDArray[np.float32]:
    """The kernel of a motion of `length` pixels."""
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side * 8, side * 8), np.float32)
    middle, half = side * 4, length * 4
    way = np.array([math.cos(angle), math.sin(angle)]) * half
    start, end = (middle - way).round().astype(int), (middle + way).round().astype(int)
    cv2.line(kernel, start.tolist(), end.tolist(), (1.0,), 8)
    small = cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small / small.sum(), np.float32)


def videos(count: int, size: tuple[int, int], first: int = 0) -> Iterator[Video]:
    """`count` videos of successive seeds, made as they are asked for."""
    for seed in range(first, first + count):
        yield video(seed, size)
