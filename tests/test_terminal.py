import fcntl
import os
import struct
import sys
import termios

import pytest

from guichet.terminal import Graphics, Output, cell_size, graphics_of, pictures


def test_a_terminal_takes_what_is_written_while_it_is_there() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        output = Output(terminal)
        output.write("à jour")
        output.flush()
        assert os.read(master, 100).decode() == "à jour"
        os.close(master)


def test_a_terminal_that_is_gone_stops_nobody() -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "w") as terminal:
        os.close(master)
        output = Output(terminal)
        for _each in range(3):
            output.write("x" * 100_000)
            output.flush()
        with pytest.raises(OSError, match="Input/output"):
            print("x", file=terminal, flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), slave)  # so that closing it can succeed


@pytest.mark.parametrize(
    ("environment", "graphics"),
    [
        ({}, "cells"),
        ({"TERM": "xterm-256color"}, "cells"),
        ({"TERM": "linux"}, "cells"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, "cells"),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1"}, "cells"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, "cells"),  # noqa: S108 - nobody's file
        ({"TERM": "foot-extra"}, "sixel"),
        ({"TERM_PROGRAM": "WezTerm"}, "sixel"),
        ({"KONSOLE_VERSION": "230801"}, "sixel"),
        ({"KONSOLE_VERSION": "201203"}, "cells"),
        ({"KONSOLE_VERSION": "unknown"}, "cells"),
    ],
)
def test_a_terminal_draws_pixels_only_when_it_says_so(
    environment: dict[str, str], graphics: Graphics
) -> None:
    assert graphics_of(environment) == graphics


@pytest.mark.parametrize(
    ("window", "cell"),
    [((24, 80, 800, 480), (10, 20)), ((24, 80, 0, 0), None), ((0, 0, 800, 480), None)],
)
def test_the_size_of_a_cell_is_the_terminal_s(
    window: tuple[int, int, int, int],
    cell: tuple[int, int] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *window))
    monkeypatch.setenv("TERM", "foot")
    for name in ("TMUX", "NO_COLOR", "KITTY_WINDOW_ID"):
        monkeypatch.delenv(name, raising=False)
    with os.fdopen(slave, "w") as terminal:
        for stream in ("__stderr__", "__stdout__", "__stdin__"):
            monkeypatch.setattr(sys, stream, terminal)
        assert cell_size() == cell
        assert pictures("auto") == (("sixel", cell) if cell else ("cells", (10, 20)))
        assert pictures("cells")[0] == "cells"
        assert pictures("kitty")[0] == "kitty"
    os.close(master)
