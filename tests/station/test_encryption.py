"""A stolen disk reads as noise, where the session has a keyring to keep the key."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from guichet.central import registry, training
from guichet.config import load_enrolment, save_enrolment
from guichet.domain.model import Person, Role
from guichet.domain.operations import Applied, Register
from guichet.errors import ConfigError, StoreError
from guichet.station import SignedIn, Station
from guichet.station.enrolling import enrol
from guichet.store.engine import migrate, open_engine, reading, sqlite_url
from guichet.store.records import get
from tests.keyrings import TestKeyring, session_keyring
from tests.posts import World
from tests.store.samples import ADA
from tests.waiting import until

__all__ = ["session_keyring"]  # a fixture

DIALLO = replace(ADA, site=1)


def enrolled(world: World, name: str = "sealed") -> Path:
    folder = world.folder / name
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    enrol(folder, world.url, code, name, world.clock)
    return folder


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_on_the_disk_can_be_read(world: World, session_keyring: TestKeyring) -> None:
    folder = enrolled(world)
    station = world.open(folder)
    assert isinstance(station._core.submit(Register(DIALLO)), Applied)
    enrolment = station._core.enrolment
    left = on_disk(folder)  # with the log that is not written back yet
    assert b"SQLite format" not in left
    for known in (DIALLO.family_name, "Bobigny", enrolment.token, enrolment.identity_secret):
        assert known.encode() not in left
    assert set(json.loads((folder / "enrolment.json").read_text())) == {
        "url",
        "station",
        "number",
        "site",
        "token_at",
    }
    assert enrolment.key not in left.decode("latin-1")
    assert list(session_keyring.kept) == [("guichet", enrolment.station)]
    assert station.liaison.facts().encrypted


def test_without_the_key_it_stays_shut(world: World, session_keyring: TestKeyring) -> None:
    folder = enrolled(world)
    world.open(folder)
    world._stations.close()
    session_keyring.locked = True
    with pytest.raises(ConfigError, match="trousseau de cette session ne s’ouvre pas"):
        Station.open(folder, world.clock)
    session_keyring.locked = False
    world.open(folder)
    world._stations.close()
    session_keyring.kept.clear()
    with pytest.raises(ConfigError, match="n’a pas la clé"):
        Station.open(folder, world.clock)
    for key in ("", "00" * 32):
        stolen = open_engine(sqlite_url(folder / "station.sqlite3"), key)
        with pytest.raises(StoreError, match="abîmée"):
            migrate(stolen)
        stolen.dispose()


def test_a_plain_station_is_encrypted_when_enrolled_again(
    world: World, session_keyring: TestKeyring
) -> None:
    folder = world.enrolled("plain")
    world.stop()
    station = world.open(folder)
    station._core.submit(Register(DIALLO))
    world._stations.close()
    assert DIALLO.family_name.encode() in on_disk(folder)
    world.start()
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    enrol(folder, world.url, code, "plain", world.clock)
    assert DIALLO.family_name.encode() not in on_disk(folder)
    again = registry.add_enrol_code(world.engine, 1, world.clock())
    first = load_enrolment(folder)
    second = enrol(folder, world.url, again, "plain", world.clock)
    assert first is not None
    assert (second.key, second.token == first.token) == (first.key, False)
    assert list(session_keyring.kept) == [("guichet", second.station)]
    station = world.open(folder)
    agent = station.session.sign_in(
        training.agent_code(Role.COUNTER, 1), training.PINS[Role.COUNTER]
    )
    assert isinstance(agent, SignedIn)
    # What waited is not lost: it is sent as the new station's.
    until(lambda: station.sync_state.pending == 0)
    assert station.refused() == []
    with reading(world.engine) as connection:
        assert get(connection, Person, DIALLO.id) is not None


def test_whose_key_is_lost_may_be_enrolled_again(
    world: World, session_keyring: TestKeyring
) -> None:
    folder = enrolled(world)
    session_keyring.kept.clear()
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    enrol(folder, world.url, code, "again", world.clock)
    assert world.open(folder).mediation.procedures()
    assert (folder / "station.sqlite3.illisible").exists()


def test_nothing_is_enrolled_under_an_open_application(world: World) -> None:
    folder = world.enrolled("a")
    world.open(folder)
    code = registry.add_enrol_code(world.engine, 1, world.clock())
    with pytest.raises(ConfigError, match="déjà ouvert"):
        enrol(folder, world.url, code, "again", world.clock)
    world._stations.close()
    enrol(folder, world.url, code, "again", world.clock)  # the code is not spent


def test_stopped_between_the_key_and_the_encryption(
    world: World, session_keyring: TestKeyring
) -> None:
    folder = world.enrolled("halfway")
    enrolment = load_enrolment(folder)
    assert enrolment is not None
    save_enrolment(folder, replace(enrolment, key="ab" * 32))
    assert session_keyring.kept
    station = world.open(folder)
    assert station.site.name.endswith("Bobigny")
    with reading(station._core.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA cipher_version").scalar()
    world._stations.close()
    assert b"SQLite format" not in on_disk(folder)


def test_without_a_keyring_nothing_pretends(world: World) -> None:
    folder = enrolled(world)
    station = world.open(folder)
    assert not station.liaison.facts().encrypted
    assert station._core.enrolment.key == ""
