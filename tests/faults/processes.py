"""Real processes to be killed: a central, and stations that work without their threads."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from guichet.config import OFFSET_VARIABLE
from tests.posts import MORNING, World


class CentralProcess:
    """`guichet central serve` on a world's database, at the world's address and near its hour."""

    def __init__(self, world: World) -> None:
        world.stop()
        offset = round((MORNING - datetime.now(UTC)).total_seconds())
        self._child = subprocess.Popen(
            [
                *(sys.executable, "-m", "guichet", "central", "serve", "--stop-with-stdin"),
                *("--dir", str(world.folder), "--port", world.url.rsplit(":", 1)[1]),
            ],
            env={**os.environ, OFFSET_VARIABLE: str(offset)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._child.stdout is not None
        assert world.url in self._child.stdout.readline()

    def kill(self) -> None:
        """End it as a power cut does."""
        self._child.send_signal(signal.SIGKILL)
        self._child.communicate()

    def limit_files(self, size: int) -> None:
        """Let no file grow beyond so many bytes, as a full disk would; RLIM_INFINITY: no limit."""
        _soft, hard = resource.prlimit(self._child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._child.pid, resource.RLIMIT_FSIZE, (size, hard))

    def end(self) -> None:
        """End it politely."""
        if self._child.poll() is None:
            self._child.communicate("")


@contextmanager
def central_process(world: World) -> Iterator[CentralProcess]:
    """A central of its own process instead of the world's, which serves again afterwards."""
    process = CentralProcess(world)
    try:
        yield process
    finally:
        process.end()


def victim(folder: Path, *words: str) -> list[str]:
    """What tests/faults/victim.py says, line by line."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.victim", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout.splitlines()
