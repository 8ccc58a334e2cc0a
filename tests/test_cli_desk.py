"""The mediator's commands, against a real central, as a terminal or a script would run them."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from guichet.central import training
from guichet.domain.model import AppointmentStatus, Role, Slot
from guichet.domain.quotas import open_seats
from guichet.station import Station
from guichet.station.mediation import Held
from guichet.store import queries
from guichet.store.engine import reading
from tests.commands import Ran, Run, logging_put_back, run
from tests.posts import DAY, MORNING, World
from tests.terminal import Terminal
from tests.waiting import until

__all__ = ["logging_put_back", "run"]  # fixtures

PIN = training.PINS[Role.MEDIATOR]
Asking = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station where GUICHET_DIR says, its mediator, and the clock of the training data."""
    offset = math.ceil((MORNING - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("GUICHET_CLOCK_OFFSET", str(offset))
    monkeypatch.setenv("GUICHET_AGENT", training.agent_code(Role.MEDIATOR, 1))
    return world.enrolled("station")


@pytest.fixture
def desk(run: Run, folder: Path) -> Run:
    """Run a command with the right PIN on its standard input."""
    del folder

    def command(*words: str, typed: str = f"{PIN}\n") -> Ran:
        return run(*words, typed=typed)

    return command


@pytest.fixture
def ask(desk: Run) -> Asking:
    """What a command answers in JSON."""

    def command(*words: str, code: int = 0, typed: str = f"{PIN}\n") -> dict[str, Any]:
        ran = desk(*words, "--json", typed=typed)
        assert ran.code == code, ran
        assert ran.output.count("\n") == 1
        answer = json.loads(ran.output)
        assert isinstance(answer, dict)
        assert ("refused" in answer) is (code == 1)
        return answer

    return command


@pytest.fixture
def other(world: World) -> Station:
    """Another mediator's station, which takes seats too."""
    return world.station("other", Role.MEDIATOR)


def walk_in(ask: Asking) -> tuple[str, str]:
    """Somebody with a number and no appointment to come, and the search that finds them."""
    common = ("diallo", "mohamed", "fatou", "maria", "singh", "nguyen", "traore", "amina")
    found = [person for name in common for person in ask("person", "find", name)["persons"]]
    for person in found:
        if person["number"] is None:
            continue
        shown = ask("person", "find", person["number"])["persons"]
        assert [each["id"] for each in shown] == [person["id"]]
        if person["where"] == "central":  # whom a station knows has an appointment
            return person["id"], person["number"]
    raise AssertionError(found)


@pytest.fixture
def person(ask: Asking) -> tuple[str, ...]:
    """The words that say for whom a new appointment is."""
    key, number = walk_in(ask)
    return ("--person", key, "--search", number, "--accord", "aloud")


def book(*more: str) -> tuple[str, ...]:
    return ("book", "--procedure", "RENO", *more)


def taken(station: Station, slot: Slot) -> None:
    """Hold every seat of the slot that a mediator may take."""
    while isinstance(station.mediation.hold(slot), Held):
        pass


def free(station: Station) -> list[Slot]:
    days = station.mediation.slots("RENO")
    return [slot for slots in days.values() for slot in slots if open_seats(slot)]


def central_says(world: World, reference: str) -> AppointmentStatus | None:
    with reading(world.engine) as connection:
        found = queries.appointment_by_reference(connection, reference)
    return found.status if found else None


def lines(ran: Ran) -> list[tuple[str, str]]:
    """The « champ : valeur » lines of an answer made for people; there are no others."""
    assert ran.code == 0, ran
    assert ran.output.isprintable() or not set(ran.output) & set("\x1b│─┌┐└┘|·")
    pairs = [line.partition("\u00a0: ") for line in ran.output.splitlines() if line]
    assert all(separator for _label, separator, _value in pairs), ran.output
    return [(label, value) for label, _separator, value in pairs]


# Reading ------------------------------------------------------------------------------------------


def test_persons_are_found_in_words_and_in_json(desk: Run, ask: Asking) -> None:
    found = ask("person", "find", "diallo")
    assert found["online"] is True
    assert found["persons"]
    said = lines(desk("person", "find", "DIALLO"))
    assert said[0] == ("personnes trouvées", str(len(found["persons"])))
    assert [value for label, value in said if label == "nom"] == [
        person["name"] for person in found["persons"]
    ]
    assert [value for label, value in said if label == "fiche"] == [
        person["id"] for person in found["persons"]
    ]
    assert all("DIALLO" in person["name"] for person in found["persons"])


def test_nobody_is_found_and_it_is_no_fault(desk: Run, ask: Asking) -> None:
    assert ask("person", "find", "xyzxyz")["persons"] == []
    assert lines(desk("person", "find", "xyzxyz")) == [("personnes trouvées", "0")]


def test_the_codes_of_the_procedures_are_told(desk: Run, ask: Asking) -> None:
    codes = [each["code"] for each in ask("procedures")["procedures"]]
    assert "RENO" in codes
    assert [value for label, value in lines(desk("procedures")) if label == "code"] == codes


def test_the_free_slots_of_a_day(desk: Run, ask: Asking, other: Station) -> None:
    day = free(other)[0].day
    expected = [slot for slot in free(other) if slot.day == day]
    told = ask("slots", "reno", "--day", day.isoformat())
    assert [slot["id"] for slot in told["slots"]] == [slot.id for slot in expected]
    first = told["slots"][0]
    assert first["free"] == open_seats(expected[0])
    assert datetime.fromisoformat(first["starts_at"]) == expected[0].starts_at
    assert first["starts_at"].endswith("+01:00")  # the site's own time
    said = lines(desk("slots", "RENO", "--day", day.isoformat()))
    assert ("créneaux libres", str(len(expected))) in said
    assert [value for label, value in said if label == "créneau"] == [s.id for s in expected]


def test_a_full_slot_is_not_told(ask: Asking, other: Station) -> None:
    slot = free(other)[0]
    taken(other, slot)
    told = ask("slots", "RENO", "--day", slot.day.isoformat())
    assert slot.id not in {each["id"] for each in told["slots"]}


def test_slots_over_some_days(ask: Asking) -> None:
    def days(*words: str) -> set[str]:
        return {slot["day"] for slot in ask("slots", "RENO", *words)["slots"]}

    week = days()
    assert week
    assert max(week) < (DAY + timedelta(days=7)).isoformat()
    assert days("--days", "14") > week
    assert days("--day", max(week)) == {max(week)}


def test_an_unknown_procedure_is_refused_with_the_codes(ask: Asking) -> None:
    refused = ask("slots", "ZUT", code=1)
    assert refused["refused"] == "unknown_procedure"
    assert "RENO" in refused["message"]


# Booking, moving, cancelling ----------------------------------------------------------------------


def test_booked_moved_printed_and_cancelled(
    ask: Asking, world: World, person: tuple[str, ...], other: Station
) -> None:
    slot = free(other)[0]
    booked = ask(*book(*person, "--slot", slot.id))
    reference = booked["reference"]
    assert booked["confirmed"] is True
    assert booked["slot"] == slot.id
    assert central_says(world, reference) is AppointmentStatus.BOOKED
    paper = Path(booked["convocation"])
    assert reference in pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_bounded()

    shown = ask("person", "show", person[1])
    assert [each["reference"] for each in shown["appointments"]] == [reference]

    later = next(each for each in free(other) if each.starts_at > slot.starts_at)
    moved = ask("move", reference.lower().replace("-", " "), "--slot", later.id)
    assert (moved["reference"], moved["slot"]) == (reference, later.id)

    paper.unlink()
    again = ask("convocation", reference)
    assert Path(again["convocation"]).read_bytes().startswith(b"%PDF")
    assert (again["printed"], again["opened"]) == (False, False)

    cancelled = ask("cancel", reference, "--by", "person")
    assert (cancelled["status"], cancelled["confirmed"]) == ("cancelled", True)
    assert central_says(world, reference) is AppointmentStatus.CANCELLED
    assert ask("convocation", reference, code=1)["refused"] == "already_cancelled"


def test_what_is_booked_is_said_line_by_line(
    desk: Run, person: tuple[str, ...], other: Station
) -> None:
    said = dict(lines(desk(*book(*person, "--first"))))
    local = other.local(free(other)[0].starts_at)
    assert said["état"] == "à venir"
    assert said["quand"].endswith(f"à {local:%H:%M}")
    assert said["où"].startswith(other.site.name)
    assert Path(said["convocation"]).exists()
    assert set(said) == {
        "référence", "état", "personne", "démarche", "quand", "où", "convocation"
    }  # fmt: skip


def test_the_first_slot_after_a_moment(
    ask: Asking, person: tuple[str, ...], other: Station
) -> None:
    wanted = next(slot for slot in free(other) if slot.day > DAY)
    naive = f"{other.local(wanted.starts_at):%Y-%m-%dT%H:%M}"  # the site's time
    assert ask(*book(*person, "--first", "--after", naive))["slot"] == wanted.id


def test_no_slot_after_the_last_one(ask: Asking, person: tuple[str, ...]) -> None:
    words = book(*person, "--first", "--after", "2031-01-01")
    assert ask(*words, code=1)["refused"] == "no_slot"


def test_a_taken_slot_is_refused_and_nothing_is_booked(
    desk: Run, ask: Asking, person: tuple[str, ...], other: Station
) -> None:
    slot = free(other)[0]
    taken(other, slot)
    refused = ask(*book(*person, "--slot", slot.id), code=1)
    assert refused["refused"] == "slot_full"
    ran = desk(*book(*person, "--slot", slot.id))
    assert (ran.code, ran.output, ran.errors.count("\n")) == (1, "", 1)
    assert "guichet slots" in ran.errors
    assert ask("person", "show", person[1])["appointments"] == []


def test_a_second_appointment_is_refused_with_the_first_ones_reference(
    ask: Asking, person: tuple[str, ...]
) -> None:
    booked = ask(*book(*person, "--first"))
    before = ask("slots", "RENO", "--days", "14")["slots"]
    refused = ask(*book(*person, "--first"), code=1)
    assert refused["refused"] == "already_booked"
    assert refused["detail"]["reference"] == booked["reference"]
    assert booked["reference"] in refused["message"]
    after = ask("slots", "RENO", "--days", "14")["slots"]
    assert after == before  # the held seat is given back


def test_nothing_is_booked_without_the_accord(ask: Asking, person: tuple[str, ...]) -> None:
    refused = ask(*book(*person[:-2], "--first"), code=1)
    assert refused["refused"] == "accord_required"
    assert "--accord" in refused["message"]


@pytest.mark.parametrize("language", ["fr", "ta"])
def test_the_accord_is_kept_as_it_was_given(
    ask: Asking, world: World, person: tuple[str, ...], language: str
) -> None:
    words = (*person[:-1], "paper", "--language", language)
    booked = ask(*book(*words, "--first"))
    with reading(world.engine) as connection:
        found = queries.appointment_by_reference(connection, booked["reference"])
    assert found is not None
    assert found.accord is not None
    assert (found.accord.mode.value, found.accord.language) == ("printed", language)
    assert found.accord.agent == training.agent_code(Role.MEDIATOR, 1)


def test_an_unknown_language_person_slot_or_reference_is_refused(
    ask: Asking, person: tuple[str, ...]
) -> None:
    nobody = ("--person", "f" * 32, *person[4:])
    for reason, words in {
        "unknown_language": book(*person, "--first", "--language", "xx"),
        "unknown_person": book(*nobody, "--first"),
        "unknown_slot": book(*person, "--slot", "zut"),
        "unknown_appointment": ("convocation", "0000-0000-0"),
        "bad_reference": ("cancel", "7K4Q-92XD-2", "--by", "person"),
    }.items():
        assert ask(*words, code=1)["refused"] == reason


def test_a_mistyped_reference_is_said_in_one_sentence(desk: Run) -> None:
    ran = desk("move", "7K4Q-92XD-2", "--first")
    assert (ran.code, ran.output, ran.errors.count("\n")) == (1, "", 1)
    assert "relisez-la" in ran.errors


# Without central ----------------------------------------------------------------------------------


def test_without_central_persons_are_found_and_nothing_is_booked(
    ask: Asking, desk: Run, world: World, person: tuple[str, ...]
) -> None:
    known = ask("person", "find", "diallo")["persons"]
    here = [each for each in known if each["where"] == "station"]
    slot = ask("slots", "RENO")["slots"][0]
    world.stop()

    found = ask("person", "find", "diallo")
    assert found["online"] is False
    assert found["persons"] == here
    assert here
    assert "ce poste seulement" in desk("person", "find", "diallo").errors

    words = ("--person", here[0]["id"], "--accord", "aloud", "--slot", slot["id"])
    for refused in (words, (*person, "--first")):
        answer = ask(*book(*refused), code=1)
        assert answer["refused"] == "central_unavailable"
        assert "Recommencez quand elle répond" in answer["message"]


def test_a_cancellation_without_central_is_told_as_such_and_sent_later(
    ask: Asking, desk: Run, world: World, person: tuple[str, ...]
) -> None:
    reference = ask(*book(*person, "--first"))["reference"]
    world.stop()
    ran = desk("cancel", reference, "--by", "person", "--json")
    assert ran.code == 0
    assert json.loads(ran.output)["confirmed"] is False
    assert "pas encore confirmé" in ran.errors
    assert central_says(world, reference) is AppointmentStatus.BOOKED
    world.start()
    ask("procedures")
    assert central_says(world, reference) is AppointmentStatus.CANCELLED


# Who asks -----------------------------------------------------------------------------------------


def test_a_wrong_pin_is_refused_then_made_to_wait(desk: Run, ask: Asking) -> None:
    assert ask("procedures", typed="9999\n", code=1)["refused"] == "wrong_pin"
    ran = desk("procedures", typed="9999\n")
    assert (ran.code, ran.output, ran.errors.count("\n")) == (1, "", 1)
    refusals = {ask("procedures", typed="9999\n", code=1)["refused"] for _try in range(4)}
    assert "wait" in refusals


def test_no_pin_is_refused(ask: Asking) -> None:
    assert ask("procedures", typed="", code=1)["refused"] == "pin_missing"


def test_only_who_may_book_works_here(ask: Asking) -> None:
    counter = ("--agent", training.agent_code(Role.COUNTER, 1))
    typed = f"{training.PINS[Role.COUNTER]}\n"
    refused = ask("person", "find", "diallo", *counter, typed=typed, code=1)
    assert refused["refused"] == "not_allowed"


def test_an_open_application_keeps_the_folder_for_itself(
    ask: Asking, world: World, folder: Path
) -> None:
    world.open(folder)
    refused = ask("procedures", code=1)
    assert refused["refused"] == "station"
    assert "Fermez l’autre fenêtre" in refused["message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("book", "--person", "x", "--procedure", "RENO"), "--slot"),
        (("move", "7K4Q-92XD-1", "--first", "--slot", "x"), "--first"),
        (("cancel", "7K4Q-92XD-1"), "--by"),
        (("slots", "RENO", "--day", "demain"), "--day"),
        (("slots", "RENO", "--days", "0"), "--days"),
    ],
)
def test_a_wrong_command_line_names_what_is_wrong(
    desk: Run, words: tuple[str, ...], said: str
) -> None:
    ran = desk(*words, "--json")
    assert (ran.code, ran.output, ran.errors.count("\n")) == (2, "", 1)
    assert said in ran.errors


def test_who_works_must_be_said(desk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUICHET_AGENT")
    ran = desk("procedures")
    assert ran.code == 2
    assert "--agent" in ran.errors


# As processes -------------------------------------------------------------------------------------


@pytest.fixture
def process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`guichet procedures --json`, waiting for the PIN."""
    started = subprocess.Popen(
        [sys.executable, "-m", "guichet", "procedures", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"GUICHET_DIR": str(folder)},
        text=True,
    )
    with started:
        yield started
        started.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_nobody_reads_the_pin_in_the_list_of_processes(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    about = Path("/proc", str(process.pid))
    until(lambda: b"procedures" in (about / "cmdline").read_bytes())  # not a copy of this process
    process.stdin.write(f"{PIN}\n")
    process.stdin.flush()
    told = (about / "cmdline").read_bytes().split(b"\0") + (about / "environ").read_bytes().split(
        b"\0"
    )
    assert b"procedures" in told
    assert not [word for word in told if word == PIN.encode() or word.endswith(f"={PIN}".encode())]
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert PIN not in output
    assert json.loads(output)["procedures"]


def test_the_pin_typed_in_a_terminal_is_not_shown(folder: Path) -> None:
    terminal = Terminal("procedures", folder=folder)
    try:
        terminal.wait_for("PIN")
        terminal.press(f"{PIN}\r".encode())
        terminal.wait_for("RENO")
        assert terminal.process.wait(30) == 0
    finally:
        terminal.end()
    assert PIN.encode() not in terminal.output


def test_no_command_loads_the_interface(folder: Path) -> None:
    code = (
        "import sys\nfrom guichet.cli import main\nsys.argv = ['guichet', 'slots', 'RENO']\n"
        "try:\n    main()\nfinally:\n    print('textual' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=f"{PIN}\n",
        env=os.environ | {"GUICHET_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == "False\n"
    assert "créneau\u00a0: " in done.stdout
