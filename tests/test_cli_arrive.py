"""Arrivals as plain commands, against a real central, as a terminal or a script would run them."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guichet.central import training
from guichet.cli_desk.verdict import words
from guichet.domain.admission import Admit, Decision, Finding
from guichet.domain.day import DayRow, DayState
from guichet.domain.identity import Check
from guichet.domain.model import Appointment, Role
from guichet.screens.verdicts import view_of
from guichet.station import Reading, Station
from guichet.station.mediation import Booked
from guichet.store.engine import reading
from guichet.store.records import get
from tests.commands import Ran, Run, logging_put_back, run
from tests.posts import DAY, MORNING, World
from tests.scanner.samples import code, file_of, scene
from tests.screens.counter_post import appointments, signed
from tests.terminal import Terminal
from tests.waiting import until

__all__ = ["logging_put_back", "run"]  # fixtures

PIN = training.PINS[Role.COUNTER]
Asking = Callable[..., dict[str, Any]]


def clock_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    offset = math.ceil((moment - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))


@pytest.fixture
def folder(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station where GUICHET_DIR says, its counter agent, and the training data’s clock."""
    del run
    clock_at(monkeypatch, MORNING)
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.COUNTER, 1))
    made = world.enrolled("station")
    monkeypatch.setenv("GUICHET_DIR", str(made))
    return made


@pytest.fixture
def desk(run: Run, folder: Path) -> Run:
    """Run a command with the right PIN, then `typed`, on its standard input."""
    del folder

    def command(*words: str, typed: str = "") -> Ran:
        return run(*words, typed=f"{PIN}\n{typed}")

    return command


@pytest.fixture
def ask(desk: Run) -> Asking:
    """What a command answers in JSON."""

    def command(*words: str, code: int = 0, typed: str = "") -> dict[str, Any]:
        ran = desk(*words, "--json", typed=typed)
        assert ran.code == code, ran
        answer = json.loads(ran.output)
        assert isinstance(answer, dict)
        assert ("refused" in answer) is (code == 1)
        return answer

    return command


@pytest.fixture
def other(world: World) -> Station:
    """Another station of the site, to see what central has made known."""
    return world.station("other", Role.MEDIATOR)


def expected(station: Station, least: float, most: float) -> DayRow:
    """Somebody not here yet, between `least` and `most` minutes late (negative: early)."""
    for row in station.reception.day():
        if row.state is DayState.EXPECTED and row.starts_at is not None and row.confirmed:
            off = (station.now() - row.starts_at).total_seconds() / 60
            if least < off < most:
                return row
    raise LookupError(f"nobody between {least} and {most}")


def record(station: Station, row: DayRow) -> Appointment:
    with reading(station._core.engine) as connection:
        found = get(connection, Appointment, row.appointment or "")
    assert found is not None
    return found


def token_of(station: Station, row: DayRow) -> str:
    text = record(station, row).token
    assert text is not None
    return text


def shown(station: Station, row: DayRow) -> str:
    """What is read on the right ID, as JSON."""
    person = station.mediation.person(record(station, row).person)
    assert person is not None
    name = f"{person.family_name} {person.given_names}"
    return json.dumps({"number": person.number, "name": name, "year": person.birth[:4]})


# With an appointment ------------------------------------------------------------------------------


