"""The demo's data, made by a process of its own: ``python -m guichet.demo_data STEP FOLDER``.

What only this needs would otherwise stay in the application's memory for as long as it runs.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from guichet.config import clock
from guichet.errors import ConfigError, GuichetError

DATABASE = "central.sqlite3"


def in_its_own_process(step: str, folder: Path, *words: str) -> str:
    """Do a step ("day", "fill DAY" or "papers") for a demo's folder, and give what it says.

    Raises ConfigError with the step's own sentence when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "guichet.demo_data", step, str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ConfigError(done.stderr.strip())
    return done.stdout.strip()


def _day(folder: Path) -> str:
    """The demo day of an older database, empty when there is none or it cannot be read."""
    from guichet.central.training import loaded_day
    from guichet.store.engine import migrate, open_engine, sqlite_url

    if not (folder / DATABASE).exists():
        return ""
    engine = open_engine(sqlite_url(folder / DATABASE))
    try:
        migrate(engine)
        return str(loaded_day(engine) or "")
    except GuichetError:
        return ""  # damaged: training data is simply made again
    finally:
        engine.dispose()


def _fill(folder: Path, day: str) -> str:
    """Training data of the demo day in a new database."""
    from guichet.central import training, training_waiting
    from guichet.central.registry import create
    from guichet.store.engine import open_engine, sqlite_url

    engine = open_engine(sqlite_url(folder / DATABASE))
    try:
        now = clock()()
        create(engine, now)
        training.load(engine, date.fromisoformat(day), now)
        training_waiting.wait(engine, now)
    finally:
        engine.dispose()
    return ""


def _papers(folder: Path) -> str:
    """Pictures of pages for the practice camera."""
    from guichet.practice import print_pages
    from guichet.store.engine import open_engine, sqlite_url

    engine = open_engine(sqlite_url(folder / DATABASE))
    try:
        print_pages(engine, folder / "papers", clock()())
    finally:
        engine.dispose()
    return ""


_STEPS: dict[str, Callable[..., str]] = {"day": _day, "fill": _fill, "papers": _papers}


def main(step: str, folder: str, *words: str) -> int:
    """Do the step; its answer on standard output, the sentence of a fault on standard error."""
    try:
        sys.stdout.write(_STEPS[step](Path(folder), *words))
    except GuichetError as error:
        sys.stderr.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
