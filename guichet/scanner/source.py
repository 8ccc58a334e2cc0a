"""Where frames come from: webcams, video files, network cameras, folders, images, PDF pages."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from guichet.scanner.faults import CameraFault
from guichet.scanner.film import VideoFile
from guichet.scanner.folder import Folder
from guichet.scanner.frames import PICTURE_SUFFIXES, Frame
from guichet.scanner.live import Live
from guichet.scanner.pages import PDF_SUFFIX
from guichet.scanner.rtsp import RtspStream
from guichet.scanner.stream import MjpegStream, split
from guichet.scanner.webcam import open_device, open_webcam

if TYPE_CHECKING:
    from guichet.scanner.webcam import Mode

_STREAMS: dict[str, type[MjpegStream | RtspStream]] = {
    "http": MjpegStream,
    "https": MjpegStream,
    "rtsp": RtspStream,
    "rtsps": RtspStream,
}


class Source(Protocol):
    """An open source of frames, for one reading thread."""

    name: str
    mode: Mode | None
    """What it films in, for those that tell."""

    def read(self) -> Frame | None:
        """The next frame; None when there is no new one yet, or no more in a finite source.

        Waits one second at most, or until ``interrupt``. Raises CameraFault when it stops giving.
        """

    def interrupt(self) -> None:
        """Make a waiting ``read`` return; from any thread."""

    def close(self) -> None:
        """Release the device, within a second or so; from the reading thread."""


def open_source(spec: str) -> Source:
    """The source that `spec` names, opened.

    "0", "1"… a webcam; "/dev/video0" a V4L2 device; "http://…", "https://…" an MJPEG camera;
    "rtsp://…" a network camera; else the path of a folder of images, an image, a PDF or a video.
    A network camera is opened while it is read. Raises CameraFault.
    """
    if spec.isdecimal():
        return open_webcam(int(spec))
    if "://" in spec:
        return _open_address(spec)
    path, mode = _find(spec)
    if stat.S_ISCHR(mode):
        return open_device(path)
    if stat.S_ISDIR(mode) or path.suffix.lower() in {*PICTURE_SUFFIXES, PDF_SUFFIX}:
        return Folder(path)
    return VideoFile(path)


def check_source(spec: str) -> None:
    """Raise the CameraFault of words that name no source, or nothing that is there.

    A webcam or network camera that is not there now may be later.
    """
    if "://" in spec:
        _stream_of(spec)
    elif not spec.isdecimal():
        _find(spec)


def _open_address(spec: str) -> Live:
    stream = _stream_of(spec)
    parts = split(spec)
    return Live(f"{parts.hostname}{parts.path}", lambda: stream(spec))


def _stream_of(spec: str) -> type[MjpegStream | RtspStream]:
    split(spec)
    kind = _STREAMS.get(urlsplit(spec).scheme)
    if kind is None:
        raise CameraFault("unknown_source", "an address")
    return kind


def _find(spec: str) -> tuple[Path, int]:
    """The path named, and its mode. Raises CameraFault."""
    if not spec:
        raise CameraFault("unknown_source", spec)
    path = Path(spec).expanduser()
    try:
        return path, path.stat().st_mode
    except PermissionError as error:
        raise CameraFault("denied", spec) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise CameraFault("absent", spec) from error
