"""HTTP that may not dawdle: uvicorn alone waits for the head of a request as long as it takes.

A client that opens connections and sends a byte now and then would keep them all. The body's time
is guichet.central.limits.Guard's.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from guichet.central.problems import problem_response

HEAD_WITHIN = 10.0
"""Seconds from the first byte of a request, or from connecting, to the end of its headers."""


class PromptProtocol(H11Protocol):
    """uvicorn's protocol, which cuts who is too slow and answers nonsense with a problem."""

    _dawdling: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: it is to say what it wants."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._wait_no_more()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Read what has come; then wait for the rest, if a head or an idle body has begun."""
        super().handle_events()
        head = self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]
        # What is still sent after its answer cancels uvicorn's own timer with each byte.
        answered = self.cycle is not None and self.cycle.response_complete
        if head or (answered and self.conn.their_state is h11.SEND_BODY):
            self._wait()
        else:
            self._wait_no_more()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has a head of more than 16 KiB."""
        del msg  # uvicorn's, in English
        answer = problem_response(400, "malformed_http", {"Connection": "close"})
        body = bytes(answer.body)
        for event in (
            h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait(self) -> None:
        # From the first byte on: each further one must not give it more time.
        if self._dawdling is None:
            self._dawdling = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._dawdling is not None:
            self._dawdling.cancel()
            self._dawdling = None
