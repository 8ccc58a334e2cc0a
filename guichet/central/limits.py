"""What every request goes through: its size, its pace, the crowd, and what becomes of a fault."""

import asyncio
import logging
import random
import traceback
from collections import Counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guichet.central.problems import Problem, problem_response
from guichet.errors import StoreError

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024  # bytes
_DRAINED = 8 * MAX_BODY
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_RETRY = {"Retry-After": "5"}  # seconds
CROWD = 256
"""So many requests that read, and as many that write, may wait for their answer in one process.

Some two seconds' work. A station gives up after ten and asks anew: were more taken in, central
would end up answering only those who have gone."""
_COME_BACK = (1, 15)
"""Seconds, drawn for each who finds a crowd, so that a country comes back a few at a time."""
_CLOSE = {"Connection": "close"}  # what is still on its way would be read as the next request


class Guard:
    """Refuses large, slow or compressed bodies, and who would wait too long; answers faults.

    What was sent is not written down.

    No message of an exception is logged but StoreError's, since it may hold a person's name.
    """

    def __init__(self, app: ASGIApp, slow_seconds: float) -> None:
        self._app = app
        self._slow = slow_seconds
        self._waiting: Counter[bool] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        counted: bool | None = None
        writes = scope["method"] in _WITH_BODY

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                leave()  # an event stream waits for nothing any more
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        def leave() -> None:
            nonlocal counted
            if counted is not None:
                self._waiting[counted] -= 1
                counted = None

        try:
            source = await self._body(scope, receive) if writes else receive
            self._enter(scope["path"], writes=writes)
            counted = writes
            await self._app(scope, source, answer)
        except Problem as problem:
            response = problem_response(problem.status, problem.reason, problem.headers)
        except StoreError as error:
            log.warning("%s %s: %s", scope["method"], scope["path"], error)
            response = problem_response(503, "unavailable", _RETRY)
        except Exception as error:  # noqa: BLE001 - the outermost handler of a server
            _log_fault(scope, error)
            response = problem_response(500, "internal")
        else:
            return
        finally:
            leave()
        if started:
            return
        await response(scope, receive, answer)

    def _enter(self, path: str, *, writes: bool) -> None:
        """Count who waits from now on; raises Problem (503) when there are too many.

        Those who look whether central lives are always let in.
        """
        if self._waiting[writes] >= CROWD and path.startswith("/v1/"):
            again = random.randint(*_COME_BACK)  # noqa: S311 - spreads those who come back
            raise Problem(503, "unavailable", {"Retry-After": str(again)})
        self._waiting[writes] += 1

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the whole body, read within its time; raises Problem (408, 413, 415)."""
        if _is_compressed(scope):  # a small one may hide a large one
            raise Problem(415, "unsupported_encoding", _CLOSE)
        try:
            async with asyncio.timeout(self._slow):
                return _replayed(await _whole_body(receive), receive)
        except TimeoutError as error:
            raise Problem(408, "too_slow", _CLOSE) from error


def _is_compressed(scope: Scope) -> bool:
    said = (value for name, value in scope["headers"] if name == b"content-encoding")
    return any(value.strip().lower() not in (b"", b"identity") for value in said)


async def _whole_body(receive: Receive) -> bytes:
    """The body of the request; raises Problem (413) when it is larger than MAX_BODY."""
    body, size = bytearray(), 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY:
            body += chunk
        # Most clients read no answer before they have sent everything, so what is a little too
        # large is read to its end.
        if size > _DRAINED or not message.get("more_body", False):
            break
    if size > MAX_BODY:
        raise Problem(413, "too_large")
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _log_fault(scope: Scope, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s: %s\n%s", scope["method"], scope["path"], type(error).__name__, frames)
