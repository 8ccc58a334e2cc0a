import logging
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from sqlalchemy import Engine

from guichet.central import registry, training
from guichet.central.app import create_app
from guichet.central.serve import running
from guichet.cli import cli
from guichet.config import load_enrolment
from guichet.domain.model import Agent, Role
from guichet.errors import StoreError
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import get
from tests.commands import Ran, Run, logging_put_back, run

__all__ = ["logging_put_back", "run"]  # fixtures

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HEAVY = ("alembic", "cv2", "fastapi", "httpx", "pydantic", "sqlalchemy", "textual", "typst")


@pytest.fixture(scope="module")
def training_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A central's folder with a little training data."""
    folder = tmp_path_factory.mktemp("central")
    engine = open_engine(sqlite_url(folder / "central.sqlite3"))
    registry.create(engine, NOON)
    training.load(engine, NOON.date(), NOON, persons=60)
    engine.dispose()
    return folder


@pytest.fixture
def engine(training_file: Path) -> Iterator[Engine]:
    opened = open_engine(sqlite_url(training_file / "central.sqlite3"))
    yield opened
    opened.dispose()


def walk(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, *path, name)


@pytest.mark.parametrize("path", list(walk(cli)), ids=" ".join)
def test_every_command_explains_itself_in_french(run: Run, path: tuple[str, ...]) -> None:
    ran = run(*path, "--help")
    assert ran.code == 0
    assert ran.output.startswith("Usage\u00a0: guichet")
    assert "Afficher cette aide." in ran.output
    for english in (
        "Show this",
        "Commands",
        "COMMAND ",
        "ARGS",
        "required",
        "default",
        "DIRECTORY",
    ):
        assert english not in ran.output
    described = ran.output.splitlines()[2].strip()
    assert described.endswith(".")


def test_nothing_heavy_is_imported_to_explain() -> None:
    code = f"import sys, guichet.cli; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_packages(run: Run) -> None:
    ran = run("--version")
    assert ran.code == 0
    assert ran.output.strip()[0].isdigit()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--zut"], "l’option --zut n’existe pas"),
        (["enrol"], "il manque"),
        (["partir"], "n’existe pas"),
        (["demo", "--role", "chef"], "--role"),
        (["central", "enrol-code", "Bobigny"], "ne convient pas"),
        (["central", "enrol-code", "1", "--minutes", "0"], "--minutes"),
        (["central", "serve", "--port", "x"], "--port"),
        (["doctor", "mal", "à", "la", "tête"], "mots de trop"),
    ],
)
def test_a_wrong_command_line_is_said_in_french(run: Run, words: list[str], said: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert said in ran.errors
    assert "--help" in ran.errors
    assert ran.errors.count("\n") == 1


def failing(error: BaseException) -> click.Command:
    def callback() -> None:
        raise error

    return click.Command("fail", callback=callback)


def test_a_fault_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.commands, "fail", failing(StoreError("Le disque est plein.")))
    assert run("fail") == Ran(1, "", "Le disque est plein.\n")


def test_the_unexpected_goes_to_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cli.commands, "fail", failing(ZeroDivisionError("DIALLO")))
    ran = run("fail")
    log = tmp_path / "station" / "guichet.log"
    assert ran.code == 2
    assert str(log) in ran.errors
    assert ran.errors.count("\n") == 1
    assert "ZeroDivisionError" in log.read_text("utf-8")
    assert "DIALLO" not in log.read_text("utf-8")


def test_the_unexpected_is_raised_for_who_debugs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.commands, "fail", failing(ZeroDivisionError()))
    monkeypatch.setenv("GUICHET_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("fail")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_no_fault(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setitem(cli.commands, "fail", failing(error))
    ran = run("fail")
    assert ran.code == 130
    assert "Traceback" not in ran.errors


def test_a_bad_setting_stops_the_application_with_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "station").mkdir()
    (tmp_path / "station" / "settings.toml").write_text('theme = "rose"')
    for words in ((), ("open",)):
        ran = run(*words)
        assert ran.code == 1
        assert "rose" in ran.errors


def test_enrolling_makes_a_station_of_this_folder(run: Run, tmp_path: Path, engine: Engine) -> None:
    with running(create_app(engine)) as url:
        code = registry.add_enrol_code(engine, 1, datetime.now(UTC))
        ran = run("enrol", url, "--name", "poste 9", typed=f"{code.lower()}\n")
        assert ran.code == 0, ran.errors
        assert "site 1" in ran.output
        assert ran.errors == ""  # a bar is for a terminal
        enrolment = load_enrolment(tmp_path / "station")
        assert enrolment is not None
        assert enrolment.url == url
        private = (tmp_path / "station" / "enrolment.json").stat().st_mode
        assert stat.S_IMODE(private) == 0o600
        again = run("enrol", url, typed=f"{code}\n")
        assert (again.code, again.errors.count("\n")) == (1, 1)
    assert load_enrolment(tmp_path / "station") == enrolment


