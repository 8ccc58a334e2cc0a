"""The slots of other sites: which, for whom, and booked from here."""

from dataclasses import replace

from guichet.domain.model import Appointment, Person, Site
from guichet.screens import describe
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, mediation, plain
from tests.screens.waiting import wait_for

NOWHERE = replace(KOUYATE, commune="Tombouctou")
RAINCY = replace(KOUYATE, commune="Le Raincy")


async def to_slots(desk: Desk, *, warned: bool = False, procedure: str = "remise") -> None:
    """The slots; `warned`: another site is competent, and Enter is pressed again."""
    await desk.search("kouyate")
    await desk.press("f6")
    await desk.on("ProcedureChoice")
    await desk.type(procedure)
    await desk.shows("À apporter")
    await desk.press("enter")
    if warned:
        await desk.says("Un autre site est compétent")
        await desk.press("enter")
    await desk.on("SlotChoice")
    await desk.shows("libre")


async def to_sites(desk: Desk) -> RowsView:
    """The dialog, once it knows what there is to know."""
    await desk.press("f7")
    await desk.on("SiteDialog")
    await wait_for(desk.pilot, lambda: "cherche" not in desk.said)
    view = desk.app.screen.query_one(RowsView)
    await wait_for(desk.pilot, lambda: len(view.rows) == 3)
    return view


def cells(view: RowsView) -> dict[str, tuple[str, ...]]:
    return {row.key: row.cells for row in view.rows}


def site_line(desk: Desk) -> str:
    return plain(str(desk.find("#site").render()))


def times(desk: Desk) -> RowsView:
    return desk.app.screen.query_one("#times", RowsView)


async def choose(desk: Desk, number: int) -> None:
    view = await to_sites(desk)
    view.select(str(number))
    await desk.press("enter")
    await desk.on("SlotChoice")
    await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith(f"{number}-"))


def appointments(desk: Desk, person: Person) -> list[Appointment]:
    return desk.station.mediation.appointments_of(person)


# Which sites are offered -------------------------------------------------------------------------


