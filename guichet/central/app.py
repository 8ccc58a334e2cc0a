"""The central server as an ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from guichet.central import display, health, history, statistics
from guichet.central.api import PROTOCOL, operations, router
from guichet.central.budgets import Budgets, Protection
from guichet.central.events import Events
from guichet.central.existence import Connector, unavailable
from guichet.central.limits import Guard
from guichet.central.metrics import Measured
from guichet.central.problems import Problem, problem_response
from guichet.central.schemas import ProblemBody
from guichet.central.sent import OperationsBody
from guichet.domain.leases import LeaseRules
from guichet.domain.waiting import Rules

_WORTH_IT = 1024
"""Bytes from which an answer is compressed for who asks: less fits one packet anyway.
Level 1 makes a page of the feed a sixth as long; event streams are never compressed."""

_READERS = 4
"""Threads that answer what only reads. More of them take turns at Python's lock instead of working:
with the usual forty, an answer costs two to three times the CPU."""

_REASONS = {404: "not_found", 405: "method_not_allowed"}


def create_app(
    engine: Engine,
    *,
    hold_minutes: int = 5,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    connector: Connector = unavailable,
    waiting: Rules | None = None,
    leases: LeaseRules | None = None,
    protection: Protection | None = None,
) -> FastAPI:
    """Central on a database that guichet.central.registry.create has prepared.

    `hold_minutes` is how long a seat is kept for someone who is booking; `connector` asks a
    register of foreigners' numbers whether one exists, and none is within reach today; `waiting` is
    how the waiting list goes, `leases` how many seats are lent to stations for a day offline,
    `protection` how much each may ask for: else what the environment says. Raises ConfigError when
    that makes no sense.
    """
    waiting = waiting or Rules()
    protection = protection or Protection.from_environment()
    events = Events(engine, clock, waiting)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _READERS
        async with events.watching():
            yield

    # The pages that show the API in a browser load their scripts from elsewhere: not here.
    app = FastAPI(
        title="guichet central",
        version=str(PROTOCOL),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.engine = engine
    app.state.events = events
    app.state.clock = clock
    app.state.hold_minutes = hold_minutes
    app.state.waiting = waiting
    app.state.leases = leases or LeaseRules()
    app.state.connector = connector
    app.state.waits = {}
    # In front of the same path below, which describes it: FastAPI's own way to an endpoint that
    # reads its request itself costs a twentieth of a booking.
    app.router.routes.insert(0, _PlainRoute("/v1/operations", operations, methods=["POST"]))
    app.include_router(health.router)
    app.include_router(router)
    app.include_router(display.router)
    app.include_router(statistics.router)
    app.include_router(history.router)
    _protect(app, protection)
    app.add_middleware(Measured)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


class _PlainRoute(Route):
    """Says which route it is, as FastAPI's do: requests are counted under its name."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return match, {**found, "route": self}


def _protect(app: FastAPI, protection: Protection) -> None:
    """Put around the endpoints what every request and every fault goes through."""
    app.state.protection = protection
    app.state.budgets = Budgets(protection)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_IT, compresslevel=1)
    app.add_middleware(Guard, slow_seconds=protection.slow_seconds)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - what it is registered for
    return problem_response(problem.status, problem.reason, problem.headers)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    # FastAPI answers 400 to a body that is no text or nested too deep, 422 to all else.
    status = 422 if error.status_code == 400 else error.status_code  # noqa: PLR2004
    return problem_response(status, _REASONS.get(status, "invalid_request"), error.headers)


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    errors = [{"where": list(e["loc"]), "what": e["type"]} for e in error.errors()]
    return problem_response(422, "invalid_request", errors=errors[:20])


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = schema["components"]["schemas"]
        components["ProblemBody"] = ProblemBody.model_json_schema()
        sent = OperationsBody.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(sent.pop("$defs"), OperationsBody=sent)
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        bearer = {"type": "http", "scheme": "bearer"}
        schema["components"]["securitySchemes"] = {"device": bearer, "display": bearer}
        for path, item in schema["paths"].items():
            for operation in item.values():
                if path not in ("/healthz", "/readyz", "/v1/enrol"):
                    whose = "display" if path.startswith("/display/") else "device"
                    operation["security"] = [{whose: []}]
        app.openapi_schema = schema
    return app.openapi_schema
