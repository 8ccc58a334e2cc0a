"""`guichet sync` and `guichet outbox`, as a terminal or a script would run them."""

import json
import math
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guichet.central import registry
from guichet.central.feed import publish_records
from guichet.central.transactions import transact
from guichet.config import load_enrolment
from guichet.domain.model import Person
from guichet.domain.operations import Register
from guichet.station import Link, Station
from guichet.store.engine import open_engine, reading, sqlite_url, writing
from guichet.store.schema import METADATA
from guichet.sync import outbox
from tests.commands import Run, logging_put_back, run
from tests.posts import MORNING, World
from tests.store.samples import ADA
from tests.waiting import until

__all__ = ["logging_put_back", "run"]  # fixtures

DIALLO = replace(ADA, site=1)
SECOND = replace(ADA, id="p-second", site=1)


@pytest.fixture
def folder(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station where GUICHET_DIR says, and the clock of the training data."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    return world.enrolled("station")


def work_offline(world: World, folder: Path, *persons: Person) -> None:
    """Register persons at the station while central is away."""
    world.stop()
    station = world.open(folder)
    for person in persons:
        station._core.submit(Register(person))
    station.close()


def told(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.code == code, ran
    answer: dict[str, Any] = json.loads(ran.output)
    return answer


def set_aside(folder: Path, reason: str = "invalid_request") -> None:
    """Quarantine what waits, as the engine does with what central cannot read."""
    engine = open_engine(sqlite_url(folder / "station.sqlite3"))
    with writing(engine) as connection:
        for queued in outbox.all_of_it(connection):
            outbox.quarantine(connection, queued.operation, reason)
    engine.dispose()


def rows(folder: Path, table: str) -> int:
    engine = open_engine(sqlite_url(folder / "station.sqlite3"))
    with reading(engine) as connection:
        found = len(connection.execute(METADATA.tables[table].select()).all())
    engine.dispose()
    return found


def test_in_step_then_behind_then_in_step_again(run: Run, world: World, folder: Path) -> None:
    assert told(run, "sync", "now")["standing"] == "in_step"
    well = told(run, "sync", "status")
    assert (well["standing"], well["waiting"], well["problem"]) == ("in_step", [], None)
    assert well["central"] == world.url
    work_offline(world, folder, DIALLO)
    away = told(run, "sync", "status", code=3)
    assert (away["standing"], away["problem"]) == ("offline", "unavailable")
    assert [(each["kind"], each["state"], each["count"]) for each in away["waiting"]] == [
        ("register", "pending", 1)
    ]
    assert told(run, "sync", "now", code=3)["last_exchange"]["problem"] == "unavailable"
    world.start()
    assert told(run, "sync", "status", code=3)["standing"] == "behind"
    back = told(run, "sync", "now")
    assert (back["standing"], back["last_exchange"]["pushed"]) == ("in_step", 1)
    ran = run("sync", "status")
    assert ran.output.startswith("état\u00a0: ✓ à jour")


def test_beside_the_open_application(run: Run, world: World, folder: Path) -> None:
    station = world.open(folder)
    until(lambda: station.sync_state.link is Link.ONLINE)
    station._core.submit(Register(DIALLO))
    until(lambda: station.sync_state.pending == 0)
    assert told(run, "sync", "now")["standing"] == "in_step"
    lines = [json.loads(line) for line in run("sync", "log", "--json").output.splitlines()]
    assert sum(line["pushed"] for line in lines) == 1
    assert all(line["problem"] is None for line in lines)


@pytest.mark.usefixtures("folder")
def test_a_bar_shows_how_far_central_was_read_to_whoever_looks_on(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def more_than_a_page(commune: str) -> None:
        people = [replace(DIALLO, id=f"p{n}", commune=commune) for n in range(1100)]
        transact(world.engine, lambda c: publish_records(c, 1, people))

    more_than_a_page("Pantin")
    assert run("sync", "now").errors == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    more_than_a_page("Drancy")
    assert run("sync", "now", "--json").errors == ""
    more_than_a_page("Stains")
    seen = run("sync", "now").errors
    assert "Lecture du site" in seen
    assert "100%" in seen
    assert run("sync", "now").errors == ""  # less than a page


def test_the_log_names_nobody_and_joins_what_is_alike(run: Run, world: World, folder: Path) -> None:
    work_offline(world, folder, DIALLO)
    for _ in range(2):
        run("sync", "now")
    ran = run("sync", "log", "-n", "1")
    assert "✗ centrale injoignable" in ran.output
    assert "Diallo".casefold() not in run("sync", "log", "--json").output.casefold()


def test_a_refused_device_is_told_and_loses_persons_only(
    run: Run, world: World, folder: Path
) -> None:
    work_offline(world, folder, DIALLO)
    world.start()
    enrolment = load_enrolment(folder)
    assert enrolment is not None
    registry.revoke(world.engine, enrolment.station, world.clock())
    asked = told(run, "sync", "status", code=4)
    assert (asked["standing"], asked["problem"]) == ("revoked", "device_revoked")
    assert rows(folder, "person") > 0  # asking changes nothing
    engine = open_engine(sqlite_url(folder / "station.sqlite3"))
    with reading(engine) as connection:
        phone = connection.exec_driver_sql(
            "SELECT phone FROM person WHERE phone IS NOT NULL AND id != ?", (DIALLO.id,)
        ).scalar()
    engine.dispose()
    assert isinstance(phone, str)
    assert DIALLO.phone is not None
    assert told(run, "sync", "now", code=4)["standing"] == "revoked"
    assert (rows(folder, "person"), rows(folder, "appointment")) == (0, 0)
    assert [each["count"] for each in told(run, "sync", "status", code=4)["waiting"]] == [1]
    left = b"".join(path.read_bytes() for path in folder.glob("station.sqlite3*"))
    assert DIALLO.phone.encode() in left  # still to be delivered
    assert phone.encode() not in left


def test_too_old_a_station_is_told_to_be_updated_and_loses_nothing(
    run: Run, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_offline(world, folder, DIALLO, SECOND)
    world.start()
    with monkeypatch.context() as old:
        old.setattr("guichet.sync.client.PROTOCOL", "0")
        for command in ("status", "now"):
            answer = told(run, "sync", command, code=4)
            assert (answer["standing"], answer["problem"]) == ("too_old", "protocol_too_old")
            assert [each["state"] for each in answer["waiting"]] == ["pending"]
        assert "Mettez guichet à jour" in run("sync", "status").output
        work_offline(world, folder, replace(DIALLO, id="p-third"))  # work goes on
        world.start()
    assert told(run, "sync", "now")["last_exchange"]["pushed"] == 3


def test_what_waits_is_listed_exported_and_sent_again(
    run: Run, world: World, folder: Path, tmp_path: Path
) -> None:
    work_offline(world, folder, DIALLO, SECOND)
    listed = [json.loads(line) for line in run("outbox", "list", "--json").output.splitlines()]
    assert [(each["kind"], each["state"]) for each in listed] == [("register", "pending")] * 2
    ran = run("outbox", "list")
    assert "Fiche d’usager, en attente" in ran.output
    assert DIALLO.family_name not in ran.output
    file = tmp_path / "sauvetage.jsonl"
    assert told(run, "outbox", "export", str(file))["operations"] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    sent = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [each["id"] for each in sent] == [each["id"] for each in listed]
    assert "données personnelles" in run("outbox", "export", str(file)).errors
    set_aside(folder)
    assert told(run, "sync", "status", code=4)["standing"] == "to_settle"
    assert run("outbox", "retry", "unknown").code == 1
    assert told(run, "outbox", "retry", listed[0]["id"]) == {"queued": 1}
    assert told(run, "outbox", "retry") == {"queued": 1}
    world.start()
    assert told(run, "sync", "now")["waiting"] == []
    assert run("outbox", "list").output == "Rien n’attend.\n"


def test_no_station_no_status(run: Run) -> None:
    ran = run("sync", "status")
    assert ran.code == 1
    assert "guichet enrol" in ran.errors


def test_the_exchanges_kept_are_few(world: World) -> None:
    station: Station = world.station("a")
    engine = station._core.engine
    exchanges = station._core.sync.exchanges
    station._core.sync.stop()
    for _ in range(230):
        with exchanges.one(lambda: None) as tally:
            tally.pulled = 1
    with reading(engine) as connection:
        assert len(connection.execute(METADATA.tables["exchange"].select()).all()) == 200
    for _ in range(50):  # nothing moves: no line, no write
        with exchanges.one(lambda: None):
            pass
    assert station.liaison.exchanges(1)[0].times == 1
    with reading(engine) as connection:
        assert len(connection.execute(METADATA.tables["exchange"].select()).all()) == 200
