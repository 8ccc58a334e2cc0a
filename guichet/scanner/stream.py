from __future__ import annotations

import base64
import http.client
import socket
import ssl
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import SplitResult, unquote, urlsplit

from guichet.scanner.faults import CameraFault, Reason

_CONNECTIONS: dict[str, type[http.client.HTTPConnection]] = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}
_CONNECT = 1.0  # seconds; the camera is in the same building
_PATIENCE = 5.0  # seconds without a picture
_LARGEST = 16 * 1024 * 1024  # bytes of one picture

_STATUS_REASONS: dict[int, Reason] = {
    HTTPStatus.UNAUTHORIZED: "denied",
    HTTPStatus.FORBIDDEN: "denied",
    HTTPStatus.NOT_FOUND: "absent",
    HTTPStatus.TOO_MANY_REQUESTS: "busy",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}


def split(address: str) -> SplitResult:
    """The parts of a camera's address. Raises CameraFault, which does not repeat its password."""
    try:
        parts = urlsplit(address)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise CameraFault("unknown_source", "an address") from error
    if not sound or not address.isascii() or not address.isprintable() or " " in address:
        raise CameraFault("unknown_source", "an address")
    return parts


def _credentials(parts: SplitResult) -> dict[str, str]:
    """The header for the user and password in an address, as phones used as cameras ask for."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


class MjpegStream:
    """An address that answers multipart/x-mixed-replace, a JPEG a part, as network cameras do.

    OpenCV can read these too, but tells neither a refused password from a wrong address nor lets
    go of a stalled stream before its timeout.
    """

    def __init__(self, address: str) -> None:
        try:
            parts = split(address)
            kind = _CONNECTIONS[parts.scheme]
            self._connection = kind(parts.hostname or "", parts.port, timeout=_CONNECT)
        except http.client.InvalidURL as error:
            raise CameraFault("unknown_source", "an address") from error
        self.name = f"{parts.hostname}{parts.path}"
        self._target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._headers = _credentials(parts)
        self._response: http.client.HTTPResponse | None = None
        self._boundary = b""
        self._past_boundary = False
        try:
            self._connection.connect()
        except ssl.SSLError as error:
            raise CameraFault("untrusted", f"{self.name}: {error.reason}") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a name with an empty label
            raise CameraFault("absent", f"{self.name}: {error}") from error
        # The connection forgets its socket once the answer has begun.
        self._socket: socket.socket = self._connection.sock
        self._socket.settimeout(_PATIENCE)

    def grab(self) -> bytes:
        """The next part, a picture's file. Raises CameraFault."""
        try:
            return self._part(self._response or self._ask())
        except TimeoutError as error:
            raise CameraFault("no_frames", self.name) from error
        except (OSError, http.client.HTTPException) as error:
            raise CameraFault("lost", f"{self.name}: {error!r}") from error

    def cut(self) -> None:
        """Cut the connection, which ends a waiting ``grab`` in a CameraFault."""
        with suppress(OSError):  # cut already
            # Not TLS's own shutdown, which takes the session from under the reading thread.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        if self._response is not None:
            self._response.close()
        self._connection.close()
        self._socket.close()

    def _ask(self) -> http.client.HTTPResponse:
        self._connection.request("GET", self._target, headers=self._headers)
        response = self._response = self._connection.getresponse()
        if response.status != HTTPStatus.OK:
            reason = _STATUS_REASONS.get(response.status, "unreadable")
            raise CameraFault(reason, f"{self.name}: {response.status} {response.reason}")
        boundary = response.headers.get_param("boundary")
        if response.headers.get_content_maintype() != "multipart" or not boundary:
            raise CameraFault("unreadable", f"{self.name}: {response.headers.get_content_type()}")
        # Some cameras declare the boundary with the dashes that come before it.
        self._boundary = b"--" + str(boundary).encode().removeprefix(b"--")
        return response

    def _part(self, response: http.client.HTTPResponse) -> bytes:
        """The body of the next part: as long as it says, or up to the next boundary."""
        while not self._past_boundary:
            self._past_boundary = self._line(response).startswith(self._boundary)
        self._past_boundary = False
        length = http.client.parse_headers(response)["Content-Length"]
        if length is not None and length.isdecimal() and int(length) <= _LARGEST:
            return response.read(int(length))
        body = bytearray()
        while not (line := self._line(response)).startswith(self._boundary):
            body += line
            if len(body) > _LARGEST:
                raise CameraFault("unreadable", f"{self.name}: a picture without an end")
        self._past_boundary = True
        return bytes(body)

    def _line(self, response: http.client.HTTPResponse) -> bytes:
        line = response.readline(_LARGEST)
        if not line:
            raise ConnectionResetError("end of the stream")
        return line
