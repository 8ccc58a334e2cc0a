"""What goes with a booking: who came, two appointments, nothing found, other sites."""

from dataclasses import replace

from guichet.domain.model import Accord, AppointmentStatus, Demand, Role
from guichet.domain.provenance import Through
from guichet.store import queries
from guichet.store.engine import reading
from tests.posts import World
from tests.screens.mediation import KOUYATE, mediation
from tests.screens.test_mediator_conflict import appointments, to_conflict
from tests.screens.waiting import wait_for
from tests.waiting import until

DIALLO = "diallo aissatou"


def demands(world: World) -> list[Demand]:
    """What central has recorded."""
    with reading(world.engine) as connection:
        return queries.demands(connection, 1)


async def test_who_came_to_ask_is_noted_with_one_key(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search(DIALLO)
        await desk.to_accord("remise")
        await desk.shows("demandé par : la personne elle-même")
        await desk.press("f6")
        await desk.on("ProvenanceDialog")
        await desk.shows("aucun rendez-vous n’est annulé pour cela")
        await desk.press("5")
        await desk.on("AccordScreen")
        await desk.shows("un intermédiaire, payé")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        accord = next(a.accord for a in appointments(desk) if a.procedure == "REMI")
        assert isinstance(accord, Accord)
        assert (accord.through, accord.paid) == (Through.INTERMEDIARY.value, True)


async def test_a_mediator_is_told_who_may_let_two_through(world: World) -> None:
    async with mediation(world) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk)
        await desk.shows("Un superviseur peut autoriser les deux")
        await desk.press("s")
        await desk.on("ConflictDialog")
        assert appointments(desk) == [before]


async def test_a_supervisor_lets_two_through_with_a_reason(world: World) -> None:
    async with mediation(world, role=Role.SUPERVISOR) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk)
        await desk.press("s")
        await desk.on("ReasonDialog")
        await desk.press("enter")
        await desk.says("Écrivez le motif")
        await desk.type("Deux dossiers")
        await desk.press("enter")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        found = {each.id: each for each in appointments(desk)}
        assert found.pop(before.id) == before
        (second,) = found.values()
        assert (second.override, second.status) == ("Deux dossiers", AppointmentStatus.BOOKED)


async def test_nothing_suits_and_the_person_leaves_with_a_paper(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search(DIALLO)
        await desk.to_slots("remise")
        await desk.press("f8")
        await desk.on("NothingFound")
        await desk.press("f6")
        await desk.says("F9 d’abord")
        await desk.press("f9")
        await desk.says("✓ Enregistré")
        (paper,) = desk.station.folder.glob("convocations/attestation-*.pdf")
        assert paper.read_bytes().startswith(b"%PDF")
        until(lambda: [d.waiting for d in demands(world)] == [True])
        await desk.press("space", "f9")  # no longer waits: recorded as one search still, unnamed
        await wait_for(desk.pilot, lambda: [d.person for d in demands(world)] == [None])
        assert [d.procedure for d in demands(world)] == ["REMI"]


async def test_other_sites_and_the_usual_lead_are_shown(world: World) -> None:
    nowhere = replace(KOUYATE, commune="Tombouctou")  # may depend on any site
    async with mediation(world, nowhere) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await desk.shows("Délai habituel ici", "Ailleurs", "Raincy")


async def test_a_site_the_person_does_not_depend_on_is_not_named(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await desk.shows("Délai habituel ici", "✓ site de la personne")
        assert "Raincy" not in desk.text


async def test_without_central_the_slots_of_this_site_stay(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search(DIALLO)
        world.stop()
        await desk.to_slots("remise", "gardée")
        await desk.shows("Ce poste garde", "places hors connexion")
        assert "Ailleurs" not in desk.text
