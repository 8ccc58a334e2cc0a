"""The person already has an appointment of this family."""

from guichet.domain.model import Appointment, AppointmentStatus
from tests.posts import World
from tests.screens.mediation import Desk, mediation


def appointments(desk: Desk) -> list[Appointment]:
    (person,) = desk.station.mediation.find_persons("9399900001")
    return desk.station.mediation.appointments_of(person)


async def to_conflict(desk: Desk, procedure: str = "renouv titre") -> None:
    """Diallo Aïssatou has a RENO today; another of its family is asked for tomorrow."""
    await desk.search("diallo aissatou")
    await desk.press("f6")
    await desk.on("ProcedureChoice")
    await desk.type(procedure)
    await desk.shows("! A déjà un rendez-vous")
    await desk.press("enter")
    await desk.on("SlotChoice")
    await desk.shows("libre")
    await desk.press("down", "enter", "enter")
    await desk.on("AccordScreen")
    await desk.press("f9")
    await desk.on("ConflictDialog")
    await desk.shows("Un rendez-vous existe déjà", "Renouvellement de titre de séjour")


async def test_it_is_moved_to_the_seat_held(world: World) -> None:
    async with mediation(world) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk)
        await desk.press("d")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        (after,) = appointments(desk)
        assert (after.id, after.revision) == (before.id, before.revision + 1)
        assert after.day > before.day


async def test_it_is_kept_and_the_seat_given_back(world: World) -> None:
    async with mediation(world) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk)
        await desk.press("enter")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "09:40")
        assert appointments(desk) == [before]


async def test_it_is_cancelled_for_the_new_one(world: World) -> None:
    async with mediation(world) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk, "changement de statut")
        await desk.shows("impossible pour sa démarche")
        await desk.press("d")
        await desk.on("ConflictDialog")
        await desk.press("a")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé")
        found = {each.id: each for each in appointments(desk)}
        assert found.pop(before.id).status is AppointmentStatus.CANCELLED
        (new,) = found.values()
        assert (new.procedure, new.status) == ("CHST", AppointmentStatus.BOOKED)


async def test_nothing_changes_when_one_goes_back(world: World) -> None:
    async with mediation(world) as desk:
        (before,) = appointments(desk)
        await to_conflict(desk)
        await desk.press("escape")
        await desk.on("AccordScreen")
        await desk.says("Rien n’a changé")
        await desk.shows("Place gardée")
        assert appointments(desk) == [before]
