"""Statistics of two years of one site, some 400,000 visits, counted by the database.

Rows are written by the driver alone, as bench.search does, with what columns() would derive.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text

from bench.figures import Figure
from guichet.central import registry
from guichet.config import clock
from guichet.domain.calendar_fr import is_open_day
from guichet.domain.masking import masked
from guichet.domain.model import Site
from guichet.domain.statistics import By
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import put
from guichet.store.statistics import statistics
from tests.databases import postgresql_database

_FIRST, _LAST = date(2024, 11, 25), date(2026, 11, 24)
_STARTS = 40
_SEATS = 21
_PROCEDURES = ("RENO", "RENC", "PREM", "REMI", "DUPL", "CHAD", "AES", "R10A")
_REASONS = ("missing_document", "wrong_procedure", "out_of_time", "identity")
_SITE = Site(1, "Bobigny", "", "Europe/Paris", 30, 15)
_PARIS = ZoneInfo("Europe/Paris")
_TURNS = 3
_LIMIT = 2_000


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        yield from _database("SQLite", sqlite_url(Path(name) / "central.sqlite3"))
    with postgresql_database() as url:
        yield from _database("PostgreSQL", url)


def _database(system: str, url: str) -> Iterator[Figure]:
    engine = open_engine(url)
    registry.create(engine, clock()())
    visits = _fill(engine)
    yield Figure(f"statistics, visits in {system}", visits, "visits")
    for by in (By.YEAR, By.QUARTER, By.MONTH, By.WEEK, By.PROCEDURE, By.CHANNEL):
        turns = [_counted(engine, by) for _turn in range(_TURNS)]
        wall, cpu = (min(each) for each in zip(*turns, strict=True))
        limit = _LIMIT if system == "SQLite" else None
        yield Figure(f"statistics by {by}, {system}, best of {_TURNS}", wall, "ms", limit=limit)
        yield Figure("  of the processor, in this process", cpu, "ms")
    engine.dispose()


def _counted(engine: Engine, by: By) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor."""
    start, busy = time.perf_counter(), time.process_time()
    with reading(engine) as connection:
        found = statistics(connection, [_SITE], _FIRST, _LAST, by, _end(_LAST))
    masked(found)
    return (time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000


def _end(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, tzinfo=UTC)


def _fill(engine: Engine) -> int:
    """Write two years; how many visits there are."""
    rng = Random(93)  # noqa: S311 - invented visits
    with engine.begin() as connection:
        put(connection, _SITE)
    count, day = 0, _FIRST
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        while day <= _LAST:
            if is_open_day(day):
                count += _write_day(connection, rng, day)
            day += timedelta(days=1)
    settle = "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(settle))
    return count


def _write_day(connection: Connection, rng: Random, day: date) -> int:
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("slot", "seat", "appointment", "visit")
    }
    opens = datetime(day.year, day.month, day.day, 8, 30, tzinfo=_PARIS).astimezone(UTC)
    for rank in range(_STARTS):
        start = opens + timedelta(minutes=12 * rank)
        slot = f"s{day:%Y%m%d}{rank:02}"
        rows["slot"].append(
            {"id": slot, "site": 1, "day": day, "starts_at": start, "minutes": 20,
             "procedures": "[]", "seats": _SEATS, "free": 0, "pan": 0, "urgent": 0,
             "free_pan": 0, "free_urgent": 0, "closed": False, "sequence": 0}
        )  # fmt: skip
        for number in range(_SEATS):
            key = f"{rng.getrandbits(64):016x}"
            taken = rng.random() < 0.95
            booked = start - timedelta(minutes=rng.randrange(600, 60_000))
            rows["seat"].append(
                {"slot": slot, "number": number, "quota": "public", "free_at": opens,
                 "hold": None, "appointment": key if taken else None,
                 "published_at": booked - timedelta(minutes=rng.randrange(40_000)),
                 "given_up": rng.random() < 0.1}
            )  # fmt: skip
            if taken:
                _person(rng, rows, key, day, slot, start, booked)
    rows["visit"] += [_visit(rng, None, day, opens + timedelta(minutes=12 * n)) for n in range(30)]
    for table, made in rows.items():
        _copy(connection, table, made)
    return len(rows["visit"])


def _person(
    rng: Random, rows: dict[str, list[dict[str, Any]]], key: str, day: date, slot: str,
    start: datetime, booked: datetime,
) -> None:  # fmt: skip
    status = rng.choices(("arrived", "absent", "cancelled"), (92, 6, 2))[0]
    code = rng.choice(_PROCEDURES)
    through = rng.choice(("person", "relative", "association"))
    said = f'{{"through":"{through}","paid":null}}' if rng.random() < 0.2 else None
    rows["appointment"].append(
        {"id": key, "reference": key, "site": 1, "slot": slot, "day": day, "starts_at": start,
         "minutes": 20, "procedure": code, "family": code, "person": key, "status": status,
         "revision": 1, "token": "t" * 150, "booked_at": booked, "booked_by": "internet",
         "accord": said, "presented": "[]", "sequence": 0}
    )  # fmt: skip
    if status == "arrived":
        rows["visit"].append(_visit(rng, key, day, start, code))


def _visit(
    rng: Random, of: str | None, day: date, start: datetime, code: str = "RENO"
) -> dict[str, Any]:
    arrived = start - timedelta(minutes=rng.randrange(-5, 25))
    waited, served = rng.randrange(60), rng.randrange(3, 45)
    called = arrived + timedelta(minutes=waited)
    outcome = rng.choices(("served", "unsuccessful", "left"), (85, 13, 2))[0]
    return {
        "id": f"{rng.getrandbits(128):032x}", "site": 1, "day": day, "appointment": of,
        "person": of, "procedure": code, "ticket": "A101", "status": "done",
        "arrived_at": arrived, "called_at": called, "started_at": called,
        "ended_at": called + timedelta(minutes=served), "desk": "3", "outcome": outcome,
        "calls": 1, "steps": "[]", "missing": "[]", "people": 1, "sequence": 0, "waited": waited,
        "served": served, "reason": rng.choice(_REASONS) if outcome == "unsuccessful" else None,
    }  # fmt: skip


def _copy(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = tuple(rows[0])
    into = f"{table} ({', '.join(names)})"
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        plain = ([_plain(row[name]) for name in names] for row in rows)
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", plain)  # noqa: S608 - ours
        return
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return value.isoformat() if isinstance(value, date) else value
