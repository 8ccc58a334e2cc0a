"""A mother and her children get appointments that follow one another."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pypdfium2
import pytest

from guichet.domain.model import AccordMode, Appointment, AppointmentStatus, Person, Slot
from guichet.domain.quotas import open_seats
from guichet.screens.family_accord import FamilyAccord
from guichet.screens.family_booked import FamilyBooked
from guichet.screens.hold_clock import HoldClock
from guichet.station import Station
from guichet.station.mediation import Booked, Held
from guichet.widgets.field import Field
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for


def child(name: str, number: str) -> Person:
    return replace(
        KOUYATE, id=f"child-{name}", given_names=name, birth="2015", number=number, needs=()
    )


AWA, IBRAHIM, MOUSSA = (
    child("Awa", "9301234571"), child("Ibrahim", "9301234572"), child("Moussa", "9301234573"),
)  # fmt: skip
FAMILY = (KOUYATE, AWA, IBRAHIM, MOUSSA)


def rows(desk: Desk) -> RowsView:
    return desk.app.screen.query_one(RowsView)


def names(desk: Desk) -> list[str]:
    return [row.cells[0] for row in rows(desk).rows]


async def add(desk: Desk, name: str) -> None:
    """Add a known person to the family."""
    count = len(rows(desk).rows)
    await desk.press("f6")
    await desk.on("PersonPick")
    await desk.type(name)
    await wait_for(desk.pilot, lambda: len(rows(desk).rows) == 1, what=desk.text)
    await desk.press("enter")
    await desk.on("FamilyScreen")
    await wait_for(desk.pilot, lambda: len(rows(desk).rows) == count + 1)


async def to_family(desk: Desk, *others: Person) -> None:
    """From the search to the family, for the handing over of titles."""
    await desk.search("kouyate fanta")
    await desk.press("g")
    await desk.on("FamilyScreen")
    for other in others:
        await add(desk, f"kouyate {other.given_names}")
    await desk.press("home", "d")
    await desk.on("ProcedurePick")
    await desk.type("remise")
    await desk.shows("Remise de titre")
    await desk.press("enter")
    await desk.on("FamilyScreen")
    await wait_for(
        desk.pilot, lambda: all(r.cells[2] == "Remise de titre" for r in rows(desk).rows)
    )


async def to_runs(desk: Desk, *others: Person) -> None:
    """From the search to the runs of seats."""
    await to_family(desk, *others)
    await desk.press("enter")
    await desk.on("FamilySlots")
    await wait_for(desk.pilot, lambda: rows(desk).rows, what=desk.text)


async def to_accord(desk: Desk, *others: Person) -> list[Slot]:
    """From the search to the accord; the slots of which a seat is held, in the persons' order."""
    await to_runs(desk, *others)
    await desk.press("enter")
    await desk.on("FamilyAccord")
    screen = desk.app.screen
    assert isinstance(screen, FamilyAccord)
    return [place.held.slot for place in screen._places]


def booked(desk: Desk, person: Person) -> list[Appointment]:
    found = desk.station.mediation.appointments_of(person)
    return [each for each in found if each.status is AppointmentStatus.BOOKED]


def free(station: Station, *slots: Slot) -> dict[str, int]:
    """The seats free now in these slots."""
    known = {s.id: open_seats(s) for d in station.mediation.slots("REMI").values() for s in d}
    return {slot.id: known[slot.id] for slot in slots}


def fill(station: Station, slot: Slot) -> None:
    while isinstance(station.mediation.hold(slot), Held):
        pass


async def test_a_mother_and_three_children_are_booked_in_seats_that_follow(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        slots = await to_accord(desk, AWA, IBRAHIM, MOUSSA)
        await desk.shows("Places gardées", "05:00", "Je vais prendre 4 rendez-vous", "4 × Remise")
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("✓ 4 rendez-vous confirmés sur 4", "Convocations prêtes : 4")
        found = [each for person in FAMILY for each in booked(desk, person)]
        assert [each.slot for each in found] == [slot.id for slot in slots]
        assert [each.person for each in found] == [person.id for person in FAMILY]
        end = found[0].starts_at
        for each in found:
            assert each.starts_at <= end
            end = max(end, each.starts_at + timedelta(minutes=10))
            assert each.token is not None
            assert each.accord is not None
            assert (each.accord.language, each.accord.given_at) == ("snk", world.clock.now)
        papers = sorted((world.folder / "pan" / "convocations").glob("*.pdf"))
        texts = [pypdfium2.PdfDocument(p)[0].get_textpage().get_text_range() for p in papers]
        for each in found:
            assert sum(each.reference in text for text in texts) == 1
        await desk.shows(*(each.reference for each in found))
        await desk.press("enter")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "KOUYATÉ Fanta")
        await desk.press("escape")
        await desk.on("FamilyBooked")
        await desk.press("escape")
        await desk.on("MediatorScreen")


