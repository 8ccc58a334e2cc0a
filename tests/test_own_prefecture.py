"""From an empty folder to a person received, by the commands of docs/operations.md as programs.

What an administrator types are processes, central is one; the station of the agents is real, too.
"""

import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from guichet.config import OFFSET_VARIABLE, clock
from guichet.domain.admission import Finding
from guichet.domain.day import DayState
from guichet.domain.model import Person, Role
from guichet.station import Station
from guichet.store.engine import sqlite_url
from tests.central.processes import served
from tests.posts import DAY, MORNING
from tests.waiting import until

EXAMPLE = Path(__file__).parents[1] / "docs" / "catalogue.example.toml"
AGENTS = {
    Role.MEDIATOR: ("MV1", "Jeanne Roux", "1111"),
    Role.COUNTER: ("CV1", "Paul Hardy", "2222"),
    Role.SUPERVISOR: ("SV1", "Lise Morel", "3333"),
}
HOURS = f"""\
name;procedures;days;first;last;opens;closes;minutes;seats;pan;urgent
Journée;RENO,PREM;lun-ven;{DAY:%d/%m/%Y};;08:30;16:30;20;2;;
"""


def guichet(*words: str, typed: str = "") -> str:
    """What a command of its own process says; without a terminal, so that PINs may be typed."""
    done = subprocess.run(
        [sys.executable, "-m", "guichet", *words],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        timeout=60,
    )
    assert done.returncode == 0, (words, done)
    return done.stdout


def as_agent(role: Role, folder: Path, *words: str) -> dict[str, Any]:
    """What a command of an agent answers."""
    code, _name, pin = AGENTS[role]
    where = ("--agent", code, "--json", "--dir", str(folder))
    answer: dict[str, Any] = json.loads(guichet(*words, *where, typed=f"{pin}\n"))
    return answer


def opened(folder: Path, role: Role) -> Station:
    station = Station.open(folder, clock())
    code, _name, pin = AGENTS[role]
    station.session.sign_in(code, pin)
    return station


def code_on(pdf: Path) -> str:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    code = zxingcpp.read_barcode(picture)
    assert code is not None
    return str(code.text)


def known_person(folder: Path) -> str:
    """A person whom the mediator enters; their record's id."""
    station = opened(folder, Role.MEDIATOR)
    person = Person(
        id=station.mediation.new_person_id(),
        site=1,
        family_name="Kouyaté",
        given_names="Fanta",
        birth="1991",
        number="9301234567",
        number_absent=None,
        phone=None,
        email=None,
        commune="Valmont",
        language="fr",
        needs=(),
    )
    assert station.mediation.register(person) is None
    until(lambda: station.sync_state.pending == 0)
    station.close()
    return person.id


def test_from_an_empty_folder_to_a_person_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv(OFFSET_VARIABLE, str(offset))
    folder, post = tmp_path / "central", tmp_path / "post"
    where = ("--dir", str(folder))
    guichet("central", "init", *where)
    guichet("central", "catalogue", "import", str(EXAMPLE), *where)
    for role, (code, name, pin) in AGENTS.items():
        who = (code, name, "--site", "1", "--role", role.value)
        guichet("central", "add-agent", *who, *where, typed=f"{pin}\n{pin}\n")

    with served(sqlite_url(folder / "central.sqlite3"), folder) as central:
        code = guichet("central", "enrol-code", "1", *where)
        guichet("enrol", central.url, "--dir", str(post), typed=code)
        hours = tmp_path / "hours.csv"
        hours.write_text(HOURS, "utf-8")
        imported = as_agent(Role.SUPERVISOR, post, "openings", "import", str(hours))
        assert (imported["imported"], imported["bad"]) == (1, [])
        choice = ("--procedure", "RENO", "--first", "--accord", "aloud")
        booked = as_agent(Role.MEDIATOR, post, "book", "--person", known_person(post), *choice)
        assert (booked["site"], booked["confirmed"]) == ("Préfecture de Valmont", True)
        assert (booked["day"], booked["minutes"]) == (DAY.isoformat(), 20)

        counter = opened(post, Role.COUNTER)
        found = counter.reception.scan(code_on(Path(booked["convocation"])))
        assert (found.decision.finding, found.checked_in) == (Finding.EXPECTED, True)
        assert found.visit is not None
        assert found.visit.ticket.startswith("B")
        (line,) = counter.reception.day()
        assert line.state is DayState.WAITING

        # What the préfecture changes while everybody works, they know at once.
        changed = tmp_path / "catalogue.toml"
        changed.write_text(EXAMPLE.read_text("utf-8").replace("minutes = 20", "minutes = 25"))
        assert "RENO, minutes\u00a0: 20 → 25" in guichet(
            "central", "catalogue", "import", str(changed), *where
        )
        until(
            lambda: (
                {"RENO": 25}.items()
                <= {each.code: each.minutes for each in counter.mediation.procedures()}.items()
            ),
            what="the new length",
        )
        until(lambda: counter.sync_state.pending == 0)
        assert counter.refused() == []
        counter.close()
