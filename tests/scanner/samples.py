"""Pictures of codes, made as a convocation's is: alphanumeric, error correction Q."""

import random
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray

from guichet.scanner.frames import Frame

_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def token(seed: int = 0) -> str:
    """A text of a token's form and length; its signature is nobody's."""
    letters = random.Random(seed)  # noqa: S311 - pictures, not secrets
    return "G1:" + "".join(letters.choices(_BASE45, k=154))


def code(text: str, box: int = 6, correction: int = qrcode.constants.ERROR_CORRECT_Q) -> Frame:
    maker = qrcode.QRCode(error_correction=correction, border=4)
    maker.add_data(text)
    maker.make(fit=True)
    modules = np.where(np.array(maker.get_matrix()), 0, 255).astype(np.uint8)
    return np.kron(modules, np.ones((box, box), np.uint8))


def scene(picture: Frame, size: tuple[int, int] = (1280, 720), ground: int = 170) -> Frame:
    """The picture in the middle of a grey camera frame."""
    frame = np.full((size[1], size[0]), ground, np.uint8)
    height, width = picture.shape[:2]
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    frame[top : top + height, left : left + width] = picture
    return frame


def tilted(frame: Frame, by: float = 0.12) -> Frame:
    height, width = frame.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners.copy()
    moved[0] += (by * width, by * height)
    moved[2] -= (by * width / 2, 0)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return _pixels(cv2.warpPerspective(frame, matrix, (width, height), borderValue=(170,)))


def blurred(frame: Frame, sigma: float = 1.5) -> Frame:
    return _pixels(cv2.GaussianBlur(frame, (0, 0), sigma))


def noisy(frame: Frame, amount: float = 20, seed: int = 1) -> Frame:
    noise: NDArray[np.float64] = np.random.default_rng(seed).normal(0, amount, frame.shape)
    return (frame + noise).clip(0, 255).astype(np.uint8)


def washed_out(frame: Frame) -> Frame:
    """Black turned to the palest grey, as on an overexposed screen."""
    return (245 + frame * (10 / 255)).astype(np.uint8)


def underexposed(frame: Frame) -> Frame:
    return (frame * 0.05).astype(np.uint8)


def creased(picture: Frame, slope: float = 0.8, at: float = 0.65) -> Frame:
    """Folded across, what is below the fold leaning back: the same paper takes fewer rows."""
    side = picture.shape[0]
    rows = np.arange(side, dtype=np.float32)
    fold = at * side
    source = np.where(rows < fold, rows, fold + (rows - fold) / slope).astype(np.float32)
    across, down = np.tile(rows, (side, 1)), np.tile(source[:, None], (1, side))
    return _pixels(cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderValue=(255,)))


def stained(picture: Frame, box: int = 6) -> Frame:
    """White gone from the top left square's frame: zbar does without, zxing-cpp does not."""
    spoilt = picture.copy()
    across, down = (4 + 3) * box, (4 + 1) * box
    spoilt[down : down + 3 * box, across : across + 3 * box] = 255
    return spoilt


def file_of(frame: Frame, suffix: str = ".png") -> bytes:
    return bytes(cv2.imencode(suffix, frame)[1].tobytes())


def _pixels(frame: object) -> Frame:
    return cast("Frame", frame)


def video(path: Path, frames: list[Frame], rate: float = 10) -> None:
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
