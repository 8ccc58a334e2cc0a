"""Codes in files, read as fast as the computer can: no camera, no waiting."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from guichet.scanner.faults import CameraFault
from guichet.scanner.film import VideoFile
from guichet.scanner.frames import PICTURE_SUFFIXES, list_pictures, read_image
from guichet.scanner.pages import PDF_SUFFIX
from guichet.scanner.sight import Sight

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


def read_file(path: Path, sight: Sight) -> Found:
    """The codes in an image, in each page of a PDF, or in a video from its beginning to its end.

    A video is read as a camera is: what one frame did not give, the next may.

    Raises CameraFault, "unreadable" also for one that made the decoder fail.
    """
    still = path.is_dir() or path.suffix.lower() in {*PICTURE_SUFFIXES, PDF_SUFFIX}
    texts: dict[str, None] = {}
    spent = 0.0
    if not still:
        sight.close()  # what is left of another film is not in this one
    sight.ready()
    for frame in read_image(path) if still else _filmed(path):
        start = time.perf_counter()
        found = sight.read(frame) if still else [code.text for code in sight.look(frame).codes]
        spent += time.perf_counter() - start
        if found is None:
            raise CameraFault("unreadable", str(path))
        texts.update(dict.fromkeys(found))
    return Found(tuple(texts), round(spent * 1000, 2))


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
