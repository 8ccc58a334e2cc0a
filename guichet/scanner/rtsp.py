from __future__ import annotations

import socket
from typing import TYPE_CHECKING, cast
from urllib.parse import SplitResult

from guichet.scanner.faults import CameraFault, Reason
from guichet.scanner.frames import opencv
from guichet.scanner.stream import split

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

_PORTS = {"rtsp": 554, "rtsps": 322}
_ASKED = 2.0  # seconds; the camera is in the same building
_OPENED = 5000  # milliseconds, with the first pictures, of which some are needed to know the codec
_PATIENCE = 3000  # milliseconds without a picture
_LONGEST = 4096  # bytes of an answer's beginning

_STATUS_REASONS: dict[int, Reason] = {
    401: "denied",
    403: "denied",
    404: "absent",
    453: "busy",  # not enough bandwidth
    503: "busy",
}


class RtspStream:
    """A network camera or phone that speaks RTSP, by OpenCV's FFmpeg.

    FFmpeg tells nothing but that it failed, so the camera is first asked what it has there.
    """

    def __init__(self, address: str) -> None:
        parts = split(address)
        self.name = f"{parts.hostname}{parts.path}"
        status = _ask(parts, self.name)
        reason = _STATUS_REASONS.get(status)
        if reason is not None and not (reason == "denied" and parts.username):
            raise CameraFault(reason, f"{self.name}: {status}")
        cv2 = opencv()
        options = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPENED),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, _PATIENCE),
            *(cv2.CAP_PROP_N_THREADS, 1),  # each thread more would hold a frame back
        ]
        self._capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, options)
        if not self._capture.isOpened():  # it was told the user and password it had asked for
            raise CameraFault(reason or "unreadable", f"{self.name}: {status}")

    def grab(self) -> Frame:
        """The next picture. Raises CameraFault: "lost" at the end or after 3 seconds without."""
        grabbed, frame = self._capture.read()
        if not grabbed:
            raise CameraFault("lost", self.name)
        return cast("Frame", frame)

    def cut(self) -> None:
        """Nothing: FFmpeg ends a wait by its own limits only."""

    def close(self) -> None:
        """Close the connection."""
        self._capture.release()


def _ask(parts: SplitResult, name: str) -> int:
    """The status with which the camera describes that stream; 0 when its answer is none of RTSP's.

    Raises CameraFault. Of an encrypted address only the connection is tried.
    """
    port = parts.port or _PORTS[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    address = f"{parts.scheme}://{host}:{port}{parts.path}{'?' if parts.query else ''}{parts.query}"
    try:
        with socket.create_connection((parts.hostname or "", port), _ASKED) as asking:
            if parts.scheme == "rtsps":
                return 0
            asking.sendall(f"DESCRIBE {address} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            line = asking.recv(_LONGEST).split(b"\r\n")[0].split()
    except TimeoutError as error:
        raise CameraFault("no_frames", name) from error
    except (OSError, UnicodeError) as error:  # UnicodeError: a name with an empty label
        raise CameraFault("absent", f"{name}: {error}") from error
    sound = len(line) > 1 and line[0].startswith(b"RTSP/") and line[1].isdigit()
    return int(line[1]) if sound else 0
