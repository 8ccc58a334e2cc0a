"""A program in a real terminal of its own, and who of its processes is still there."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

from tests.waiting import until

_MARK = "GUICHET_TEST_RUN"
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class Terminal:
    """`python -m guichet …` in a terminal of 120×40; `output` is what it has written so far."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._mark = uuid.uuid4().hex
        self._master, slave = pty.openpty()
        environment = os.environ | {
            "TERM": "xterm-256color",
            "COLUMNS": "120",
            "LINES": "40",
            "GUICHET_DIR": str(folder),
            _MARK: self._mark,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, "-m", "guichet", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.output = b""
        self._open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Whoever reads closes too: a descriptor closed under a reader would stay open.
        with contextlib.suppress(OSError):  # the program's end of the terminal is gone
            while self._open:
                if select.select([self._master], [], [], 0.05)[0]:
                    self.output += os.read(self._master, 65536)
        os.close(self._master)

    def wait_for(self, text: str, timeout: float = 60.0) -> None:
        until(lambda: text.encode() in self.output, timeout, f"{text}\n{self.output[-3000:]!r}")

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def close(self) -> None:
        """Close the terminal's window."""
        self._open = False
        self._reader.join()

    def processes(self) -> list[int]:
        """The processes of this run that are alive, children of children too."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    zombie = " Z " in (entry / "stat").read_text().rpartition(")")[2][:4]
                    environment = (entry / "environ").read_bytes()
                    if not zombie and f"{_MARK}={self._mark}".encode() in environment:
                        found.append(int(entry.name))
        return found

    def wait_until_gone(self, after: str, timeout: float = 30.0) -> None:
        what = f"still there after {after}: {self.processes()}"
        until(lambda: not self.processes(), timeout, what)

    def end(self) -> None:
        """Whatever happened, leave nothing behind."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.close()
