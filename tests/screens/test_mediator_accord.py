"""What the accord says of where."""

from dataclasses import replace

from guichet.central.training_catalogue import SITES
from guichet.config import Settings
from guichet.screens.accord import AccordScreen
from guichet.screens.draft import Draft
from guichet.screens.post import Post
from guichet.station.mediation import Held
from tests.posts import World, free_slot
from tests.screens.mediation import KOUYATE, mediation


async def test_another_site_than_this_one_is_named(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        station = desk.station
        procedure = next(p for p in station.mediation.procedures() if p.code == "REMI")
        held = station.mediation.hold(free_slot(station, "REMI"))
        assert isinstance(held, Held)
        draft, post = Draft(KOUYATE, procedure=procedure), Post(station, Settings())
        desk.app.push_screen(AccordScreen(post, draft, held))
        await desk.on("AccordScreen")
        await desk.shows("Remise de titre")
        assert "autre site" not in desk.text
        await desk.press("escape")
        elsewhere = replace(held, slot=replace(held.slot, site=SITES[1].number))
        desk.app.push_screen(AccordScreen(post, draft, elsewhere))
        await desk.on("AccordScreen")
        await desk.shows("Sur un autre site", SITES[1].name)
