"""A day of 800 arrivals at 12 desks, sixty times faster, seen from a counter and a supervisor.

`python -m bench.replay_day SECONDS` plays so many of its 450 seconds. Central serves over HTTP in
a process of its own; two stations receive and call, and a counter, a supervisor and a waiting
room's display are open beside them, each in a terminal.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.figures import Figure, middle, p95
from bench.grid import Grid
from bench.place import demonstration, opened, silent
from bench.terminal import Terminal
from guichet import demo
from guichet.demo import DemoStation
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Role
from guichet.station import Station

ARRIVALS, DAY, FASTER, DESKS = 800, 7.5 * 3600, 60, 12
WHOLE = DAY / FASTER
_RATE = ARRIVALS / WHOLE
_OPENS = 6.0
"""Seconds until those who work have opened their stations."""
_SOON = 1500
"""Seconds before their time at which people are received without a question."""
_COLUMN = 12
_DOWN, _UP = b"\x1b[B", b"\x1b[A"


@dataclass
class Seen:
    """Seconds from a key to its paint at the counter and the supervisor's, and from scan to row."""

    counter: list[float] = field(default_factory=list)
    supervisor: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)


def measure(seconds: float = WHOLE) -> Iterator[Figure]:
    seen = Seen()
    with ExitStack() as stack:
        boss = stack.enter_context(demonstration(Role.SUPERVISOR))
        with opened(boss) as post:
            scans = _scans(post)
        folder = boss.folder.parent.parent
        join = partial(demo.prepare, folder, Role.COUNTER, join=True, say=silent)
        desk, one, two = (stack.enter_context(join()) for _each in range(3))
        pipe = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "scans"
        os.mkfifo(pipe)
        works = [_works(station, part, seconds) for part, station in enumerate((one, two))]
        end = time.monotonic() + seconds
        supervisor = stack.enter_context(
            Terminal("bench.opened", str(boss.folder), boss.code, boss.pin)
        )
        counter = stack.enter_context(
            Terminal("bench.opened", str(desk.folder), desk.code, desk.pin, str(pipe))
        )
        display = stack.enter_context(
            Terminal("guichet", "display", "--dir", str(desk.folder), "--mute")
        )
        _together(
            seen,
            partial(_at_counter, counter, seen, end),
            partial(_at_supervisor, supervisor, seen, scans, pipe, end),
            partial(_at_display, display, end),
        )
        used = display.processor() / seconds
        told = [[int(word) for word in work.communicate()[0].split()] for work in works]
    came, served, pending = map(sum, zip(*told, strict=True))
    yield Figure("arrivals replayed", came, "", ARRIVALS * seconds / WHOLE, "planned")
    yield Figure("served", served, "")
    yield Figure("not heard of by central at the end", pending, "", limit=0.5)
    for name, taken in (("counter", seen.counter), ("supervisor", seen.supervisor)):
        yield Figure(f"{name}: key to paint, median", middle(taken), "ms")
        yield Figure(f"{name}: key to paint, p95 of {len(taken)}", p95(taken), "ms", limit=100)
        yield Figure(f"{name}: key to paint, most", max(taken) * 1000, "ms", limit=100)
    yield Figure("scan to the supervisor's row, median", middle(seen.rows), "ms")
    yield Figure(
        f"scan to the supervisor's row, most of {len(seen.rows)}",
        max(seen.rows) * 1000, "ms", limit=1000,
    )  # fmt: skip
    yield Figure("display: of a core", 100 * used, "%")


def _scans(post: Station) -> list[tuple[DayRow, str]]:
    """Who is expected about now, and what their convocation says."""
    found, now = [], post.now()
    for row in post.reception.day():
        soon = row.starts_at and -600 < (row.starts_at - now).total_seconds() < _SOON
        known = post.mediation.appointment(row.reference) if soon else None
        if row.state is DayState.EXPECTED and known is not None and known.token is not None:
            found.append((row, known.token))
    return found


