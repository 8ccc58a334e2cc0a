"""Several processes on one port: started, replaced when they die, ended together.

Each is `guichet central serve` itself, on the socket that it inherits; it ends with this process,
however sudden that end, because its standard input does. uvicorn's own supervisor starts servers
that leave event streams open when they are told to stop, so it is not used.
"""

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from prometheus_client.multiprocess import mark_process_dead

from guichet.central import serve, upgrade
from guichet.central.metrics import FOLDER_VARIABLE
from guichet.config import clock
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.store.engine import open_engine

log = logging.getLogger(__name__)

DATABASE_VARIABLE = "GUICHET_DATABASE"
_LOOK_EVERY = 0.2  # seconds
_AGAIN_AFTER = 1.0  # seconds; a worker that dies at once must not take a whole core
_BACKLOG = 2048


def run(
    number: int,
    database_url: str,
    host: str,
    port: int,
    *,
    folder: Path,
    ready: Callable[[str], None],
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Serve with `number` processes until SIGTERM or SIGINT; `ready` is told the address.

    Each logs in a folder of its own within `folder`. Raises StoreError when the database cannot be
    opened, ConfigError when it must be migrated first or is SQLite, when the address cannot be
    used, or when a process does not start.
    """
    _prepare(database_url)
    serve.warn_without_tls(host, tls=tls_cert is not None)
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    with _listening(host, port) as listener, _measures() as measures:
        before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
        # Not in the command line, which every user of the computer may read.
        environment = {**os.environ, DATABASE_VARIABLE: database_url, FOLDER_VARIABLE: measures}
        workers: list[_Worker] = []
        try:
            for place in range(1, number + 1):
                command = _command(folder / f"worker-{place}", tls_cert, tls_key)
                workers.append(_Worker(command, listener, environment))
            if all(worker.answers() for worker in workers):
                ready(serve.url_of(listener, tls=tls_cert is not None))
                _look_after(workers, stopping, measures)
            elif not stopping.is_set():
                raise ConfigError(_("Un processus de la centrale n’a pas démarré."))
        finally:
            _end(workers)
            for each, handler in before.items():
                signal.signal(each, handler)


def _prepare(database_url: str) -> None:
    engine = open_engine(database_url)
    try:
        if engine.dialect.name == "sqlite":
            raise ConfigError(
                _(
                    "Une base SQLite n’a qu’un seul processus qui écrit\u00a0: retirez --workers, "
                    "ou passez à PostgreSQL (docs/operations.md)."
                )
            )
        upgrade.prepare(engine, clock()())
    finally:
        engine.dispose()


class _Worker:
    """One process that serves."""

    def __init__(
        self, command: list[str], listener: socket.socket, environment: dict[str, str]
    ) -> None:
        self._start = (command, listener, environment)
        self.process = subprocess.Popen(
            [*command, "--fd", str(listener.fileno())],
            stdin=subprocess.PIPE,  # nobody else holds the other end
            stdout=subprocess.PIPE,
            env=environment,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl+C is for the parent, which tells them
        )

    def answers(self) -> bool:
        """Wait until it says that it answers; False when it ends instead."""
        assert self.process.stdout is not None  # noqa: S101 - as started
        return bool(self.process.stdout.readline())

    def again(self) -> "_Worker":
        """Another one in its place."""
        self.close()
        return _Worker(*self._start)

    def close(self) -> None:
        """Let its standard input and output go, which ends it if it still lives."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _look_after(workers: list[_Worker], stopping: threading.Event, measures: str) -> None:
    while not stopping.wait(_LOOK_EVERY):
        for place, worker in enumerate(workers):
            code = worker.process.poll()
            if code is None:
                continue
            log.error("worker %d ended with %d; another takes its place", worker.process.pid, code)
            mark_process_dead(worker.process.pid, measures)  # type: ignore[no-untyped-call] # theirs
            if stopping.wait(_AGAIN_AFTER):
                return
            workers[place] = worker.again()


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            worker.process.terminate()
    for worker in workers:
        try:
            worker.process.wait(serve.GRACE + 2)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
        worker.close()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigError(serve.unusable(host, port)) from error
    with listener:
        yield listener


@contextmanager
def _measures() -> Iterator[str]:
    """The folder where the processes put what they count."""
    folder = tempfile.mkdtemp(prefix="guichet-metrics-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path, tls_cert: Path | None, tls_key: Path | None) -> list[str]:
    words = [sys.executable, "-m", "guichet", "central", "serve", "--stop-with-stdin"]
    words += ["--dir", os.fspath(folder)]
    for option, file in (("--tls-cert", tls_cert), ("--tls-key", tls_key)):
        words += [option, os.fspath(file)] if file is not None else []
    return words