def test_enrolling_without_central_says_so(run: Run, tmp_path: Path) -> None:
    for url in ("http://127.0.0.1:1", "bobigny"):
        ran = run("enrol", url, typed="AAAAA-AAAAA\n")
        assert ran.code == 1
        assert ran.errors.count("\n") == 1
    assert load_enrolment(tmp_path / "station") is None


def test_a_central_is_made_by_commands(run: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "central")
    assert run("central", "init", "--dir", folder).code == 0
    assert run("central", "init", "--dir", folder).code == 0
    first = run("central", "keys", "--dir", folder).output.split()
    both = run("central", "keys", "--new", "--dir", folder).output.splitlines()
    assert len(both) == 2
    assert first[0] in both[0]
    ran = run("central", "enrol-code", "1", "--dir", folder)
    assert ran.code == 1
    assert "aucun" in ran.errors


def test_keys_are_planned_and_revoked_by_commands(
    run: Run, training_file: Path, tmp_path: Path
) -> None:
    folder = str(shutil.copytree(training_file, tmp_path / "central"))
    first = run("central", "keys", "--dir", folder).output.split()[0]
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    ran = run("central", "keys", "--new", "--from", str(day), "--dir", folder)
    assert ran.code == 0
    assert "valable" in ran.output.splitlines()[0]
    assert "à venir" in ran.output.splitlines()[1]
    past = run("central", "keys", "--new", "--from", "2026-01-01", "--dir", folder)
    assert (past.code, past.errors.count("\n")) == (1, 1)
    wrong = run("central", "keys", "--revoke", "ffffff", "--dir", folder)
    assert (wrong.code, wrong.errors.count("\n")) == (1, 1)
    ran = run("central", "keys", "--revoke", first.upper(), "--dir", folder)
    assert ran.code == 0
    assert "signés à nouveau" in ran.output
    assert "identité" in ran.output
    lines = ran.output.splitlines()[-3:]
    assert sum("révoquée le" in line for line in lines) == 1
    assert sum("valable" in line for line in lines) == 1  # the planned one begins later
    assert run("central", "keys", "--dir", folder).output.splitlines() == lines


def test_the_end_of_the_last_key_is_told_in_time(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "central"
    folder.mkdir()
    engine = open_engine(sqlite_url(folder / "central.sqlite3"))
    registry.create(engine, datetime.now(UTC) - timedelta(days=700))
    engine.dispose()
    ran = run("central", "keys", "--dir", str(folder))
    assert ran.code == 0
    assert "--new --from" in ran.errors
    assert run("central", "keys", "--new", "--dir", str(folder)).errors == ""
    for line in run("central", "keys", "--dir", str(folder)).output.splitlines():
        run("central", "keys", "--revoke", line.split()[0], "--dir", str(folder))
    assert run("central", "keys", "--dir", str(folder)).errors == ""  # never without a key


def test_an_enrolment_code_is_given_for_a_known_site(run: Run, training_file: Path) -> None:
    ran = run("central", "enrol-code", "2", "--dir", str(training_file))
    assert ran.code == 0
    engine = open_engine(sqlite_url(training_file / "central.sqlite3"))
    enrolled = registry.enrol(engine, ran.output.strip(), "poste", datetime.now(UTC))
    engine.dispose()
    assert isinstance(enrolled, registry.Enrolled)
    assert enrolled.site == 2
    assert "1, 2, 3" in run("central", "enrol-code", "9", "--dir", str(training_file)).errors


def add_agent(folder: Path, pins: str, *more: str) -> Any:
    words = ["central", "add-agent", "cb9", "Zoé Vasseur", "--dir", str(folder), *more]
    return CliRunner().invoke(cli, words, input=pins)


@pytest.mark.usefixtures("logging_put_back")
def test_an_agent_is_added_with_a_pin_typed_twice(training_file: Path, engine: Engine) -> None:
    done = add_agent(
        training_file, "4711\n4711\n", *("--site", "1", "--role", "counter", "--role", "mediator")
    )
    assert done.exit_code == 0, done.output
    assert "4711" not in done.output
    with reading(engine) as connection:
        agent = get(connection, Agent, "CB9")
    assert agent is not None
    assert agent.roles == (Role.COUNTER, Role.MEDIATOR)
    assert PasswordHasher().verify(agent.pin_hash, "4711")


@pytest.mark.usefixtures("logging_put_back")
@pytest.mark.parametrize("pin", ["12", "abcd", "123456789"])
def test_a_pin_has_four_to_eight_digits(training_file: Path, pin: str) -> None:
    done = add_agent(training_file, f"{pin}\n{pin}\n", "--site", "1", "--role", "counter")
    assert "4 à 8 chiffres" in str(done.exception)


def test_training_data_is_loaded_once(run: Run, training_file: Path) -> None:
    ran = run("central", "init", "--training", "--dir", str(training_file))
    assert ran.code == 1
    assert "déjà" in ran.errors


def test_commands_write_to_the_log_of_their_folder(run: Run, tmp_path: Path) -> None:
    run("doctor")
    logging.getLogger("guichet").warning("seen")
    assert "seen" in (tmp_path / "station" / "guichet.log").read_text("utf-8")
