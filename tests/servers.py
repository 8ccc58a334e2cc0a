"""A real central over HTTP on a loopback port, which tests may stop and start again.

Import the fixtures in the conftest.py of the packages that want them::

    from tests.databases import database_url, engine  # noqa: F401
    from tests.servers import central  # noqa: F401
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine

from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.events import Events
from guichet.central.serve import running

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Central's clock, which stands still until a test advances it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class CentralUnderTest:
    """Central on `engine`; `url` and its port stay the same when it is started again."""

    engine: Engine
    clock: Callable[[], datetime]
    url: str = ""
    events: Events = field(init=False)
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        port = httpx.URL(self.url).port if self.url else None
        app = create_app(self.engine, clock=self.clock, protection=UNLIMITED)
        self.events = app.state.events
        self.url = self._running.enter_context(running(app, port=port or 0))

    def stop(self) -> None:
        self._running.close()

    def enrol(self, site: int, name: str = "poste") -> registry.Enrolled:
        """A station of the site, enrolled over HTTP."""
        code = registry.add_enrol_code(self.engine, site, self.clock())
        body = {"code": code, "name": name}
        answer = httpx.post(f"{self.url}/v1/enrol", json=body)
        answer.raise_for_status()
        return registry.Enrolled(**answer.json())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def central(engine: Engine, clock: Clock) -> Iterator[CentralUnderTest]:
    """A running central that holds nothing yet but its secret and its key."""
    registry.create(engine, clock())
    server = CentralUnderTest(engine, clock)
    server.start()
    yield server
    server.stop()
