"""The migrations lead to what the tables say, on both databases, and back."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, inspect, text
from sqlalchemy.schema import CreateIndex

from guichet.errors import StoreError
from guichet.store import engine as engine_module
from guichet.store import tables_own as tables
from guichet.store.engine import HEAD, migrate, open_engine, reading, sqlite_url, writing
from guichet.store.schema import METADATA
from tests.store.samples import contents, furnish


def config() -> Config:
    made = Config()
    folder = Path(engine_module.__file__).parent / "migrations"
    made.set_main_option("script_location", str(folder))
    return made


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


@pytest.mark.parametrize("made", [METADATA, tables.METADATA], ids=["schema", "tables"])
def test_the_migrations_make_what_the_tables_say(engine: Engine, made: MetaData) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, made) == []


def test_the_partial_index_is_made_as_the_tables_say(engine: Engine) -> None:
    (index,) = [
        index
        for index in METADATA.tables["appointment"].indexes
        if index.name == "uq_appointment_active"
    ]
    table = {"sqlite": "sqlite_master WHERE name", "postgresql": "pg_indexes WHERE indexname"}
    column = {"sqlite": "sql", "postgresql": "indexdef"}
    with reading(engine) as connection:
        made = connection.execute(
            text(f"SELECT {column[engine.name]} FROM {table[engine.name]} = :name"),  # noqa: S608
            {"name": index.name},
        ).scalar_one()
    if engine.name == "sqlite":
        assert made == str(CreateIndex(index).compile(engine))
    else:
        assert "UNIQUE" in made
        assert "booked" in made.partition("WHERE")[2]
        assert "sequence = 0" in made.partition("WHERE")[2]


def test_down_to_nothing_and_up_again(engine: Engine) -> None:
    with writing(engine) as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate(engine)
    furnish(engine)
    with reading(engine) as connection:
        tables = set(inspect(connection).get_table_names())
    assert tables == {*METADATA.tables, "alembic_version"}


def test_stations_of_before_are_not_taken_for_silent_ones(engine: Engine) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with writing(engine) as connection:
        station = {"id": "s", "site": 1, "number": 1, "name": "n", "token_hash": "h"}
        stations = METADATA.tables["station"]
        connection.execute(stations.insert().values(enrolled_at=long_ago, **station))
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0007")
    migrate(engine)
    with reading(engine) as connection:
        seen = connection.execute(stations.select()).one().seen_at
    assert datetime.now(UTC) - seen < timedelta(minutes=5)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    furnish(engine)
    before = contents(engine)
    migrate(engine)
    assert contents(engine) == before


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(3)]
    start = threading.Barrier(3)
    failures: list[BaseException] = []

    def run(engine: Engine) -> None:
        start.wait()
        try:
            migrate(engine)
        except BaseException as error:  # noqa: BLE001 - reported by the assertion
            failures.append(error)

    threads = [threading.Thread(target=run, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    furnish(engines[0])
    for engine in engines:
        engine.dispose()


def test_a_new_base_that_somebody_writes_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("CREATE TABLE something (id integer)")
        other.execute("BEGIN IMMEDIATE")
        opened = open_engine(sqlite_url(path))

        def look() -> str:
            with reading(opened) as connection:
                return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

        looking = pool.submit(look)
        with pytest.raises(TimeoutError):
            looking.result(timeout=0.3)
        other.execute("ROLLBACK")
        assert looking.result(timeout=10) == "wal"
        opened.dispose()


def test_a_base_written_by_a_newer_guichet_is_said(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"version plus récente de guichet \(9999\)"):
        migrate(engine)


def test_a_migration_that_fails_leaves_the_base_as_it_was(database_url: str) -> None:
    opened = open_engine(database_url)
    with writing(opened) as connection:
        connection.execute(text("CREATE TABLE visit (id integer)"))  # in the way of ours
    with pytest.raises(StoreError):
        migrate(opened)
    opened.dispose()
    again = create_engine(database_url)
    with again.connect() as connection:
        assert inspect(connection).get_table_names() == ["visit"]
    again.dispose()
