"""From an empty folder to a person received, by the commands of docs/operations.md as programs.

All that is typed are processes of their own, and central is one: nobody needs to see a screen.
"""

import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guichet.config import OFFSET_VARIABLE, clock
from guichet.domain.day import DayState
from guichet.domain.model import Role
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


KOUYATE = {
    "family_name": "Kouyaté",
    "given_names": "Fanta",
    "birth": "1991",
    "number": "9301234567",
    "commune": "Valmont",
}


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


def as_agent(role: Role, folder: Path, *words: str, typed: str = "") -> dict[str, Any]:
    """What a command of an agent answers; `typed` follows the PIN."""
    code, _name, pin = AGENTS[role]
    where = ("--agent", code, "--json", "--dir", str(folder))
    answer: dict[str, Any] = json.loads(guichet(*words, *where, typed=f"{pin}\n{typed}"))
    return answer


def opened(folder: Path, role: Role) -> Station:
    station = Station.open(folder, clock())
    code, _name, pin = AGENTS[role]
    station.session.sign_in(code, pin)
    return station


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
        entered = as_agent(
            Role.MEDIATOR, post, "person", "add", "--stdin", typed=json.dumps(KOUYATE)
        )
        booked = as_agent(Role.MEDIATOR, post, "book", "--person", entered["id"], *choice)
        assert (booked["site"], booked["confirmed"]) == ("Préfecture de Valmont", True)
        assert (booked["day"], booked["minutes"]) == (DAY.isoformat(), 20)

        paper = ("--code", booked["convocation"])
        identity = json.dumps({"number": KOUYATE["number"]})
        arrived = as_agent(Role.COUNTER, post, "arrive", *paper, "--stdin", typed=identity)
        assert (arrived["verdict"], arrived["identity"]) == ("expected", "matched")
        ticket = arrived["ticket"]
        assert ticket.startswith("B")
        (line,) = as_agent(Role.COUNTER, post, "queue")["waiting"]
        assert (line["ticket"], line["name"]) == (ticket, "KOUYATÉ Fanta")
        assert as_agent(Role.COUNTER, post, "call", "--desk", "1")["ticket"] == ticket
        assert as_agent(Role.COUNTER, post, "start", ticket)["state"] == "serving"
        assert as_agent(Role.COUNTER, post, "finish", ticket, "served")["state"] == "done"
        counter = opened(post, Role.COUNTER)
        (row,) = counter.reception.day()
        assert row.state is DayState.DONE

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
