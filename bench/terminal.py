"""A program in a real pseudo-terminal, and when it painted what."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.grid import Grid

COLUMNS, ROWS = 120, 40
_PATIENCE = 30.0


class Terminal:
    """`python -m module arguments…` in a terminal of 120×40 with true colours.

    Moments are those of time.perf_counter, the same clock in every process; `started` is taken
    before the process is made.
    """

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.grid = Grid(COLUMNS, ROWS)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        known = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        known["PYTHONDONTWRITEBYTECODE"] = ""  # an installed guichet has its bytecode
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, **known, **(environment or {})},
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        while self._process.poll() is None:
            self._read(0.05)  # a full terminal would block its last words
        os.close(self._master)

    def _read(self, timeout: float) -> bytes:
        ready, _write, _error = select.select([self._master], [], [], timeout)
        if not ready:
            return b""
        try:
            return os.read(self._master, 1 << 16)
        except OSError:  # how Linux says that the other side has ended
            return b""

    def until(self, shown: Callable[[Grid], bool], what: str = "") -> float:
        """The moment when the output came that made `shown` true."""
        end = time.perf_counter() + _PATIENCE
        while time.perf_counter() < end and self._process.poll() is None:
            output = self._read(1.0)
            moment = time.perf_counter()
            self.grid.feed(output)
            if shown(self.grid):
                return moment
        picture = "\n".join(line.rstrip() for line in self.grid.lines)
        raise AssertionError(f"never shown: {what or shown}\n{picture}")

    def press(self, keys: bytes) -> float:
        """Type; the moment just before."""
        moment = time.perf_counter()
        os.write(self._master, keys)
        return moment

    def watch(self, seconds: float, shown: Callable[[Grid], bool]) -> float | None:
        """Read for so long, then find when the output came that made `shown` true, if it did.

        Nothing is interpreted meanwhile, so that reading is never late.
        """
        came: list[tuple[float, bytes]] = []
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            output = self._read(left)
            if output:
                came.append((time.perf_counter(), output))
        moment = None
        for when, output in came:
            self.grid.feed(output)
            if moment is None and shown(self.grid):
                moment = when
        return moment

    def processor(self) -> float:
        """Seconds of processor time taken so far."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> tuple[float, float]:
        """MiB held now, and at most so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        kib = {
            line.split(":")[0]: int(line.split()[1])
            for line in status.splitlines()
            if line.startswith(("VmRSS", "VmHWM"))
        }
        return kib["VmRSS"] / 1024, kib["VmHWM"] / 1024
