"""Copies of a SQLite central while it serves, and going back to one."""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from guichet.central import registry
from guichet.errors import ConfigError, StoreError
from guichet.i18n import _
from guichet.store.engine import open_engine, reading, sqlite_url

_PATIENCE = 10.0  # seconds that a writer is waited for


def backup(database: Path, target: Path) -> None:
    """Copy the database to `target`, mode 0600, at one moment and checked; servers go on meanwhile.

    The file appears whole or not at all. Raises ConfigError when the database is not there or the
    target is, or cannot be written; StoreError when the copy fails or is damaged.
    """
    if not database.is_file():
        raise ConfigError(_("La base {name} n’existe pas.").format(name=database.name))
    if target.exists():
        raise ConfigError(_("{path} existe déjà\u00a0: donnez un autre nom.").format(path=target))
    made = _copy(database, target.parent)
    try:
        made.rename(target)
        _settle(target.parent)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise ConfigError(_unwritten(target, error)) from error


def restore(source: Path, database: Path, now: datetime) -> Path | None:
    """Put the copy `source` in the database's place; where the database that was there is now.

    The epoch is renewed, so that stations read everything again and send again what the copy lacks.
    Raises ConfigError while anything uses the database, or when `source` is no copy of central's;
    StoreError when the copy fails or is damaged. The database is as it was then.
    """
    made = _copy(source, database.parent)
    try:
        _renew(made)
        aside = _set_aside(database, now)
        made.replace(database)
        _settle(database.parent)
    except OSError as error:
        raise ConfigError(_unwritten(database, error)) from error
    finally:
        made.unlink(missing_ok=True)
    return aside


def _copy(source: Path, folder: Path) -> Path:
    """A checked copy under a passing name in the folder, one file of mode 0600."""
    try:
        handle, name = tempfile.mkstemp(prefix=".guichet-", suffix=".sqlite3", dir=folder)  # 0600
    except OSError as error:
        raise ConfigError(_unwritten(folder, error)) from error
    os.close(handle)
    made = Path(name)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(made, timeout=_PATIENCE)) as new,
        ):
            # In one step: a copy in steps begins again whenever somebody writes.
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, not three
            found = new.execute("PRAGMA integrity_check").fetchone()[0]
        with made.open("rb+") as file:
            os.fsync(file.fileno())
    except (sqlite3.Error, OSError) as error:
        made.unlink(missing_ok=True)
        raise StoreError(_("La copie a échoué\u00a0: {cause}.").format(cause=error)) from error
    if found != "ok":
        made.unlink()
        raise StoreError(
            _("La base {name} est abîmée\u00a0: aucune copie n’en a été gardée.").format(
                name=source.name
            )
        )
    return made


def _renew(made: Path) -> None:
    """Give the copy an epoch of its own; raises ConfigError when it is not central's."""
    engine = open_engine(sqlite_url(made))
    try:
        with reading(engine) as connection:
            known = registry.epoch(connection)
        if known:
            registry.new_epoch(engine)
    except StoreError as error:
        if not isinstance(error.__cause__, DBAPIError):
            raise
        known = ""
    finally:
        engine.dispose()
    if not known:
        raise ConfigError(_("Ce fichier n’est pas une sauvegarde de la centrale."))
    with closing(sqlite3.connect(made)) as whole:
        whole.execute("PRAGMA journal_mode=DELETE")


def _set_aside(database: Path, now: datetime) -> Path | None:
    """A second name for the database, which nothing else uses; None when there is none."""
    if not database.exists():
        return None
    with closing(sqlite3.connect(database, timeout=0)) as last:
        try:
            # What only its one user may do; it also brings the log's pages into the file.
            last.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise ConfigError(
                _("La base sert encore\u00a0: arrêtez la centrale, puis recommencez.")
            ) from error
        except sqlite3.DatabaseError:
            pass  # damaged: that is what a copy is put in its place for
    aside = database.with_name(f"{database.stem}-{now:%Y%m%dT%H%M%SZ}{database.suffix}")
    aside.hardlink_to(database)
    for kind in (
        "-wal",
        "-shm",
    ):  # SQLite leaves none that it can read; the new base's they are not
        log = Path(f"{database}{kind}")
        if log.exists():
            log.rename(f"{aside}{kind}")
    return aside


def _settle(folder: Path) -> None:
    """Make sure that the files' names outlive a power cut."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritten(path: Path, error: OSError) -> str:
    return _("{path} ne peut pas être écrit\u00a0: {why}.").format(path=path, why=error.strerror)
