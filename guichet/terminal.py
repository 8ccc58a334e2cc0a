"""The terminal the application draws on, which may vanish at any moment."""

import sys
from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Output:
    """A terminal to write on; what it no longer takes once it is gone is dropped.

    Textual writes in a thread that a failed write ends, and its loop then waits for ever for room
    in that thread's queue: the program would outlive its window, which `GuichetApp` looks for.
    """

    def __init__(self, terminal: IO[str]) -> None:
        self._terminal = terminal

    def write(self, text: str) -> None:
        """Write as a file does."""
        with suppress(OSError):
            self._terminal.write(text)

    def flush(self) -> None:
        """Send what was written."""
        with suppress(OSError):
            self._terminal.flush()

    def fileno(self) -> int:
        """The terminal's own."""
        return self._terminal.fileno()


class Driver(LinuxDriver):
    """Textual's, writing on an `Output`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = Output(sys.__stderr__)  # type: ignore[assignment, arg-type]
