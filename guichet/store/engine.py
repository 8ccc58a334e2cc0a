"""The one place where databases are opened.

SQLite for a station and a small central, PostgreSQL for a large one.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from guichet.errors import ConfigError, DamagedStore, StoreError
from guichet.i18n import _
from guichet.store.schema import METADATA

_COMMON: dict[str, Any] = {"hide_parameters": True, "json_deserializer": msgspec.json.decode}
_PATIENCE = 10
"""Seconds that a SQLite database is waited for while another process writes."""

_LOG_LIMIT = f"journal_size_limit={4 * 1024 * 1024}"
"""What is left of SQLite's log once it has been written back, however long it was."""
_WORTH_COMPACTING = 256  # free pages, 1 MiB
_SERVER: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""What libpq is told unless the address says otherwise: a server that has vanished without a word
is given up within seconds (the last is in milliseconds)."""

POOL = 16
"""Connections to PostgreSQL that one process keeps, at most."""

_READ_ONLY = "25006"  # PostgreSQL: this server has become a standby

_MIGRATING = 0x677569636865
"""PostgreSQL's advisory lock that migrations are made under."""

_DAMAGED = ("malformed", "not a database", "unsupported file format", "no such table")
"""How SQLite says that a file is damaged, or that another, empty one has taken its place."""

HEAD = "0018"
"""The newest migration; a test keeps it true. Knowing it spares stations the import of Alembic."""


def sqlite_url(path: Path) -> str:
    """The database URL of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL, None for a server's. Raises ConfigError when it is none of ours."""
    parsed = _parsed(url)
    return Path(parsed.database or "") if parsed.drivername == "sqlite" else None


def has_password(url: str) -> bool:
    """Whether the URL holds a password. Raises ConfigError when it is none of ours."""
    parsed = _parsed(url)
    return bool(parsed.password or parsed.query.get("password"))


def open_engine(url: str, key: str = "") -> Engine:
    """An engine on the database; a SQLite file is created readable by its owner only.

    Its transactions are begun by `writing` and `reading`. With a `key` (64 hexadecimal digits) the
    SQLite file is encrypted, by SQLCipher.

    Parameters never appear in error messages, for they hold names. Raises StoreError when the
    file cannot be opened, ConfigError when the URL is none of ours.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_server(parsed)
    path = Path(parsed.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(_unopened(path, error.strerror or "")) from error
    engine = create_engine(url, pool_size=8, max_overflow=8, **_driver(key), **_COMMON)
    if key:
        event.listen(engine, "connect", lambda connection, _record: unlock(connection, key))
    event.listen(engine, "connect", _prepare)
    return engine


def _driver(key: str) -> dict[str, Any]:
    if not key:
        return {}  # Python's own
    from sqlcipher3 import dbapi2  # noqa: PLC0415 - only where something is encrypted

    return {"module": dbapi2}


def unlock(connection: sqlite3.Connection, key: str) -> None:
    """Give SQLCipher its key, before anything else. A raw one: no time goes to derive it."""
    connection.execute(f"PRAGMA key=\"x'{bytes.fromhex(key).hex()}'\"")


def _parsed(url: str) -> URL:
    """The URL; raises ConfigError, without repeating what may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(_unknown_url()) from error
    server = parsed.drivername in ("postgresql", "postgresql+psycopg")
    if not (parsed.drivername == "sqlite" or server):
        raise ConfigError(_unknown_url())
    if server and "@" in f"{parsed.host}{parsed.database}":  # the rest of a password
        raise ConfigError(_unknown_url())
    return parsed


def _unknown_url() -> str:
    return _(
        "L’adresse de la base n’est pas comprise. Elle s’écrit "
        "postgresql+psycopg://UTILISATEUR@SERVEUR/BASE ou sqlite:////CHEMIN\u202f; dans un mot de "
        "passe, @ s’écrit %40."
    )


def _open_server(url: URL) -> Engine:
    _make_indexes_partial()
    options = _SERVER | {"cursor_factory": _lean_cursor()}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=_PATIENCE,
        connect_args={name: value for name, value in options.items() if name not in url.query},
        **_COMMON,
    )
    event.listen(engine, "connect", _mind_a_pooler)
    event.listen(engine, "handle_error", _left_behind)
    return engine


