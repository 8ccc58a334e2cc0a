"""Codes that are not ours: a verdict, and nothing of them kept here or at central."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from guichet.domain.admission import Admit, Finding
from guichet.domain.model import Appointment, Role
from guichet.logs import configure_logging
from guichet.scanner.decoder import decode
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from tests.foreign import ANY, OTHERS, damaged
from tests.logs import logging_put_back
from tests.posts import World
from tests.scanner.samples import code, scene
from tests.waiting import until

__all__ = ["logging_put_back"]  # a fixture

MARK = "hirondelle73"
FOREIGN = (
    f"WIFI:T:WPA;S:{MARK};P:{MARK};;",
    f"https://example.org/{MARK}?token={MARK}",
    f"HC1:{MARK.upper()}NCFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE",
    f"i0CV{MARK}123456789 PARIS NORD {MARK}",
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{MARK};Anne\r\nTEL:+33612345678\r\nEND:VCARD",
    f"DC04FR000001{MARK.upper()}",
    f"G1:{MARK.upper()}",
    MARK * 400,
    f"\x00\x01\x02{MARK}\udcff",
)
_NOT_BELIEVED = {Finding.NOT_OURS, Finding.FORGED, Finding.UNKNOWN_KEY}


def genuine(world: World) -> str:
    statement = select(TABLES["appointment"]).where(TABLES["appointment"].c.token.is_not(None))
    with reading(world.engine) as connection:
        return records(connection, Appointment, statement)[0].token or ""


def holds(folder: Path, mark: str) -> list[str]:
    """The files of a folder that hold the mark, in any case."""
    return [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and mark.encode() in file.read_bytes().lower()
    ]


@pytest.mark.usefixtures("logging_put_back")
def test_of_other_codes_nothing_is_kept(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    configure_logging(station.folder)
    for text in FOREIGN:
        found = station.reception.scan(text)
        assert found.decision.finding in _NOT_BELIEVED
        assert found.decision.admit is Admit.NO
        assert MARK not in str(found).lower()
    until(lambda: station.sync_state.pending == 0)
    assert holds(world.folder, MARK) == []
    # The search does find what is there.
    (station.folder / "kept.txt").write_text(f"of {MARK.upper()}")
    assert holds(world.folder, MARK) == ["kept.txt"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ANY | OTHERS)
def test_whatever_is_scanned_has_a_verdict(quiet_station: Station, text: str) -> None:
    assert quiet_station.reception.scan(text).decision.finding in _NOT_BELIEVED


@pytest.fixture
def quiet_station(world: World) -> Station:
    return world.station("one", Role.COUNTER)


def test_a_damaged_convocation_is_never_let_in(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    token = genuine(world)
    for seed in range(300):
        text = damaged(token, random.Random(seed))  # noqa: S311 - no secret
        if text.strip() != token:
            assert station.reception.scan(text).decision.finding in _NOT_BELIEVED


@pytest.mark.parametrize(
    "content",
    [
        *(text.encode("utf-8", "surrogateescape") for text in FOREIGN if len(text) < 1000),
        bytes(range(256)),
        b"\xff\xfe\xfd" * 30,
        "Préfecture – où ça\u202f?".encode("latin-1", "replace"),
        "日本語".encode("shift-jis"),
        b"\x00",
        b" ",
    ],
)
def test_what_a_decoder_makes_of_any_content_has_a_verdict(world: World, content: bytes) -> None:
    texts = decode(scene(code(content, box=4)))  # type: ignore[arg-type]
    assert all(isinstance(text, str) for text in texts)
    station = world.station("one", Role.COUNTER)
    for text in texts:
        assert station.reception.scan(text).decision.finding in _NOT_BELIEVED
