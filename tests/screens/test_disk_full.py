"""A full disk under the agent's hands: one sentence, nothing typed is lost, then it goes on."""

import logging

import pytest
from textual.widgets import RadioSet

from guichet.domain.day import DayState
from guichet.domain.model import AccordMode
from guichet.screens.accord import AccordScreen
from guichet.screens.queue import QueueBox
from guichet.widgets.field import Field
from tests.posts import World
from tests.screens.counter_post import at_counter
from tests.screens.disk import full_disk
from tests.screens.mediation import KOUYATE, mediation
from tests.screens.waiting import wait_for

FULL = "Le disque est plein\u00a0: rien n’a été enregistré."


def no_traceback(caplog: pytest.LogCaptureFixture) -> bool:
    """Whether every fault was one that the application foresees."""
    return not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_check_in_at_the_counter(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        with full_disk(counter.station._core.engine):
            await counter.type(row.reference)
            view = await counter.sees("Non enregistré")
            assert view.next_action.startswith(FULL)
            assert view.ticket == ""
            assert counter.screen.query_one(QueueBox).typed == row.reference
            assert counter.row(row.appointment or "").state is DayState.EXPECTED
        await counter.pilot.press("enter")
        await counter.sees("Attendu")
        assert counter.row(row.appointment or "").state is DayState.WAITING
        assert counter.screen.query_one(QueueBox).typed == ""
        await counter.see(lambda: counter.station.sync_state.pending == 0)
    assert no_traceback(caplog)


async def test_a_booking(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("renouv titre")
        await desk.press("down", "enter")
        with full_disk(desk.station._core.engine):
            await desk.press("f9")
            await desk.says(FULL)
            assert isinstance(desk.app.screen, AccordScreen)
            assert desk.app.screen.query_one(RadioSet).pressed_index == 1
            assert desk.station.mediation.appointments_of(KOUYATE) == []
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        (appointment,) = desk.station.mediation.appointments_of(KOUYATE)
        assert appointment.accord is not None
        assert appointment.accord.mode is AccordMode.PRINTED
    assert no_traceback(caplog)


async def test_a_new_person(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with mediation(world) as desk:
        await desk.type("KABONGO Odette")
        await desk.shows("F6 : créer sa fiche")
        await desk.press("f6")
        await desk.on("PersonForm")
        typed = {"birth": "1980", "commune": "Bondy", "number": "9301234567"}
        for key, text in typed.items():
            desk.app.screen.query_one(f"#{key}", Field).value = text
        with full_disk(desk.station._core.engine):
            await desk.press("f9")
            await desk.says(FULL)
            assert desk.app.screen.query_one("#family", Field).value == "KABONGO"
            for key, text in typed.items():
                assert desk.app.screen.query_one(f"#{key}", Field).value == text
            assert desk.station.mediation.find_persons("kabongo") == []
        await desk.press("f9")
        await desk.on("ProcedureChoice")
        await wait_for(desk.pilot, lambda: desk.station.sync_state.pending == 0)
        assert desk.station.mediation.find_persons("kabongo")
    assert no_traceback(caplog)
