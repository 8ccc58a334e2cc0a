"""4,000 stations that listen to one process, of which nothing happens: its memory and CPU.

Then one change at one site, until all of its stations have heard, written by another process.
"""

import asyncio
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine

from bench.figures import Figure, p95
from guichet.central import feed, registry
from guichet.central.feed import publish_records
from guichet.central.transactions import transact
from guichet.config import clock
from guichet.domain.model import Site
from guichet.store.engine import open_engine, reading, sqlite_url

_STATIONS = 4_000
_SITES = 330
_SETTLE = 3.0  # seconds
_IDLE = 60.0  # seconds; four comments to each
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Listening:
    """What all the streams of this process have heard."""

    told: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    """When, and which sequence, by site."""
    comments: int = 0
    open: int = 0


def measure() -> Iterator[Figure]:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        folder = Path(name)
        engine = open_engine(sqlite_url(folder / "central.sqlite3"))
        on.callback(engine.dispose)
        registry.create(engine, clock()())
        sites = [Site(n, f"Site {n}", "", "Europe/Paris", 30, 15) for n in range(1, _SITES + 1)]
        transact(engine, lambda connection: publish_records(connection, 1, sites))
        tokens = {n: _token(engine, n) for n in range(1, _SITES + 1)}
        process = on.enter_context(_serving(folder))
        assert process.stdout is not None
        found = re.search(r"http\S+", process.stdout.readline())
        assert found is not None
        yield from asyncio.run(_listen(found[0], process.pid, tokens, engine))


def _token(engine: Engine, site: int) -> str:
    code = registry.add_enrol_code(engine, site, datetime.now(UTC))
    made = registry.enrol(engine, code, "bench", datetime.now(UTC))
    assert isinstance(made, registry.Enrolled)
    return made.token


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-m", "guichet", "central", "serve", "--port", "0"]
    words += ["--dir", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


async def _listen(url: str, pid: int, tokens: dict[int, str], engine: Engine) -> list[Figure]:
    heard = Listening()
    before = _memory(pid)
    began = time.perf_counter()
    tasks = []
    for rank in range(_STATIONS):
        site = rank % _SITES + 1
        tasks.append(asyncio.create_task(_stream(url, site, tokens[site], heard)))
        if rank % 100 == 0:
            await asyncio.sleep(0.01)
    await _until(lambda: heard.open == _STATIONS)
    opened = time.perf_counter() - began
    await asyncio.sleep(_SETTLE)
    comments, cpu, start = heard.comments, _cpu(pid), time.perf_counter()
    await asyncio.sleep(_IDLE)
    share = (_cpu(pid) - cpu) / (time.perf_counter() - start) * 100
    said = (heard.comments - comments) / _IDLE
    memory = _memory(pid) - before
    taken = [await _told(heard, engine, site) for site in (1, 2, 3, 4, 5)]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [
        Figure(f"{_STATIONS:,} listening stations, CPU while idle", share, "%", limit=1),
        Figure("the same, comments sent", said, "/s"),
        Figure("the same, memory for each", memory / _STATIONS, "KiB"),
        Figure("the same, to open them all", opened, "s"),
        Figure(
            "a change by another process, to all of its site, p95", p95(taken), "ms", limit=2000
        ),
    ]


async def _told(heard: Listening, engine: Engine, site: int) -> float:
    """Seconds until every stream of the site has heard of a change that this process writes."""
    listeners = len(range(site - 1, _STATIONS, _SITES))
    began = time.perf_counter()
    await asyncio.to_thread(_write, engine, site)
    with reading(engine) as connection:
        sequence = feed.sequence_of(connection, site)
    await _until(lambda: sum(told == sequence for _at, told in heard.told[site]) == listeners)
    return max(at for at, told in heard.told[site] if told == sequence) - began


async def _until(probe: Callable[[], bool]) -> None:
    while not probe():  # noqa: ASYNC110 - what is waited for is many streams' doing
        await asyncio.sleep(0.005)


def _write(engine: Engine, site: int) -> None:
    transact(engine, lambda connection: feed.publish(connection, site, [("person", "gone")]))


async def _stream(url: str, site: int, token: str, heard: Listening) -> None:
    """A station that does nothing but listen, as plain as can be: this process has to keep up."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(
        f"GET /v1/events HTTP/1.1\r\nHost: {where.netloc}\r\nGuichet-Protocol: 1\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    told = heard.told.setdefault(site, [])
    first = True
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                told.append((time.perf_counter(), int(line[6:])))
                heard.open += first
                first = False
            elif line == b":\n":
                heard.comments += 1
    finally:
        writer.close()


def _cpu(pid: int) -> float:
    """Seconds of CPU that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _memory(pid: int) -> int:
    """KiB that the process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