def test_who_is_expected_gets_a_ticket_once_and_within_a_minute_not(
    ask: Asking, desk: Run, other: Station
) -> None:
    row = expected(other, -20, 10)
    done = ask("arrive", row.reference.lower())
    assert (done["verdict"], done["checked_in"]) == ("expected", True)
    assert (done["name"], done["procedure"]) == (row.name, row.procedure)
    ticket = done["ticket"]
    assert ticket in {each["ticket"] for each in ask("queue")["waiting"]}
    until(lambda: ticket in {each.ticket for each in other.reception.day()}, what="heard elsewhere")

    again = ask("arrive", row.reference, code=1)
    assert (again["refused"], again["checked_in"], again["ticket"]) == ("already_in", False, ticket)
    told = desk("arrive", row.reference)
    assert told.code == 1
    said = dict(line.split("\u00a0: ", 1) for line in told.output.splitlines())
    assert (said["verdict"], said["ticket"], said["nom"]) == ("Déjà arrivé", ticket, row.name)
    assert said["attente"]

    undone = ask("arrive", "--undo", ticket.lower(), "--reason", "gone_again")
    assert (undone["undone"], undone["name"]) == (True, row.name)
    assert ask("arrive", "--undo", ticket, code=1)["refused"] == "unknown_ticket"
    assert ask("arrive", row.reference)["ticket"] != ticket


