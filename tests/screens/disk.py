"""A disk that is full, as SQLite meets it: no page more than the file has."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, insert

from guichet.errors import StoreError
from guichet.store.engine import writing
from guichet.store.schema import METADATA
from tests.posts import MORNING

_OUTBOX = METADATA.tables["outbox"]
_UNBOUNDED = 2**30


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """Nothing more can be queued in the station's database; reading goes on."""

    def bounded(connection: sqlite3.Connection, *_others: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # SQLite takes what the file has already

    def unbounded(connection: sqlite3.Connection, *_others: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={_UNBOUNDED}")

    event.listen(engine, "checkout", bounded)
    try:
        _fill(engine)
        yield
    finally:
        event.remove(engine, "checkout", bounded)
        event.listen(engine, "checkout", unbounded)


def _fill(engine: Engine) -> None:
    """Leave no room in the pages there are, with rows that nothing will ever send."""
    number = 0
    for size in (100_000, 10_000, 1_000, 100, 1):
        try:
            while True:
                number += 1
                with writing(engine) as connection:
                    connection.execute(insert(_OUTBOX).values(_filler(number, size)))
        except StoreError as error:
            assert "disque" in str(error)  # noqa: PT017 - any other fault is the test's own


def _filler(number: int, size: int) -> dict[str, Any]:
    return {
        "operation": str(number),
        "kind": "filler",
        "body": "x" * size,
        "concerned": [],
        "state": "filler",
        "reason": None,
        "created_at": MORNING,
    }
