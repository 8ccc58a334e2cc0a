"""The seat that is kept while the person decides."""

from guichet.screens.accord import AccordScreen
from guichet.screens.hold_clock import HoldClock
from guichet.station.mediation import Held
from guichet.widgets.countdown import Countdown
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for


def left(desk: Desk) -> int:
    return desk.app.screen.query_one(Countdown).left


async def test_the_clock_runs_out_and_the_seat_is_kept_again(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("remise")
        assert left(desk) == 300
        world.clock.forward(minutes=4, seconds=20)
        await desk.shows("! Place gardée", "00:40")
        world.clock.forward(minutes=1)
        await desk.shows("✗ Délai passé. F5")
        await desk.press("f9")
        await desk.says("Le délai est passé : F5")
        assert desk.station.mediation.appointments_of(KOUYATE) == []
        await desk.press("f5")
        await desk.says("gardée à nouveau")
        assert left(desk) == 300
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")


async def test_a_seat_lost_meanwhile_leads_to_the_nearest_one(world: World) -> None:
    other = world.station("other")
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("remise")
        world.clock.forward(minutes=6)
        await desk.shows("✗ Délai passé")
        screen = desk.app.screen
        assert isinstance(screen, AccordScreen)
        mine = screen.query_one(HoldClock).held.slot
        while isinstance(other.mediation.hold(mine), Held):
            pass
        await desk.press("f5")
        await desk.on("SlotChoice")
        await desk.says("vient d’être pris")
        times = desk.app.screen.query_one("#times", RowsView)
        await wait_for(desk.pilot, lambda: times.key not in (None, mine.id))


async def test_no_seat_is_held_without_central(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        times = desk.app.screen.query_one("#times", RowsView)
        chosen = times.key
        world.stop()
        await desk.press("enter")
        await desk.says("La centrale est injoignable : aucune place")
        assert times.key == chosen
        world.start()
        await desk.press("enter")
        await desk.on("AccordScreen")


async def test_a_full_slot_is_said_to_be_full(world: World) -> None:
    other = world.station("other")
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        times = desk.app.screen.query_one("#times", RowsView)
        key = times.key
        slot = next(s for day in other.mediation.slots("REMI").values() for s in day if s.id == key)
        while isinstance(other.mediation.hold(slot), Held):
            pass
        await wait_for(desk.pilot, lambda: next(r for r in times.rows if r.key == key).dim)
        await desk.shows("complet")
        await desk.press("enter")
        await desk.says("Ce créneau est complet")
        assert not desk.app.screen.query(Countdown)
