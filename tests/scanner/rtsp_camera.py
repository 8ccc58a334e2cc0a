"""A network camera that speaks RTSP on the loopback: JPEG pictures over RTP (RFC 2435)."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import cv2

from guichet.scanner.frames import Frame
from tests.scanner.samples import code, file_of, scene

_PACKET = 1400  # bytes
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:video\r\n"
)


@dataclass
class RtspCamera:
    """What it answers; `parts` pictures a connection, then the stream ends or stalls."""

    text: str = "hello"
    filmed: Callable[[], Frame] | None = None
    """Each picture when it is due; without, `text` in the middle."""
    rate: float = 50.0
    status: str = "200 OK"
    parts: int = 10_000
    stalls: bool = False
    mute: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"


def packets(frame: Frame, number: int) -> Iterator[bytes]:
    """A picture as interleaved RTP packets."""
    height, width = frame.shape[:2]
    jpeg = file_of(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR).astype(frame.dtype), ".jpg")
    tables, place = b"", 2
    while jpeg[place + 1] != 0xDA:  # up to the scan
        (length,) = struct.unpack_from(">H", jpeg, place + 2)
        if jpeg[place + 1] == 0xDB:
            tables += jpeg[place + 5 : place + 2 + length]
        place += 2 + length
    scan = jpeg[place + 2 + struct.unpack_from(">H", jpeg, place + 2)[0] : -2]
    quantization = struct.pack(">BBH", 0, 0, len(tables)) + tables
    sequence = number * 1000
    for start in range(0, len(scan), _PACKET):
        last = start + _PACKET >= len(scan)
        head = struct.pack(">BBHII", 0x80, 26 | (last << 7), sequence & 0xFFFF, number * 3000, 1)
        where = struct.pack(">II", start, (1 << 24) | (255 << 16) | (width // 8 << 8) | height // 8)
        body = head + where + (b"" if start else quantization) + scan[start : start + _PACKET]
        yield b"$\0" + struct.pack(">H", len(body)) + body
        sequence += 1


class _Talk:
    def __init__(self, camera: RtspCamera, peer: socket.socket) -> None:
        self.camera = camera
        self.peer = peer

    def run(self) -> None:
        with suppress(OSError), self.peer, self.peer.makefile("rb") as requests:
            while (line := requests.readline()) not in (b"", b"\r\n"):
                number = "0"
                while (header := requests.readline()) not in (b"", b"\r\n"):
                    if header.lower().startswith(b"cseq"):
                        number = header.split(b":")[1].strip().decode()
                if self.camera.mute:
                    self.camera.closing.wait()
                    return
                self.answer(line.split()[0].decode(), number)

    def answer(self, verb: str, number: str) -> None:
        self.camera.asked.append(verb)
        more, body = "Session: 1\r\n", ""
        if verb == "OPTIONS":
            more = "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif verb == "DESCRIBE":
            body = _SDP
            more = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif verb == "SETUP":
            more += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        status = "200 OK" if verb == "OPTIONS" else self.camera.status
        self.peer.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n{more}\r\n{body}".encode())
        if verb == "PLAY":
            self.play()

    def play(self) -> None:
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as cameras do
        due = time.monotonic()
        for number in range(self.camera.parts):
            due += 1 / self.camera.rate
            if self.camera.closing.wait(max(0.0, due - time.monotonic())):
                return
            for packet in packets(self.frame(), number):
                self.peer.sendall(packet)
        if self.camera.stalls:
            self.camera.closing.wait()
        self.peer.shutdown(socket.SHUT_RDWR)

    def frame(self) -> Frame:
        if self.camera.filmed is not None:
            return self.camera.filmed()
        return scene(code(self.camera.text, 5), (640, 480))


@contextmanager
def serving(camera: RtspCamera) -> Iterator[RtspCamera]:
    camera.closing.clear()
    talks: list[threading.Thread] = []
    server = socket.create_server(("127.0.0.1", camera.port))
    camera.port = server.getsockname()[1]

    def accept() -> None:
        with suppress(OSError):
            while True:
                talk = _Talk(camera, server.accept()[0])
                talks.append(threading.Thread(target=talk.run))
                talks[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield camera
    finally:
        camera.closing.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        accepting.join()
        for talk in talks:
            talk.join(5)
