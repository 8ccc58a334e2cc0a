"""Running guichet's commands as a terminal would, in this process."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from guichet.cli import main
from tests.logs import logging_put_back

__all__ = ["Ran", "Run", "logging_put_back", "run"]


@dataclass(frozen=True)
class Ran:
    code: int
    output: str
    errors: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logging_put_back: None,  # noqa: ARG001 - for what it does after
) -> Run:
    """Run `guichet …` in this process as a terminal would."""
    monkeypatch.setenv("GUICHET_DIR", str(tmp_path / "station"))
    monkeypatch.delenv("GUICHET_DEBUG", raising=False)

    def command(*words: str, typed: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["guichet", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Ran(int(ended.value.code or 0), captured.out, captured.err)

    return command
