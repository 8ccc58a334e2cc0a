"""How central writes: one writer a process on SQLite, concurrent transactions on PostgreSQL.

SQLite makes a transaction durable for the price of one whether it holds one piece of work or many,
and threads that each wait for its lock starve one another for seconds. So one thread writes, and
commits together whatever has queued up meanwhile.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from guichet.errors import StoreError
from guichet.store.engine import writing
from guichet.store.prepared import Prepared

T = TypeVar("T")
Work = Callable[[Connection], T]

ATTEMPTS = 5
_PAUSE = 0.02  # seconds
_GROUP = 64
"""So many pieces of work, at most, wait for one another's commit."""
SLICE = 16
"""So many works of one request share a transaction on PostgreSQL: it holds the site's lock."""
_WRITERS = 4
"""Threads that write to PostgreSQL: as guichet.central.app's readers, they take turns at Python's
lock, and each waits for the database a third of its time only."""

# PostgreSQL: serialization failure, deadlock detected, and a unique key that another transaction
# took meanwhile: tried again, the rules see what it has committed.
_PASSING = frozenset({"40001", "40P01", "23505"})

_SAVEPOINT, _RELEASE, _UNDO = (
    Prepared(text(each))
    for each in ("SAVEPOINT work", "RELEASE SAVEPOINT work", "ROLLBACK TO SAVEPOINT work")
)


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
    writer = _writers.get(engine)
    if writer is None:
        writer = _writers.setdefault(engine, _Writer(engine.dialect.name == "sqlite"))
    return writer.submit(engine, works)


@dataclass(slots=True)
class _Job:
    """Works in the order they are to be done, and what came of them."""

    works: Sequence[Work[Any]]
    results: list[Any] = field(default_factory=list)
    fault: BaseException | None = None
    future: "Future[list[Any]]" = field(default_factory=Future)

    def settle(self) -> None:
        """Tell who waits."""
        if self.fault is None:
            self.future.set_result(self.results)
        else:
            self.future.set_exception(self.fault)


class _Writer:
    """The threads that write to one database. They end with the engine, or the interpreter."""

    def __init__(self, single: bool) -> None:  # noqa: FBT001 - of two kinds
        self._most = 1 if single else _WRITERS
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="guichet-writer")
        self._group = _GROUP if single else 1
        self._queue: deque[_Job] = deque()
        self._busy = 0
        self._turn = threading.Lock()

    def submit(self, engine: Engine, works: Sequence[Work[Any]]) -> "Future[list[Any]]":
        job = _Job(works)
        with self._turn:
            self._queue.append(job)
            enough = self._busy == self._most
            self._busy += not enough
        if not enough:
            self._threads.submit(self._work, engine)
        return job.future

    def _work(self, engine: Engine) -> None:
        while jobs := self._next():
            try:
                self._write(engine, jobs)
            except BaseException as fault:  # noqa: BLE001 - it is for whoever waits for these jobs
                for job in jobs:
                    job.fault = fault
            for job in jobs:
                job.settle()

    def _next(self) -> list[_Job]:
        """The jobs that wait, as many as make a group; a thread that finds none is done."""
        jobs: list[_Job] = []
        size = 0
        with self._turn:
            while self._queue and size < self._group:
                job = self._queue.popleft()
                if job.future.set_running_or_notify_cancel():
                    jobs.append(job)
                    size += len(job.works)
            self._busy -= not jobs
        return jobs

    def _write(self, engine: Engine, jobs: Sequence[_Job]) -> None:
        if self._group == 1:
            _by_slices(engine, jobs[0])
        elif (len(jobs) == 1 and len(jobs[0].works) == 1) or not _together(engine, jobs):
            for job in jobs:
                _singly(engine, job)


_writers: "WeakKeyDictionary[Engine, _Writer]" = WeakKeyDictionary()


def _together(engine: Engine, jobs: Sequence[_Job]) -> bool:
    """Do the jobs in one transaction, so that none takes another with it; whether it was committed.

    When the database fails, whose fault it is cannot be told: each is then to be done alone.
    """
    try:
        with writing(engine) as connection:
            for job in jobs:
                _within(connection, job)
    except (StoreError, IntegrityError):
        for job in jobs:
            job.results.clear()
            job.fault = None
        return False
    return True


def _within(connection: Connection, job: _Job) -> None:
    for work in job.works:
        _SAVEPOINT.run(connection, {})
        try:
            job.results.append(work(connection))
        except DBAPIError:
            raise
        except BaseException as fault:  # noqa: BLE001 - it is for whoever waits for this job
            _UNDO.run(connection, {})
            job.fault = fault
        _RELEASE.run(connection, {})
        if job.fault is not None:
            return


def _by_slices(engine: Engine, job: _Job) -> None:
    """Do a job on PostgreSQL: a few works a transaction, each alone where one of them fails."""
    for start in range(0, len(job.works), SLICE):
        part = _Job(job.works[start : start + SLICE])
        if len(part.works) == 1 or not _at_once(engine, part):
            _singly(engine, part)
        job.results += part.results
        job.fault = part.fault
        if job.fault is not None:
            return


def _at_once(engine: Engine, job: _Job) -> bool:
    try:
        with writing(engine) as connection:
            job.results += [work(connection) for work in job.works]
    except Exception:  # noqa: BLE001 - whose fault it is shows when each is done alone
        job.results.clear()
        return False
    return True


def _singly(engine: Engine, job: _Job) -> None:
    try:
        for work in job.works:
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
