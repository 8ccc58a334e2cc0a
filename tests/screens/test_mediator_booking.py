"""A known person gets an appointment, by keyboard alone."""

from pathlib import Path

import pypdfium2
from textual.widgets import Input

from guichet.domain.model import AccordMode, AppointmentStatus
from guichet.widgets.big import BigText
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, mediation, without_number
from tests.screens.waiting import wait_for


def convocations(world: World) -> list[Path]:
    return sorted((world.folder / "pan" / "convocations").glob("*.pdf"))


async def test_a_known_person_is_booked_by_keyboard(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("fanta kouyate")
        await desk.shows("KOUYATÉ Fanta", "1991 · 9301234567", ["soninké", " interprète"][0])
        await desk.to_accord("renouv titre")
        await desk.shows("Place gardée", "05:00", "Êtes-vous d’accord ?")
        await desk.press("down", "enter", "f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "6 documents à apporter", ".pdf")
        (appointment,) = desk.station.mediation.appointments_of(KOUYATE)
        assert appointment.procedure == "RENO"
        assert appointment.token is not None
        assert appointment.accord is not None
        assert appointment.accord.mode is AccordMode.PRINTED
        assert appointment.accord.language == "snk"
        assert desk.app.screen.query_one(BigText).text == appointment.reference
        (paper,) = convocations(world)
        text = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
        assert appointment.reference in text
        await desk.press("enter")
        await desk.on("MediatorScreen")
        assert desk.app.screen.query_one(Input).value == ""


async def test_going_back_loses_nothing(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("Kouyaté")
        await desk.to_slots("remise")
        await desk.press("down", "down")
        times = desk.app.screen.query_one("#times", RowsView)
        chosen = times.key
        await desk.press("enter")
        await desk.on("AccordScreen")
        await desk.press("escape")
        await desk.on("SlotChoice")
        times = desk.app.screen.query_one("#times", RowsView)
        assert times.key == chosen
        await desk.press("escape")
        await desk.on("ProcedureChoice")
        assert desk.app.screen.query_one(Input).value == "remise"
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.press("escape")
        await desk.on("MediatorScreen")
        assert desk.app.screen.query_one(Input).value == "Kouyaté"
        await desk.press("enter")
        await desk.on("PersonFile")
        await desk.press("f6")
        await desk.on("ProcedureChoice")
        assert desk.app.screen.query_one(Input).value == "remise"
        await desk.press("enter")
        await desk.on("SlotChoice")
        await desk.shows("libre")
        assert desk.app.screen.query_one("#times", RowsView).key == chosen


async def test_going_back_gives_the_seat_back(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        times = desk.app.screen.query_one("#times", RowsView)
        key = times.key or ""
        free = {s.id: s.free for d in desk.station.mediation.slots("REMI").values() for s in d}
        await desk.press("enter")
        await desk.on("AccordScreen")

        def now_free() -> int:
            slots = desk.station.mediation.slots("REMI").values()
            return next(s.free for day in slots for s in day if s.id == key)

        await wait_for(desk.pilot, lambda: now_free() == free[key] - 1)
        await desk.press("escape")
        await desk.on("SlotChoice")
        word = "libres" if free[key] > 1 else "libre"
        await wait_for(desk.pilot, lambda: now_free() == free[key])
        await desk.shows(f"{free[key]} {word}")


async def test_the_convocation_is_made_again(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search("diallo aissatou")
        await desk.shows("à venir", "r Réimprimer")
        await desk.press("r")
        await desk.on("BookedScreen")
        await desk.shows(".pdf")
        assert len(convocations(world)) == 1
        await desk.press("escape")
        await desk.on("PersonFile")


async def test_an_appointment_is_cancelled_after_a_question(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search("diallo aissatou")
        await desk.shows("à venir")
        await desk.press("a")
        await desk.on("CancelDialog")
        await desk.press("enter")
        await desk.on("PersonFile")
        person = desk.station.mediation.find_persons("9399900001")[0]
        (appointment,) = desk.station.mediation.appointments_of(person)
        assert appointment.status is AppointmentStatus.BOOKED
        await desk.press("a")
        await desk.on("CancelDialog")
        await desk.press("x")
        await desk.says("Rendez-vous annulé")
        await desk.shows("annulé")
        (appointment,) = desk.station.mediation.appointments_of(person)
        assert appointment.status is AppointmentStatus.CANCELLED
        assert appointment.cancel_reason == "mistake"
        assert "Réimprimer" not in desk.text


async def test_an_appointment_is_moved_from_the_file(world: World) -> None:
    async with mediation(world) as desk:
        await desk.search("diallo aissatou")
        await desk.shows("à venir")
        person = desk.station.mediation.find_persons("9399900001")[0]
        (before,) = desk.station.mediation.appointments_of(person)
        await desk.press("d")
        await desk.on("SlotChoice")
        await desk.shows("libre", "À déplacer")
        await desk.press("down", "enter", "enter")
        await desk.on("AccordScreen")
        await desk.shows("Je déplace votre rendez-vous", "au lieu du")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", ".pdf")
        (after,) = desk.station.mediation.appointments_of(person)
        assert after.reference == before.reference
        assert after.revision == before.revision + 1
        assert after.day > before.day


async def test_a_missing_number_is_completed_on_the_way(world: World) -> None:
    async with mediation(world, without_number(KOUYATE)) as desk:
        await desk.search("kouyate")
        await desk.press("f6")
        await desk.on("ProcedureChoice")
        await desk.type("remise")
        await desk.shows("F7 : compléter la fiche")
        await desk.press("enter")
        await desk.says("Numéro étranger exigé")
        await desk.press("f7")
        await desk.on("PersonForm")
        await desk.type("9301234567")
        await desk.press("f9")
        await desk.on("ProcedureChoice")
        await desk.shows("✓ Numéro étranger connu")
        await desk.press("enter")
        await desk.on("SlotChoice")


async def test_unconfirmed_gets_no_paper_until_central_answers(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_accord("remise")
        world.stop()
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("! Rien n’est encore certain")
        assert convocations(world) == []
        assert "Ouvrir" not in desk.text
        world.start()
        await desk.shows("✓ Rendez-vous confirmé", ".pdf")
        assert len(convocations(world)) == 1
