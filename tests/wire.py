"""A wire between station and central that can be made to misbehave, over real HTTP."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Wire:
    """What the wire does to the next requests.

    `lose`: how many answers to POST are lost after central has committed them. `drop`: how many
    requests never reach central. `twice`: how many POST reach it twice. `nonsense`: answer
    this body instead of asking central. `status`: answer this status to everything. `asked_at`:
    what was asked, and when on the monotonic clock. `exchanged`: every POST with its headers, its
    body and what central answered.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.lose = 0
        self.lost = 0
        self.drop = 0
        self.twice = 0
        self.nonsense: bytes | None = None
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.asked_at: list[tuple[str, float]] = []
        self.url = ""
        self.exchanged: list[tuple[str, dict[str, str], bytes, bytes]] = []

    def note(self, path: str, headers: dict[str, str], content: bytes, answer: bytes) -> None:
        """Keep what was posted and answered."""
        if content:
            self.exchanged.append((path, headers, content, answer))

    def dropped(self) -> bool:
        """Whether this request never reaches central."""
        self.drop -= (lost := self.drop > 0)
        return lost

    def doubled(self) -> bool:
        """Whether this POST reaches central twice."""
        self.twice -= (doubled := self.twice > 0)
        return doubled

    def again(self, which: int) -> None:
        """Send central once more something that was posted before, whoever posted it."""
        if self.exchanged:
            path, headers, content, _answer = self.exchanged[which % len(self.exchanged)]
            httpx.post(f"{self.upstream}{path}", content=content, headers=headers, timeout=10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wire: Wire, client: httpx.Client) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire = wire
        self.client = client


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.forward(b"")

    def do_POST(self) -> None:
        self.forward(self.rfile.read(int(self.headers["Content-Length"])))

    def forward(self, content: bytes) -> None:
        wire = self.server.wire
        wire.asked.append(f"{self.command} {self.path}")
        wire.asked_at.append((wire.asked[-1], time.monotonic()))
        if wire.status is not None:
            self.answer(wire.status, b"", wire.headers)
        elif wire.nonsense is not None:
            self.answer(200, wire.nonsense, {"Content-Type": "text/html"})
        elif self.path == "/v1/events":
            self.answer(503, b"", {})
        elif wire.dropped():
            self.close_connection = True
        else:
            self.carry(content)

    def carry(self, content: bytes) -> None:
        wire, client = self.server.wire, self.server.client
        kept = ("authorization", "content-type", "guichet-protocol")
        headers = {k: v for k, v in self.headers.items() if k.lower() in kept}
        if self.command == "POST" and wire.doubled():
            client.request(self.command, self.path, content=content, headers=headers)
        answer = client.request(self.command, self.path, content=content, headers=headers)
        wire.note(self.path, headers, content, answer.content)
        if self.command == "POST" and wire.lose:
            wire.lose -= 1
            wire.lost += 1
            self.close_connection = True
            return
        self.answer(answer.status_code, answer.content, dict(answer.headers))

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in ("content-type", "retry-after"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def wire_to(upstream: str) -> Iterator[Wire]:
    """A wire to `upstream`, as a server of its own."""
    wire = Wire(upstream)
    client = httpx.Client(base_url=upstream, timeout=10)
    server = _Server(wire, client)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()
