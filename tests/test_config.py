import json
import logging
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guichet import theme
from guichet.config import (
    THEMES,
    Enrolment,
    Settings,
    clock,
    load_enrolment,
    load_settings,
    save_enrolment,
    station_folder,
)
from guichet.errors import ConfigError
from guichet.logs import configure_logging, log_file
from tests.logs import logging_put_back

__all__ = ["logging_put_back"]  # a fixture

ENROLMENT = Enrolment("http://127.0.0.1:8460", "s-1", 3, 1, "secret-token", "00ff")
PERSON = "DIALLO Aïssatou, 1989-03-12"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def log(tmp_path: Path, logging_put_back: None) -> Path:  # noqa: ARG001 - for what it does after
    configure_logging(tmp_path)
    return tmp_path / "guichet.log"


def test_the_folder_is_the_one_named_then_the_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUICHET_DIR", str(tmp_path / "b"))
    assert station_folder(tmp_path / "a" / "deep") == tmp_path / "a" / "deep"
    assert station_folder() == tmp_path / "b"
    assert mode(tmp_path / "b") == 0o700


def test_the_folder_is_the_users_own_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUICHET_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in station_folder().parents


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file"):
        station_folder(tmp_path / "file" / "below")


def test_an_enrolment_comes_back_and_is_private(tmp_path: Path) -> None:
    assert load_enrolment(tmp_path) is None
    save_enrolment(tmp_path, ENROLMENT)
    assert load_enrolment(tmp_path) == ENROLMENT
    assert mode(tmp_path / "enrolment.json") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["enrolment.json"]


def test_an_enrolment_that_cannot_be_kept_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_enrolment(tmp_path, ENROLMENT)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        save_enrolment(tmp_path, Enrolment("http://other", "s-2", 4, 2, "t", "00"))
    assert load_enrolment(tmp_path) == ENROLMENT
    assert [path.name for path in tmp_path.iterdir()] == ["enrolment.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"url": "x"}',
        json.dumps(
            {
                "url": "http://x",
                "station": "s",
                "number": "three",
                "site": 1,
                "token": "t",
                "identity_secret": "00",
            }
        ),
    ],
)
def test_a_damaged_enrolment_says_how_to_go_on(tmp_path: Path, text: str) -> None:
    (tmp_path / "enrolment.json").write_text(text)
    with pytest.raises(ConfigError, match="guichet enrol"):
        load_enrolment(tmp_path)


def test_settings_have_defaults_and_are_read(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    (tmp_path / "settings.toml").write_text(
        'camera = "/dev/video2"\ntheme = "clair"\ndesk = "12"\nbell = false\n'
    )
    assert load_settings(tmp_path) == Settings("/dev/video2", "clair", "fr", "12", bell=False)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("camra = 0", "camra"),
        ("camera = 0", "camera"),
        ('camera = ""', "camera"),
        ('theme = "rose"', "theme"),
        ("theme = 3", "theme"),
        ('language = "french"', "language"),
        ("bell = 1", "bell"),
        ("lock_days = 1", "lock_days"),
        ("lock_days = 31", "lock_days"),
        ("lock_days = true", "lock_days"),
        ("desk = 4", "desk"),
        ("desk = [", "settings.toml"),
        ('__doc__ = "x"', "__doc__"),
    ],
)
def test_a_bad_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert named in str(caught.value)
    assert "settings.toml" in str(caught.value)


def test_the_themes_are_those_that_exist() -> None:
    assert set(THEMES) == {one.name for one in theme.PALETTES}


def test_the_clock_is_utc_and_shifted_for_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUICHET_CLOCK_OFFSET", raising=False)
    before = datetime.now(UTC)
    plain = clock()()
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", "-86400")
    shifted = clock()()
    after = datetime.now(UTC)
    assert before <= plain <= shifted + timedelta(days=1) <= after
    assert plain.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["demain", "1.5", "9" * 30, "9" * 12])
def test_a_clock_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", text)
    with pytest.raises(ConfigError, match="GUICHET_CLOCK_OFFSET"):
        clock()


def test_the_log_is_private_and_tells_no_exception_message(log: Path) -> None:
    try:
        try:
            _ = dict[str, str]()[PERSON]
        except KeyError as error:
            raise ValueError(PERSON) from error
    except ValueError:
        logging.getLogger("guichet.test").exception("it failed")
    logging.getLogger("httpx").info("GET /v1/persons?q=diallo")
    text = log.read_text("utf-8")
    assert "it failed" in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_config.py" in text
    assert PERSON not in text
    assert "persons" not in text
    assert mode(log) == 0o600
    assert log_file() == log


def test_the_log_stays_private_when_it_rotates(log: Path) -> None:
    logger = logging.getLogger("guichet.test")
    for _line in range(2_500):
        logger.warning("x" * 1_000)
    files = sorted(log.parent.glob("guichet.log*"))
    assert [path.name for path in files] == ["guichet.log", "guichet.log.1", "guichet.log.2"]
    assert {mode(path) for path in files} == {0o600}
    assert all(path.stat().st_size <= 1_000_000 for path in files)


def test_logging_twice_writes_each_line_once(log: Path) -> None:
    configure_logging(log.parent)
    logging.getLogger("guichet.test").warning("once")
    assert log.read_text("utf-8").count("once") == 1


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "guichet.log").mkdir()
    with pytest.raises(ConfigError, match=r"guichet\.log"):
        configure_logging(tmp_path)
