"""Calling, receiving, finishing; taking a check-in back; a database that fails."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from textual.widgets import Input

from guichet.domain.day import DayRow, DayState
from guichet.screens.outcome import OutcomeScreen
from guichet.screens.queue import QueueBox
from guichet.screens.undo import UndoScreen
from guichet.store.engine import reading, writing
from guichet.store.schema import METADATA
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
        assert first is not None
        assert first.visit is not None
        line = counter.screen.query_one("#desk")
        await counter.see(lambda: first.name in str(line.content))  # type: ignore[attr-defined]
        await counter.pilot.press("f5", "f5")
        view = await counter.sees("Guichet 40")
        assert (view.name, view.ticket) == (first.name, first.ticket)
        await counter.shown(first.appointment, DayState.CALLED)
        assert [r.visit for r in counter.rows() if r.desk == "40"] == [first.visit]
        assert "Appelé" in str(line.content)  # type: ignore[attr-defined]
        await counter.pilot.press("f6")
        await counter.shown(first.appointment, DayState.SERVING)
        await counter.pilot.press("f6")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, OutcomeScreen))
        await counter.pilot.press("i")
        await counter.shown(first.appointment, DayState.DONE)
        assert outcome_of(counter, first.visit) == "unsuccessful"
        await counter.sees("Prêt")


async def test_who_does_not_come_when_called(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("tab", "a")  # a letter, from the list
        await counter.see(lambda: at_our_desk(counter))
        called = at_our_desk(counter)
        assert called is not None
        await counter.pilot.press("ctrl+n")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, OutcomeScreen))
        await counter.pilot.press("escape")
        await counter.see(lambda: counter.pilot.app.screen is counter.screen)
        assert counter.row(called.appointment or "").state is DayState.CALLED
        await counter.pilot.press("ctrl+n")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, OutcomeScreen))
        await counter.pilot.press("down", "down", "enter")
        await counter.shown(called.appointment, DayState.DONE)
        assert outcome_of(counter, called.visit or "") == "left"


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
        await counter.see(lambda: isinstance(counter.pilot.app.screen, UndoScreen))
        await counter.pilot.press("escape")
        await counter.see(lambda: counter.pilot.app.screen is counter.screen)
        assert counter.row(row.appointment or "").state is DayState.WAITING
        await counter.pilot.press("ctrl+z")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, UndoScreen))
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
