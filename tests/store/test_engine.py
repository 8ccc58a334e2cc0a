"""What happens when the disk, the file or the folder is not as it should be."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from guichet.domain.model import Person
from guichet.errors import StoreError
from guichet.store.engine import migrate, open_engine, reading, sqlite_url, writing
from guichet.store.records import get, put
from guichet.store.schema import METADATA
from tests.store.samples import ADA, contents, furnish

SETTING = METADATA.tables["setting"]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(sqlite_url(tmp_path / "guichet.sqlite3"))
    migrate(opened)
    furnish(opened)
    yield opened
    opened.dispose()


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "guichet.sqlite3"
    before = os.umask(0)
    try:
        opened = open_engine(sqlite_url(path))
        migrate(opened)
        with writing(opened) as connection:
            put(connection, ADA)
            modes = [stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()]
    finally:
        os.umask(before)
        opened.dispose()
    assert modes == [0o600] * 3  # the file, its log and the log's index
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["a b", "é’ç", "50%20", "what?", "n#1", "a@b:c"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "guichet.sqlite3"
    opened = open_engine(sqlite_url(path))
    migrate(opened)
    opened.dispose()
    assert path.stat().st_size > 0


def test_the_pragmas_that_keep_what_was_committed(local: Engine) -> None:
    with reading(local) as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    assert values == ["wal", 2, 10000]


def test_a_transaction_is_kept_whole_or_not_at_all(engine: Engine) -> None:
    furnish(engine)
    before = contents(engine)

    def half() -> None:
        with writing(engine) as connection:
            connection.execute(insert(SETTING).values(name="a", value="1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert contents(engine) == before


def test_a_broken_rule_of_the_tables_stays_what_it_is(engine: Engine) -> None:
    row = insert(SETTING).values(name="a", value="1")
    with writing(engine) as connection:
        connection.execute(row)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(row)


def test_a_reader_is_not_stopped_by_a_writer(engine: Engine) -> None:
    furnish(engine)
    pantin = replace(ADA, commune="Pantin")
    with reading(engine) as connection:
        assert get(connection, Person, "p-ada") == ADA
        with writing(engine) as other:
            put(other, pantin)
        if engine.name == "sqlite":  # where a transaction sees one moment
            assert get(connection, Person, "p-ada") == ADA
    with reading(engine) as connection:
        assert get(connection, Person, "p-ada") == pantin


def test_a_full_disk_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    opened = open_engine(sqlite_url(tmp_path / "guichet.sqlite3"))
    migrate(opened)
    opened.dispose()

    @event.listens_for(opened, "connect")
    def no_more_pages(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    before = contents(opened)
    rows = [{"name": f"DIALLO{number}", "value": "x" * 500} for number in range(1000)]
    with pytest.raises(StoreError, match="Le disque est plein") as caught, writing(opened) as c:
        c.execute(insert(SETTING), rows)
    assert "DIALLO" not in str(caught.value)
    assert contents(opened) == before
    with writing(opened) as connection:
        connection.execute(insert(SETTING).values(name="a", value="1"))
    opened.dispose()


@pytest.mark.parametrize("where", [0, 40])
def test_a_damaged_file_is_said(tmp_path: Path, where: int) -> None:
    path = tmp_path / "guichet.sqlite3"
    opened = open_engine(sqlite_url(path))
    migrate(opened)
    furnish(opened)
    opened.dispose()
    whole = path.read_bytes()
    path.write_bytes(whole[:where] + b"\xff" * (len(whole) - where))
    with pytest.raises(StoreError, match="base locale est abîmée"):
        migrate(opened)
    opened.dispose()


def test_a_base_that_cannot_be_written_is_said(local: Engine) -> None:
    @event.listens_for(local, "begin")
    def forbid(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA query_only=1")  # type: ignore[attr-defined]

    with pytest.raises(StoreError, match="lecture seule"), writing(local) as connection:
        connection.execute(insert(SETTING).values(name="a", value="1"))


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"Impossible d’ouvrir la base guichet\.sqlite3"):
        open_engine(sqlite_url(tmp_path / "file" / "guichet.sqlite3"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Vérifiez le dossier et ses droits"):
        open_engine(sqlite_url(tmp_path / "guichet.sqlite3"))


def test_a_busy_base_is_said(local: Engine) -> None:
    local.dispose()

    @event.listens_for(local, "connect")
    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    with (
        writing(local),
        pytest.raises(StoreError, match="La base locale est occupée"),
        writing(local),
    ):
        pass


def test_a_server_that_is_not_there_is_said() -> None:
    opened = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="La base de données ne répond pas"), reading(opened):
        pass


@pytest.mark.parametrize(
    "statement",
    [
        text("INSERT INTO nowhere VALUES (:who)").bindparams(who="DIALLO"),
        text("SELECT CAST(:who AS integer) / 0 FROM nowhere").bindparams(who="DIALLO"),
        select(text("CAST(:who AS date) + nowhere")).params(who="DIALLO"),
    ],
)
def test_no_error_repeats_what_was_to_be_kept(engine: Engine, statement: object) -> None:
    with pytest.raises(StoreError) as caught, reading(engine) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    said: BaseException | None = caught.value
    while said is not None:
        assert "DIALLO" not in str(said)
        said = said.__cause__


def test_a_value_that_postgresql_repeats_is_not_repeated(engine: Engine) -> None:
    if engine.name == "sqlite":  # which does not mind
        pytest.skip("only PostgreSQL checks")
    with pytest.raises(StoreError) as caught, reading(engine) as connection:
        connection.execute(text("SELECT CAST(:who AS date)"), {"who": "DIALLO"})
    assert "DIALLO" not in str(caught.value)


def test_neither_alembic_nor_the_orm_is_imported_once_migrated(local: Engine) -> None:
    program = (
        "import sys; from guichet.store.engine import migrate, open_engine;"
        "migrate(open_engine(sys.argv[1])); print('alembic' in sys.modules)"
    )
    url = local.url.render_as_string()
    done = subprocess.run(
        [sys.executable, "-c", program, url], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]
