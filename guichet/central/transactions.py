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
    """What `work` gives, in one writing transaction; tried again after a deadlock.

    `work` may therefore run several times and touches nothing but the connection. Raises StoreError
    when the database fails.
    """
    if engine.dialect.name == "sqlite":
        with _sqlite_writer, writing(engine) as connection:
            return work(connection)
    for attempt in range(1, ATTEMPTS):
        try:
            with writing(engine) as connection:
                return work(connection)
        except StoreError as error:
            if not _passes(error):
                raise
        time.sleep(random.uniform(0, _PAUSE * attempt))  # noqa: S311 - spreads the retries
    with writing(engine) as connection:
        return work(connection)


def _passes(error: StoreError) -> bool:
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) in _PASSING
