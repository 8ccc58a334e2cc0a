"""Personas of whom everything is decided at the mediator's desk."""

from dataclasses import replace
from datetime import timedelta

from textual.widgets import Select

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.domain.model import AppointmentStatus, Procedure, Slot
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.screens.rights import RightsScreen
from guichet.station import Station
from guichet.station.mediation import Booked, Held
from guichet.widgets.field import Field
from guichet.widgets.rows import RowsView
from tests.personas.desks import confirm, form, only, paper_of, recorded, said_on
from tests.personas.people import (
    AMINATA,
    AMINATOU,
    CHILDREN,
    DIABATE,
    HOARAU,
    JEAN,
    NEXT,
    STUDENT,
)
from tests.posts import DAY, World
from tests.screens.mediation import Desk, mediation
from tests.screens.waiting import wait_for
from tests.waiting import until

INFORMATION = "Information, jamais un refus"


async def calculator(desk: Desk, **known: str) -> None:
    """The calculator of the file, with what is known of the title."""
    if not isinstance(desk.app.screen, RightsScreen):
        await desk.press("f7")
        await desk.on("RightsScreen")
    for key, value in known.items():
        widget = desk.find(f"#{key}")
        assert isinstance(widget, Select | Field)
        widget.value = value
    await desk.pilot.pause()


async def test_02_one_year_card_where_the_departement_is_not_listed(world: World) -> None:
    async with mediation(world, DIABATE) as desk:
        await desk.search("diabate")
        await calculator(desk, title="temporary", expiry="23/11/2026", filed="yes")
        await desk.shows("! conditionnel : à confirmer", "Le département est-il listé ?")
        await desk.shows("L. 433-3, 2e alinéa")
        await calculator(desk, listed="no")
        await desk.shows("✗ non, par cet article", "Ne joue que dans les départements listés")
        await desk.shows("? Liste des départements : lisez l’arrêté", INFORMATION)
        assert "23/02/2027" not in desk.text
        assert "acquis" not in desk.text


async def test_14_card_expiring_on_30_november(world: World) -> None:
    async with mediation(world, DIABATE) as desk:
        await desk.search("diabate")
        await calculator(desk, title="four_year", expiry="30/11/2026", filed="yes")
        await desk.shows("✓ acquis", "jusqu’au", "28/02/2027 au plus tard", "Mois plus court")
        await calculator(desk, expiry="30/11/2027")
        await desk.shows("29/02/2028 au plus tard", INFORMATION)


async def test_05_two_sisters_are_neither_merged_nor_blocked(world: World) -> None:
    async with mediation(world, AMINATA) as desk:
        await form(desk, "Sylla", "Aminatou", "17/04/1999", "9900000106")
        await desk.type("06 39 98 00 51")
        await desk.press("f9")
        await desk.on("DuplicatesDialog")
        await desk.shows("SYLLA Aminata", "autre numéro étranger, nom voisin")
        await desk.shows("= 17/04/1999")
        await desk.shows("≈ SYLLA Aminata", "= 06 39 98 00 51")
        await desk.shows("9900000106", "≠ 9900000105            différent")
        await desk.press("enter")  # pressed in haste
        await desk.on("PersonForm")
        await desk.says("Rien n’est enregistré")
        await desk.press("f9")
        await desk.on("DuplicatesDialog")
        await desk.press("a")
        await desk.on("ProcedureChoice")
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.shows("SYLLA Aminatou", "9900000106")
        await desk.to_accord("reno")
        hers = await confirm(desk)
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await desk.type("sylla")
        await desk.shows("2 personnes trouvées", "SYLLA Aminata", "SYLLA Aminatou")
        assert desk.app.screen.query_one(RowsView).select(AMINATA.id)
        await desk.press("enter")
        await desk.on("PersonFile")
        await desk.shows("SYLLA Aminata", "Aucun rendez-vous connu ici")
        await desk.to_accord("reno")
        other = await confirm(desk)
        known = desk.station.mediation.find_persons("sylla")
        assert {p.phone for p in known} == {AMINATA.phone}
        assert {(p.given_names, p.number) for p in known} == {
            ("Aminata", AMINATA.number),
            ("Aminatou", AMINATOU.number),
        }
        assert hers.family == other.family
        assert hers.person != other.person == AMINATA.id
        for each in known:
            assert only(desk.station, each).token is not None


async def test_07_nine_digits_have_lost_their_zero(world: World) -> None:
    assert HOARAU.number is not None
    async with mediation(world) as desk:
        await form(desk, "Hoarau", "Judith", "05/12/1974", HOARAU.number[1:])
        await desk.shows(f"! Zéro perdu ? F7 : {HOARAU.number}", "Corriger le numéro")
        await desk.press("f9")
        await desk.says("Numéro étranger : zéro perdu")
        assert desk.station.mediation.find_persons("hoarau") == []  # never put there silently
        await desk.press("f7")
        await desk.shows("✓ 10 chiffres, forme correcte")
        await recorded(desk)
        (found,) = desk.station.mediation.find_persons("hoarau")
        assert found == replace(HOARAU, id=found.id)
        await desk.shows(f"05/12/1974 · {HOARAU.number}")


