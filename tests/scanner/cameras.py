"""A network camera on the loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.scanner.samples import code, file_of, scene


@dataclass
class Camera:
    """What the camera answers; `parts` pictures a connection, then the stream ends or stalls."""

    text: str = "hello"
    status: int = 200
    kind: str = "multipart/x-mixed-replace; boundary=frame"
    lengths: bool = True
    parts: int = 10_000
    stalls: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/video?size=large"


@contextmanager
def serving(camera: Camera) -> Iterator[Camera]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.asked.append(self.path)
            self.send_response(camera.status)
            self.send_header("Content-Type", camera.kind)
            self.end_headers()
            try:
                self._stream()
            except OSError:
                self.close_connection = True  # the reader left

        def _stream(self) -> None:
            for _ in range(camera.parts):
                if camera.closing.wait(0.02):
                    return
                picture = file_of(scene(code(camera.text, 5), (640, 480)), ".jpg")
                length = f"Content-Length: {len(picture)}\r\n" if camera.lengths else ""
                head = f"--frame\r\nContent-Type: image/jpeg\r\n{length}\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")
            if camera.stalls:
                camera.closing.wait()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            del format, args

    camera.closing.clear()
    server = ThreadingHTTPServer(("127.0.0.1", camera.port), Handler)
    server.daemon_threads = False
    camera.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield camera
    finally:
        camera.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
