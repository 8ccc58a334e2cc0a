"""Telling connected stations that their site's feed has moved.

One task a process looks at the counters: each second, and at once when this process has written.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, select, text

from guichet.central import feed, metrics
from guichet.central.auth import STATIONS
from guichet.central.gone import Vanished
from guichet.central.transactions import transact
from guichet.domain.waiting import Rules
from guichet.errors import StoreError
from guichet.store.engine import reading
from guichet.store.sweep import sites_to_sweep, sweep

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds
COMMENT_EVERY = 25.0  # seconds: proxies that cut the idle ones wait 30 or more
_GATHER = 0.1
"""Seconds between two looks at least, or each write would cost one under load."""
_BREATHS = 15  # moments within that time, at which it is seen who has to speak
KEEPING_HOUSE = 0x677569636866
"""PostgreSQL's advisory lock that one process holds while it keeps house."""


class _Stream:
    """A station that listens; `wake` makes it speak: of its feed's move, or to show it lives."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.spoke_at = time.monotonic()


class Events:
    """The event streams of one process."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], waiting: Rules | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._waiting = waiting or Rules()
        self.vanished = Vanished(engine)
        self._counters: dict[int, int] = {}
        self._streams: dict[int, set[_Stream]] = {}
        self._cut: frozenset[str] = frozenset()
        self._written = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._watching: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the feeds are being watched, as they are unless a fault has ended it."""
        return self._watching is not None and not self._watching.done()

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._streams.values()))

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the feeds meanwhile."""
        self._loop = asyncio.get_running_loop()
        self._watching = asyncio.create_task(self._watch())
        breathing = asyncio.create_task(self._breathe())
        try:
            yield
        finally:
            self.close()
            breathing.cancel()
            await self._watching

    def wrote(self) -> None:
        """Look at the feeds at once; for any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._written.set)

    def close(self) -> None:
        """End every stream and the watching; call it on the event loop."""
        self._closed = True
        self._written.set()
        self._wake(self._streams)

    async def stream(self, site: int, device: str) -> AsyncIterator[str]:
        """The event stream of a site, first where its feed stands.

        It ends with `close`, and within about a second once the device is revoked.
        """
        stream = _Stream()
        listeners = self._streams.setdefault(site, set())
        listeners.add(stream)
        told: int | None = None
        try:
            while not self._closed and device not in self._cut:
                counter = self._counters.get(site, 0)
                # Woken though nothing has moved, it shows that it lives.
                yield ":\n\n" if counter == told else f"event: changed\ndata: {counter}\n\n"
                told = counter
                stream.spoke_at = time.monotonic()
                await stream.wake.wait()
                stream.wake.clear()
        finally:
            listeners.discard(stream)

    async def _breathe(self) -> None:
        # One task for all: a timer for each stream costs twice what the comment does.
        while True:
            await asyncio.sleep(COMMENT_EVERY / _BREATHS)
            silent_since = time.monotonic() - COMMENT_EVERY
            for listeners in self._streams.values():
                for stream in listeners:
                    if stream.spoke_at <= silent_since:
                        stream.wake.set()

    def _wake(self, sites: Iterable[int]) -> None:
        for site in sites:
            for stream in self._streams.get(site, ()):
                stream.wake.set()

    async def _watch(self) -> None:
        kept_house = float("-inf")
        answers = True
        while not self._closed:
            self._written.clear()
            now = time.monotonic()
            due = now - kept_house >= LOOK_EVERY
            kept_house = now if due else kept_house
            try:
                counters, cut = await asyncio.to_thread(self._look, housekeeping=due)
            except StoreError as error:
                if answers:  # a line a second would push all else out of the log
                    log.warning("%s", error)
                answers = False
                counters, cut = self._counters, self._cut
            else:
                answers = True
                metrics.looked(self._engine, self.streams)
            before, self._counters = self._counters, counters
            self._wake(site for site in counters if counters[site] != before.get(site))
            if cut != self._cut:  # who has been revoked is to notice; the others show they live
                self._cut = cut
                self._wake(self._streams)
            try:
                await asyncio.wait_for(self._written.wait(), LOOK_EVERY)
            except TimeoutError:
                continue
            await asyncio.sleep(max(0.0, now + _GATHER - time.monotonic()))

    def _look(self, *, housekeeping: bool) -> tuple[dict[int, int], frozenset[str]]:
        cut = self._cut
        if housekeeping:
            keep_house(self._engine, self._clock(), self._waiting)
            self.vanished.look(self._clock())
        with reading(self._engine) as connection:
            if housekeeping:
                revoked = select(STATIONS.c.id).where(STATIONS.c.revoked_at.is_not(None))
                cut = frozenset(connection.execute(revoked).scalars())
            return feed.sequences(connection), cut


def keep_house(engine: Engine, now: datetime, waiting: Rules) -> None:
    """Publish what time alone has changed at each site, unless another process is at it."""
    with _alone(engine) as alone:
        if alone:
            _keep_house(engine, now, waiting)


@contextmanager
def _alone(engine: Engine) -> Iterator[bool]:
    """Whether no other process keeps house meanwhile. SQLite has one process that serves."""
    if engine.dialect.name == "sqlite":
        yield True
        return
    with reading(engine) as connection:
        taken = text("SELECT pg_try_advisory_xact_lock(:key)")
        yield bool(connection.execute(taken, {"key": KEEPING_HOUSE}).scalar_one())


def _keep_house(engine: Engine, now: datetime, waiting: Rules) -> None:
    with reading(engine) as connection:
        sites = sites_to_sweep(connection, now, waiting)
    for site in sites:

        def tidy(connection: Connection, site: int = site) -> None:
            feed.lock(connection, site)
            feed.publish(connection, site, sweep(connection, site, now, waiting))

        transact(engine, tidy)
