"""`guichet stats`, against a real central, as a terminal or a script would run it."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guichet.central import training
from guichet.domain.model import Role
from tests.commands import Run, logging_put_back, run
from tests.posts import DAY, MORNING, World

__all__ = ["logging_put_back", "run"]  # fixtures

Asking = Callable[..., dict[str, Any]]
_PIN = f"{training.PINS[Role.SUPERVISOR]}\n"


@pytest.fixture
def ask(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """What the command answers a supervisor in JSON."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.SUPERVISOR, 1))
    monkeypatch.setenv("GUICHET_DIR", str(world.enrolled("station")))

    def command(*words: str, code: int = 0, what: str = "stats") -> dict[str, Any]:
        ran = run(what, *words, "--json", typed=_PIN)
        assert ran.code == code, ran
        answer = json.loads(ran.output)
        assert isinstance(answer, dict)
        return answer

    return command


def test_the_week_is_told_of_every_site(ask: Asking, run: Run, world: World) -> None:
    monday = DAY - timedelta(days=DAY.weekday())
    told = ask(what="week")
    days = {(each["day"], each["site"]): each for each in told["days"]}
    assert told["online"]
    assert {day for day, _site in days} == {str(monday + timedelta(days=n)) for n in range(7)}
    assert len({site for _day, site in days}) > 1
    assert days[str(DAY), 1]["seats"] > 0
    said = run("week", "--from", str(DAY), typed=_PIN).output
    assert said.startswith("jour\u00a0: mardi 24 novembre 2026\nsite\u00a0: ")
    assert f"places\u00a0: {days[str(DAY), 1]['seats']}\n" in said
    world.stop()
    alone = ask(what="week")
    assert (alone["online"], {each["site"] for each in alone["days"]}) == (False, {1})


def test_the_day_is_told_and_written(ask: Asking, run: Run, tmp_path: Path, world: World) -> None:
    csv, xlsx = tmp_path / "jour.csv", tmp_path / "jour.xlsx"
    asked = ("--from", str(DAY), "--to", str(DAY), "--by", "procedure")
    told = ask(*asked, "--csv", str(csv), "--xlsx", str(xlsx))
    total = told["statistics"]["total"]["counts"]
    assert (told["online"], told["files"]) == (True, [str(csv), str(xlsx)])
    assert told["statistics"]["complete"]
    lines = csv.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Démarche;Rendez-vous;Venus;Absents;")
    assert lines[-2].startswith(f"Ensemble;{total['appointments']};{total['arrived']};")
    assert xlsx.read_bytes().startswith(b"PK")
    said = run("stats", *asked, typed=_PIN)
    assert "Statistiques du mardi 24 novembre 2026" in said.output
    assert f"Passages\u00a0: {total['visits']}" in said.output
    world.stop()
    alone = ask("--from", str(DAY), "--to", str(DAY))
    assert (alone["online"], alone["statistics"]["complete"]) == (False, False)
    assert alone["statistics"]["total"]["counts"]["visits"] == total["visits"]
    assert alone["statistics"]["total"]["counts"]["seat_given_up"] is None


def test_what_makes_no_sense_is_refused(ask: Asking, tmp_path: Path) -> None:
    assert ask("--from", "2026-11-25", "--to", "2026-11-24", code=1)["refused"] == "bad_period"
    assert ask("--csv", str(tmp_path / "x.txt"), code=1)["refused"] == "unknown_format"
    counter = ("--agent", training.agent_code(Role.COUNTER, 1))
    assert ask(*counter, code=1)["refused"] in ("not_allowed", "wrong_pin")