async def test_a_seat_lost_meanwhile_gives_all_back(world: World) -> None:
    other = world.station("other")
    async with mediation(world, *FAMILY) as desk:
        slots = await to_accord(desk, AWA, IBRAHIM, MOUSSA)
        world.clock.forward(minutes=6)
        await desk.shows("✗ Délai passé. F5")
        await desk.press("f9")
        await desk.says("Le délai est passé : F5")
        other.mediation.hold(slots[-1])
        fill(other, slots[-1])
        await desk.press("f5")
        await desk.on("FamilySlots")
        await desk.says("Une de ces places vient d’être prise")
        assert all(booked(desk, person) == [] for person in FAMILY)
        await wait_for(desk.pilot, lambda: rows(desk).rows)
        await desk.press("enter")
        await desk.on("FamilyAccord")


async def test_all_or_none_are_held(world: World) -> None:
    other = world.station("other")
    async with mediation(world, *FAMILY) as desk:
        await to_runs(desk, AWA, IBRAHIM, MOUSSA)
        slots = desk.app.screen._current.slots  # type: ignore[attr-defined]
        before = free(other, *slots)
        world.stop()
        await desk.press("enter")
        await desk.says("La centrale est injoignable : aucune place")
        await desk.shows("ce poste ne garde pas 4 places")
        world.start()
        await wait_for(desk.pilot, lambda: rows(desk).rows)
        await desk.press("enter")
        await desk.on("FamilyAccord")
        await wait_for(
            desk.pilot, lambda: sum(free(desk.station, *slots).values()) < sum(before.values())
        )
        await desk.press("escape")
        await desk.on("FamilySlots")
        await wait_for(desk.pilot, lambda: free(desk.station, *slots) == before)


async def to_booked_but_one(desk: Desk) -> Appointment:
    """Ibrahim has an appointment already: three are booked, he is refused. His appointment."""
    mediation = desk.station.mediation
    procedure = next(each for each in mediation.procedures() if each.code == "REMI")
    days = mediation.slots("REMI")
    held = mediation.hold(next(s for s in days[max(days)] if open_seats(s) > 0))
    assert isinstance(held, Held)
    outcome = mediation.book(IBRAHIM, procedure, held, mediation.accord(AccordMode.PRINTED, "fr"))
    assert isinstance(outcome, Booked)
    await to_family(desk, AWA, IBRAHIM, MOUSSA)
    await desk.shows("déjà un rendez-vous")
    await desk.press("enter")
    await desk.on("FamilySlots")
    await wait_for(desk.pilot, lambda: rows(desk).rows)
    await desk.press("enter")
    await desk.on("FamilyAccord")
    await desk.press("f9")
    await desk.on("FamilyBooked")
    await desk.says("KOUYATÉ Ibrahim : Cette personne a déjà un rendez-vous")
    await desk.shows("! 3 rendez-vous confirmés sur 4", "Convocations prêtes : 3", "refusé")
    assert [len(booked(desk, person)) for person in FAMILY] == [1, 1, 1, 1]
    return outcome.appointment


