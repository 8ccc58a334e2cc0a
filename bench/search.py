"""Finding persons: on the station; among a million at central, in the database and over HTTP.

To write a million persons and their words takes minutes, more than all other measures together.

The peer in SQLite is an FTS5 index with prefixes on the same names, asked through sqlite3 alone.
"""

import contextlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy import Engine, text

from bench.figures import Figure, middle, p95
from bench.place import demonstration
from bench.terminal import Terminal
from guichet.central import registry
from guichet.central.app import create_app
from guichet.central.budgets import UNLIMITED
from guichet.central.serve import running
from guichet.central.training_names import NAMES
from guichet.config import clock
from guichet.domain.model import Person, Role
from guichet.store import search
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import columns
from tests.databases import postgresql_database

_COUNT = 1_000_000
_ASKED = 400
_BATCH = 20_000
_SYLLABLES = (
    "BA BEN BOU CHE DA DI DIA DO EL FA GA HA KA KO LA LE MA MBA NA NDI OU RA SA SO TA VA ZI"
)
Entry = tuple[str, str]


def measure() -> Iterator[Figure]:
    yield from _station()
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        url = sqlite_url(Path(name) / "central.sqlite3")
        yield from _central("SQLite", url, Path(name) / "central.sqlite3")
    with postgresql_database() as url:
        yield from _central("PostgreSQL", url, None)


def _central(system: str, url: str, path: Path | None) -> Iterator[Figure]:
    engine = open_engine(url)
    registry.create(engine, clock()())
    rng = Random(93)  # noqa: S311 - invented people
    asked = _fill(engine, rng)
    peer = p95(_by_fts(path, asked)) if path else None
    _in_database(engine, asked)  # the first turn only warms the files
    taken = _in_database(engine, asked)
    name = f"search among {_COUNT:,}, {system}"
    yield Figure(f"{name}, p95", p95(taken), "ms", peer, "FTS5 with prefixes", 2)
    yield Figure(f"{name}, median", middle(taken), "ms")
    taken = _over_http(engine, asked)
    yield Figure(f"the same over HTTP, {system}, p95", p95(taken), "ms", limit=50)
    engine.dispose()


# A million persons ----------------------------------------------------------------------------


def _fill(engine: Engine, rng: Random) -> list[str]:
    """Write the persons and their words; what is asked for, as people type it."""
    entries: set[Entry] = set()
    asked: list[str] = []
    batch: list[tuple[object, ...]] = []
    every = _COUNT // _ASKED
    for rank, person in enumerate(_persons(rng)):
        row = columns(person)
        batch.append(tuple(_plain(value) for value in row.values()))
        words = search.words_of(row["match_key"], row["phone_key"], row["number"])
        entries.update((word, row["match_key"]) for word in words)
        if rank % every == 0:
            asked.append(_typed(rng, person))
        if len(batch) == _BATCH:
            _copy(engine, "person", tuple(row), batch)
            batch.clear()
    words_rows = ((1, word, key) for word, key in sorted(entries))
    _copy(engine, "person_word", ("site", "word", "match_key"), words_rows)
    # As PostgreSQL does by itself, some minutes later and in the middle of the measures.
    settle = "ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(settle))
    return asked


