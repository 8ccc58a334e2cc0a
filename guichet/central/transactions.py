"""How central writes: one writer a process on SQLite, concurrent transactions on PostgreSQL.

SQLite makes a transaction durable for the price of one whether it holds one piece of work or many,
and threads that each wait for its lock starve one another for seconds. So one thread writes, and
commits together whatever has queued up meanwhile.
"""

import asyncio
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from guichet.errors import StoreError
from guichet.store.engine import writing

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Connection], T]

ATTEMPTS = 5
_PAUSE = 0.02  # seconds
_GROUP = 16
"""So many pieces of work, at most, wait for one another's commit."""
SLICE = 16
"""So many works of one request share a transaction on PostgreSQL: it holds the site's lock."""
_WRITERS = 4
"""Threads that write to PostgreSQL: as guichet.central.app's readers, they take turns at Python's
lock, and each waits for the database a third of its time only."""

# PostgreSQL: serialization failure, deadlock detected, and a unique key that another transaction
# took meanwhile: tried again, the rules see what it has committed.
_PASSING = frozenset({"40001", "40P01", "23505"})


def transact(engine: Engine, work: Work[T]) -> T:
    """What `work` gives, in a writing transaction.

    It is tried again after a deadlock, and when the connection broke before anything could have
    been committed. `work` may therefore run several times and touches nothing but the connection.
    Raises StoreError when the database fails; when that was while committing, nobody knows whether
    it did.
    """
    if engine.dialect.name != "sqlite":
        return _persevering(engine, work)
    (result,) = submit(engine, [work]).result()
    return result


def submit(engine: Engine, works: Sequence[Work[T]]) -> "Future[list[T]]":
    """Do each piece of work as `transact` does, one after another, in a thread of the writers'.

    What they give, once all of it is committed; the first fault ends the rest of these works, and
    is the future's.
    """
    future: Future[list[T]] = Future()
    _writer(engine).submit(engine, _Job(works, future))
    return future


