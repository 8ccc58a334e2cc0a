"""How central writes: one writer a process on SQLite, concurrent transactions on PostgreSQL."""

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from guichet.errors import StoreError
from guichet.store.engine import writing

T = TypeVar("T")

ATTEMPTS = 5
_PASSING = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock detected
_PAUSE = 0.02  # seconds

# Threads that each wait for SQLite's own lock starve one another for seconds; a queue is fair.
_sqlite_writer = threading.Lock()


def transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    """What `work` gives, in one writing transaction.

    It is tried again after a deadlock, and when the connection broke before anything could have
    been committed. `work` may therefore run several times and touches nothing but the connection.
    Raises StoreError when the database fails; when that was while committing, nobody knows whether
    it did.
    """
    if engine.dialect.name == "sqlite":
        with _sqlite_writer, writing(engine) as connection:
            return work(connection)
    for attempt in range(1, ATTEMPTS):
        committing = False
        try:
            with writing(engine) as connection:
                done = work(connection)
                committing = True
        except StoreError as error:
            if not _passes(error, committing=committing):
                raise
        else:
            return done
        time.sleep(random.uniform(0, _PAUSE * attempt))  # noqa: S311 - spreads the retries
    with writing(engine) as connection:
        return work(connection)


def _passes(error: StoreError, *, committing: bool) -> bool:
    cause = error.__cause__
    if not isinstance(cause, DBAPIError):
        return False
    lost = cause.connection_invalidated and not committing
    return lost or getattr(cause.orig, "sqlstate", None) in _PASSING
