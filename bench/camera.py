"""What the camera's picture costs, and how old a frame is when it is looked at."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, middle, p95
from bench.place import demonstration
from bench.terminal import Terminal
from guichet.demo import DemoStation
from guichet.domain.model import Role
from guichet.scanner.faults import CameraFault
from guichet.scanner.preview import Picture
from guichet.scanner.reader import Reader
from tests.scanner import rtsp_camera

_RATE = 30
_SECONDS = 15
_SETTLED = 6.0
"""Seconds in which the application opens, reads its day and warms up."""
_BITS = 16
_TURN = (1 << _BITS) - 1
_ROOM = (64, 36)
_SIZE = (1280, 720)


def measure() -> Iterator[Figure]:
    yield from _ages("empty counter", "empty")
    yield from _ages("code in view, not read", "mist")
    yield from _ages("code in view, another in each frame", "codes")
    yield from _ages("RTSP", "rtsp")
    with demonstration(Role.COUNTER) as station, _filmed("empty") as address:
        shown = _processor(station, address, "auto")
        hidden = _processor(station, address, "off")
    share = (shown - hidden) * 100
    yield Figure("picture 10 times a second, of a core", share, "%", limit=10)
    yield Figure("whole application, filming at 30/s, of a core", shown * 100, "%")


# The age of frames ------------------------------------------------------------------------------


def _ages(what: str, scene: str) -> Iterator[Figure]:
    """How long ago the frames shown, and the codes told, were filmed: first, last and worst."""
    ages: list[float] = []
    told: list[float] = []
    faults: list[CameraFault] = []
    with _filmed(scene) as address:
        reader = Reader(
            address,
            lambda text: told.append(_age(int(text))),
            lambda picture: ages.append(_age(_stamp(picture))),
            faults.append,
        )
        reader.preview_size = _ROOM
        reader.start()
        time.sleep(_SECONDS)
        reader.stop()
    assert not faults
    assert len(ages) > _SECONDS  # however busy the machine
    yield Figure(f"shown frame's age, {what}, p95", p95(ages), "ms", limit=40)
    yield from _lag(f"shown frame's age, {what}", ages)
    if scene == "codes":
        yield Figure("told code's age, p95", p95(told), "ms")
        yield from _lag("told code's age", told)
        yield Figure("codes told a second, of 30", len(told) / _SECONDS, "/s")


def _lag(what: str, ages: list[float]) -> Iterator[Figure]:
    third = len(ages) // 3
    first, last = middle(ages[:third]), middle(ages[-third:])
    yield Figure(f"{what}, median of the end", last, "ms", first, "the beginning")


def _stamp(picture: Picture) -> int:
    """When the frame was filmed, which it tells itself in black and white."""
    cells = np.frombuffer(picture.cells, np.uint8).reshape(picture.height, picture.width)
    width = picture.width / _BITS
    bits = [cells[1, int((number + 0.5) * width)] > 127 for number in range(_BITS)]
    return sum(1 << number for number, bit in enumerate(bits) if bit)


def _age(filmed: int) -> float:
    """Seconds since those milliseconds; the clock of both processes is the same."""
    now = round(time.monotonic() * 1000) & _TURN
    return ((now - filmed) & _TURN) / 1000


@contextmanager
def _filmed(scene: str) -> Iterator[str]:
    """The address of a camera in another process, 30 frames a second."""
    command = [sys.executable, "-m", "bench.camera", scene]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as camera:
        assert camera.stdout is not None
        try:
            scheme = "rtsp" if scene == "rtsp" else "http"
            yield f"{scheme}://127.0.0.1:{int(camera.stdout.readline())}/"
        finally:
            camera.kill()


def film(scene: str) -> None:
    """Be that camera: each frame has the milliseconds at which it was sent along its top."""
    import cv2  # noqa: PLC0415 - the camera's own process

    if scene == "rtsp":
        film_rtsp()
    width, height = _SIZE
    frame = np.full((height, width, 3), 120, np.uint8)
    noise = np.random.default_rng(1)
    frame += noise.integers(0, 12, frame.shape, np.uint8)
    if scene == "mist":
        rough = noise.integers(0, 2, (49, 49), np.uint8) * 255
        code = cv2.resize(rough, (343, 343), interpolation=cv2.INTER_NEAREST)
        frame[200:543, 450:793] = cv2.GaussianBlur(code, (0, 0), 3)[..., None]
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    while True:
        peer, _address = server.accept()
        threading.Thread(
            target=_send, args=(peer, frame.copy(), scene == "codes"), daemon=True
        ).start()


def film_rtsp() -> None:
    """Be a camera that speaks RTSP."""
    frame = np.full(_SIZE[::-1], 120, np.uint8)

    def filmed() -> NDArray[np.uint8]:
        _stamped(frame)
        return frame

    with rtsp_camera.serving(rtsp_camera.RtspCamera(filmed=filmed, rate=_RATE)) as camera:
        print(camera.port, flush=True)
        threading.Event().wait()


def _stamped(frame: NDArray[np.uint8]) -> int:
    """Write the milliseconds of now along the frame's top, and give them."""
    now = round(time.monotonic() * 1000) & _TURN
    bits = np.array([255 * (now >> number & 1) for number in range(_BITS)], np.uint8)
    row = np.repeat(bits, _SIZE[0] // _BITS)
    frame[:60] = row[None, :, None] if frame.ndim > row.ndim + 1 else row
    return now


def _send(peer: socket.socket, frame: NDArray[np.uint8], codes: bool) -> None:  # noqa: FBT001 - two kinds of frames
    import cv2  # noqa: PLC0415 - the camera's own process

    peer.recv(4096)
    peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n\r\n")
    due = time.monotonic()
    encoder = cv2.QRCodeEncoder.create()
    while True:
        sent = _stamped(frame)
        if codes:
            code = np.kron(encoder.encode(str(sent)), np.ones((9, 9), np.uint8))
            frame[200 : 200 + len(code), 450 : 450 + len(code)] = code[..., None]
        data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
        head = f"--f\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
        try:
            peer.sendall(head.encode() + data + b"\r\n")
        except OSError:  # the reader left
            return
        due += 1 / _RATE
        time.sleep(max(0.0, due - time.monotonic()))


# What the picture costs -------------------------------------------------------------------------


def _processor(station: DemoStation, address: str, preview: str) -> float:
    """The share of a core that the whole application takes with its camera open."""
    settings = station.folder / "settings.toml"
    settings.write_text(f'camera = "{address}"\npreview = "{preview}"\n', "utf-8")
    with Terminal("bench.opened", str(station.folder), station.code, station.pin) as terminal:
        terminal.until(lambda grid: "QR code" in "\n".join(grid.lines), "the camera's line")
        terminal.watch(_SETTLED, lambda _grid: False)
        begun, at = terminal.processor(), time.monotonic()
        terminal.watch(_SECONDS, lambda _grid: False)
        return (terminal.processor() - begun) / (time.monotonic() - at)


if __name__ == "__main__":
    film(sys.argv[1])
