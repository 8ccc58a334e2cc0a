"""What central counts of its own work, for Prometheus. No label names a person, agent or station.

With several workers each writes its numbers to files in PROMETHEUS_MULTIPROC_DIR, which
guichet.central.workers sets, and whichever is asked adds them up.
"""

import hmac
import os
import time

import msgspec
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, QueuePool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_VARIABLE = "GUICHET_METRICS_TOKEN"  # noqa: S105 - the variable's name
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_REQUESTS = Counter(
    "guichet_requests", "Requests answered", ["method", "route", "status"]
)  # the route as it is declared: an address may hold a name
_SECONDS = Histogram(
    "guichet_request_seconds",
    "Seconds until an answer began",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
_VERDICTS = Counter(
    "guichet_verdicts", "Verdicts given, repeated ones too; no reason: applied", ["kind", "reason"]
)
_STREAMS = Gauge("guichet_event_streams", "Event streams open", multiprocess_mode="livesum")
_POOL = Gauge(
    "guichet_database_connections",
    "Connections to the database",
    ["state"],
    multiprocess_mode="livesum",
)
_LOOKED = Gauge(
    "guichet_feeds_looked_at_timestamp_seconds",
    "When the feeds were last looked at, so that stations hear what other processes write",
    multiprocess_mode="livemin",
)


class Measured:
    """Counts every request and times the beginning of its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if route != "none" else "none"
                _REQUESTS.labels(method, route, message["status"]).inc()
                _SECONDS.labels(route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, answer)


class _Said(msgspec.Struct):
    reason: str | None


def judged(kind: str, verdict: str) -> None:
    """Count a verdict on an operation of that kind; `verdict` is its JSON text."""
    said = msgspec.json.decode(verdict, type=_Said)
    _VERDICTS.labels(kind, said.reason or "").inc()


def looked(engine: Engine, streams: int) -> None:
    """Note that the feeds have been looked at, and how much is open now."""
    _LOOKED.set_to_current_time()
    _STREAMS.set(streams)
    if isinstance(engine.pool, QueuePool):
        _POOL.labels("busy").set(engine.pool.checkedout())
        _POOL.labels("idle").set(engine.pool.checkedin())


def allowed(authorization: str | None) -> bool:
    """Whether the Authorization header bears the token of GUICHET_METRICS_TOKEN."""
    token = os.environ.get(TOKEN_VARIABLE)
    wanted = f"Bearer {token}".encode()
    return bool(token) and hmac.compare_digest((authorization or "").encode(), wanted)


def text() -> bytes:
    """All the numbers, of every worker, in Prometheus's text format."""
    if not os.environ.get(FOLDER_VARIABLE):
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call] # prometheus-client has no type
    return generate_latest(together)
