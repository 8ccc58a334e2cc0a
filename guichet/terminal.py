"""The terminal the application draws on, which may vanish at any moment."""

import os
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Literal

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

    def draw(self, picture: str) -> bool:
        """Write a picture, unless the terminal has not taken yet what came before; whether it was.

        A terminal at the end of a slow line is shown fewer pictures, and is as quick with keys.
        """
        thread = self._writer_thread
        if thread is None or not thread._queue.empty():  # noqa: SLF001 - no public way
            return False
        self.write(picture)
        return True


_USUAL_CELL = (10, 20)

Graphics = Literal["cells", "kitty", "sixel"]

_MULTIPLEXERS = ("screen", "tmux")
_KITTY_TERMS = ("xterm-kitty", "xterm-ghostty")
_SIXEL_TERMS = ("foot", "mlterm", "contour", "yaft")
_SIXEL_PROGRAMS = ("WezTerm", "iTerm.app", "mintty")
_KONSOLE = 220400  # the first with sixels


def graphics_of(environment: Mapping[str, str]) -> Graphics:
    """How a terminal that says so much of itself draws pictures; in cells when in doubt.

    It is not asked: the answer would come among the keys, and some terminals print the question.
    """
    term = environment.get("TERM", "")
    if "TMUX" in environment or term.startswith(_MULTIPLEXERS) or "NO_COLOR" in environment:
        return "cells"
    program = environment.get("TERM_PROGRAM", "")
    if "KITTY_WINDOW_ID" in environment or term in _KITTY_TERMS or program == "ghostty":
        return "kitty"
    konsole = environment.get("KONSOLE_VERSION", "")
    modern = konsole.isdecimal() and int(konsole) >= _KONSOLE
    if term.startswith(_SIXEL_TERMS) or program in _SIXEL_PROGRAMS or modern:
        return "sixel"
    return "cells"


def cell_size() -> tuple[int, int] | None:
    """The pixels that a cell is wide and high, when the terminal tells."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - there is none on Windows
    import termios  # noqa: PLC0415

    for stream in (sys.__stderr__, sys.__stdout__, sys.__stdin__):
        with suppress(OSError, ValueError, AttributeError):
            answer = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))  # type: ignore[union-attr]
            rows, columns, width, height = struct.unpack("HHHH", answer)
            if rows and columns and width >= columns and height >= rows:
                return width // columns, height // rows
    return None


def pictures(setting: str) -> tuple[Graphics, tuple[int, int]]:
    """How to draw pictures by the `preview` setting, and the pixels of a cell.

    Sixels need the size of a cell: without it, cells.
    """
    cell = cell_size()
    wanted: Graphics = graphics_of(os.environ)
    if setting in ("kitty", "sixel"):
        wanted = "kitty" if setting == "kitty" else "sixel"
    if setting == "cells" or (wanted == "sixel" and cell is None):
        wanted = "cells"
    return wanted, cell or _USUAL_CELL