def test_an_arrival_is_undone_within_a_minute_only(
    ask: Asking, other: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ask("arrive", expected(other, -15, 5).reference)["ticket"]
    clock_at(monkeypatch, MORNING + timedelta(minutes=2))
    assert ask("arrive", "--undo", ticket, code=1)["refused"] == "arrived_long_ago"


def test_who_is_late_or_early_is_received_when_the_agent_says_so(
    ask: Asking, desk: Run, other: Station
) -> None:
    late, early = expected(other, 16, 600), expected(other, -600, -40)
    for row, verdict, word in ((late, "late", "En retard"), (early, "early", "En avance")):
        asked = ask("arrive", row.reference, code=1)
        assert (asked["refused"], asked["admit"], asked["ticket"]) == (verdict, "ask", None)
        assert "--admit" in asked["next"]
        assert asked["message"].startswith(f"{word}. ")
        told = desk("arrive", row.reference, "--admit")
        assert told.code == 0, told
        assert told.output.startswith("verdict\u00a0: Admis\nticket\u00a0: ")
    assert ask("arrive", late.reference, code=1)["refused"] == "already_in"


def test_a_convocation_is_read_from_a_scanner_or_a_picture(
    ask: Asking, other: Station, tmp_path: Path
) -> None:
    row = expected(other, -20, 10)
    text = token_of(other, row)
    picture = tmp_path / "photo.png"
    picture.write_bytes(file_of(scene(code(text))))
    by_picture = ask("arrive", "--code", str(picture))
    assert (by_picture["verdict"], by_picture["reference"]) == ("expected", row.reference)
    by_scanner = ask("arrive", "--code", "-", typed=f"{text}\n", code=1)
    assert (by_scanner["verdict"], by_scanner["ticket"]) == ("already_in", by_picture["ticket"])
    for typed in (row.reference, text.swapcase()):  # the latter with Caps Lock on
        again = ask("arrive", "--code", "-", typed=f"{typed}\n", code=1)
        assert again["verdict"] == "already_in"

    forged = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert ask("arrive", "--code", "-", typed=forged, code=1)["refused"] == "forged"
    ours = ask("arrive", "--code", "-", typed="https://example.org/?a=1", code=1)
    assert (ours["refused"], ours["name"]) == ("not_ours", None)
    picture.write_bytes(file_of(scene(code("X")[:20, :20])))
    assert ask("arrive", "--code", str(picture), code=1)["refused"] == "no_code"
    picture.write_bytes(b"none")
    assert ask("arrive", "--code", str(picture), code=1)["refused"] == "unreadable"


def test_who_has_no_paper_is_found_by_name(ask: Asking, folder: Path, other: Station) -> None:
    row = expected(other, 16, 600)
    listed = ask("arrive", "--name", typed=f"{row.name.lower()}\n", code=1)
    assert listed["refused"] == "choose"
    ranks = [each["reference"] for each in listed["found"]]
    assert row.reference in ranks
    assert ask("arrive", "--name", typed="Zzyzx\n", code=1)["refused"] == "nobody_named"
    assert ask("arrive", "--name", typed="a\n", code=1)["refused"] == "many_named"
    terminal = Terminal("arrive", "--name", "--admit", folder=folder)
    try:
        rank = ranks.index(row.reference) + 1
        terminal.wait_for("PIN")
        terminal.press(f"{PIN}\r".encode())
        terminal.wait_for("Nom")
        terminal.press(f"{row.name}\r0\r{rank}\r".encode())
        terminal.wait_for("Admis")
        assert terminal.process.wait(30) == 0
    finally:
        terminal.end()
    assert ask("arrive", row.reference, code=1)["refused"] == "already_in"


def test_each_appointment_that_is_not_for_now(ask: Asking, world: World, other: Station) -> None:
    later = next(a for a in appointments(world, site=1, status="booked") if a.day > DAY)
    assert ask("arrive", later.reference, code=1)["refused"] == "wrong_day"
    elsewhere = next(a for a in appointments(world, site=2, status="booked") if a.day == DAY)
    text = signed(world, elsewhere.id, elsewhere.revision, 2, elsewhere.starts_at)
    found = ask("arrive", "--code", "-", typed=text, code=1)
    assert (found["refused"], found["site"]) == ("wrong_site", "Sous-préfecture du Raincy")
    row = expected(other, -20, 10)
    assert isinstance(other.mediation.cancel(record(other, row), "person"), Booked)
    cancelled = ask("arrive", row.reference, code=1)
    assert cancelled["refused"] == "cancelled"
    assert cancelled["next"].startswith("Ce rendez-vous n’existe plus")
    assert ask("arrive", "7K4Q", code=1)["refused"] == "bad_reference"
    assert ask("arrive", "0000-0000-0", code=1)["refused"] in ("not_found", "bad_reference")


def test_the_id_shown_is_compared_before_the_agent_decides(ask: Asking, other: Station) -> None:
    wrong = json.dumps({"number": "9901234567"})
    late = expected(other, 16, 600)
    asked = ask("arrive", late.reference, "--stdin", "--admit", typed=wrong, code=1)
    assert (asked["identity"], asked["checked_in"]) == ("mismatched", False)
    assert asked["message"].startswith("Autre identité. ")
    done = ask("arrive", late.reference, "--stdin", "--admit", typed=shown(other, late))
    assert (done["identity"], done["checked_in"]) == ("matched", True)

    row = expected(other, -20, 10)  # received at once, as before the camera; then compared
    done = ask("arrive", row.reference, "--stdin", typed=wrong)
    assert (done["identity"], done["checked_in"]) == ("mismatched", True)

    def noted(of: DayRow) -> str | None:
        rows = other.reception.day()
        return next(each.identity for each in rows if each.appointment == of.appointment)

    until(lambda: (noted(late), noted(row)) == ("matched", "mismatched"), what="what was noted")
    for typed, refused in (("", "bad_input"), ("{}", "bad_identity"), ('{"x": 1}', "bad_input")):
        assert ask("arrive", row.reference, "--stdin", typed=typed, code=1)["refused"] == refused


def test_what_does_not_fit_is_reported(ask: Asking, other: Station) -> None:
    row = expected(other, 16, 600)
    wrong = json.dumps({"name": "Quelqu’un d’autre", "year": "1970", "number": "9901234567"})
    text = token_of(other, row)
    seen = ("--stdin", "--report", "name", "--report", "photo")
    said = ask("arrive", row.reference, *seen, typed=wrong, code=1)
    assert (said["identity"], said["reported"]) == ("mismatched", ["name", "photo"])
    forged = text[:-1] + ("A" if text[-1] != "A" else "B")
    said = ask("arrive", "--code", "-", "--report", "altered", typed=forged, code=1)
    assert (said["refused"], said["reported"]) == ("forged", ["altered"])
    lost = ask("arrive", "--code", "-", "--report", "copy", typed="https://example.org", code=1)
    assert lost["refused"] == "nothing_to_report"
    until(lambda: len(other.identification.reports()) == 2, what="both reports")
    late = next(each.report for each in other.identification.reports() if each.row)
    assert (late.appointment, late.identity) == (row.appointment, "mismatched")
    assert late.seen == ("name", "photo")


def test_the_id_is_asked_line_by_line(desk: Run, other: Station) -> None:
    row = expected(other, -20, 10)
    right = json.loads(shown(other, row))
    typed = f"123\n\n{right['name']}\n\n\n{right['name']}\n{right['year']}\n"
    if right["number"]:
        typed = f"123\n{right['number']}\n"
    told = desk("arrive", row.reference, "--identity", typed=typed)
    assert told.code == 0, told
    assert "identité\u00a0: identité vérifiée" in told.output
    assert "10 chiffres" in told.errors


def test_in_a_terminal_the_agent_is_asked(folder: Path, other: Station) -> None:
    row = expected(other, 16, 600)
    terminal = Terminal("arrive", row.reference, folder=folder)
    try:
        terminal.wait_for("PIN")
        terminal.press(f"{PIN}\r".encode())
        terminal.wait_for("Recevoir quand même")
        assert b"En retard" in terminal.output
        terminal.press(b"peut-\xc3\xaatre\roui\r")
        terminal.wait_for("Admis")
        assert terminal.process.wait(30) == 0
    finally:
        terminal.end()


def test_what_to_do_names_no_key_of_the_screen(other: Station) -> None:
    for finding, identity in product(Finding, (None, Check.MISMATCHED)):
        found = Reading(Decision(finding), identity=identity)
        word, then = words(found, view_of(found, other))
        assert word
        assert not re.search(r"Entrée|Échap|Ctrl|F[0-9]|[{}]", then), then
        if found.decision.admit is Admit.ASK and identity is None:
            assert "--admit" in then


# Without an appointment ---------------------------------------------------------------------------


def test_a_walk_in_gets_a_ticket_of_the_lane(ask: Asking, desk: Run) -> None:
    lone = ask("arrive", "--walk-in", "reno")
    family = ask("arrive", "--walk-in", "RENO", "--people", "4")
    unknown = ask("arrive", "--walk-in", "-")
    assert lone["ticket"][0] == family["ticket"][0] != unknown["ticket"][0] == "X"
    assert (family["people"], unknown["procedure"]) == (4, None)
    waiting = {each["ticket"]: each for each in ask("queue")["waiting"]}
    assert waiting[family["ticket"]]["people"] == 4
    assert waiting[lone["ticket"]]["why"] == "walk_in"
    assert ask("arrive", "--walk-in", "NOPE", code=1)["refused"] == "unknown_procedure"
    assert ask("arrive", "--undo", lone["ticket"])["undone"] is True
    for wrong in ((), ("7K4Q-92XD-1", "--undo", "B101"), ("7K4Q-92XD-1", "--people", "2")):
        ran = desk("arrive", *wrong)
        assert (ran.code, ran.output) == (2, "")


def test_without_central_arrivals_go_on(ask: Asking, world: World, other: Station) -> None:
    row = expected(other, -20, 10)
    ask("queue")  # the station has read its site
    world.stop()
    done = ask("arrive", row.reference)
    assert (done["verdict"], done["checked_in"]) == ("expected", True)
    given = ask("arrive", "--walk-in", "RENO")["ticket"]
    world.start()
    tickets = {done["ticket"], given}
    ask("queue")  # opened again, it sends what was done
    until(lambda: tickets <= {each.ticket for each in other.reception.day()}, what="both arrivals")


def test_a_mediator_may_not_receive(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del folder
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.MEDIATOR, 1))
    ran = run("arrive", "--walk-in", "RENO", typed=f"{training.PINS[Role.MEDIATOR]}\n")
    assert ran.code == 1
    assert "Votre rôle" in ran.errors
