"""What was done here these last days, in a database of its own beside the station's.

Each operation is copied here once the station's database has committed it and before anybody is
told. So neither a damaged or deleted database of the station nor a central restored from an old
backup loses any: what has no verdict is queued again, what central forgot is sent again.
"""

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from guichet.errors import StoreError
from guichet.store.engine import compact, reading, writing
from guichet.store.types import UtcDateTime
from guichet.store.upkeep import open_whole
from guichet.store.upsert import insert_into
from guichet.sync import outbox, replica

logger = logging.getLogger(__name__)

JOURNAL_FILE = "journal.sqlite3"
KEPT = timedelta(days=7)
"""How long an operation is kept after it was made: as old as a backup may be to lose nothing."""

# Apart from guichet.store.tables: it is no part of the station's database and its migrations.
_DONE = Table(
    "done",
    MetaData(),
    Column("position", Integer, primary_key=True),
    Column("operation", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("body", String, nullable=False),
    Column("concerned", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("created_at", UtcDateTime, nullable=False),
    Column("accepted", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)
_ROWS = select(*(_DONE.c[name] for name in outbox.ROW)).order_by(_DONE.c.position)
_END = update(_DONE).where(_DONE.c.operation == bindparam("of")).values(state=bindparam("to"))
_NOTE = (
    update(_DONE)
    .where(_DONE.c.operation == bindparam("of"))
    .values(state=bindparam("to"), reason=bindparam("why"), accepted=bindparam("yes"))
)
_ANNOUNCED = 100
"""How many operations that have not been found committed are looked for again."""
_OVER = "done"
"""The state of what has left the outbox; the others are the outbox's."""
_CHUNK = 500  # operations in one IN (…)


class Journal:
    """The copy of a station's operations. Safe to share between threads.

    What cannot be copied (a full disk) is logged and copied with the next operation: the station's
    own database holds it.
    """

    def __init__(self, station: Engine, clock: Callable[[], datetime], key: str = "") -> None:
        self._station = station
        self._key = key
        self._clock = clock
        self._path = Path(station.url.database or "").with_name(JOURNAL_FILE)
        self._opened: Engine | None = None
        self._lock = threading.RLock()
        self._announced: dict[str, None] = {}  # in order
        self._agrees = False

    def close(self) -> None:
        """Give the database back."""
        if self._opened is not None:
            self._opened.dispose()

    @property
    def _own(self) -> Engine:
        """The journal's database, opened when first wanted, for a start is in a hurry."""
        with self._lock:
            if self._opened is None:
                if self._key:
                    from guichet.store.cipher import encrypt  # noqa: PLC0415 - only with a key

                    encrypt(self._path, self._key)
                engine, _aside = open_whole(self._path, self._clock(), self._key)
                with writing(engine) as connection:
                    _DONE.create(connection, checkfirst=True)
                self._opened = engine
            return self._opened

    def announce(self, operation: str) -> None:
        """This operation is about to be committed."""
        self._announced[operation] = None

    def catch_up(self) -> None:
        """Copy what was announced and has been committed."""
        with self._lock:
            wanted = list(self._announced)
            if not wanted:
                return
            try:
                with reading(self._station) as connection:
                    rows = outbox.entries(connection, wanted)
                self._keep(rows)
            except StoreError as error:
                logger.warning("journal: %s", error)
                return
            # The rest was rolled back, is judged already, or is about to be committed.
            for done in (*(row["operation"] for row in rows), *wanted[:-_ANNOUNCED]):
                self._announced.pop(done, None)

    def judged(self, operations: Sequence[str], accepted: Collection[str] = ()) -> None:
        """Note what became of operations in the outbox, and that central has `accepted` these.

        Not when the disk is full: to send again what has been judged does no harm.
        """
        try:
            with reading(self._station) as connection:
                left = {row["operation"]: row for row in outbox.entries(connection, operations)}
            rows = [
                {
                    "of": each,
                    "to": left[each]["state"] if each in left else _OVER,
                    "why": left[each]["reason"] if each in left else None,
                    "yes": each in accepted,
                }
                for each in operations
            ]
            with writing(self._own) as connection:
                connection.execute(_NOTE, rows)
        except StoreError as error:
            logger.warning("journal: %s", error)

    def arrivals(self, visits: Sequence[str]) -> list[dict[str, Any]]:
        """The check-ins that central accepted from here and that made these visits."""
        if not visits:
            return []
        made = or_(*(func.instr(_DONE.c.body, f'"{visit}"') > 0 for visit in visits))
        wanted = _ROWS.where(_DONE.c.kind == "check_in", _DONE.c.accepted, made)
        try:
            with reading(self._own) as connection:
                return [dict(row) for row in connection.execute(wanted).mappings()]
        except StoreError as error:
            logger.warning("journal: %s", error)
            return []

    def keep_in_step(self) -> None:
        """Copy what has been committed; the first time, bring the two databases to agree."""
        if self._agrees:
            self.catch_up()
            return
        try:
            self.reconcile()
        except StoreError as error:
            logger.warning("journal: %s", error)

    def reconcile(self, salvaged: Sequence[dict[str, Any]] = ()) -> int:
        """Bring the two databases to agree, and drop what is old; how much only the journal had.

        `salvaged` are rows read from a damaged outbox. Raises StoreError.
        """
        with self._lock:  # what is copied meanwhile would look as if only the journal had it
            self.purge()
            self._keep(salvaged)
            with reading(self._station) as connection:
                rows, known = outbox.entries(connection), replica.known_to_journal(connection)
            self._keep(rows)
            present = {row["operation"] for row in rows}
            with reading(self._own) as connection:
                found = connection.execute(_ROWS.where(_DONE.c.state != _OVER)).mappings()
                absent = [dict(row) for row in found if row["operation"] not in present]
            # What a database that is still the same one holds no more, a person has settled.
            lost = [row for row in absent if not known or row["state"] == "pending"]
            over = [{"of": row["operation"], "to": _OVER} for row in absent if row not in lost]
            if over:
                with writing(self._own) as connection:
                    connection.execute(_END, over)
            if lost or not known:
                with writing(self._station) as connection:
                    outbox.restore(connection, lost)
                    replica.known_to_journal(connection, now=True)
            self._agrees = True
            return len(lost)

    def start_over(self) -> None:
        """Queue again what central accepted these last days, and forget how far it was read.

        For a central that was restored: what it still knows it answers as before, what it lost it
        judges again. Raises StoreError.
        """
        with self._lock:  # as above
            again = or_(_DONE.c.accepted, _DONE.c.state == "pending")
            with writing(self._own) as connection:
                connection.execute(update(_DONE).where(again).values(state="pending", reason=None))
                rows = [dict(row) for row in connection.execute(_ROWS.where(again)).mappings()]
            known = [row["operation"] for row in rows]
            with writing(self._station) as connection:
                for start in range(0, len(known), _CHUNK):
                    outbox.drop(connection, known[start : start + _CHUNK])
                newer = outbox.withdraw(connection)
                outbox.restore(connection, [*rows, *newer])
                replica.forget_order(connection)

    def restamp(self, station: str) -> None:
        """Let what waits be sent by that station: this one, enrolled anew. Raises StoreError."""
        with writing(self._own) as connection:
            connection.execute(update(_DONE).values(body=outbox.stamped(_DONE.c.body, station)))
        with writing(self._station) as connection:
            outbox.restamp(connection, station)

    def wipe(self) -> None:
        """Drop what central has judged, with the damaged copies: only what waits stays here.

        Raises StoreError.
        """
        with writing(self._own) as connection:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.execute(delete(_DONE).where(_DONE.c.state == _OVER))
        for copy in self._path.parent.glob(f"{JOURNAL_FILE}.*"):
            copy.unlink(missing_ok=True)
        compact(self._own, always=True)

    def purge(self) -> None:
        """Drop what has left the outbox and is older than KEPT. Raises StoreError."""
        before = self._clock() - KEPT
        with writing(self._own) as connection:
            old = _DONE.c.created_at < before
            connection.execute(delete(_DONE).where(old, _DONE.c.state == _OVER))

    def _keep(self, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        with writing(self._own) as connection:
            statement = insert_into(connection, _DONE).on_conflict_do_nothing()
            connection.execute(statement, list(rows))
