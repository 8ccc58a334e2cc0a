"""The thread that keeps a station and central alike: push what was done here, then pull."""

import logging
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from guichet.domain.operations import Verdict
from guichet.errors import (
    CentralRefused,
    CentralUnavailable,
    DeviceRejected,
    GuichetError,
    ProtocolError,
)
from guichet.store.engine import reading, writing
from guichet.sync import outbox, replica

if TYPE_CHECKING:
    import httpx

    from guichet.sync.client import CentralClient

logger = logging.getLogger(__name__)

_BATCH = 100
_POLL = 15.0
"""Seconds between two looks at central when nothing wakes the thread."""
_MAX_WAIT = 10.0
_BREATH = 0.05
"""Seconds left to the screen to show what was done here before central is told."""
_CALM = 0.3
"""Seconds between two pulls, so that a busy site's changes come in handfuls; what this station has
to send does not wait for it."""


class Link(StrEnum):
    """How this station stands with central."""

    STARTING = "starting"
    ONLINE = "online"
    OFFLINE = "offline"
    REJECTED = "rejected"
    CONFUSED = "confused"


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the sync badge says. `pending` operations wait to leave, `to_settle` were refused.

    `problem` is a sentence for the agent, empty when all is well; `last_sync` UTC.
    """

    link: Link
    pending: int = 0
    to_settle: int = 0
    last_sync: datetime | None = None
    problem: str = ""


class SyncEngine:
    """Pushes and pulls in its own thread. `told` is called from that thread: facts have changed."""

    def __init__(
        self,
        engine: Engine,
        connect: "Callable[[], CentralClient]",
        clock: Callable[[], datetime],
        told: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._connect = connect
        self._clock = clock
        self._told = told
        self._wake = threading.Event()
        self._urgent = threading.Event()
        self._stop = threading.Event()
        self._verdicts: dict[str, Verdict] = {}
        self._awaited: set[str] = set()
        self._judged = threading.Condition()
        self._counting = threading.Lock()
        self._failures = 0
        self._after = 0.0
        self._stream: httpx.Response | None = None
        self._threads: list[threading.Thread] = []
        self.state = SyncState(Link.STARTING)

    def start(self, after: float = 0.0) -> None:
        """Start working, `after` so many seconds; `stop` ends it."""
        self._after = after
        for target in (self._work, self._listen):
            thread = threading.Thread(target=target, name=f"sync{target.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End both threads, cutting what they wait for."""
        self._stop.set()
        self._urgent.set()
        self._wake.set()
        self._cut_stream()
        for thread in self._threads:
            thread.join(timeout=12)
        self._threads.clear()

    def wake(self) -> None:
        """There is something to push, or to pull."""
        self._wake.set()

    def expect(self, operation: str) -> None:
        """Announce, before queueing it, that `verdict` will be asked about this operation."""
        with self._judged:
            self._awaited.add(operation)

    def verdict(self, operation: str, timeout: float) -> Verdict | None:
        """Central's verdict on an expected operation, or None if none came within `timeout` s."""
        with self._judged:
            self._judged.wait_for(lambda: operation in self._verdicts, timeout)
            self._awaited.discard(operation)
            return self._verdicts.pop(operation, None)

    def once(self) -> None:
        """Push and pull now, in the calling thread. Raises the faults of guichet.errors."""
        self._push()
        self._pull()

    # The working thread ----------------------------------------------------------------------

    def _work(self) -> None:
        self._stop.wait(self._after)
        while not self._stop.is_set():
            self._urgent.clear()
            self._wake.clear()
            try:
                self.once()
            except DeviceRejected as error:
                self._say(Link.REJECTED, str(error))
            except CentralUnavailable as error:
                self._say(Link.OFFLINE, str(error))
                self._rest(error.retry_after)
                continue
            except (ProtocolError, CentralRefused) as error:
                self._say(Link.CONFUSED, str(error))
                self._rest(None)
                continue
            except GuichetError as error:  # the disk: said, and tried again
                logger.warning("sync: %s", error)
                self._say(self.state.link, str(error))
                self._rest(None)
                continue
            else:
                self._failures = 0
                self._say(Link.ONLINE, "", self._clock())
            self._urgent.wait(_CALM)
            self._wake.wait(_POLL)
            self._stop.wait(_BREATH)

    def _rest(self, retry_after: float | None) -> None:
        """Wait before the next try: what central asked for, else longer at each failure.

        Work done meanwhile does not cut a wait that central asked for short.
        """
        self._failures += 1
        if retry_after is not None:
            self._stop.wait(min(retry_after, 300.0))
            return
        longest = min(_MAX_WAIT, 0.5 * 2 ** min(self._failures, 8))
        self._wake.wait(random.uniform(longest / 2, longest))  # noqa: S311 - jitter, not a secret

    def _say(self, link: Link, problem: str, last_sync: datetime | None = None) -> None:
        try:
            with reading(self._engine) as connection:
                counts = outbox.counts(connection)
        except GuichetError as error:
            counts, problem = {}, str(error)
        with self._counting:
            before = self.state
            self.state = SyncState(
                link,
                counts.get("pending", 0),
                counts.get("refused", 0) + counts.get("quarantined", 0),
                last_sync or before.last_sync,
                problem,
            )
            same = replace(before, last_sync=None) == replace(self.state, last_sync=None)
        if not same:
            self._told()

    def queued(self, operations: int) -> None:
        """So many operations were queued just now: send them.

        They are counted in memory, for the caller is in a hurry; the next look corrects it.
        """
        with self._counting:
            self.state = replace(self.state, pending=self.state.pending + operations)
        self._urgent.set()
        self._wake.set()

    def recount(self) -> None:
        """Say anew how much is waiting, after something was queued or settled here."""
        self._say(self.state.link, self.state.problem)

    # Push --------------------------------------------------------------------------------------

    def _push(self) -> None:
        while not self._stop.is_set():
            with reading(self._engine) as connection:
                batch = outbox.queued(connection, "pending", _BATCH)
            if not batch:
                return
            try:
                verdicts = self._connect().push([queued.body for queued in batch])
            except DeviceRejected:
                raise
            except CentralRefused:
                self._push_singly(batch)
                continue
            self._settle(verdicts)

    def _push_singly(self, batch: list[outbox.Queued]) -> None:
        """Find the operation that makes central refuse the batch, and set it aside."""
        for queued in batch:
            try:
                self._settle(self._connect().push([queued.body]))
            except DeviceRejected:
                raise
            except CentralRefused as error:
                logger.warning("operation %s quarantined: %s", queued.operation, error.reason)
                with writing(self._engine) as connection:
                    outbox.quarantine(connection, queued.operation, error.reason)

    def _settle(self, verdicts: list[Verdict]) -> None:
        with writing(self._engine) as connection:
            outbox.settle(connection, *verdicts)
        with self._judged:
            for verdict in verdicts:
                if verdict.operation in self._awaited:
                    self._verdicts[verdict.operation] = verdict
            self._judged.notify_all()
        self._told()
        self.recount()

    # Pull --------------------------------------------------------------------------------------

    def _pull(self) -> None:
        more = True
        while more and not self._stop.is_set():
            with reading(self._engine) as connection:
                cursor = replica.cursor(connection)
            try:
                page = self._connect().pull(cursor)
            except CentralRefused as error:
                if error.reason != "cursor_unknown" or not cursor:
                    raise
                self._start_over()
                continue
            with writing(self._engine) as connection:
                outbox.absorb(connection, page.changes)
                replica.remember(connection, page.cursor)
            if page.changes:
                self._told()
            more = page.more

    def _start_over(self) -> None:
        """Central was restored: what it says now counts, whatever was known of its order."""
        logger.warning("central does not know our cursor: pulling everything again")
        with writing(self._engine) as connection:
            replica.forget_order(connection)

    # Listening ---------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Wake the working thread whenever central says that the site has changed."""
        self._stop.wait(self._after)
        while not self._stop.is_set():
            pause = random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
            try:
                for _event in self._connect().events(self._opened):
                    self._wake.set()
                    if self._stop.is_set():
                        return
            except GuichetError as error:
                logger.info("event stream: %s", error)
                if isinstance(error, CentralUnavailable) and error.retry_after is not None:
                    pause = max(pause, min(error.retry_after, 300.0))
            if self._stream is not None:
                self._wake.set()  # a stream that ends is the first sign that central is gone
            self._stream = None
            self._stop.wait(pause)

    def _opened(self, response: "httpx.Response") -> None:
        self._stream = response
        if self._stop.is_set():
            self._cut_stream()
        self._wake.set()  # what changed before the stream was open is not announced by it

    def _cut_stream(self) -> None:
        stream = self._stream
        if stream is None:
            return
        connection = stream.extensions["network_stream"].get_extra_info("socket")
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                logger.debug("event stream already closed: %s", error)
