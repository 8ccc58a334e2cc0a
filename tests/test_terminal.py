import os

import pytest

from guichet.terminal import Output


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
