"""From a decoded text to its verdict on the screen, the check-in being durable; and decoding."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import cv2
import numpy as np

from bench.figures import Figure, middle, p95
from bench.grid import Grid
from bench.place import MOMENT, demonstration, opened
from bench.terminal import COLUMNS, ROWS, Terminal
from guichet.config import OFFSET_VARIABLE
from guichet.demo import DemoStation
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Role
from guichet.scanner.decoder import Decoder

WANTED = 200
AROUND = timedelta(minutes=10)
"""How far from their time people come: nobody is early or late."""
_PAUSE = 0.3


def measure() -> Iterator[Figure]:
    yield from _decoding()
    taken: list[float] = []
    with demonstration(Role.COUNTER) as station:
        settings = station.folder / "settings.toml"  # a camera that sees nothing yet
        settings.write_text(f'camera = "{station.camera}"\n')
        hour = 0
        while len(taken) < WANTED:
            taken += _round(station, MOMENT + hour * 2 * AROUND)
            hour += 1
    taken = taken[:WANTED]
    yield Figure("decoded text to painted verdict, p95", p95(taken), "ms", limit=65)
    yield Figure("decoded text to painted verdict, median", middle(taken), "ms")


def _round(station: DemoStation, moment: datetime) -> list[float]:
    """The scans of those expected about a moment, with the clock set there."""
    shift = round((moment - datetime.now(UTC)).total_seconds())
    near, texts = expected(station, moment), tokens(station)
    pipe = station.folder / f"texts-{shift}"
    os.mkfifo(pipe)
    command = ["bench.opened", str(station.folder), station.code, station.pin, str(pipe)]
    with Terminal(*command, environment={OFFSET_VARIABLE: str(shift)}) as terminal:
        terminal.until(lambda grid: "P R Ê T" in "\n".join(grid.lines), "the counter")
        terminal.watch(1.0, lambda _grid: False)
        with pipe.open("w", encoding="ascii") as fed:
            return [
                _scanned(terminal, fed.fileno(), texts[row.appointment or ""], row) for row in near
            ]


def expected(station: DemoStation, moment: datetime) -> list[DayRow]:
    """Who is expected about a moment."""
    with opened(station) as post:
        return [
            row
            for row in post.reception.day()
            if row.state is DayState.EXPECTED
            and row.starts_at is not None
            and abs(row.starts_at - moment) <= AROUND
        ]


def tokens(station: DemoStation) -> dict[str, str]:
    """The text of each appointment's QR code."""
    with contextlib.closing(sqlite3.connect(station.folder / "station.sqlite3")) as replica:
        return dict(replica.execute("SELECT id, token FROM appointment").fetchall())


def _scanned(terminal: Terminal, texts: int, token: str, row: DayRow) -> float:
    before = time.perf_counter()
    os.write(texts, f"{token}\n".encode("ascii"))
    shown = partial(said, row.name)
    painted = terminal.watch(_PAUSE, shown) or terminal.until(shown, "the verdict")
    return painted - before


def said(name: str, grid: Grid) -> bool:
    """Whether the verdict, above and on the right, is this person's."""
    return any(name in line[COLUMNS // 2 :] for line in grid.lines[: ROWS // 2])


def _decoding() -> Iterator[Figure]:
    from guichet.convocation.document import render_png  # noqa: PLC0415
    from tests.convocation.samples import CONVOCATION  # noqa: PLC0415 - for this part only

    png = np.frombuffer(render_png(CONVOCATION), np.uint8)
    page = np.asarray(cv2.imdecode(png, cv2.IMREAD_COLOR), np.uint8)
    decoder, taken = Decoder(), []
    for _turn in range(50):
        start = time.perf_counter()
        assert decoder.look(page).codes
        taken.append(time.perf_counter() - start)
    yield Figure("decoding a frame that shows a page, p95", p95(taken), "ms")