async def test_one_is_refused_and_booked_apart(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        before = await to_booked_but_one(desk)
        await desk.press("f6")
        await desk.on("AccordScreen")
        await desk.shows("KOUYATÉ Ibrahim", "Place gardée", "soninké")
        await desk.press("f9")
        await desk.on("ConflictDialog")
        await desk.press("d")
        await desk.on("FamilyBooked")
        await desk.shows("✓ 4 rendez-vous confirmés sur 4", "Convocations prêtes : 4")
        (after,) = booked(desk, IBRAHIM)
        assert (after.id, after.revision) == (before.id, before.revision + 1)
        others = [booked(desk, person)[0].day for person in (KOUYATE, AWA, MOUSSA)]
        assert {after.day} == set(others)
        await desk.press("escape")
        await desk.on("MediatorScreen")


async def test_one_is_refused_and_left_so(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        before = await to_booked_but_one(desk)
        (mother,) = booked(desk, KOUYATE)
        slots = desk.station.mediation.slots("REMI")[mother.day]
        taken = free(desk.station, *slots)
        await desk.press("escape")
        await desk.on("MediatorScreen")
        assert booked(desk, IBRAHIM) == [before]
        await wait_for(
            desk.pilot,
            lambda: sum(free(desk.station, *slots).values()) == sum(taken.values()) + 1,
        )


async def test_a_seat_lost_for_one_leads_to_other_slots(world: World) -> None:
    other = world.station("other")
    async with mediation(world, *FAMILY) as desk:
        await to_booked_but_one(desk)
        await desk.press("f6")
        await desk.on("AccordScreen")
        await desk.press("escape")
        await desk.on("FamilyBooked")
        await desk.says("réserver à part")
        screen = desk.app.screen
        assert isinstance(screen, FamilyBooked)
        world.clock.forward(minutes=6)
        fill(other, screen._current.held.slot)
        await desk.press("enter")  # does the same on who was refused
        await desk.on("SlotChoice")
        await desk.shows("KOUYATÉ Ibrahim", "libre")
        await desk.press("escape")
        await desk.on("FamilyBooked")
        await desk.shows("! 3 rendez-vous confirmés sur 4")


async def test_nobody_is_certain_until_central_answers(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        await to_accord(desk, AWA, IBRAHIM)
        world.stop()
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("! 0 rendez-vous confirmé sur 3", "en attente")
        await desk.says("rien n’est certain, aucun papier")
        assert "Convocations prêtes" not in desk.text
        world.start()
        await desk.shows("✓ 3 rendez-vous confirmés sur 3", "Convocations prêtes : 3")


async def test_seats_kept_here_are_booked_together_offline(world: World) -> None:
    async with mediation(world, KOUYATE, AWA) as desk:
        lending = desk.station.mediation.lending
        await wait_for(desk.pilot, lambda: len(lending.lent().slots) > 1)
        await to_family(desk, AWA)
        world.stop()
        await wait_for(desk.pilot, lambda: desk.station.cut_off)
        await desk.press("enter")
        await desk.on("FamilySlots")
        await wait_for(desk.pilot, lambda: rows(desk).rows, what=desk.text)
        await desk.press("enter")
        await desk.on("FamilyAccord")
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("à confirmer", "Feuilles « à confirmer » prêtes : 2")
        await desk.says("Remettez la feuille « à confirmer »")
        screen = desk.app.screen
        assert isinstance(screen, FamilyBooked)
        papers = {place.paper for place in screen._places.values()}
        assert len(papers) == 2
        world.start()
        await desk.shows("✓ 2 rendez-vous confirmés sur 2", "Convocations prêtes : 2")


async def test_each_may_come_for_something_else(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        await to_family(desk, AWA)
        await desk.press("end", "d")
        await desk.on("ProcedurePick")
        await desk.shows("Pour KOUYATÉ Awa seulement")
        await desk.type("renouvellement titre")
        await desk.press("enter")
        await desk.on("FamilyScreen")
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.press("g")
        await desk.on("FamilyScreen")
        assert names(desk) == ["KOUYATÉ Fanta", "KOUYATÉ Awa"]
        await desk.press("enter")
        await desk.on("FamilySlots")
        await desk.shows("1 × Remise de titre · 1 × Renouvellement de titre de séjour")
        await wait_for(desk.pilot, lambda: rows(desk).rows)
        await desk.press("enter")
        await desk.on("FamilyAccord")
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("✓ 2 rendez-vous confirmés sur 2")
        ours = [booked(desk, person)[0].procedure for person in (KOUYATE, AWA)]
        assert ours == ["REMI", "RENO"]


async def test_a_child_without_a_file_is_added_and_completed(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_family(desk)
        await desk.press("enter")
        await desk.says("Une seule personne")
        await desk.press("f6")
        await desk.on("PersonPick")
        await desk.type("kouyate awa")
        await desk.shows("Personne de ce nom ici")
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.shows("Bobigny", "soninké")
        values = {field.id: field.value for field in desk.app.screen.query(Field)}
        assert (values["family"], values["given"]) == ("kouyate", "awa")
        desk.app.screen.query_one("#birth", Field).focus()
        await desk.type("2015")
        desk.app.screen.query_one("#absent").focus()
        await desk.press("enter", "down", "enter", "f9")
        await desk.on("FamilyScreen")
        await wait_for(desk.pilot, lambda: len(names(desk)) == 2, what=desk.text)
        await desk.press("delete")
        await wait_for(desk.pilot, lambda: names(desk) == ["KOUYATÉ Fanta"])
        await desk.press("delete")
        assert names(desk) == ["KOUYATÉ Fanta"]


async def test_who_lacks_a_number_is_completed_first(world: World) -> None:
    async with mediation(world, KOUYATE, replace(AWA, number=None)) as desk:
        await to_family(desk, AWA)
        await desk.shows("numéro manquant")
        await desk.press("enter")
        await desk.says("Numéro étranger exigé : F7")
        assert rows(desk).key == AWA.id
        await desk.press("f7")
        await desk.on("PersonForm")
        await desk.type("9301234571")
        await desk.press("f9")
        await desk.on("FamilyScreen")
        await wait_for(desk.pilot, lambda: "numéro manquant" not in desk.text)
        await desk.press("enter")
        await desk.on("FamilySlots")


async def test_no_more_than_eight(world: World) -> None:
    others = [child(f"Enfant {letter}", f"930123458{n}") for n, letter in enumerate("ABCDEFGH")]
    async with mediation(world, KOUYATE, *others) as desk:
        await desk.search("kouyate fanta")
        await desk.press("g")
        await desk.on("FamilyScreen")
        for count in range(1, 8):
            await wait_for(desk.pilot, partial(lambda n: len(names(desk)) == n, count))
            await desk.press("f6")
            await desk.on("PersonPick")
            await wait_for(desk.pilot, lambda: rows(desk).rows)
            await desk.press("enter")
            await desk.on("FamilyScreen")
        await wait_for(desk.pilot, lambda: len(set(names(desk))) == 8)
        await desk.press("f6")
        await desk.says("8 personnes au plus ensemble")


async def test_the_holds_are_as_long_as_the_shortest(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        await to_accord(desk, AWA)
        screen = desk.app.screen
        assert isinstance(screen, FamilyAccord)
        screen._places[1].held = replace(
            screen._places[1].held, until=world.clock.now + timedelta(seconds=50)
        )
        assert screen._earliest is screen._places[1].held
        world.clock.forward(minutes=4, seconds=30)
        await desk.shows("! Places gardées", "00:30")
        await desk.press("f5")
        await desk.says("gardées à nouveau")
        assert desk.app.screen.query_one(HoldClock).left == 300


async def test_all_papers_are_printed_with_one_key(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    printer = programs / "lp"
    printer.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{tmp_path}/printed"\n')
    printer.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    printed = tmp_path / "printed"
    async with mediation(world, *FAMILY) as desk:
        await to_accord(desk, AWA)
        await desk.press("f9")
        await desk.on("FamilyBooked")
        await desk.shows("Convocations prêtes : 2", "i Imprimer", "t Tout imprimer")
        await desk.press("i")
        await desk.says("Convocations imprimées : 1")
        assert len(printed.read_text().splitlines()) == 1
        await desk.press("t")
        await desk.says("Convocations imprimées : 2")
        assert len(set(printed.read_text().splitlines())) == 2


async def test_the_arrows_go_from_day_to_day(world: World) -> None:
    async with mediation(world, *FAMILY) as desk:
        await to_runs(desk, AWA)
        view = rows(desk)
        first = view.key
        days = list(dict.fromkeys(row.cells[0] for row in view.rows))

        def day() -> str:
            return next(row.cells[0] for row in view.rows if row.key == view.key)

        assert len(days) > 1
        await desk.press("down", "right")
        assert day() == days[1]
        await desk.press("left")
        assert view.key == first
        await desk.press("left")
        assert view.key == first
