"""Calling, receiving, finishing; taking a check-in back; a database that fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from textual.widgets import Input, Label, Static

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import DeskState
from guichet.domain.model import Appointment, Person, Role, Visit
from guichet.domain.passage import given_back
from guichet.screens import verdicts
from guichet.screens.ask import AskScreen
from guichet.screens.desk_dialog import DeskDialog
from guichet.screens.missing import MissingScreen
from guichet.screens.person_file import PersonFile
from guichet.screens.queue import QueueBox
from guichet.screens.walk_in import WalkInDialog
from guichet.station import Station
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.store.schema import METADATA
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said
from guichet.widgets.verdict import VerdictPanel
from tests.convocation.outputs import pages
from tests.posts import World
from tests.screens.counter_post import Counter, at_counter

_VISIT = METADATA.tables["visit"]


def at_our_desk(counter: Counter) -> DayRow | None:
    return counter.screen._desk.here


def outcome_of(counter: Counter, visit: str) -> str | None:
    query = select(_VISIT.c.outcome).where(_VISIT.c.id == visit)
    with reading(counter.station._core.engine) as connection:
        outcome: str | None = connection.execute(query).scalar_one()
    return outcome


async def test_the_next_person_is_called_received_and_done(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        first = counter.station.calling.line()[0].row
        assert first.visit is not None
        line = counter.screen.query_one("#desk", Static)
        await counter.see(lambda: first.name in str(line.content))
        assert str(line.content).startswith("Fermé")
        await counter.open_and_call()
        assert (counter.view.name, counter.view.ticket) == (first.name, first.ticket)
        await counter.shown(first.appointment, DayState.CALLED)
        assert [r.visit for r in counter.rows() if r.desk == "40"] == [first.visit]
        assert "Appelé 1 fois, 1:" in str(line.content)
        await counter.pilot.press("f5")
        await counter.see(lambda: "Appelé 2 fois" in str(line.content))
        await counter.pilot.press("f6")
        await counter.shown(first.appointment, DayState.SERVING)
        await counter.pilot.press("f6")
        await counter.asked()
        await counter.pilot.press("r")
        await counter.shown(first.appointment, DayState.DONE)
        assert outcome_of(counter, first.visit) == "served"
        await counter.sees("Prêt")
        await counter.pilot.press(
            "f5", "f5"
        )  # once: the desk is open, and one key calls one person
        await counter.see(lambda: counter.screen._desk.here is not None)
        assert (
            len([r for r in counter.rows() if r.state is DayState.CALLED and r.desk == "40"]) == 1
        )


async def test_who_does_not_come_when_called(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.open_and_call()
        called = at_our_desk(counter)
        assert called is not None
        await counter.pilot.press("tab", "n")  # a letter, from the list
        assert "encore 2 appels" in (await counter.sees("Pas venu")).next_action
        await counter.shown(called.appointment, DayState.WAITING)
        await counter.pilot.press("ctrl+z")
        await counter.asked()
        await counter.pilot.press("e")
        await counter.sees("Étape annulée")
        await counter.shown(called.appointment, DayState.CALLED)
        assert at_our_desk(counter) is not None


async def serving(counter: Counter) -> DayRow:
    """Somebody whose démarche asks for documents, received at the desk."""
    await counter.open_and_call()
    await counter.pilot.press("f6")
    await counter.see(lambda: counter.screen._desk.state is DayState.SERVING)
    row = at_our_desk(counter)
    assert row is not None
    return row


async def test_put_aside_and_called_back_from_the_list(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch, size=(120, 40)) as counter:
        row = await serving(counter)
        await counter.pilot.press("shift+f6")
        await counter.asked()
        await counter.pilot.press("p")
        await counter.shown(row.appointment, DayState.PARKED)
        queue = counter.screen.query_one(QueueBox)
        view = queue.query_one(RowsView)
        (shown,) = (each for each in view.rows if each.key == row.key)
        assert (shown.status, shown.cells[1], shown.cells[-1]) == (
            "idle",
            "photocopie",
            "côté 0 min",
        )
        core = counter.station._core
        core.clock = later(core.clock, minutes=16)
        core.changed()
        await counter.see(
            lambda: ("warn", "côté 16 min") in {(r.status, r.cells[-1]) for r in view.rows}
        )
        assert view.select(row.key)
        view.focus()
        await counter.pilot.press("shift+f5")  # no reason: they were here before
        await counter.shown(row.appointment, DayState.CALLED)
        assert any("Reprend" in line for line in counter.view.lines)


async def test_sent_on_to_another_lane(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = await serving(counter)
        lane = next(each for each in counter.station.calling.lanes() if each != row.lane)
        await counter.pilot.press("ctrl+r")
        await counter.asked()
        await counter.pilot.press(lane.lower())
        await counter.shown(row.appointment, DayState.WAITING)
        assert counter.row(row.appointment or "").lane == lane
        called = counter.station.calling.this(counter.row(row.appointment or ""), "40", "follow_up")
        assert called.refused is None
        view = verdicts.called_view(called.row or row, "40", called.waited)
        assert any(line.startswith("Vient du guichet 40") for line in view.lines)


async def test_called_before_their_turn_for_a_reason(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.open_and_call()
        await counter.pilot.press("ctrl+n")
        await counter.see(lambda: counter.screen._desk.here is None)
        last = counter.station.calling.line()[-1].row
        view = counter.screen.query_one(QueueBox).query_one(RowsView)
        assert view.select(last.key)
        view.focus()
        await counter.pilot.press("shift+f5")
        await counter.asked()
        await counter.pilot.press("f")
        await counter.shown(last.appointment, DayState.CALLED)


async def test_a_desk_is_opened_for_some_lanes_paused_and_closed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("ctrl+g")
        await counter.asked(DeskDialog)
        await counter.pilot.press("space", "enter")
        await counter.see(lambda: counter.screen._desk.desk is not None)
        lanes = counter.station.calling.lanes()
        assert counter.screen._desk.desk is not None
        assert counter.screen._desk.desk.lanes == tuple(lanes)[1:]
        await counter.pilot.press("ctrl+t")
        line = counter.screen.query_one("#desk", Static)
        await counter.see(lambda: "En pause" in str(line.content))
        await counter.pilot.press("f5")  # goes on, and calls
        view = await counter.sees("Guichet 40")
        assert view.ticket[:1] in tuple(lanes)[1:]
        await counter.pilot.press("ctrl+n")
        await counter.see(lambda: counter.screen._desk.here is None)
        await counter.pilot.press("ctrl+g")
        await counter.asked(DeskDialog)
        await counter.pilot.press("ctrl+d")
        await counter.see(lambda: counter.screen._desk.desk is None)
        (desk,) = (each for each in counter.station.calling.desks() if each.name == "40")
        assert (desk.state, desk.agent) == (DeskState.CLOSED, None)


async def test_in_vain_for_want_of_a_document(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = await serving(counter)
        documents = counter.station.calling.about(row.visit or "").documents
        assert len(documents) > 1
        opened: list[Path] = []
        papers = counter.station.papers
        monkeypatch.setattr(papers, "printer_available", lambda: False)
        monkeypatch.setattr(papers, "open", opened.append)
        await counter.pilot.press("f6")
        await counter.asked()
        await counter.pilot.press("i")
        await counter.see(lambda: "missing_document" in asked_for(counter))
        await counter.pilot.press("p")
        await counter.asked(MissingScreen)
        await counter.pilot.press("enter")  # nothing ticked: nothing done
        assert counter.row(row.appointment or "").state is DayState.SERVING
        await counter.pilot.press("2", "enter")
        await counter.shown(row.appointment, DayState.DONE)
        with reading(counter.station._core.engine) as connection:
            visit = get(connection, Visit, row.visit or "")
        assert visit is not None
        assert (visit.reason, visit.missing) == ("missing_document", (documents[1],))
        await counter.see(lambda: "print" in asked_for(counter))
        assert "rebook" not in asked_for(counter)  # a counter agent may not
        await counter.pilot.press("i")
        await counter.see(lambda: opened)
        (text,) = pages(opened[0].read_bytes())
        assert documents[1] in text
        assert row.name.split()[0] not in text
        await counter.see(lambda: asked_for(counter) == ["none"])
        await counter.pilot.press("t")
        await counter.see(lambda: counter.pilot.app.screen is counter.screen)


def asked_for(counter: Counter) -> list[str]:
    """The answers that are offered."""
    screen = counter.pilot.app.screen
    return list(screen._choices) if isinstance(screen, AskScreen) else []


async def test_a_supervisor_books_again_at_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch, role=Role.SUPERVISOR) as counter:
        row = await serving(counter)
        await counter.pilot.press("f6")
        await counter.asked()
        await counter.pilot.press("i")
        await counter.see(lambda: "out_of_time" in asked_for(counter))
        await counter.pilot.press("t")
        await counter.see(lambda: "rebook" in asked_for(counter))
        assert "print" not in asked_for(counter)
        await counter.pilot.press("r")
        await counter.asked(PersonFile)
        name = counter.pilot.app.screen.query_one("#name", Label)
        await counter.see(lambda: str(name.content) == row.name)


async def test_letters_typed_in_the_line_are_text(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("a", "u", "p")
        await counter.see(lambda: counter.screen.query_one(QueueBox).typed == "aup")
        assert counter.screen.query_one("#entry", Input).has_focus
        assert not [r for r in counter.rows() if r.desk == "40"]


async def test_a_check_in_is_taken_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        await counter.type(row.reference)
        ticket = (await counter.sees("Attendu")).ticket
        await counter.pilot.press("ctrl+z")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, AskScreen))
        await counter.pilot.press("escape")
        await counter.see(lambda: counter.pilot.app.screen is counter.screen)
        assert counter.row(row.appointment or "").state is DayState.WAITING
        await counter.pilot.press("ctrl+z")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, AskScreen))
        await counter.pilot.press("m")
        view = await counter.sees("Arrivée annulée")
        assert ticket in view.next_action
        with reading(counter.station._core.engine) as connection:
            query = select(_VISIT.c.outcome).where(_VISIT.c.ticket == ticket)
            assert connection.execute(query).scalars().all() == ["wrong_person"]
        assert counter.row(row.appointment or "").state is DayState.EXPECTED
        await counter.type(row.reference)
        await counter.sees("Attendu")


def later(clock: Callable[[], datetime], **delta: float) -> Callable[[], datetime]:
    return lambda: clock() + timedelta(**delta)


async def test_an_old_check_in_stays(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 10)
        await counter.type(row.reference)
        await counter.sees("Attendu")
        core = counter.station._core
        core.clock = later(core.clock, seconds=61)
        await counter.pilot.press("ctrl+z")
        await counter.see(lambda: "Trop tard" in counter.said())
        assert counter.row(row.appointment or "").state is DayState.WAITING


def rename(engine: Engine, table: str, name: str) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


async def test_what_cannot_be_recorded_is_told_and_stays_typed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        engine = counter.station._core.engine
        rename(engine, "ticket", "lost")
        await counter.type(row.reference)
        view = await counter.sees("Non enregistré")
        assert "base locale" in view.next_action
        assert counter.screen.query_one(QueueBox).typed == row.reference
        rename(engine, "lost", "ticket")
        await counter.pilot.press("enter")
        await counter.sees("Attendu")


def waiting_with_a_wait(counter: Counter) -> list[str]:
    """What the column of estimates says, in the order of the line."""
    view = counter.screen.query_one(QueueBox).query_one(RowsView)
    return [row.cells[-2] for row in view.rows if row.cells[-2]]


async def test_how_long_they_will_wait_is_told_in_the_line_and_on_the_panel(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch, size=(120, 40)) as counter:
        await counter.see(lambda: waiting_with_a_wait(counter))
        row = counter.expected(-29, 10)
        await counter.type(row.reference)
        await counter.sees("Attendu")
        shown = counter.screen.query_one(VerdictPanel)
        await counter.see(lambda: any("Attente" in line for line in shown.view.lines))
        (said,) = [line for line in shown.view.lines if "Attente" in line]
        assert "minutes" in said or "aucun guichet" in said


async def test_several_on_one_ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("shift+f9")
        await counter.asked(WalkInDialog)
        screen = counter.pilot.app.screen
        await counter.see(lambda: len(screen.query_one(RowsView).rows) > 1)
        asked = screen.query_one(".subtitle", Static)
        for figure, said_of in (("1", "la personne"), ("4", "ces 4 personnes")):
            await counter.pilot.press(figure)
            await counter.see(lambda s=said_of: s in str(asked.content))  # type: ignore[misc]
        await counter.pilot.press("enter")
        said = screen.query_one(Said)
        await counter.see(lambda: "Donnez le ticket" in str(said.content))
        assert "Attente" in str(asked.content)
        await counter.pilot.press("escape")
        (row,) = [each for each in counter.rows() if each.people == 4]
        view = counter.screen.query_one(QueueBox).query_one(RowsView)
        await counter.see(lambda: any("(4 pers.)" in line.cells[2] for line in view.rows))
        assert counter.station.calling.call(row.visit or "", "40", "other") is None
        await counter.see(lambda: at_our_desk(counter) is not None)
        called = verdicts.called_view(at_our_desk(counter) or row, "40", timedelta(0))
        assert "4 personnes" in called.lines


async def test_a_family_is_called_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_counter(world, monkeypatch, size=(120, 40)) as counter:
        one, two = expected_rows(counter)[:2]
        same_phone(counter.station, one.appointment or "", two.appointment or "")
        for row in (one, two):
            assert counter.station.reception.choose(row.appointment or "").checked_in
        await counter.pilot.press("ctrl+g")
        await counter.asked(DeskDialog)
        await counter.pilot.press("enter")
        await counter.see(lambda: counter.screen._desk.desk is not None)
        visits = [counter.row(row.appointment or "") for row in (one, two)]
        assert counter.station.calling.this(visits[0], "40", "follow_up").refused is None
        await counter.see(lambda: f"Viennent ensemble\u00a0: {visits[1].ticket}" in counter.said())
        view = counter.screen.query_one(QueueBox).query_one(RowsView)
        assert view.select(two.key)
        view.focus()
        await counter.pilot.press("shift+f5")  # no reason asked
        await counter.shown(two.appointment, DayState.CALLED)
        assert {row.visit for row in counter.rows() if row.desk == "40"} == {
            each.visit for each in visits
        }
        await counter.pilot.press("f6")
        await counter.see(lambda: counter.screen._desk.state is DayState.SERVING)


def expected_rows(counter: Counter) -> list[DayRow]:
    """Who may be checked in at this moment without a question, by different names."""
    now = counter.station.now()
    found = [
        row
        for row in counter.rows()
        if row.state is DayState.EXPECTED and row.confirmed and row.starts_at is not None
        and abs((now - row.starts_at).total_seconds()) < 10 * 60
    ]  # fmt: skip
    return list({row.name.split()[0]: row for row in found}.values())


def same_phone(station: Station, *appointments: str) -> None:
    """Give the persons of these appointments one phone, as a family has."""
    with writing(station._core.engine) as connection:
        for key in appointments:
            appointment = get(connection, Appointment, key)
            person = get(connection, Person, appointment.person) if appointment else None
            assert person is not None
            put(connection, replace(person, phone="+33612345678"))


async def test_a_desk_is_told_that_its_person_was_given_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.open_and_call()
        here = at_our_desk(counter)
        assert here is not None
        with writing(counter.station._core.engine) as connection:
            visit = get(connection, Visit, here.visit or "")
            assert visit is not None
            put(connection, given_back(visit, visit.called_at or visit.arrived_at))
        counter.station._core.changed()
        await counter.see(lambda: f"{here.ticket} attend de nouveau" in counter.said())