def _copy(
    engine: Engine, table: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    """Write rows by the driver alone: minutes sooner than through SQLAlchemy."""
    columns_of = f"{table} ({', '.join(names)})"
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        if engine.dialect.name == "sqlite":
            marks = ", ".join("?" * len(names))
            cursor.executemany(f"INSERT INTO {columns_of} VALUES ({marks})", rows)  # noqa: S608 - ours
            return
        with cursor.copy(f"COPY {columns_of} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | tuple) else value


def _persons(rng: Random) -> Iterator[Person]:
    """People whose names are as unequally common as real ones are."""
    givens = _names(rng, 8_000, [name for *_, given in NAMES for name in given.split()])
    families = _names(
        rng, 60_000, [name for *_, family, _given in NAMES for name in family.split()]
    )
    given_of = list(accumulate(1 / (rank + 3) for rank in range(len(givens))))
    family_of = list(accumulate(1 / (rank + 3) ** 0.85 for rank in range(len(families))))
    chosen = zip(
        rng.choices(families, cum_weights=family_of, k=_COUNT),
        rng.choices(givens, cum_weights=given_of, k=_COUNT),
        rng.choices(givens, cum_weights=given_of, k=_COUNT),
        strict=True,
    )
    for rank, (family, given, second) in enumerate(chosen):
        yield Person(
            id=f"{rank:032x}",
            site=1,
            family_name=family,
            given_names=f"{given} {second}" if rank % 4 == 0 else given,
            birth=f"{rng.randrange(1940, 2008)}-01-01",
            number=f"{rng.randrange(10**10):010}" if rank % 10 else None,
            number_absent=None,
            phone=f"+336{rng.randrange(10**8):08}" if rank % 10 else None,
            email=None,
            commune="Bobigny",
            language="fr",
            needs=(),
        )


def _names(rng: Random, count: int, known: list[str]) -> list[str]:
    names = dict.fromkeys(known)
    syllables = _SYLLABLES.split()
    while len(names) < count:
        parts = rng.choices(syllables, k=rng.choice((2, 3, 3, 4, 5)))
        names["".join(parts).title()] = None
    return list(names)


def _typed(rng: Random, person: Person) -> str:
    """Whole names, beginnings, in any order; a phone number, its end; a numéro étranger."""
    family, given = person.family_name, person.given_names.split()[0]
    ways = [
        family,
        family[: rng.randrange(2, 6)],
        f"{family} {given}",
        f"{given} {family[:4]}",
        f"{family[:3]} {given[:3]}",
    ]
    if person.phone and person.number:
        ways += [f"0{person.phone[3:]}", person.phone[-4:], person.number, person.number[:6]]
    return rng.choice(ways)


# What is measured -----------------------------------------------------------------------------


def _in_database(engine: Engine, asked: list[str]) -> list[float]:
    taken = []
    with reading(engine) as connection:
        for query in asked:
            start = time.perf_counter()
            search.find_indexed(connection, 1, query)
            taken.append(time.perf_counter() - start)
    return taken


def _over_http(engine: Engine, asked: list[str]) -> list[float]:
    taken = []
    code = registry.add_enrol_code(engine, 1, clock()())
    with (
        running(create_app(engine, protection=UNLIMITED)) as url,
        httpx.Client(base_url=url) as http,
    ):
        answer = http.post("/v1/enrol", json={"code": code, "name": "bench"})
        token = answer.raise_for_status().json()["token"]
        http.headers.update({"Authorization": f"Bearer {token}", "Guichet-Protocol": "1"})
        for query in asked:
            start = time.perf_counter()
            http.post("/v1/persons", json={"q": query}).raise_for_status()
            taken.append(time.perf_counter() - start)
    return taken


def _by_fts(path: Path, asked: list[str]) -> list[float]:
    """The same questions to an FTS5 index on names and numbers; it finds no end of a number."""
    taken = []
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIRTUAL TABLE temp.peer USING fts5(said, prefix='2 3')")
        database.execute(
            "INSERT INTO temp.peer(rowid, said)"
            " SELECT rowid, match_key || ' ' || phone_key || ' ' || coalesce(number, '')"
            " FROM person"
        )
        for query in asked:
            words = " ".join(f'"{word.lstrip("0")}"*' for word in query.split())
            start = time.perf_counter()
            database.execute(
                "SELECT person.* FROM person JOIN peer ON peer.rowid = person.rowid"
                " WHERE peer MATCH ? LIMIT 50",
                (words,),
            ).fetchall()
            taken.append(time.perf_counter() - start)
    return taken


def _station() -> Iterator[Figure]:
    """From the first letter typed to the painted results; the empty field answers in between."""
    taken = []
    with demonstration(Role.MEDIATOR) as station:
        command = ["bench.opened", str(station.folder), station.code, station.pin]
        with Terminal(*command) as terminal:
            terminal.until(lambda grid: "Rechercher une personne" in "\n".join(grid.lines))
            terminal.watch(1.0, lambda _grid: False)
            for letter in "abcdefghiklmnorst" * 6:
                moment = terminal.press(letter.encode())
                found = terminal.until(lambda grid: "trouvée" in "\n".join(grid.lines), letter)
                taken.append(found - moment)
                terminal.press(b"\x7f")
                terminal.until(lambda grid: "trouvée" not in "\n".join(grid.lines), "nothing")
    yield Figure("station, key to painted results, p95", p95(taken), "ms", limit=65)
    yield Figure("station, key to painted results, median", middle(taken), "ms")
