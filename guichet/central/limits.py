"""What every request goes through: its size, and what becomes of a fault."""

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guichet.central.problems import Problem, problem_response
from guichet.errors import StoreError

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024  # bytes
_RETRY = {"Retry-After": "5"}  # seconds


class Guard:
    """Refuses large bodies and answers faults, without writing down what was sent.

    No message of an exception is logged but StoreError's, since it may hold a person's name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), answer)
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
        if started:
            return
        await response(scope, receive, answer)


def _limited(scope: Scope, receive: Receive) -> Receive:
    declared = Headers(scope=scope).get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MAX_BODY:
        raise Problem(413, "too_large")
    size = 0

    async def limited() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise Problem(413, "too_large")
        return message

    return limited


def _log_fault(scope: Scope, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s: %s\n%s", scope["method"], scope["path"], type(error).__name__, frames)
