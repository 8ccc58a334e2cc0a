"""Clients that cost so little that what is measured is the server: `python -m bench.load`.

They run in a process of their own: standard input has the requests of each (pickled bytes),
standard output gets the seconds of each answer.
"""

import json
import pickle
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the clients saw: `seconds` for all, `waits` of each answer, `size` of them all, bytes.

    `applied`: how many operations were not refused.
    """

    seconds: float
    waits: list[float]
    size: int
    applied: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """An HTTP request as it goes over the wire."""
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: central",
        f"Authorization: Bearer {token}",
        "Guichet-Protocol: 1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def load(url: str, clients: Sequence[Sequence[bytes]]) -> Outcome:
    """Let so many clients at once each send their requests, one after the other's answer."""
    address = urlsplit(url)
    command = [sys.executable, "-m", "bench.load", str(address.hostname), str(address.port)]
    done = subprocess.run(command, input=pickle.dumps(clients), stdout=subprocess.PIPE, check=True)
    return Outcome(**json.loads(done.stdout))


class _Client:
    def __init__(self, host: str, port: int, requests: Sequence[bytes]) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left: Iterator[bytes] = iter(requests)
        self._answer = bytearray()
        self._sent = 0.0

    def send(self) -> bool:
        """Send the next request, if there is one."""
        sent = next(self._left, None)
        if sent is not None:
            self._sent = time.perf_counter()
            self.socket.sendall(sent)
        return sent is not None

    def receive(self) -> tuple[float, bytes] | None:
        """The seconds it took and the body, once the answer is whole."""
        self._answer += self.socket.recv(1 << 20)
        head, _blank, body = bytes(self._answer).partition(b"\r\n\r\n")
        _before, _colon, length = head.lower().partition(b"content-length:")
        if not length or len(body) < int(length.split(b"\r\n")[0]):
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{head.decode()}\n{body.decode()}")
        self._answer.clear()
        return time.perf_counter() - self._sent, body


def _run(host: str, port: int, clients: Sequence[Sequence[bytes]]) -> Outcome:
    waits, size, applied, busy = [], 0, 0, 0
    with selectors.DefaultSelector() as ready:
        for requests in clients:
            client = _Client(host, port, requests)
            ready.register(client.socket, selectors.EVENT_READ, client)
        start = time.perf_counter()
        for key in list(ready.get_map().values()):
            busy += key.data.send()
        while busy:
            for key, _events in ready.select():
                received = key.data.receive()
                if received is None:
                    continue
                waits.append(received[0])
                size += len(received[1])
                applied += received[1].count(b'"reason":null,"detail"')
                busy -= not key.data.send()
        seconds = time.perf_counter() - start
    return Outcome(seconds, waits, size, applied)


if __name__ == "__main__":
    seen = _run(sys.argv[1], int(sys.argv[2]), pickle.load(sys.stdin.buffer))  # noqa: S301 - ours
    json.dump(
        {
            "seconds": seen.seconds,
            "waits": seen.waits,
            "size": seen.size,
            "applied": seen.applied,
        },
        sys.stdout,
    )
