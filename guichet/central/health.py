"""Whether this process lives, whether it can serve, and what it has measured: for machines.

None of these addresses needs a device's token.
"""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import Engine
from starlette.responses import Response

from guichet.central import keyring, metrics
from guichet.central.problems import Problem, problem_response
from guichet.central.schemas import HEALTH, READY
from guichet.errors import StoreError
from guichet.store.engine import HEAD, reading, revision

_RETRY = {"Retry-After": "5"}  # seconds

router = APIRouter()


@router.get("/healthz", responses=HEALTH, response_class=Response)
async def healthz() -> Response:
    """Say that this process lives; it asks nothing of the database."""
    return Response('{"status":"ok"}', media_type="application/json")


@router.get("/readyz", responses=READY, response_class=Response)
def readyz(request: Request) -> Response:
    """Say whether this process can serve, else all that it lacks."""
    clock: Callable[[], datetime] = request.app.state.clock
    lacking = [{"where": where, "what": what} for where, what in _lacks(request.app, clock())]
    if lacking:
        return problem_response(503, "not_ready", _RETRY, lacking)
    return Response('{"status":"ready"}', media_type="application/json")


@router.get("/metrics", include_in_schema=False)
def measured(request: Request) -> Response:
    """What Prometheus collects, for whoever has the token of GUICHET_METRICS_TOKEN."""
    if not metrics.allowed(request.headers.get("authorization")):
        raise Problem(404, "not_found")  # without a token to compare with, there is nothing here
    return Response(metrics.text(), media_type=metrics.MEDIA_TYPE)


def _lacks(app: FastAPI, now: datetime) -> list[tuple[str, str]]:
    engine: Engine = app.state.engine
    try:
        with reading(engine) as connection:
            found = revision(connection)
    except StoreError:
        return [("database", "unavailable")]
    if found != HEAD:
        return [("schema", found or "absent")]
    if not app.state.events.alive:
        return [("events", "stopped")]
    try:
        # As an operation would: a key is made when none is good any more.
        keyring.signer(engine, now)
    except StoreError:
        return [("signing_key", "unavailable")]
    return []
