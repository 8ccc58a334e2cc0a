"""The supervisor's commands of openings, against a real central."""

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from guichet.central import training
from guichet.domain.model import Appointment, Person, Role
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from tests.commands import Run, logging_put_back, run
from tests.posts import DAY, MORNING, World

__all__ = ["logging_put_back", "run"]  # fixtures

Asking = Callable[..., dict[str, Any]]
FRIDAY = (DAY + timedelta(days=3)).isoformat()
HEADER = "name,procedures,days,first,last,opens,closes,minutes,seats,pan,urgent\n"


@pytest.fixture
def ask(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """What a command of the supervisor answers in JSON."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.SUPERVISOR, 1))
    monkeypatch.setenv("GUICHET_DIR", str(world.enrolled("station")))

    def command(*words: str, code: int = 0) -> dict[str, Any]:
        ran = run("openings", *words, "--json", typed=f"{training.PINS[Role.SUPERVISOR]}\n")
        assert ran.code == code, ran
        answer = json.loads(ran.output)
        assert isinstance(answer, dict)
        return answer

    return command


def test_a_rule_is_changed_after_its_preview(ask: Asking) -> None:
    (known,) = (each for each in ask("list")["openings"] if each["rule"] == "Bpm")
    tried = ask("add", "--rule", "Bpm", "minutes=30", "--dry-run")
    assert (tried["openings"][0]["version"], tried["dry_run"]) == (known["version"] + 1, True)
    assert tried["slots"] < 0
    assert len(ask("show", "Bpm")["versions"]) == known["version"]
    assert ask("add", "--rule", "Bpm", "minutes=30")["slots"] == tried["slots"]
    newest, *_older = ask("show", "Bpm")["versions"]
    assert (newest["minutes"], newest["first"]) == (30, (DAY + timedelta(days=1)).isoformat())
    assert ask("add", "--rule", "Bpm", "minutes=40", code=1)["refused"] == "slot_length"
    assert ask("show", "nothing", code=1)["refused"] == "unknown_opening"


def test_a_closure_and_its_people(ask: Asking, run: Run) -> None:
    times = ("--from", "8h30", "--to", "08:50", "--reason", "works")
    tried = ask("close", FRIDAY, *times, "--dry-run")
    assert tried["hit"] > 0
    done = ask("close", FRIDAY, *times, "--move")
    assert (len(done["moved"]), done["left"]) == (tried["hit"], [])
    assert [Path(path).suffix for path in done["papers"]] == [".pdf", ".pdf", ".csv"]
    listed = ask("list")
    assert (listed["to_move"], listed["closures"][0]["id"]) == (0, done["closure"])
    ask("close", "--lift", done["closure"])
    assert ask("list")["closures"] == []
    past = ask("close", "2026-11-02", "--reason", "strike", code=1)
    assert (past["refused"], past["detail"]["nearest"]) == ("closure_past", DAY.isoformat())
    for hours in (("--to", "25:99"), ("--from", "8h30", "--to", "midi")):
        wrong = ask("close", FRIDAY, *hours, "--reason", "works", code=1)
        assert wrong["detail"] == {"field": "closes"}
    assert run("openings", "close").code == 2


def test_a_worked_saturday_and_a_holiday(ask: Asking) -> None:
    model = "Samedi de remise des titres"
    done = ask("exceptional", model, "2026-12-05")
    assert (done["slots"], done["openings"][0]["procedures"]) == (18, ["REMI"])
    refused = ask("exceptional", model, "2026-12-25", code=1)
    assert (refused["refused"], refused["detail"]["nearest"]) == ("public_holiday", "2026-12-18")
    ask("exceptional", model, "2026-12-25", "--override", "titres en attente", "--dry-run")
    unknown = ask("exceptional", model, "2026-12-12", "--procedure", "REMI",
                  "--procedure", "REMY", code=1)  # fmt: skip
    assert (unknown["refused"], unknown["detail"]) == ("unknown_procedure", {"known": "REMI"})
    assert ask("exceptional", "Dimanche", "2026-12-06", code=1)["refused"] == "unknown_template"


def test_an_import_reports_each_line_and_takes_all_or_nothing(ask: Asking, tmp_path: Path) -> None:
    path = tmp_path / "ouvertures.csv"
    path.write_text(
        HEADER
        + "Samedi,REMI,sam,05/12/2026,,09:00,12:00,20,2,,\n"
        + ",REMI,dim,05/13/2026,,9,12:00,20,beaucoup,,\n"
        + "\n"
        + "Samedi bis,REMI,sam,05/12/2026,,11:00,13:00,20,2,,\n"
        + "Vieux,REMI,dim,05/11/2026,,09:00,12:00,20,2,,\n"
        + "Soir,REMI,sam,05/12/2026,,13:00,14:00,20,2,0,0,de trop\n"
    )
    last = HEADER.strip().split(",")[-1]
    bad = [(3, "name"), (3, "first"), (3, "opens"), (3, "seats"), (5, "opens"), (6, "first")]
    bad.append((7, last))
    refused = ask("import", str(path), code=1)
    assert [(each["line"], each["field"]) for each in refused["bad"]] == bad
    reasons = ["opening_overlap", "opening_past", "surplus"]
    assert [each["reason"] for each in refused["bad"][-3:]] == reasons
    assert refused["bad"][-3]["nearest"] == "12:00"
    assert refused["imported"] == 0
    names = {each["name"] for each in ask("list")["openings"]}
    assert not names & {"Samedi", "Samedi bis", "Vieux"}
    done = ask("import", str(path), "--skip-bad", code=1)
    assert (done["imported"], len(done["bad"])) == (1, len(bad))
    assert "Samedi" in {each["name"] for each in ask("list")["openings"]}


def test_people_of_a_list_are_invited_to_an_exceptional_day(
    ask: Asking, world: World, tmp_path: Path
) -> None:
    saturday = "2026-12-05"
    ask("exceptional", "Samedi de remise des titres", saturday)
    with reading(world.engine) as connection:
        booked = records(connection, Appointment, select(TABLES["appointment"]))
        busy = {each.person for each in booked}
        people = records(connection, Person, select(TABLES["person"]))
        free = [each for each in people if each.site == 1 and each.id not in busy]
    numbers = Counter(each.number for each in people)
    one, two = [e for e in free if e.number and numbers[e.number] == 1][:2]
    path = tmp_path / "titres.csv"
    path.write_text(f"Numéro;Remarque\n{one.number};prêt\n\n0000000017\nX\n{one.number}\n")
    bad = [(4, "unknown_person"), (5, "bad_line"), (6, "twice")]
    refused = ask("invite", str(path), saturday, code=1)
    assert [(each["line"], each["reason"]) for each in refused["bad"]] == bad
    assert (refused["found"], refused["invited"], refused["papers"]) == (1, [], [])
    assert ask("invite", str(path), "2026-12-12", code=1)["refused"] == "no_exceptional_day"
    done = ask("invite", str(path), saturday, "--skip-bad", code=1)
    assert [Path(each).suffix for each in done["papers"]] == [".pdf", ".pdf", ".csv"]
    with reading(world.engine) as connection:
        booked = records(connection, Appointment, select(TABLES["appointment"]))
    (made,) = (each for each in booked if each.day.isoformat() == saturday)
    assert (made.person, made.procedure, made.reference) == (one.id, "REMI", done["invited"][0])
    # By the reference of any appointment that is known; whoever is invited is so once.
    path.write_text(f"{made.reference}\n{two.number}\n")
    again = ask("invite", str(path), saturday, "--dry-run", code=1)
    assert (again["bad"], again["found"]) == ([{"line": 1, "reason": "already_booked"}], 1)
    calls = Path(done["papers"][2]).read_text("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in calls] == ["Référence", made.reference]


def test_calibration_says_how_many_are_missing(ask: Asking) -> None:
    found = ask("calibrate")["calibrations"]
    few = next(each for each in found if each["missing"])
    assert few["measured"] + few["missing"] == 30
    refused = ask("calibrate", "--apply", few["rule"], code=1)
    assert refused["detail"] == {"missing": str(few["missing"])}


def test_nobody_else_steers(ask: Asking, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    del ask
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.MEDIATOR, 1))
    told = run("openings", "list", "--json", typed=f"{training.PINS[Role.MEDIATOR]}\n")
    assert (told.code, json.loads(told.output)["refused"]) == (1, "not_allowed")
