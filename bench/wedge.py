"""A keyboard scanner at the counter: every scan recognised, and how soon its verdict is painted."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from bench.figures import Figure, middle, p95
from bench.grid import Grid
from bench.place import MOMENT, demonstration
from bench.terminal import ROWS, Terminal
from bench.verdict import AROUND, WANTED, expected, said, tokens
from guichet.config import OFFSET_VARIABLE
from guichet.demo import DemoStation
from guichet.domain.model import Role
from guichet.scanner.wedge import LEAST

_SCANS = {0.0: 200, 0.002: 200, 0.008: 60, 0.015: 40}
"""How many scans at each pace, in seconds a character: 500 in all."""
_LENGTH = 167
_FORGED, _FOREIGN = "G1:", "WIFI:"
_PAUSE, _PATIENCE = 0.2, 2.0
_SLOWEST = 0.02
"""Seconds between two first characters above which it is the bench that was late, not guichet."""
_ENTRY = "Référence ou nom"


class Scan(NamedTuple):
    """Whether a scan had its verdict, and whether it came as slowly as no scanner sends."""

    read: bool
    slow: bool


def measure() -> Iterator[Figure]:
    with demonstration(Role.COUNTER) as station:
        settings = station.folder / "settings.toml"  # a camera that sees nothing yet
        settings.write_text(f'camera = "{station.camera}"\n')
        with _counter(station, MOMENT) as terminal:
            for pace, number in _SCANS.items():
                scans = [_read(terminal, turn, pace) for turn in range(number)]
                missed = sum(not (scan.read or scan.slow) for scan in scans)
                name = f"scans missed of {number} at {pace * 1000:.0f} ms a character"
                yield Figure(name, missed, "", limit=0.5)
                yield Figure("sent too slowly to be a scanner's", sum(s.slow for s in scans), "")
            left_alone = _ENTRY in "\n".join(terminal.grid.lines)
            yield Figure("fields in which a scan left something", not left_alone, "", limit=0.5)
        taken: list[float] = []
        hour = 0
        while len(taken) < WANTED:
            taken += _round(station, MOMENT + hour * 2 * AROUND)
            hour += 1
    yield Figure("last key of a scan to painted verdict, p95", p95(taken[:WANTED]), "ms", limit=65)
    yield Figure("last key of a scan to painted verdict, median", middle(taken[:WANTED]), "ms")


def _counter(station: DemoStation, moment: datetime) -> Terminal:
    shift = round((moment - datetime.now(UTC)).total_seconds())
    command = ["bench.opened", str(station.folder), station.code, station.pin]
    terminal = Terminal(*command, environment={OFFSET_VARIABLE: str(shift)})
    terminal.until(lambda grid: "P R Ê T" in "\n".join(grid.lines), "the counter")
    terminal.watch(1.0, lambda _grid: False)
    return terminal


def _read(terminal: Terminal, turn: int, pace: float) -> Scan:
    """Scan a forged convocation and a foreign code in turns: the verdict must change each time."""
    prefix, word = ((_FORGED, "Faux ou modifié"), (_FOREIGN, "Autre QR code"))[turn % 2]
    text = prefix + "7" * (_LENGTH - len(prefix) - 4) + f"{turn:04}"
    late = 0.0
    if pace:
        sent = time.perf_counter()
        for at, character in enumerate(text):
            moment = terminal.press(character.encode())
            late = max(late, moment - sent if at < LEAST else 0.0)
            sent = moment
            time.sleep(pace)
        terminal.press(b"\r")
    else:
        terminal.press(f"{text}\r".encode())

    def shown(grid: Grid) -> bool:
        return _says(grid, word)

    read = terminal.watch(_PAUSE, shown) or terminal.watch(_PATIENCE, shown)
    return Scan(read is not None, slow=late > _SLOWEST)


def _says(grid: Grid, word: str) -> bool:
    return " ".join(word.upper()) in "\n".join(grid.lines[: ROWS // 2])


def _round(station: DemoStation, moment: datetime) -> list[float]:
    """The scans of those expected about a moment, each in one burst."""
    near, texts = expected(station, moment), tokens(station)
    taken = []
    with _counter(station, moment) as terminal:
        for row in near:
            shown = partial(said, row.name)
            before = terminal.press(texts[row.appointment or ""].encode("ascii") + b"\r")
            painted = terminal.watch(_PAUSE, shown) or terminal.until(shown, "the verdict")
            taken.append(painted - before)
    return taken
