"""Telling connected stations that their site's feed has moved.

One task a process looks at the counters: each second, and at once when this process has written.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from guichet.central import feed
from guichet.central.auth import STATIONS
from guichet.central.transactions import transact
from guichet.domain.waiting import Rules
from guichet.errors import StoreError
from guichet.store.engine import reading
from guichet.store.sweep import sites_to_sweep, sweep

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds
COMMENT_EVERY = 15.0  # seconds


class Events:
    """The event streams of one process."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], waiting: Rules | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._waiting = waiting or Rules()
        self._counters: dict[int, int] = {}
        self._streams: dict[asyncio.Event, str] = {}
        self._cut: frozenset[str] = frozenset()
        self._written = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the feeds meanwhile."""
        self._loop = asyncio.get_running_loop()
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self.close()
            await task

    def wrote(self) -> None:
        """Look at the feeds at once; for any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._written.set)

    def close(self) -> None:
        """End every stream and the watching; call it on the event loop."""
        self._closed = True
        self._written.set()
        for moved in self._streams:
            moved.set()

    async def stream(self, site: int, device: str) -> AsyncIterator[str]:
        """The event stream of a site, first where its feed stands.

        It ends with `close`, and within about a second once the device is revoked.
        """
        moved = asyncio.Event()
        self._streams[moved] = device
        told: int | None = None
        try:
            while not self._closed and device not in self._cut:
                counter = self._counters.get(site, 0)
                if counter != told:
                    told = counter
                    yield f"event: changed\ndata: {counter}\n\n"
                try:
                    await asyncio.wait_for(moved.wait(), COMMENT_EVERY)
                    moved.clear()
                except TimeoutError:
                    yield ":\n\n"
        finally:
            del self._streams[moved]

    async def _watch(self) -> None:
        kept_house = float("-inf")
        while not self._closed:
            self._written.clear()
            now = time.monotonic()
            due = now - kept_house >= LOOK_EVERY
            kept_house = now if due else kept_house
            try:
                counters, cut = await asyncio.to_thread(self._look, housekeeping=due)
            except StoreError as error:
                log.warning("%s", error)
                counters, cut = self._counters, self._cut
            if counters != self._counters or cut != self._cut:
                self._counters, self._cut = counters, cut
                for moved in self._streams:
                    moved.set()
            try:
                await asyncio.wait_for(self._written.wait(), LOOK_EVERY)
            except TimeoutError:
                continue

    def _look(self, *, housekeeping: bool) -> tuple[dict[int, int], frozenset[str]]:
        cut = self._cut
        if housekeeping:
            keep_house(self._engine, self._clock(), self._waiting)
        with reading(self._engine) as connection:
            if housekeeping:
                revoked = select(STATIONS.c.id).where(STATIONS.c.revoked_at.is_not(None))
                cut = frozenset(connection.execute(revoked).scalars())
            return feed.sequences(connection), cut


def keep_house(engine: Engine, now: datetime, waiting: Rules) -> None:
    """Publish what time alone has changed at each site."""
    with reading(engine) as connection:
        sites = sites_to_sweep(connection, now, waiting)
    for site in sites:

        def tidy(connection: Connection, site: int = site) -> None:
            feed.lock(connection, site)
            feed.publish(connection, site, sweep(connection, site, now, waiting))

        transact(engine, tidy)
