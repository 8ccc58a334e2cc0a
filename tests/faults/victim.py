"""A station's work in processes that are killed: ``python -m tests.faults.victim FOLDER …``.

``statements FIRST STEP``: a child checks a person in and kills itself at the FIRST statement that
SQLite is given, the next one STEP statements later, and so on until one lives. ``every``: each
statement in turn, always from the same start; then the station opens, and its outbox and journal
must agree. ``moments COUNT``: so many children are killed at random moments. ``full``: the disk is
full, then no more. Prints a line for each: what was done and whether the database held all or none.
"""

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from guichet.central import training
from guichet.config import load_enrolment
from guichet.domain.day import DayState
from guichet.domain.model import Agent, Role, Site
from guichet.errors import StoreError
from guichet.station import opening
from guichet.station.core import Core
from guichet.station.reception import Reception
from guichet.store.engine import reading
from guichet.store.records import get
from tests.posts import MORNING


def say(*words: object) -> None:
    """Write a line for the test."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def opened(folder: Path) -> Core:
    """The station as it opens, but for its threads."""
    enrolment = load_enrolment(folder)
    assert enrolment is not None
    found = opening.prepared(folder, MORNING)
    core = Core(found.engine, enrolment, lambda: MORNING)
    core.journal.reconcile(found.salvaged)
    with reading(core.engine) as connection:
        core.agent = get(connection, Agent, training.agent_code(Role.SUPERVISOR, 1))
        core.site = get(connection, Site, 1)
    return core


def arrive(core: Core) -> None:
    """Check in the first who is expected."""
    reception = Reception(core)
    rows = reception.day()
    row = next(r for r in rows if r.state is DayState.EXPECTED and r.confirmed and r.appointment)
    reception.admit(reception.choose(row.appointment or ""))


def work(folder: Path) -> None:
    """Open, and check somebody in."""
    arrive(opened(folder))


def consistent(folder: Path) -> bool:
    """Whether each check-in is both a visit and an operation in the outbox, none only one."""
    database = sqlite3.connect(folder / "station.sqlite3")
    visits = {key for (key,) in database.execute("SELECT id FROM visit WHERE sequence = 0")}
    bodies = database.execute("SELECT body FROM outbox WHERE kind = 'check_in'")
    queued = {json.loads(body)["action"]["visit"] for (body,) in bodies}
    sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    return visits == queued and sound


def in_child(job: Callable[[], object]) -> int:
    """The child's id, which does the job and ends."""
    child = os.fork()
    if child:
        return child
    try:
        job()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - said, for the test to see
        sys.stderr.write(repr(error))
        os._exit(1)


def at_statement(folder: Path, number: int) -> None:
    """Work until SQLite is given that many statements, then die."""
    given = 0

    def count(_statement: str) -> None:
        nonlocal given
        given += 1
        if given == number:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "connect")
    def listen(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(count)

    work(folder)


def statements(folder: Path, first: int, step: int) -> None:
    number, killed = first, True
    while killed:
        status = os.waitpid(in_child(partial(at_statement, folder, number)), 0)[1]
        killed = os.WIFSIGNALED(status)
        assert killed or os.WEXITSTATUS(status) == 0
        say(number, "killed" if killed else "lived", consistent(folder))
        number += step


def every(folder: Path) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy)
        status = os.waitpid(in_child(partial(at_statement, copy, number)), 0)[1]
        killed = os.WIFSIGNALED(status)
        whole = consistent(copy)
        again = os.waitpid(in_child(partial(opened, copy)), 0)[1]
        agreed = again == 0 and outbox(copy, "station", "outbox") == outbox(copy, "journal", "done")
        say(number, "killed" if killed else "lived", whole and consistent(copy) and agreed)
        shutil.rmtree(copy)


def outbox(folder: Path, name: str, table: str) -> list[tuple[str, str]]:
    """The operations of one of the two files, in order, with their bodies."""
    with contextlib.closing(sqlite3.connect(folder / f"{name}.sqlite3")) as database:
        select = f"SELECT operation, body FROM {table} ORDER BY position"  # noqa: S608 - our own
        return database.execute(select).fetchall()


def moments(folder: Path, count: int) -> None:
    start = time.monotonic()
    os.waitpid(in_child(lambda: work(folder)), 0)
    longest = time.monotonic() - start
    for number in range(count):
        child = in_child(lambda: work(folder))
        time.sleep(random.uniform(0, longest))  # noqa: S311 - any moment will do
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        say(number, "killed" if os.WIFSIGNALED(status) else "lived", consistent(folder))


def full(folder: Path) -> None:
    core = opened(folder)
    arrive(core)
    logs = [folder / f"{name}.sqlite3-wal" for name in ("station", "journal")]
    size = max(log.stat().st_size for log in logs) + 20_000
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    for number in range(50):
        try:
            arrive(core)
        except StoreError as error:
            say(number, str(error).partition("\u00a0")[0], consistent(folder))
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    arrive(core)
    say("room", "lived", consistent(folder))


if __name__ == "__main__":
    jobs: dict[str, Callable[..., None]] = {
        "statements": statements,
        "every": every,
        "moments": moments,
        "full": full,
    }
    jobs[sys.argv[2]](Path(sys.argv[1]), *map(int, sys.argv[3:]))