async def test_the_sites_are_named_with_their_nearest_slot_ones_own_first(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_slots(desk)
        assert site_line(desk).startswith("Bobigny (ici) · Délai habituel ici : ")
        view = await to_sites(desk)
        assert [row.cells[0] for row in view.rows] == ["Bobigny (ici)", "Le Raincy", "Saint-Denis"]
        assert [row.cells[3] for row in view.rows] == [
            "compétent",
            "pas compétent",
            "pas compétent",
        ]
        assert [row.status for row in view.rows] == ["ok", "bad", "bad"]
        assert all(row.cells[1].startswith("mar. 24/11 à") for row in view.rows)
        assert {row.cells[2] for row in view.rows} == {"aujourd’hui"}
        await desk.shows("Seine-Saint-Denis, Bobigny", "Délai habituel : ", "médiane de")


async def test_who_depends_on_this_site_is_not_offered_another(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_slots(desk)
        shown = times(desk).key
        await to_sites(desk)
        await desk.press("down")
        await desk.shows("Sous-préfecture du Raincy", "Commune : Bobigny. Son site : Bobigny (ici)")
        await desk.press("enter")
        await desk.says("Site non proposé : la personne dépend d’un autre".replace(" :", "\u00a0:"))
        await desk.press("escape")
        await desk.on("SlotChoice")
        assert times(desk).key == shown


async def test_a_resident_of_le_raincy_is_never_offered_saint_denis(world: World) -> None:
    async with mediation(world, RAINCY) as desk:
        await to_slots(desk, warned=True)
        await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith("2-"))
        await desk.shows("✓ site de la personne")
        assert "Ailleurs" not in desk.text
        view = await to_sites(desk)
        assert {key: row[3] for key, row in cells(view).items()} == {
            "1": "pas compétent", "2": "compétent", "3": "pas compétent",
        }  # fmt: skip
        view.select("3")
        await desk.press("enter")
        await desk.says("Site non proposé")
        await desk.press("escape")
        await choose(desk, 1)  # a human way out when the matrix is wrong
        assert site_line(desk).startswith("Bobigny (ici)")
        await desk.shows("! dépend de", "Le Raincy")


async def test_where_nothing_is_known_every_site_is_open_and_to_be_checked(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await to_slots(desk)
        view = await to_sites(desk)
        assert {row.cells[3] for row in view.rows} == {"? à vérifier"}
        await desk.shows("Commune : Tombouctou. De quel site dépend-elle ? À vérifier")
        view.select("3")
        await desk.press("enter")
        await desk.on("SlotChoice")
        await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith("3-"))
        assert site_line(desk) == " Saint-Denis  · délai habituel inconnu ici"


# Another site's slots ----------------------------------------------------------------------------


async def test_a_seat_of_another_site_is_booked_from_here(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await to_slots(desk)
        await choose(desk, 2)
        wanted = times(desk).key
        await desk.press("enter", "enter")
        await desk.on("AccordScreen")
        await desk.shows("Raincy")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "Raincy")
        (appointment,) = appointments(desk, NOWHERE)
        assert (appointment.site, appointment.slot) == (2, wanted)
        assert appointment.token is not None


async def test_the_site_stays_while_going_back_and_forth(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await to_slots(desk)
        await choose(desk, 3)
        await desk.press("f6")
        await desk.shows("Semaine du", "Saint-Denis")
        await desk.press("escape")
        await desk.on("ProcedureChoice")
        await desk.press("enter")
        await desk.on("SlotChoice")
        await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith("3-"))
        await desk.shows("Semaine du", "Saint-Denis")


async def test_a_site_that_is_no_longer_the_persons_gives_way_to_this_one(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await to_slots(desk)
        await choose(desk, 3)
        await desk.press("escape")
        await desk.on("ProcedureChoice")
        draft = getattr(desk.app.screen, "_draft", None)
        assert draft is not None
        draft.person = KOUYATE  # their commune was corrected: Bobigny
        await desk.press("enter")
        await desk.on("SlotChoice")
        await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith("1-"))
        assert site_line(desk).startswith("Bobigny (ici)")


async def test_an_appointment_is_moved_to_another_site(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("remise")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        (before,) = appointments(desk, NOWHERE)
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await desk.search("kouyate")
        await desk.shows("à venir")
        await desk.press("d")
        await desk.on("SlotChoice")
        await choose(desk, 2)
        await desk.press("enter", "enter")
        await desk.on("AccordScreen")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        (after,) = appointments(desk, NOWHERE)
        assert (after.reference, after.site) == (before.reference, 2)


# Central does not answer -------------------------------------------------------------------------


async def test_without_central_other_sites_are_said_to_be_unknown(world: World) -> None:
    async with mediation(world, NOWHERE) as desk:
        await to_slots(desk)
        world.stop()
        view = await to_sites(desk)
        await desk.says("Les autres sites ne répondent pas")
        assert cells(view)["1"][1].startswith("mar. 24/11")
        assert {cells(view)[key][1] for key in ("2", "3")} == {"inconnu"}
        view.select("2")
        await desk.press("enter")
        await desk.on("SlotChoice")
        await desk.says("Autre site inconnu, voici les créneaux d’ici")
        await wait_for(desk.pilot, lambda: (times(desk).key or "").startswith("1-"))
        assert site_line(desk).startswith("Bobigny (ici)")


# Words -------------------------------------------------------------------------------------------


def test_a_site_is_named_by_its_town() -> None:
    addresses = {
        "1 esplanade Jean-Moulin\n93007 Bobigny Cedex": "Bobigny",
        "93344 Le Raincy CEDEX 2": "Le Raincy",
        "2 rue Catulienne\n93200 Saint-Denis": "Saint-Denis",
        "Sans code postal": "Sous-préfecture",
        "": "Sous-préfecture",
    }
    for address, town in addresses.items():
        site = Site(9, "Sous-préfecture", address, "Europe/Paris", 30, 15)
        assert describe.town(site) == town