def _mind_a_pooler(connection: Any, _record: Any) -> None:
    # Through one, the next transaction may go to another server process, which knows no statement
    # that this one has prepared, or another by the same name.
    (process,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    if process != connection.info.backend_pid:  # the number of the pooler's own
        connection.prepare_threshold = None


def _lean_cursor() -> type[Any]:
    """Its cursor, describing columns by name and type only, all that SQLAlchemy reads.

    Its own makes an object of each column of each answer, a tenth of what an operation costs.
    """
    import psycopg  # noqa: PLC0415 - a station has no PostgreSQL

    class Lean(psycopg.Cursor[Any]):
        @property
        def description(self) -> Any:
            answer = self.pgresult
            if answer is None or not answer.nfields:
                return None
            return [
                ((answer.fname(place) or b"").decode(), answer.ftype(place), *_UNSAID)
                for place in range(answer.nfields)
            ]

    return Lean


_UNSAID = (None,) * 5
"""What the DB-API lets a driver leave open of a column."""


def _left_behind(context: ExceptionContext) -> None:
    # A connection that outlived its server's demotion is of no use any more, nor are its sisters.
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


def _make_indexes_partial() -> None:
    # What schema.py says for SQLite holds for PostgreSQL. Said apart from the tables, because
    # naming that dialect loads it, a seventh of a start.
    for table in METADATA.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            if condition is not None:
                index.dialect_options["postgresql"]["where"] = condition


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")
    _keep_a_log(connection)
    for pragma in ("synchronous=FULL", "cache_size=-2048", "temp_store=MEMORY", _LOG_LIMIT):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    # The change to WAL does not wait for others as everything else does (busy_timeout is not
    # asked): two that open a new file at once would see it locked.
    given_up = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > given_up:
                raise
            time.sleep(0.005)
        else:
            return


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by an exception.

    Raises StoreError, with a sentence for the agent, when the database fails.
    """
    # A deferred transaction that starts to write fails at once when another one wrote meanwhile.
    with _translated(), engine.begin() as connection:
        _begin(connection, "BEGIN IMMEDIATE")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent look at the database. Raises StoreError when the database fails."""
    with _translated(), engine.begin() as connection:
        _begin(connection, "BEGIN")
        yield connection


def _begin(connection: Connection, how: str) -> None:
    # Not by an event of the engine's: with one, every statement looks whether it has others, which
    # takes a third of its time.
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(how)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as error:
        raise StoreError(_sentence("locked")) from error
    except DBAPIError as error:
        # What PostgreSQL says of a bad value repeats it; of the connection or the disk, never.
        private = not hasattr(error.orig, "sqlite_errorcode") and not isinstance(
            error, OperationalError
        )
        cause = type(error.orig).__name__ if private else str(error.orig)
        raise _fault(cause) from error


def _fault(cause: str) -> StoreError:
    """The fault of what SQLite or PostgreSQL said."""
    if any(sign in cause for sign in _DAMAGED):
        return DamagedStore(
            _(
                "La base locale est abîmée ou a disparu. Fermez guichet et rouvrez-le\u00a0: elle "
                "sera refaite depuis la centrale, et ce qui attend d’être envoyé est gardé à part."
            )
        )
    return StoreError(_sentence(cause))


def compact(engine: Engine, *, always: bool = False) -> bool:
    """Give what deleted rows took back to the disk, when it is a quarter of a SQLite file or
    `always`; whether it was done, which takes that nobody else is reading.

    Raises StoreError.
    """
    free = engine.execution_options(isolation_level="AUTOCOMMIT")
    with _translated(), free.connect() as connection:
        unused, pages = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("freelist_count", "page_count")
        )
        if not always and (unused < _WORTH_COMPACTING or unused * 4 < pages):
            return False
        connection.exec_driver_sql("VACUUM")
        busy, *_pages = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not busy


def _sentence(cause: str) -> str:
    if "full" in cause or "No space left" in cause:
        return _(
            "Le disque est plein\u00a0: rien n’a été enregistré. "
            "Libérez de la place, puis recommencez\u202f; votre saisie est conservée."
        )
    if "disk I/O error" in cause:  # a quota that is used up, too
        return _(
            "Le disque refuse d’écrire ou de lire\u00a0: rien n’a été enregistré. Vérifiez la "
            "place et le disque, puis recommencez\u202f; votre saisie est conservée."
        )
    if "readonly" in cause or "read-only" in cause:
        return _("La base locale est en lecture seule. Vérifiez les droits du dossier de guichet.")
    if "locked" in cause:
        return _("La base locale est occupée. Recommencez dans un instant.")
    return _("La base de données ne répond pas\u00a0: {cause}").format(
        cause=" ".join(cause.split())
    )


def _unopened(path: Path, cause: str) -> str:
    return _(
        "Impossible d’ouvrir la base {name}\u00a0: {cause}. Vérifiez le dossier et ses droits."
    ).format(name=path.name, cause=cause)


def migrate(engine: Engine) -> None:
    """Bring the schema to HEAD; does nothing, quickly, when it is there already.

    Raises StoreError when a newer guichet has written the database.
    """
    with reading(engine) as connection:
        before = revision(connection)
    if before == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - slow to import, rarely needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # several processes may start at once
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                _(
                    "La base a été écrite par une version plus récente de guichet ({revision}). "
                    "Mettez guichet à jour sur ce poste."
                ).format(revision=before)
            ) from error


def revision(connection: Connection) -> str | None:
    """The newest migration the database has had; None before the first."""
    if not engine_has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def engine_has_table(connection: Connection, name: str) -> bool:
    """Whether the database has that table."""
    return connection.dialect.has_table(connection, name)