async def test_08_a_mobile_of_guadeloupe_typed_in_bobigny(world: World) -> None:
    async with mediation(world) as desk:
        await form(desk, "Jean", "Wilner", "21/06/1990", JEAN.number or "")
        await desk.type("0690 00 12 34")
        await desk.shows("✓ Mobile +590 : recevra les SMS")
        await recorded(desk)
        (found,) = desk.station.mediation.find_persons("jean wilner")
        assert found == replace(JEAN, id=found.id, phone="+590690001234")
        await desk.shows("0690 00 12 34")
        assert "pas de SMS" not in desk.text
        for typed in ("0690001234", "+590 690 00 12 34"):
            assert desk.station.mediation.find_persons(typed) == [found]


DCEM = Procedure(
    code="DCEM",
    label="Document de circulation pour étranger mineur",
    family="dcem",
    minutes=15,
    lane="C",
    number_required=False,  # the parent's
    channel_note="",
    documents=("Livret de famille",),
)
"""Of a site that receives for it; those of training send to the ANEF."""


def dcem_slots(world: World) -> list[Slot]:
    """A seat every quarter of an hour, tomorrow."""
    first = world.clock.now + timedelta(days=1)
    return [
        Slot(
            id=f"dcem-{place}", site=1, day=DAY + timedelta(days=1),
            starts_at=first + timedelta(minutes=15 * place), minutes=15,
            procedures=(DCEM.code,), seats=1, free=1,
        )
        for place in range(4)
    ]  # fmt: skip


async def test_09_a_mother_and_her_three_children(world: World) -> None:
    slots = dcem_slots(world)
    transact(world.engine, lambda c: feed.publish_records(c, 1, [DCEM, *slots]))
    async with mediation(world, *CHILDREN) as desk:
        await wait_for(desk.pilot, lambda: desk.station.mediation.slots(DCEM.code))
        await desk.search("balde fatim")
        await desk.press("g")
        await desk.on("FamilyScreen")
        for child in CHILDREN[1:]:
            await desk.press("f6")
            await desk.on("PersonPick")
            await desk.type(child.given_names)
            await wait_for(desk.pilot, lambda: len(desk.app.screen.query_one(RowsView).rows) == 1)
            await desk.press("enter")
            await desk.on("FamilyScreen")
            await desk.shows(child.given_names)
        await desk.press("home", "d")
        await desk.on("ProcedurePick")
        await desk.type("mineur")
        await desk.shows(DCEM.label)
        await desk.press("enter")
        await desk.on("FamilyScreen")
        await desk.press("enter")
        await desk.on("FamilySlots")
        await desk.shows("09:40")
        await desk.press("enter")
        await desk.on("FamilyAccord")
        await desk.shows("Je vais prendre 3 rendez-vous", "3 × Document de circulation")
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("✓ 3 rendez-vous confirmés sur 3", "Convocations prêtes : 3")
        found = [only(desk.station, child) for child in CHILDREN]
        assert [each.slot for each in found] == [slot.id for slot in slots[:3]]
        said = [said_on(paper_of(desk.station, each)) for each in found]
        for place, each in enumerate(found):
            assert [each.reference in text for text in said] == [k == place for k in range(3)]
            assert CHILDREN[place].given_names in said[place]


def fill(station: Station, slot: Slot) -> None:
    """Hold every seat that is left."""
    while isinstance(station.mediation.hold(slot), Held):
        pass


async def test_15_a_student_who_booked_what_is_done_online(world: World) -> None:
    other = world.station("other")
    assert other.mediation.register(NEXT) is None
    async with mediation(world, STUDENT) as desk:
        await desk.search("rakoto")
        await desk.to_accord("reno")
        booked = await confirm(desk)
        await desk.press("enter")
        await desk.on("MediatorScreen")

        def slot() -> Slot:
            days = other.mediation.slots("RENO").values()
            return next(each for day in days for each in day if each.id == booked.slot)

        fill(other, slot())
        assert other.mediation.hold(slot()) == Refused("slot_full")
        until(lambda: open_seats(slot()) == 0)

        await desk.search("rakoto")
        await desk.shows(booked.reference)
        await desk.press("a")
        await desk.on("CancelDialog")
        await desk.shows("Pris par erreur", "La place est rendue")
        await desk.press("x")
        await desk.says("Rendez-vous annulé. La place est rendue.")
        (gone,) = desk.station.mediation.appointments_of(STUDENT)
        assert (gone.status, gone.cancel_reason) == (AppointmentStatus.CANCELLED, "mistake")

        # So that nobody sells places, it is kept back: a quarter of what is left at most.
        world.clock.now += (slot().starts_at - world.clock.now) / 4
        until(lambda: open_seats(slot()) == 1)
        held = other.mediation.hold(slot())
        assert isinstance(held, Held)
        reno = next(p for p in other.mediation.procedures() if p.code == "RENO")
        accord = other.mediation.accord(gone.accord.mode, "fr") if gone.accord else None
        assert accord is not None
        taken = other.mediation.book(NEXT, reno, held, accord)
        assert isinstance(taken, Booked)
        assert taken.confirmed
        assert taken.appointment.slot == booked.slot

        await desk.press("f6")
        await desk.on("ProcedureChoice")
        await desk.press("f5")
        await desk.on("QuizScreen")
        await desk.shows("Que vient faire la personne ?")
        await desk.press("2")
        await desk.shows("Quel titre a-t-elle ?", "1   Étudiant")
        await desk.press("1")
        await desk.shows("! Cette démarche se fait en ligne : ANEF")
        await desk.shows("Aucun créneau n’est à prendre pour elle.", "0 806 001 620")
