"""The thread that keeps a station and central alike: push what was done here, then pull."""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from guichet.domain.operations import Verdict
from guichet.domain.skew import Skew, measured
from guichet.errors import (
    CentralRefused,
    CentralUnavailable,
    DeviceRejected,
    GuichetError,
    ProtocolError,
    UpdateRequired,
)
from guichet.store.engine import reading, writing
from guichet.sync import leases, outbox, pace, replica
from guichet.sync.awaited import Awaited
from guichet.sync.exchanges import Exchanges, Tally, reason
from guichet.sync.journal import Journal
from guichet.sync.listening import Listening
from guichet.sync.state import Link, SyncState, link_after, worth_telling

if TYPE_CHECKING:
    from guichet.sync.client import CentralClient, Page

logger = logging.getLogger(__name__)

_BATCH = 100
_BREATH = 0.05
"""Seconds left to the screen to show what was done here before central is told."""


class SyncEngine:
    """Pushes and pulls in its own thread, where it calls `told`, `agreed` and `upkeep`.

    `told`: facts have changed. `agreed`: the station and central have just exchanged all they had.
    `upkeep`: an exchange has ended, well or not.
    """

    def __init__(
        self,
        engine: Engine,
        connect: "Callable[[], CentralClient]",
        clock: Callable[[], datetime],
        told: Callable[[], None],
        journal: Journal,
        agreed: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self.upkeep: Callable[[], None] = lambda: None
        self.exchanges = Exchanges(engine, clock)
        self._tally = Tally()
        self._connect = connect
        self._clock = clock
        self._told = told
        self._agreed = agreed
        self._wake = threading.Event()
        self._urgent = threading.Event()
        self._stop = threading.Event()
        self.awaited = Awaited()
        self._listening = Listening(connect, self.exchanges.heard, self.wake)
        self._counting = threading.Lock()
        self._failures = 0
        self.at_desk = False
        """Whether a desk is open at this station, which then gives a sign of life more often."""
        self._skew: Skew | None = None
        self._threads: list[threading.Thread] = []
        self.state = SyncState(Link.STARTING)

    def start(self, after: float = 0.0) -> None:
        """Start working, `after` so many seconds; `stop` ends it."""
        for name, work in (("work", self._work), ("listen", self._listening.run)):
            given = (after, self._stop)
            thread = threading.Thread(target=work, args=given, name=f"sync_{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End both threads, cutting what they wait for."""
        self._stop.set()
        self._urgent.set()
        self._wake.set()
        if self._threads:
            with contextlib.suppress(ProtocolError):  # an address that leads nowhere: nobody waits
                self._connect().end()
        for thread in self._threads:
            thread.join(timeout=12)
        self._threads.clear()

    def wake(self) -> None:
        """There is something to push, or to pull."""
        self._wake.set()

    def once(self) -> None:
        """Push and pull now, in the calling thread. Raises the faults of guichet.errors."""
        with self.exchanges.one(lambda: self._said_skew) as self._tally:
            try:
                self._exchange()
            except CentralRefused as error:
                if error.reason != "cursor_unknown":
                    raise
                # Central was restored: what it lost is sent again, and what it says now counts,
                # whatever was known of its order.
                logger.warning("central does not know our cursor: all is sent and read again")
                self._journal.start_over()
                self._exchange()

    def _exchange(self) -> None:
        self._push()
        self._pull()
        if leases.borrow(self._engine, self._connect, self._clock):
            self._told()

    @property
    def _said_skew(self) -> float | None:
        return None if self._skew is None else round(self._skew.seconds, 1)

    def failed(self, error: GuichetError) -> None:
        """Say of a fault of `once` what the working thread would have said."""
        self._say(link_after(error), str(error), reason(error))

    def _work(self, after: float, stop: threading.Event) -> None:
        stop.wait(after)
        while not stop.is_set():
            self._urgent.clear()
            self._wake.clear()
            try:
                self.once()
                self._agreed()
            except DeviceRejected as error:
                self.failed(error)
            except CentralUnavailable as error:
                self.failed(error)
                self._rest(error.retry_after)
                continue
            except (ProtocolError, CentralRefused) as error:
                self.failed(error)
                self._rest(None)
                continue
            except GuichetError as error:  # the disk: said, and tried again
                logger.warning("sync: %s", error)
                self._say(self.state.link, str(error), reason(error))
                self._rest(None)
                continue
            else:
                self._failures = 0
                self._say(Link.ONLINE, "")
            finally:
                self.upkeep()
            self._urgent.wait(pace.CALM)
            look = pace.next_look(
                pace.drawn(), listening=self._listening.open, at_desk=self.at_desk
            )
            self._wake.wait(look)
            stop.wait(_BREATH)

    def _rest(self, retry_after: float | None) -> None:
        """Wait before the next try."""
        self._failures += 1
        deaf, waking = pace.rest(self._failures, retry_after, pace.drawn())
        self._stop.wait(deaf)
        self._wake.wait(waking)

    def _say(self, link: Link, problem: str, reason: str = "") -> None:
        if self._stands(SyncState(link, problem=problem, reason=reason, skew=self._said_skew)):
            self._told()

    def _stands(self, state: SyncState | None = None) -> bool:
        """Keep that state, or the one there was, with what waits by now; whether it is news.

        What waits is read and kept under one lock, or an older count could replace a newer one.
        """
        with self._counting:
            before = self.state
            state = state or replace(before, skew=self._said_skew)
            try:
                with reading(self._engine) as connection:
                    counts = outbox.counts(connection)
            except GuichetError as error:
                counts, state = {}, replace(state, problem=str(error))
            self.state = replace(
                state,
                pending=counts.get("pending", 0),
                to_settle=sum(counts.get(each, 0) for each in outbox.TO_SETTLE),
            )
            return worth_telling(before) != worth_telling(self.state)

    def queued(self) -> None:
        """Operations were committed to the queue just now: send them, and count them.

        Whoever queued them tells of it.
        """
        self._urgent.set()
        self._wake.set()
        self._stands()

    def waiting(self) -> int:
        """How many operations wait to leave. Raises StoreError."""
        with reading(self._engine) as connection:
            return outbox.counts(connection).get("pending", 0)

    def recount(self) -> None:
        """Say anew how much is waiting, after something was queued or settled here."""
        if self._stands():
            self._told()

    # Push --------------------------------------------------------------------------------------

    def _push(self) -> None:
        while not self._stop.is_set():
            self._journal.keep_in_step()
            with reading(self._engine) as connection:
                batch = outbox.queued(connection, "pending", _BATCH)
                cursor = replica.cursor(connection)
            if not batch:
                return
            try:
                verdicts = self._connect().push([queued.body for queued in batch], cursor)
            except (DeviceRejected, UpdateRequired):
                raise
            except CentralRefused as error:
                if error.reason == "cursor_unknown":
                    raise
                self._push_singly(batch)
                continue
            self._settle(verdicts)

    def _push_singly(self, batch: list[outbox.Queued]) -> None:
        """Find the operation that makes central refuse the batch, and set it aside."""
        for queued in batch:
            try:
                self._settle(self._connect().push([queued.body]))
            except (DeviceRejected, UpdateRequired):
                raise
            except CentralRefused as error:
                logger.warning("operation %s quarantined: %s", queued.operation, error.reason)
                with writing(self._engine) as connection:
                    outbox.quarantine(connection, queued.operation, error.reason)
                self._journal.judged([queued.operation])

    def _settle(self, verdicts: list[Verdict]) -> None:
        self._tally.pushed += len(verdicts)
        self._tally.refused += sum(verdict.reason is not None for verdict in verdicts)
        with writing(self._engine) as connection:
            if not outbox.settle(connection, *verdicts):
                replica.forget_order(connection)
        accepted = {verdict.operation for verdict in verdicts if verdict.reason is None}
        self._journal.judged([verdict.operation for verdict in verdicts], accepted)
        self.awaited.tell(verdicts)
        self._told()
        self.recount()

    # Pull --------------------------------------------------------------------------------------

    def _pull(self) -> None:
        more, begin = True, -1
        while more and not self._stop.is_set():
            with reading(self._engine) as connection:
                cursor = replica.cursor(connection)
            sent = self._clock()
            page = self._connect().pull(cursor)
            if page.now is not None:
                self._skew = measured(self._skew, sent, self._clock(), page.now)
            self._tally.pulled += len(page.changes)
            more = page.more
            # Whoever brought the other arrival was told by its verdict; this station only hears of
            # it here, and has given the ticket that must be taken back.
            void = self._journal.arrivals(outbox.duplicates(page.changes))
            with writing(self._engine) as connection:
                outbox.absorb(connection, page.changes)
                outbox.flag(connection, void, "double")
                if not cursor:
                    replica.read_from_the_start(connection)
                replica.remember(connection, page.cursor)
                if not more:
                    replica.read_to_the_end(connection)
            if void:
                operations = [row["operation"] for row in void]
                self._journal.judged(operations, operations)
            if page.changes:
                begin = begin if begin >= 0 else page.changes[0].sequence - 1
                self._read(begin, page)

    def _read(self, begin: int, page: "Page") -> None:
        """Tell what a page has brought, and how much of all there is was read with it."""
        far, all_ = page.changes[-1].sequence - begin, max(page.end - begin, 1)
        with self._counting:
            self.state = replace(self.state, read=min(1.0, far / all_) if page.more else None)
        self._told()
