"""The counter's commands, against a real central, as a terminal or a script would run them."""

import json
import math
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guichet.central import training
from guichet.domain.desks import DeskState
from guichet.domain.model import Role
from guichet.domain.operations import SetDesk
from tests.commands import Run, logging_put_back, run
from tests.posts import MORNING, World
from tests.waiting import until

__all__ = ["logging_put_back", "run"]  # fixtures

Asking = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """What a command of the counter's agent answers in JSON."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.COUNTER, 1))
    monkeypatch.setenv("GUICHET_DIR", str(world.enrolled("station")))

    def command(*words: str, code: int = 0) -> dict[str, Any]:
        ran = run(*words, "--json", typed=f"{training.PINS[Role.COUNTER]}\n")
        assert ran.code == code, ran
        answer = json.loads(ran.output)
        assert isinstance(answer, dict)
        return answer

    return command


def test_the_line_is_called_and_finished(ask: Asking, run: Run) -> None:
    line = ask("queue")["waiting"]
    assert [each["due"] for each in line] == sorted(each["due"] for each in line)
    assert {each["why"] for each in line} <= {"appointment", "late", "walk_in", "priority"}
    first, *_others, last = (each["ticket"] for each in line)
    refused = ask("call", last, "--desk", "41", code=1)
    assert (refused["refused"], "young_child" in refused["message"]) == ("reason_to_call", True)
    called = ask("call", "--desk", "41")
    assert (called["ticket"], called["desk"], called["state"]) == (first, "41", "called")
    assert ask("call", "--desk", "41", code=1)["detail"] == {"ticket": first}
    assert ask("call", last.lower(), "--desk", "42", "--reason", "frail")["ticket"] == last
    assert ask("finish", first, "unsuccessful", code=1)["refused"] == "reason_required"
    done = ask(
        "finish", first, "unsuccessful", "--reason", "missing_document", "--missing", "Passeport"
    )
    assert (done["state"], done["missing"]) == ("done", ["Passeport"])
    assert ask("finish", "Z999", "served", code=1)["refused"] == "unknown_ticket"
    told = run("queue", typed=f"{training.PINS[Role.COUNTER]}\n")
    assert told.code == 0
    assert f"en attente\u00a0: {len(line) - 2}" in told.output
    assert "son tour\u00a0: " in told.output


def test_each_step_at_a_desk(ask: Asking, run: Run, world: World) -> None:
    ticket = ask("call", "--desk", "41")["ticket"]
    assert ask("recall", ticket)["state"] == "called"
    missed = ask("no-answer", ticket.lower())
    assert (missed["state"], missed["desk"], missed["calls_left"]) == ("waiting", None, 2)
    assert ask("undo", ticket, "--reason", "wrong_person")["state"] == "called"
    assert ask("start", ticket)["state"] == "serving"
    assert ask("no-answer", ticket, code=1)["refused"] == "already_started"
    assert ask("park", ticket, "photocopy")["state"] == "parked"
    assert ticket in {each["ticket"] for each in ask("queue")["parked"]}
    assert ask("call", ticket, "--desk", "41")["state"] == "called"
    assert ask("start", ticket)["state"] == "serving"
    assert ask("redirect", ticket, "--lane", "Q", code=1)["refused"] == "unknown_lane"
    assert ask("redirect", ticket, "--desk", "99", code=1)["refused"] == "desk_not_open"
    sent = ask("redirect", ticket, "--lane", "x")
    assert (sent["state"], sent["lane"], sent["for_desk"]) == ("waiting", "X", None)
    assert ask("undo", ticket)["state"] == "serving"
    other = world.station("other", Role.COUNTER)
    assert other.calling.set_desk("7", DeskState.OPEN) is None
    until(lambda: other.sync_state.pending == 0)
    sent = ask("redirect", ticket, "--desk", "7")
    assert (sent["state"], sent["for_desk"]) == ("waiting", "7")
    assert ask("start", "Z999", code=1)["refused"] == "unknown_ticket"
    for words in (("redirect", ticket), ("redirect", ticket, "--lane", "X", "--desk", "7")):
        assert run(*words, typed="").code == 2


def test_a_desk_calls_the_first_of_its_own_lanes_without_a_reason(
    ask: Asking, world: World
) -> None:
    line = ask("queue")["waiting"]
    mine = next(each for each in line if each["lane"] != line[0]["lane"])
    station = world.open(Path(os.environ["GUICHET_DIR"]), Role.COUNTER)
    station._core.submit(SetDesk("43", "open", (mine["lane"],)))
    station.close()
    assert ask("call", mine["ticket"], "--desk", "43")["ticket"] == mine["ticket"]


def test_everybody_absent_is_not_asked_for_beside_one_person(ask: Asking, run: Run) -> None:
    del ask
    for words, said in (
        (("A101", "left", "--all-absent"), "--all-absent"),
        (("A101",), "il manque"),
    ):
        ran = run("end-of-day", *words)
        assert ran.code == 2
        assert said in ran.errors


def test_the_end_of_the_day_is_told_and_settled(
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ = ask("end-of-day")
    assert (open_["visits"], open_["absent"]) == ([], [])
    closes = datetime.fromisoformat(open_["closes_at"])
    assert ask("end-of-day", "--all-absent")["absent"] == []
    world.clock.now = closes
    offset = math.ceil((closes - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    owed = ask("end-of-day")
    waiting, *others = owed["visits"]
    gone, *absent = owed["absent"]
    assert others
    assert absent
    ticket, reference = waiting["ticket"], gone["reference"]
    assert ask("end-of-day", ticket, "absent", code=1)["refused"] == "came"
    assert ask("end-of-day", reference, "left", code=1)["refused"] == "did_not_come"
    refused = ask("end-of-day", ticket, "unsuccessful", code=1)
    assert refused["refused"] == "reason_required"
    assert ask("end-of-day", ticket.lower(), "left")["end"] == "left"
    assert ask("end-of-day", ticket, "left", code=1)["refused"] == "not_owed"
    assert ask("end-of-day", reference, "absent")["name"] == gone["name"]
    assert len(ask("end-of-day", "--all-absent")["absent"]) == len(absent)
    left = ask("end-of-day")
    assert (left["visits"], left["absent"]) == (others, [])