async def submitted(engine: Engine, works: Sequence[Work[T]]) -> list[T]:
    """The same for who waits in an event loop."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[T]] = loop.create_future()
    _writer(engine).submit(engine, _Job(works, future, loop))
    return await future


@dataclass(slots=True)
class _Job:
    """Works in the order they are to be done, and what came of them."""

    works: Sequence[Work[Any]]
    future: "Future[list[Any]] | asyncio.Future[list[Any]]"
    loop: asyncio.AbstractEventLoop | None = None
    """Where the future is waited for; None when by a thread."""
    results: list[Any] = field(default_factory=list)
    fault: BaseException | None = None


def _settle(jobs: Sequence[_Job]) -> None:
    """Tell who waits, in their own thread; nobody waits any more for a future that is cancelled."""
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.fault is None:
            job.future.set_result(job.results)
        else:
            job.future.set_exception(job.fault)


def _settle_everywhere(jobs: Sequence[_Job]) -> None:
    """Tell who waits, waking each event loop once."""
    for loop in {job.loop for job in jobs}:
        theirs = [job for job in jobs if job.loop is loop]
        if loop is None:
            _settle(theirs)
        else:
            with suppress(RuntimeError):  # it has ended, and nobody waits there
                loop.call_soon_threadsafe(_settle, theirs)


class _Writer:
    """The threads that write to one database. They end with the engine, or the interpreter."""

    def __init__(self, single: bool) -> None:  # noqa: FBT001 - of two kinds
        self._most = 1 if single else _WRITERS
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="guichet-writer")
        self._group = _GROUP if single else 1
        self._queue: deque[_Job] = deque()
        self._busy = 0
        self._turn = threading.Lock()

    def submit(self, engine: Engine, job: _Job) -> None:
        with self._turn:
            self._queue.append(job)
            enough = self._busy == self._most
            self._busy += not enough
        if not enough:
            self._threads.submit(self._work, engine)

    def _work(self, engine: Engine) -> None:
        while jobs := self._next():
            try:
                self._write(engine, jobs)
            except BaseException as fault:  # noqa: BLE001 - it is for whoever waits for these jobs
                for job in jobs:
                    job.fault = fault
            _settle_everywhere(jobs)

    def _next(self) -> list[_Job]:
        """The jobs that wait, as many as make a group; a thread that finds none is done."""
        jobs: list[_Job] = []
        size = 0
        with self._turn:
            while self._queue and size < self._group:
                job = self._queue.popleft()
                if not job.future.cancelled():
                    jobs.append(job)
                    size += len(job.works)
            self._busy -= not jobs
        return jobs

    def _write(self, engine: Engine, jobs: Sequence[_Job]) -> None:
        if self._group == 1:
            _by_slices(engine, jobs[0])
        elif (len(jobs) == 1 and len(jobs[0].works) == 1) or not _together(engine, jobs):
            for job in jobs:
                _singly(engine, job.works, job)


_writers: "WeakKeyDictionary[Engine, _Writer]" = WeakKeyDictionary()


def _writer(engine: Engine) -> _Writer:
    found = _writers.get(engine)
    return found or _writers.setdefault(engine, _Writer(engine.dialect.name == "sqlite"))


def _together(engine: Engine, jobs: Sequence[_Job]) -> bool:
    """Do the jobs in one transaction; whether it was committed, else each is to be done alone.

    Who is turned away before anything was written takes nobody with them.
    """
    try:
        with writing(engine) as connection:
            written: Any = connection.connection.driver_connection
            for job in jobs:
                before = written.total_changes
                try:
                    job.results = [work(connection) for work in job.works]
                except Exception as fault:
                    # The database's own are told as such once the transaction has ended.
                    if isinstance(fault, DBAPIError) or written.total_changes != before:
                        raise
                    job.fault = fault
    except Exception as fault:  # noqa: BLE001 - whose fault it is shows when each is done alone
        _again(fault)
        for job in jobs:
            job.results.clear()
            job.fault = None
        return False
    return True


def _again(fault: Exception) -> None:
    # Its kind alone: a message may quote what somebody typed.
    log.info("%s: what was done together is done again, each alone", type(fault).__name__)


def _by_slices(engine: Engine, job: _Job) -> None:
    """Do a job on PostgreSQL: a few works a transaction, each alone where one of them fails."""
    for start in range(0, len(job.works), SLICE):
        part = job.works[start : start + SLICE]
        if len(part) == 1 or not _at_once(engine, part, job.results):
            _singly(engine, part, job)
        if job.fault is not None:
            return


def _at_once(engine: Engine, works: Sequence[Work[Any]], results: list[Any]) -> bool:
    try:
        with writing(engine) as connection:
            done = [work(connection) for work in works]
    except Exception as fault:  # noqa: BLE001 - whose fault it is shows when each is done alone
        _again(fault)
        return False
    results += done
    return True


def _singly(engine: Engine, works: Sequence[Work[Any]], job: _Job) -> None:
    try:
        for work in works:
            job.results.append(_persevering(engine, work))
    except BaseException as fault:  # noqa: BLE001 - it is for whoever waits for this job
        job.fault = fault


def _persevering(engine: Engine, work: Work[T]) -> T:
    for attempt in range(1, ATTEMPTS):
        committing = False
        try:
            with writing(engine) as connection:
                done = work(connection)
                committing = True
        except (StoreError, IntegrityError) as error:
            if not _passes(error, committing=committing):
                raise
        else:
            return done
        time.sleep(random.uniform(0, _PAUSE * attempt))  # noqa: S311 - spreads the retries
    with writing(engine) as connection:
        return work(connection)


def _passes(error: StoreError | IntegrityError, *, committing: bool) -> bool:
    cause = error if isinstance(error, IntegrityError) else error.__cause__
    if not isinstance(cause, DBAPIError):
        return False
    lost = cause.connection_invalidated and not committing
    return lost or getattr(cause.orig, "sqlstate", None) in _PASSING
