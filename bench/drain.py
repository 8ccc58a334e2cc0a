"""A station that was cut off for a day sends a thousand check-ins; then what one change costs."""

import contextlib
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from bench.figures import Figure
from bench.stage import Stage, stage
from guichet.central import registry
from guichet.config import clock
from guichet.domain.operations import Applied, CheckIn, Operation
from guichet.station.enrolling import enrol
from guichet.store.apply import apply
from guichet.store.engine import open_engine, reading, sqlite_url, writing
from guichet.sync import outbox, replica
from guichet.sync.client import CentralClient, Page

_COUNT = 1000
_LIMIT = 1.8
"""Seconds: a twentieth of what pretix takes at best."""


def measure() -> Iterator[Figure]:
    for kind in ("sqlite", "postgresql"):
        with stage(kind, _COUNT, sites=1) as central:
            yield from _drained(kind, central)


class _Counted(CentralClient):
    """A client that counts what it asks."""

    asked = 0

    def _ask(self, method: str, path: str, **options: object) -> object:
        self.asked += 1
        return super()._ask(method, path, **options)


def _drained(kind: str, central: Stage) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        server = open_engine(central.database)
        codes = [registry.add_enrol_code(server, 1, datetime.now(UTC)) for _ in range(2)]
        server.dispose()
        stations = [Path(name) / f"station-{rank}" for rank in range(2)]
        enrolled = [
            enrol(folder, central.url, code, "bench", clock())
            for folder, code in zip(stations, codes, strict=True)
        ]
        clients = [_Counted(central.url, each.token) for each in enrolled]
        engines = [open_engine(sqlite_url(each / "station.sqlite3")) for each in stations]
        for each in clients:
            on.callback(each.close)
        for engine in engines:
            on.callback(engine.dispose)
        expected = central.posts[0].expected
        for _turn in range(_COUNT):
            _check_in(engines[0], enrolled[0].station, expected.pop())
        before, start = central.cpu(), time.perf_counter()
        _push(engines[0], clients[0])
        taken = time.perf_counter() - start
        cpu = (central.cpu() - before) / _COUNT * 1000
        yield Figure(f"draining {_COUNT:,} check-ins, {kind}", taken, "s", limit=_LIMIT)
        yield Figure(f"central's CPU for one of them, {kind}", cpu, "ms", limit=2.0)

        _pull(engines[1], clients[1])
        _check_in(engines[0], enrolled[0].station, central.posts[1].expected.pop())
        for each in clients:
            each.asked = 0
        _push(engines[0], clients[0])
        yield Figure("requests that one check-in costs who sends it", clients[0].asked, "", limit=1)
        page = _pull(engines[1], clients[1])
        yield Figure("requests it costs another station", clients[1].asked, "", limit=1)
        yield Figure("records that it is sent", len(page.changes), "")


def _check_in(engine: Engine, station: str, appointment: str) -> None:
    now = datetime.now(UTC)
    action = CheckIn(str(uuid.uuid4()), appointment, "A101", None)
    operation = Operation(str(uuid.uuid4()), station, "agent1", 1, now, action)
    with writing(engine) as connection:
        applied = apply(connection, operation, now)
        assert isinstance(applied, Applied)
        outbox.put(connection, operation, applied.changed)


def _push(engine: Engine, client: CentralClient) -> None:
    """As guichet.sync.engine does, whose threads are not wanted here."""
    while True:
        with reading(engine) as connection:
            batch = outbox.queued(connection, "pending")
        if not batch:
            return
        verdicts = client.push([queued.body for queued in batch])
        assert all(verdict.reason is None for verdict in verdicts)
        with writing(engine) as connection:
            outbox.settle(connection, *verdicts)


def _pull(engine: Engine, client: CentralClient) -> Page:
    more = True
    while more:
        with reading(engine) as connection:
            cursor = replica.cursor(connection)
        page = client.pull(cursor)
        with writing(engine) as connection:
            outbox.absorb(connection, page.changes)
            replica.remember(connection, page.cursor)
        more = page.more
    return page