def _works(station: DemoStation, part: int, seconds: float) -> "subprocess.Popen[str]":
    desks = [str(60 + part * DESKS // 2 + n) for n in range(DESKS // 2)]
    command = [sys.executable, "-m", "bench.day_traffic", str(station.folder), station.code]
    command += [station.pin, *desks, str(_RATE / 2), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _together(seen: Seen, *works: Callable[[], None]) -> None:
    """Each in its thread; the first fault of any is raised."""

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:  # noqa: BLE001 - raised below
            seen.faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if seen.faults:
        raise seen.faults[0]


def _pressed(terminal: Terminal, down: bool) -> float:  # noqa: FBT001 - one of two arrows
    """Seconds until the cursor's line is seen to have moved."""
    before = terminal.grid.column_of_backgrounds(_COLUMN)

    def moved(grid: Grid) -> bool:
        return grid.column_of_backgrounds(_COLUMN) != before

    moment = terminal.press(_DOWN if down else _UP)
    pause = random.uniform(0.2, 0.3)  # noqa: S311 - so that keys fall anywhere between two ticks
    painted = terminal.watch(pause, moved) or terminal.until(moved, "the cursor elsewhere")
    return painted - moment


def _at_counter(terminal: Terminal, seen: Seen, end: float) -> None:
    terminal.until(lambda grid: any("Prêt" in line or "P R Ê T" in line for line in grid.lines))
    terminal.watch(_OPENS, lambda _grid: False)
    terminal.press(b"z")  # a letter typed, so that the list holds still: the day is searched
    turn = 0
    while time.monotonic() < end:
        turn += 1
        letter = b"e" if turn % 2 else b"\x7f"
        before = list(terminal.grid.lines)
        moment = terminal.press(letter)

        def typed(grid: Grid, before: list[str] = before) -> bool:
            return list(grid.lines) != before

        painted = terminal.watch(0.25, typed) or terminal.until(typed, "what was typed")
        seen.counter.append(painted - moment)


def _at_supervisor(
    terminal: Terminal, seen: Seen, scans: list[tuple[DayRow, str]], pipe: Path, end: float
) -> None:
    terminal.until(lambda grid: any("Tension" in line for line in grid.lines))
    terminal.watch(_OPENS, lambda _grid: False)
    given = iter(scans)
    with pipe.open("w", encoding="ascii", buffering=1) as feed:
        while time.monotonic() < end:
            for turn in range(20):
                seen.supervisor.append(_pressed(terminal, turn % 10 < 5))
            row, token = next(given, (None, ""))
            if row is None or time.monotonic() > end:
                continue
            _only(terminal, row)
            moment = time.perf_counter()
            feed.write(token + "\n")
            come = partial(_stands, row=row, here=True)  # called at once by a desk that is free
            seen.rows.append(terminal.until(come, "the row of who was scanned") - moment)
            terminal.press(b"\x1b")
            terminal.watch(1.0, lambda _grid: False)


def _only(terminal: Terminal, row: DayRow) -> None:
    """Show the line of somebody who is expected, alone."""
    terminal.press(b"/")
    terminal.watch(0.5, lambda _grid: False)
    terminal.press(row.reference.encode())
    terminal.until(partial(_stands, row=row, here=False), "who is expected")


def _stands(grid: Grid, row: DayRow, *, here: bool) -> bool:
    """Whether the first line of the table is theirs, and says that they have come, or have not."""
    lines = [line for line in grid.lines if row.name.split()[0] in line and ":" in line]
    return bool(lines) and ("attendu" not in lines[0]) is here


def _at_display(terminal: Terminal, end: float) -> None:
    terminal.until(lambda grid: any("attend" in line for line in grid.lines))
    while time.monotonic() < end:
        terminal.watch(1.0, lambda _grid: False)


if __name__ == "__main__":
    for figure in measure(float(sys.argv[1]) if len(sys.argv) > 1 else WHOLE):
        print(figure, flush=True)
