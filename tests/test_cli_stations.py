"""Stations listed, revoked and readmitted, and flags, from the shell."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from guichet.central import registry
from guichet.central.auth import digest
from guichet.domain.model import Site
from guichet.domain.turn import TurnRules
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import get
from guichet.store.schema import METADATA
from tests.central.samples import furnish
from tests.commands import Run, logging_put_back, run

__all__ = ["logging_put_back", "run"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "central"


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    folder.mkdir()
    opened = open_engine(sqlite_url(folder / "central.sqlite3"))
    registry.create(opened, datetime.now(UTC))
    furnish(opened)
    yield opened
    opened.dispose()


def enrolled(engine: Engine, name: str, *, days_ago: int = 0, site: int = 1) -> str:
    """A station's id."""
    then = datetime.now(UTC) - timedelta(days=days_ago)
    given = registry.enrol(engine, registry.add_enrol_code(engine, site, then), name, then)
    assert isinstance(given, registry.Enrolled)
    return given.station


def test_stations_are_listed_and_revoked(run: Run, engine: Engine, folder: Path) -> None:
    where = ("--dir", str(folder))
    assert "Aucun poste" in run("central", "stations", *where).output
    one, two = enrolled(engine, "accueil"), enrolled(engine, "poste 2", site=2)
    lines = run("central", "stations", *where).output.splitlines()
    assert [line.split()[:2] for line in lines] == [[one, "1/1"], [two, "2/1"]]
    assert "admis" in lines[0]
    (only,) = json.loads(run("central", "stations", "--site", "2", "--json", *where).output)
    assert (only["id"], only["name"], only["standing"]) == (two, "poste 2", "good")
    assert datetime.fromisoformat(only["seen_at"]).tzinfo is not None
    done = run("central", "revoke", one[:8].upper(), *where)
    assert (done.code, "accueil" in done.output) == (0, True)
    assert "révoqué" in run("central", "stations", "--site", "1", *where).output
    for words in (("revoke", one), ("readmit", one), ("revoke", "ffff"), ("revoke", "")):
        refused = run("central", *words, *where)
        assert (refused.code, refused.errors.count("\n")) == (1, 1), words


def test_a_silent_station_is_readmitted(
    run: Run, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--dir", str(folder))
    station = enrolled(engine, "armoire", days_ago=40)
    assert "admis" in run("central", "stations", *where).output
    monkeypatch.setenv("GUICHET_PROTECTION", "unused_days=30")
    assert "silencieux" in run("central", "stations", *where).output
    assert run("central", "readmit", station, *where).code == 0
    assert "admis" in run("central", "stations", *where).output


def test_a_flag_is_switched_for_one_site(run: Run, engine: Engine, folder: Path) -> None:
    del engine
    where = ("--dir", str(folder))
    assert run("central", "flag", "1", *where).output == "cooldown on\n"
    assert run("central", "flag", "1", "cooldown", "off", *where).output == "cooldown off\n"
    assert run("central", "flag", "1", *where).output == "cooldown off\n"
    assert run("central", "flag", "2", *where).output == "cooldown on\n"
    assert run("central", "flag", "1", "cooldown", "on", *where).output == "cooldown on\n"
    assert "cooldown" in run("central", "flag", "1", "speed", "on", *where).errors
    lacking = run("central", "flag", "1", "cooldown", *where)
    assert (lacking.code, "il manque [on|off]" in lacking.errors) == (2, True)
    assert run("central", "flag", "7", *where).code == 1


def test_the_order_of_a_sites_line_is_shown_and_set(run: Run, engine: Engine, folder: Path) -> None:
    where = ("--dir", str(folder))
    before = json.loads(run("central", "turns", "1", "--json", *where).output)
    assert before == {"site": 1, "walk_in": 30, "priority": 240, "missed": 10, "calls": 3}
    done = run("central", "turns", "1", "--walk-in", "45", "--calls", "0", *where)
    assert (done.code, "45 min après l’arrivée" in done.output) == (0, True)
    with reading(engine) as connection:
        one, two = (get(connection, Site, number) for number in (1, 2))
        feed = METADATA.tables["change"]
        rows = connection.execute(select(feed.c.site, feed.c.body).where(feed.c.kind == "site"))
        told = {row.site: json.loads(row.body) for row in rows if '"number":1' in row.body}
    assert one is not None
    assert two is not None
    assert one.turns == TurnRules(walk_in=45, priority=240, missed=10, calls=0)
    assert two.turns == TurnRules()
    assert {each["turns"]["walk_in"] for each in told.values()} == {45}
    for words in (("--walk-in", "-5"), ("--calls", "many"), ("--missed", "9999")):
        refused = run("central", "turns", "1", *words, *where)
        assert (refused.code, words[0] in refused.errors) == (2, True), refused
    once = run("central", "turns", "1", "--calls", "1", *where)
    assert "1 appel sans réponse termine le passage" in once.output
    assert run("central", "turns", "99", *where).code == 1


def test_when_a_site_closes_and_what_is_too_much_are_shown_and_set(
    run: Run, engine: Engine, folder: Path
) -> None:
    def day(*words: str) -> dict[str, object]:
        ran = run("central", "day", "1", *words, "--json", "--dir", str(folder))
        assert ran.code == 0, ran
        told: dict[str, object] = json.loads(ran.output)
        return told

    assert day() == {"site": 1, "closes": None, "tension": 45}
    assert day("--closes", "17:30", "--tension", "60") == day()
    with reading(engine) as connection:
        site = get(connection, Site, 1)
    assert site is not None
    assert (site.closes, site.tension) == ("17:30", 60)
    assert day("--last-slot")["closes"] is None
    for words in (("--closes", "24:10"), ("--tension", "0")):
        refused = run("central", "day", "1", *words, "--dir", str(folder))
        assert (refused.code, words[0] in refused.errors) == (2, True), refused
    assert run("central", "day", "99", "--dir", str(folder)).code == 1


def test_a_site_has_one_address_for_its_screens(run: Run, engine: Engine, folder: Path) -> None:
    where = ("--dir", str(folder))
    given = run("central", "display", "1", "--url", "https://centrale.exemple.fr/", *where)
    assert (given.code, given.errors) == (0, "")
    page, _fragment, key = given.output.strip().partition("#")
    assert page == "https://centrale.exemple.fr/display/1"
    with engine.connect() as connection:
        (kept,) = connection.exec_driver_sql("SELECT key_hash FROM display_key").scalars()
    assert kept == digest(key)
    again = run("central", "display", "1", *where)
    assert "ne vaut plus" in again.errors
    assert not again.output.strip().endswith(key)
    assert "ne vaut plus" in run("central", "display", "1", "--revoke", *where).output
    assert run("central", "display", "1", "--revoke", *where).code == 1
    assert "sites connus" in run("central", "display", "9", *where).errors
