"""Codes in files, read as fast as the computer can: no camera, no waiting."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from guichet.scanner.decoder import Decoder, decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.film import VideoFile
from guichet.scanner.frames import PICTURE_SUFFIXES, list_pictures, read_image
from guichet.scanner.pages import PDF_SUFFIX

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame


@dataclass(frozen=True, slots=True)
class Found:
    """The texts of a file's codes, each once, and the milliseconds that decoding took."""

    texts: tuple[str, ...]
    ms: float


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """These files, and for a folder the images and PDF files directly in it, by name.

    A folder that cannot be listed is given as it is: reading it says why.
    """
    for path in paths:
        try:
            found = list_pictures(path) if path.is_dir() else [path]
        except OSError:
            found = [path]
        yield from found


def read_file(path: Path) -> Found:
    """The codes in an image, in each page of a PDF, or in a video from its beginning to its end.

    Raises CameraFault.
    """
    still = path.is_dir() or path.suffix.lower() in {*PICTURE_SUFFIXES, PDF_SUFFIX}
    look = decode if still else _Moving().look
    texts: dict[str, None] = {}
    spent = 0.0
    for frame in read_image(path) if still else _filmed(path):
        start = time.perf_counter()
        texts.update(dict.fromkeys(look(frame)))
        spent += time.perf_counter() - start
    return Found(tuple(texts), round(spent * 1000, 2))


class _Moving:
    """A video is decoded as a camera is: what one frame did not give, the next may."""

    def __init__(self) -> None:
        self._decoder = Decoder()

    def look(self, frame: Frame) -> list[str]:
        return [code.text for code in self._decoder.look(frame).codes]


def _filmed(path: Path) -> Iterator[Frame]:
    if not path.exists():
        raise CameraFault("absent", str(path))
    seconds = count()
    film = VideoFile(path, lambda: float(next(seconds)))  # every frame is due when it is asked for
    try:
        while (frame := film.read()) is not None:
            yield frame
    finally:
        film.close()
