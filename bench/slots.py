"""Slot search over three sites and sixty days: at central, over HTTP, and on the station.

Each is beside sqlite3 reading the rows that it found, by their ids, out of the same database.
"""

import contextlib
import gc
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bench.figures import Figure, p95
from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.feed import publish_records
from guichet.central.serve import running
from guichet.central.training_catalogue import DAY, LANES, PROCEDURES, SITES
from guichet.central.transactions import transact
from guichet.config import clock
from guichet.domain.calendar_fr import is_open_day
from guichet.domain.model import Site, Slot
from guichet.domain.replicated import Record
from guichet.station import Station
from guichet.station.enrolling import enrol
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.queries import coming_slots, nearest_slots
from guichet.sync.client import CentralClient

_DAYS = 60
_FULL = 40
"""Days from today without a free seat: who searches has to look beyond them."""
_LIMIT = 50
_RUNS, _WARM = 100, 5
_CODE = "RENO"


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as on:
        folder, now = Path(name), clock()()
        engine = open_engine(sqlite_url(folder / "central.sqlite3"))
        on.callback(engine.dispose)
        registry.create(engine, now)
        for site in SITES:
            records: list[Record] = [site, *PROCEDURES, *_slots(site, now.date())]
            transact(engine, partial(_publish, site.number, records))
        code = registry.add_enrol_code(engine, SITES[0].number, now)
        url = on.enter_context(running(create_app(engine, protection=UNLIMITED)))
        enrolment = enrol(folder / "station", url, code, "bench", clock())
        station = Station.open(folder / "station", clock())
        on.callback(station.close)
        client = CentralClient(url, enrolment.token)
        on.callback(client.close)
        until = now + timedelta(days=_DAYS)
        here, other = SITES[0].number, SITES[2].number

        gc.freeze()  # as the station and central do once they have started

        def query(nearest: bool) -> list[Slot]:  # noqa: FBT001 - two queries
            with reading(engine) as connection:
                if nearest:
                    return nearest_slots(connection, _CODE, now, until)
                return coming_slots(connection, other, _CODE, now, until)

        def mine() -> list[Slot]:
            return [s for day in station.assistance.slots(_CODE, here).values() for s in day]

        central, replica = folder / "central.sqlite3", folder / "station" / "station.sqlite3"
        yield _figure("nearest slots of 3 sites, 60 days, central", lambda: query(True), central)
        yield _figure("the same over HTTP", lambda: client.nearest(_CODE), central)
        yield _figure("all slots of a site, 60 days, central", lambda: query(False), central)
        yield _figure("the same over HTTP", lambda: client.slots(_CODE, other), central)
        yield _figure("all slots of one's own site, station", mine, replica)


def _publish(site: int, records: Sequence[Record], connection: Connection) -> None:
    publish_records(connection, site, records)


def _slots(site: Site, today: date) -> Iterator[Slot]:
    """Every opening of every lane of a site; the first weeks are full."""
    for after in range(_DAYS):
        day = today + timedelta(days=after)
        for lane in LANES if is_open_day(day) else ():
            seats = lane.seats[site.number - 1] if after >= _FULL else 0
            codes = tuple(each.code for each in PROCEDURES if each.lane == lane.letter)
            for opens, closes in DAY:
                start = datetime.combine(day, opens, ZoneInfo(site.time_zone))
                while start.time() < closes:
                    yield Slot(
                        id=f"{site.number}-{lane.letter}-{start:%Y%m%d%H%M}",
                        site=site.number,
                        day=day,
                        starts_at=start.astimezone(UTC),
                        minutes=lane.every,
                        procedures=codes,
                        seats=seats,
                        free=seats,
                    )
                    start += timedelta(minutes=lane.every)


def _figure(name: str, search: Callable[[], list[Slot]], database: Path) -> Figure:
    found = search()
    assert found
    with contextlib.closing(sqlite3.connect(database)) as raw:
        wanted = json.dumps([slot.id for slot in found])

        def read() -> list[object]:
            rows = raw.execute(
                "SELECT * FROM slot WHERE id IN (SELECT value FROM json_each(?))"
                " ORDER BY starts_at",
                (wanted,),
            )
            return rows.fetchall()

        assert len(read()) == len(found)
        peer = p95(_timed(read))
    taken = p95(_timed(search))
    label = f"{name} ({len(found):,}), p95"
    return Figure(label, taken, "ms", peer, "sqlite3, these rows", _LIMIT)


def _timed(call: Callable[[], object]) -> list[float]:
    taken = []
    for _turn in range(_RUNS + _WARM):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return taken[_WARM:]
