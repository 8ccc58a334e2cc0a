"""By whom appointments were asked for, counted without telling of anybody."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guichet.central import registry
from guichet.domain.model import Accord, AccordMode, Appointment
from guichet.store.engine import open_engine, sqlite_url
from tests.central.samples import appointment, furnish, person, slot
from tests.commands import Run, logging_put_back, run

__all__ = ["logging_put_back", "run"]  # fixtures

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ASKED = [
    *[("intermediary", True)] * 6,
    *[("person", None)] * 5,
    *[("association", None)] * 2,
    None,  # booked online: no accord
]


def booked(number: int, asked: tuple[str, bool | None] | None) -> Appointment:
    accord = None
    if asked is not None:
        through, paid = asked
        accord = Accord(NOW, AccordMode.READ_ALOUD, "fr", "MB1", through=through, paid=paid)
    made = appointment(f"{number:02x}" * 8, "matin", f"p{number}", NOW)
    return replace(made, family=f"f{number}", accord=accord)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    engine = open_engine(sqlite_url(tmp_path / "central.sqlite3"))
    registry.create(engine, NOW)
    made = [booked(number, asked) for number, asked in enumerate(ASKED)]
    furnish(engine, slot("matin", seats=20), *(person(f"p{n}") for n in range(len(ASKED))), *made)
    engine.dispose()
    return tmp_path


def test_a_paid_intermediary_is_counted_like_anybody(run: Run, folder: Path) -> None:
    said = run("central", "provenances", "--dir", str(folder))
    assert said.code == 0
    assert said.output.splitlines() == [
        "Un intermédiaire, payé\u00a0: 6",
        "La personne elle-même\u00a0: 5",
        "Une association\u00a0: moins de 5",
    ]


def test_as_json_for_a_site(run: Run, folder: Path) -> None:
    said = run("central", "provenances", "--site", "1", "--json", "--dir", str(folder))
    assert json.loads(said.output)[0] == {"through": "intermediary", "paid": True, "count": 6}
    other = run("central", "provenances", "--site", "2", "--dir", str(folder))
    assert other.output == "Aucun rendez-vous pris avec un accord.\n"
