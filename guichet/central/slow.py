"""HTTP that may not dawdle: uvicorn alone waits for the head of a request as long as it takes.

A client that opens connections and sends a byte now and then would keep them all. The body's time
is guichet.central.limits.Guard's.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from guichet.central.problems import problem_response

HEAD_WITHIN = 10.0
"""Seconds from the first byte of a request, or from connecting, to the end of its headers."""
_LARGEST_HEAD = 16 * 1024  # bytes


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which cuts who is too slow and answers nonsense with a problem."""

    _dawdling: asyncio.TimerHandle | None = None
    _in_head = True
    _in_body = False
    _head = 0
    """Bytes of the head that has begun and not ended."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: it is to say what it wants."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has come; then wait for the rest, if a head or an idle body has begun."""
        self._in_head = not self._in_body
        super().data_received(data)
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > _LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("")
        # What is still sent after its answer cancels uvicorn's own timer with each byte.
        answered = self.cycle is not None and self.cycle.response_complete
        if self._in_head or (answered and self._in_body):
            self._wait()
        else:
            self._wait_no_more()

    def on_message_begin(self) -> None:
        """A request has begun, maybe right behind another one."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """A head is whole. Raises ValueError, which is answered as nonsense, for a large one."""
        if sum(len(name) + len(value) for name, value in self.headers) > _LARGEST_HEAD:
            raise ValueError("a head is too large")
        super().on_headers_complete()
        self._in_head, self._in_body = False, True

    def on_message_complete(self) -> None:
        """A request is whole."""
        super().on_message_complete()
        self._in_body = False

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has a head of more than 16 KiB."""
        del msg  # uvicorn's, in English
        answer = problem_response(400, "malformed_http", {"Connection": "close"})
        lines = (name + b": " + value for name, value in answer.raw_headers)
        self.transport.write(b"\r\n".join([STATUS_LINE[400].rstrip(), *lines, b"", b""]))
        self.transport.write(bytes(answer.body))
        self.transport.close()

    def _wait(self) -> None:
        # From the first byte on: each further one must not give it more time.
        if self._dawdling is None:
            self._dawdling = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._dawdling is not None:
            self._dawdling.cancel()
            self._dawdling = None
