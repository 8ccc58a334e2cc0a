"""A SQLite file looked after: checked, copied before it is migrated, set aside when damaged."""

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select, text
from sqlalchemy.exc import DBAPIError

from guichet.errors import DamagedStore, StoreError
from guichet.i18n import _
from guichet.store.engine import HEAD, migrate, open_engine, reading, revision, sqlite_url

logger = logging.getLogger(__name__)

_LOGS = ("", "-wal", "-shm")
_KEPT = timedelta(days=30)
"""How long a file set aside is kept: it holds what the database held."""


def open_whole(path: Path, now: datetime, key: str = "") -> tuple[Engine, Path | None]:
    """An engine on the SQLite file; and where the damaged file is that was set aside for it."""
    drop_old(path, now)
    engine = open_engine(sqlite_url(path), key)
    try:
        check(engine)
    except DamagedStore as error:
        engine.dispose()
        logger.warning("%s: %s", path.name, error)
        aside = set_aside(path, now)
        return open_engine(sqlite_url(path), key), aside
    except BaseException:
        engine.dispose()
        raise
    return engine, None


def check(engine: Engine) -> None:
    """Raise DamagedStore when the file is no sound database; reads all of it (1 GB/s)."""
    with reading(engine) as connection:
        said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if said != "ok":
        raise DamagedStore(_("La base locale est abîmée."))


def migrate_safely(engine: Engine, path: Path) -> None:
    """Bring the schema to HEAD; first, the older database is copied beside (".avant-0006").

    A migration that fails changes nothing: raises StoreError, and the file is as it was.
    """
    with reading(engine) as connection:
        before = revision(connection)
    if before in (None, HEAD):
        migrate(engine)
        return
    copy = path.with_name(f"{path.name}.avant-{before}")
    try:
        save(engine, copy)
    except (OSError, engine.dialect.loaded_dbapi.Error) as error:
        raise StoreError(
            _(
                "La base locale ne peut pas être copiée avant sa mise à jour\u00a0: "
                "libérez de la place, puis recommencez. Rien n’a été changé."
            )
        ) from error
    try:
        migrate(engine)
    except StoreError as error:
        if not isinstance(error.__cause__, DBAPIError):  # a newer guichet has written it
            raise
        raise StoreError(
            _(
                "La mise à jour de la base locale a échoué\u00a0: rien n’a été changé. "
                "Revenez à la version précédente de guichet et prévenez le support."
            )
        ) from error


def save(engine: Engine, copy: Path) -> None:
    """Copy a SQLite database that may be in use, for its owner only; whole or not at all.

    Raises OSError and the errors of the driver.
    """
    unfinished = copy.with_name(f"{copy.name}.partiel")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = engine.raw_connection()  # no transaction is begun
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(unfinished),))
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(copy)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        connection.close()


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged database with its logs, dated ("….abimee-20261124-094000"); its new path.

    Raises StoreError when the folder forbids it.
    """
    aside = path.with_name(f"{path.name}.abimee-{now:%Y%m%d-%H%M%S}")
    try:
        for log in _LOGS:
            old = path.with_name(path.name + log)
            if old.exists():
                old.replace(aside.with_name(aside.name + log))
        os.utime(aside)  # from when on it is kept
    except OSError as error:
        raise StoreError(
            _(
                "La base locale est abîmée et ne peut pas être mise de côté\u00a0: "
                "vérifiez les droits du dossier de guichet."
            )
        ) from error
    return aside


def drop_old(path: Path, now: datetime) -> None:
    """Delete the copies and damaged files of that database that are older than a month.

    One that cannot be deleted keeps nobody from working: it is logged, and tried again next time.
    """
    for kind in ("avant", "abimee"):
        for old in path.parent.glob(f"{path.name}.{kind}-*"):
            try:
                if old.stat().st_mtime < (now - _KEPT).timestamp():
                    old.unlink()
            except OSError as error:
                logger.warning("%s is not deleted: %s", old.name, error.strerror)


def salvage(
    path: Path, statement: Select[Any], descending: Select[Any], key: str = ""
) -> list[dict[str, Any]]:
    """What can still be read of a damaged database: the rows before the damage and those after it.

    The two statements select the same rows in opposite orders.
    """
    engine = open_engine(sqlite_url(path), key)
    found: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    for rows, select in ((found, statement), (after, descending)):
        try:
            with engine.connect() as connection:
                for row in connection.execute(
                    select, execution_options={"yield_per": 1}
                ).mappings():
                    rows.append(dict(row))
        except DBAPIError:
            continue  # this is where the damage begins
    engine.dispose()
    known = {tuple(map(repr, row.values())) for row in found}
    return found + [row for row in reversed(after) if tuple(map(repr, row.values())) not in known]
