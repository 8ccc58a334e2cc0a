"""From a frame, and from a decoded text, to a verdict on the screen, the check-in being durable."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

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
    texts: list[float] = []
    frames: list[float] = []
    with demonstration(Role.COUNTER) as station:
        settings = station.folder / "settings.toml"  # a camera that sees nothing yet
        settings.write_text(f'camera = "{station.camera}"\n')
        hour = 0
        while len(texts) + len(frames) < WANTED:
            taken = _round(station, MOMENT + hour * 2 * AROUND)
            texts += taken[::2]
            frames += taken[1::2]
            hour += 1
    yield Figure("decoded text to painted verdict, p95", p95(texts), "ms", limit=65)
    yield Figure("decoded text to painted verdict, median", middle(texts), "ms")
    yield Figure("frame of 1280x720 to painted verdict, p95", p95(frames), "ms", limit=150)
    yield Figure("frame of 1280x720 to painted verdict, median", middle(frames), "ms")


def _round(station: DemoStation, moment: datetime) -> list[float]:
    """The scans of those expected about a moment, with the clock set there.

    The first as a text that was decoded, the next as a frame that shows it, and so on.
    """
    shift = round((moment - datetime.now(UTC)).total_seconds())
    near, texts = expected(station, moment), tokens(station)
    pipe = station.folder / f"texts-{shift}"
    os.mkfifo(pipe)
    command = ["bench.opened", str(station.folder), station.code, station.pin, str(pipe)]
    with Terminal(*command, environment={OFFSET_VARIABLE: str(shift)}) as terminal:
        terminal.until(lambda grid: "P R Ê T" in "\n".join(grid.lines), "the counter")
        terminal.watch(1.0, lambda _grid: False)
        with pipe.open("w", encoding="ascii") as fed:
            lines = [
                texts[row.appointment or ""]
                if rank % 2 == 0
                else _frame(station.folder, texts[row.appointment or ""])
                for rank, row in enumerate(near)
            ]
            return [
                _scanned(terminal, fed.fileno(), line, row)
                for line, row in zip(lines, near, strict=True)
            ]


def _frame(folder: Path, token: str) -> str:
    """The file of a frame that shows this code, tilted and noisy as a camera has it."""
    from tests.scanner import samples  # noqa: PLC0415 - for this measure only

    path = folder / f"frame-{abs(hash(token))}.npy"
    np.save(path, samples.noisy(samples.tilted(samples.scene(samples.code(token, box=5)), 0.05), 6))
    return str(path)


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


def _scanned(terminal: Terminal, texts: int, line: str, row: DayRow) -> float:
    before = time.perf_counter()
    os.write(texts, f"{line}\n".encode("ascii"))
    shown = partial(said, row.name)
    painted = terminal.watch(_PAUSE, shown) or terminal.until(shown, "the verdict")
    return painted - before


def said(name: str, grid: Grid) -> bool:
    """Whether the verdict, above and on the right, is this person's."""
    return any(name in line[COLUMNS // 2 :] for line in grid.lines[: ROWS // 2])


def _decoding() -> Iterator[Figure]:
    from guichet.convocation.document import render_png  # noqa: PLC0415 - for this part only
    from tests.convocation.samples import CONVOCATION  # noqa: PLC0415 - for this part only

    png = np.frombuffer(render_png(CONVOCATION), np.uint8)
    page = np.asarray(cv2.imdecode(png, cv2.IMREAD_COLOR), np.uint8)
    decoder, taken = Decoder(), []
    for _turn in range(50):
        start = time.perf_counter()
        assert decoder.look(page).codes
        taken.append(time.perf_counter() - start)
    yield Figure("decoding a frame that shows a page, p95", p95(taken), "ms")
