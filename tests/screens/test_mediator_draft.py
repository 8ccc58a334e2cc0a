"""A mediator interrupted, or a terminal that died: what was under way is offered again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.widgets import Input

from guichet.domain.model import Role
from guichet.station import Station
from guichet.widgets.field import Field
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, Mediation, mediation
from tests.screens.test_mediator_family import AWA, FAMILY, MOUSSA, names, to_family
from tests.screens.waiting import wait_for


async def kept(desk: Desk, *, procedure: bool = False, slot: bool = False) -> Path:
    """Wait until the draft says so; the folder of the station, whose program then ends."""
    drafts = desk.station.drafts
    agent = desk.station.session.agent
    assert agent is not None

    def told() -> bool:
        found = drafts.find(agent.code)
        return (
            found is not None
            and (found.procedure is not None or not procedure)
            and (found.slot is not None or not slot)
        )

    await wait_for(desk.pilot, told, what="the draft is kept")
    return desk.station.folder


@asynccontextmanager
async def again(world: World, station: Station, role: Role = Role.MEDIATOR) -> AsyncIterator[Desk]:
    """The program started anew in the same folder."""
    station.close()
    app = Mediation(world.open(station.folder, role))
    async with app.run_test(size=(80, 24)) as pilot:
        yield Desk(pilot, app, world)


async def test_a_booking_under_way_is_taken_up_at_its_step(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await desk.press("down", "enter")
        await desk.on("AccordScreen")
        await kept(desk, slot=True)
        before = desk.station
    async with again(world, before) as desk:
        await desk.on("ResumeDialog")
        await desk.shows("Reprendre le dossier de KOUYATÉ Fanta ?", "le créneau est à reprendre")
        await desk.press("enter")
        await desk.on("SlotChoice")
        await desk.shows("libre", "KOUYATÉ Fanta", "Remise")
        found = desk.station.drafts.find("MB1")
        assert found is not None
        assert found.slot is not None
        times = desk.app.screen.query_one("#times", RowsView)
        await wait_for(desk.pilot, lambda: times.key == found.slot.id)  # type: ignore[union-attr]


async def test_a_family_under_way_is_taken_up_whole(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        await to_family(desk, AWA, MOUSSA)
        await wait_for(
            desk.pilot, lambda: len(getattr(desk.station.drafts.find("MB1"), "family", ())) == 2
        )
        await kept(desk, procedure=True)
        before = desk.station
        together = names(desk)
    async with again(world, before) as desk:
        await desk.on("ResumeDialog")
        await desk.shows("Reprendre le dossier de KOUYATÉ Fanta ?", "3 personnes viennent ensemble")
        await desk.press("enter")
        await desk.on("FamilyScreen")
        await wait_for(desk.pilot, lambda: names(desk) == together)
        await desk.press("enter")
        await desk.on("FamilySlots")


async def test_a_form_under_way_loses_no_letter(world: World) -> None:
    async with mediation(world) as desk:
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.type("KABONGO")
        await desk.press("enter", "enter")
        await desk.type("Odette")
        await wait_for(
            desk.pilot,
            lambda: getattr(desk.station.drafts.find("MB1"), "typed", {}).get("given") == "Odette",
        )
        before = desk.station
    async with again(world, before) as desk:
        await desk.on("ResumeDialog")
        await desk.shows("KABONGO Odette")
        await desk.press("enter")
        await desk.on("PersonForm")
        assert desk.app.screen.query_one("#family", Field).value == "KABONGO"
        assert desk.app.screen.query_one("#given", Field).value == "Odette"


async def test_it_may_be_erased_or_left_for_later(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await kept(desk, procedure=True)
        before = desk.station
    async with again(world, before) as desk:
        await desk.on("ResumeDialog")
        await desk.press("escape")  # later: the search is free, nothing is lost
        await desk.on("MediatorScreen")
        await desk.search("kouyate")
        await desk.press("f6")
        await desk.on("ProcedureChoice")
        view = desk.app.screen.query_one(RowsView)
        await wait_for(desk.pilot, lambda: view.key == "REMI")
        await kept(desk, procedure=True)
        before = desk.station
        found = before.drafts.find("MB1")
        assert found is not None
    async with again(world, before) as desk:
        await desk.on("ResumeDialog")
        await desk.press("delete")
        await desk.on("MediatorScreen")
        await wait_for(desk.pilot, lambda: desk.station.drafts.find("MB1") is None)
        assert desk.app.screen.query_one(Input).value == ""


async def test_another_agent_is_not_asked(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await kept(desk, procedure=True)
        before = desk.station
    async with again(world, before, Role.SUPERVISOR) as desk:
        await desk.on("MediatorScreen")
        await desk.shows("Rechercher une personne")
        await desk.type("kou")
        await desk.shows("KOUYATÉ Fanta")
        assert type(desk.app.screen).__name__ == "MediatorScreen"
        assert desk.station.drafts.find("MB1") is not None


async def test_who_is_booked_leaves_nothing_behind(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("remise")
        await kept(desk, procedure=True)
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await wait_for(desk.pilot, lambda: desk.station.drafts.find("MB1") is None)
