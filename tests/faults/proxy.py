"""A TCP proxy between station and central that can stop being one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.waiting import until


@dataclass
class Proxy:
    """`trickle`: seconds between two bytes of every answer; None: at once. `silent`: no answers."""

    upstream: tuple[str, int]
    trickle: float | None = None
    silent: bool = False
    url: str = ""
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while not self.ended.is_set():
            with suppress(OSError):
                client, _address = listening.accept()
                self.connections += 1
                central = socket.create_connection(self.upstream)
                for job in (self._asked, self._answered):
                    threading.Thread(target=job, args=(client, central), daemon=True).start()

    def _asked(self, client: socket.socket, central: socket.socket) -> None:
        with suppress(OSError), client, central:
            while received := client.recv(65536):
                central.sendall(received)
            central.shutdown(socket.SHUT_RDWR)

    def _answered(self, client: socket.socket, central: socket.socket) -> None:
        with suppress(OSError), client, central:
            while received := central.recv(65536):
                while self.silent and not self.ended.wait(0.02):
                    pass
                for byte in received:
                    if self.trickle is None:
                        break
                    client.sendall(bytes([byte]))
                    received = received[1:]
                    self.ended.wait(self.trickle)
                client.sendall(received)


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    """A proxy to the central at that address."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = Proxy((host, int(port)), url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        thread = threading.Thread(target=proxy.serve, args=(listening,), daemon=True)
        thread.start()
        yield proxy
        proxy.ended.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        until(lambda: not thread.is_alive())
