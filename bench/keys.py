"""From a key to its paint on the supervisor's screen, while another post makes changes."""

import random
import subprocess
import sys
from collections.abc import Collection, Iterator
from functools import partial

from bench.figures import Figure, middle, p95
from bench.grid import Grid
from bench.place import demonstration, opened, silent
from bench.terminal import ROWS, Terminal
from bench.traffic import AROUND
from guichet import demo
from guichet.domain.day import DayState
from guichet.domain.model import Role

_RATE = 50
_KEYS = 200
_STEPS = 5
_COLUMN = 12
_DOWN, _UP, _PAGE_DOWN = b"\x1b[B", b"\x1b[A", b"\x1b[6~"


def measure() -> Iterator[Figure]:
    with demonstration(Role.SUPERVISOR) as station:
        with opened(station) as post:
            rows = post.reception.day()
        coming = [row.name for row in rows if row.state is DayState.EXPECTED][:AROUND]
        command = ["bench.opened", str(station.folder), station.code, station.pin]
        folder = station.folder.parent.parent
        with (
            Terminal(*command) as terminal,
            demo.prepare(folder, Role.COUNTER, join=True, say=silent) as other,
        ):
            terminal.until(lambda grid: _shown(grid, [row.name for row in rows]) > ROWS // 2)
            for _page in range(len(rows) // 10):
                if _shown(terminal.grid, coming) >= AROUND // 2:
                    break
                terminal.press(_PAGE_DOWN)
                terminal.watch(0.5, lambda _grid: False)
            terminal.press(_UP * (2 * _STEPS))  # away from the edge: no key is to scroll
            terminal.watch(1.0, lambda _grid: False)
            quiet = _pressed(terminal)
            traffic = subprocess.Popen(
                [
                    *(sys.executable, "-m", "bench.traffic", str(other.folder)),
                    *(other.code, other.pin, str(_RATE)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            terminal.watch(5.0, lambda _grid: False)  # it takes a moment to open
            busy = _pressed(terminal)
            said, _nothing = traffic.communicate("end\n")
    rate, _pending = said.split()
    yield Figure("changes a second meanwhile", float(rate), "/s")
    peer = p95(quiet)
    yield Figure("key to paint under changes, p95", p95(busy), "ms", peer, "without changes", 25)
    yield Figure("key to paint under changes, median", middle(busy), "ms", middle(quiet), "without")


def _shown(grid: Grid, names: Collection[str]) -> int:
    lines = "\n".join(grid.lines)
    return sum(name in lines for name in names)


def _pressed(terminal: Terminal) -> list[float]:
    """Down and up again; the cursor's line must be seen to move."""
    taken = []
    for turn in range(_KEYS):
        before = terminal.grid.column_of_backgrounds(_COLUMN)
        moment = terminal.press(_UP if turn // _STEPS % 2 else _DOWN)
        pause = random.uniform(0.1, 0.2)  # noqa: S311 - so that keys fall anywhere between two ticks
        moved = partial(_moved, before)
        painted = terminal.watch(pause, moved) or terminal.until(moved, "the cursor elsewhere")
        taken.append(painted - moment)
    return taken


def _moved(before: tuple[str, ...], grid: Grid) -> bool:
    return grid.column_of_backgrounds(_COLUMN) != before
