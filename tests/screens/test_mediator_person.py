"""Finding a person, or recording a new one."""

import string

import pytest
from textual.widgets import Input, Select

from guichet.domain.model import Person
from guichet.domain.names import display_name
from guichet.screens.typed import typed_in_search
from guichet.widgets.field import Field
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for


def value(desk: Desk, key: str) -> str:
    return desk.app.screen.query_one(f"#{key}", Field).value


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        ("Diallo Aïssatou", {"family": "Diallo", "given": "Aïssatou"}),
        ("Aïssatou DIALLO BA", {"family": "DIALLO BA", "given": "Aïssatou"}),
        ("SANGARÉ", {"family": "SANGARÉ", "given": ""}),
        ("06 39 98 00 11", {"phone": "06 39 98 00 11"}),
        ("9301234567", {"number": "9301234567"}),
        ("399812345", {"number": "399812345"}),
        ("", {"family": "", "given": ""}),
    ],
)
def test_a_new_form_begins_with_what_was_searched(query: str, typed: dict[str, str]) -> None:
    assert typed_in_search(query) == typed


async def test_a_person_is_found_however_they_are_asked_for(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        field = desk.app.screen.query_one(Input)
        for query in ("fanta kouya", "KOUYATE", "0639980011", "9301234567"):
            field.value = ""
            await wait_for(desk.pilot, lambda: "KOUYATÉ" not in desk.text)
            field.value = query
            await desk.shows("KOUYATÉ Fanta")


async def test_a_name_nobody_has_leads_to_a_new_person(world: World) -> None:
    async with mediation(world) as desk:
        await desk.type("KABONGO Odette")
        await desk.shows("F6 : créer sa fiche")
        await desk.press("f6")
        await desk.on("PersonForm")
        assert (value(desk, "family"), value(desk, "given")) == ("KABONGO", "Odette")
        await desk.press("enter", "enter", "enter")
        await desk.type("00/00/1980")
        await desk.shows("✓ 1980, jour et mois inconnus")
        await desk.press("enter")
        await desk.type("Bondy")
        await desk.press("enter")
        await desk.type("399812345")
        await desk.shows("! Zéro perdu ? F7 : 0399812345", "Corriger le numéro")
        assert desk.app.screen.query_one("#absent", Select).disabled
        await desk.press("f9")
        await desk.says("Numéro étranger : zéro perdu")
        await desk.press("f7")
        assert value(desk, "number") == "0399812345"
        await desk.press("enter")
        await desk.type("0148950000")
        await desk.shows("i Fixe : appel seulement, pas de SMS")
        await desk.press("f9")
        await desk.on("ProcedureChoice")
        (person,) = desk.station.mediation.find_persons("kabongo")
        assert person == Person(
            id=person.id,
            site=1,
            family_name="KABONGO",
            given_names="Odette",
            birth="1980",
            number="0399812345",
            number_absent=None,
            phone="+33148950000",
            email=None,
            commune="Bondy",
            language="fr",
            needs=(),
        )
        await desk.press("escape")
        await desk.on("PersonFile")
        await desk.shows("KABONGO Odette", "à appeler, pas de SMS")


async def test_what_is_missing_is_said_one_after_the_other(world: World) -> None:
    async with mediation(world) as desk:
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.press("f9")
        await desk.says("Nom de naissance : un nom est demandé")
        await desk.type("Odette")
        await desk.press("f9")
        await desk.says("Date de naissance : au moins l’année")
        await desk.type("19")
        await desk.press("f9")
        await desk.says("Date de naissance : année en 4 chiffres")
        await desk.type("80")
        await desk.press("f9")
        await desk.says("Numéro étranger : le numéro, ou le motif")
        assert (value(desk, "family"), value(desk, "birth")) == ("Odette", "1980")
        await desk.press("tab", "enter", "down", "enter")
        await wait_for(desk.pilot, lambda: desk.app.screen.query_one("#absent", Select).value)
        await desk.press("f9")
        await desk.on("ProcedureChoice")
        (person,) = desk.station.mediation.find_persons("odette")
        assert person.number is None
        assert person.number_absent is not None


async def test_an_unfinished_form_waits(world: World) -> None:
    async with mediation(world) as desk:
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.type("Odette")
        await desk.press("enter", "enter", "enter")
        await desk.type("31/02/1980")
        await desk.press("escape")
        await desk.on("MediatorScreen")
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.says("Saisie reprise")
        assert (value(desk, "family"), value(desk, "birth")) == ("Odette", "31/02/1980")
        await desk.shows("✗ Ce jour n’existe pas")
        await desk.press("f8")
        assert value(desk, "family") == ""
        await desk.says("")


async def test_the_file_is_changed(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.press("e")
        await desk.on("PersonForm")
        assert value(desk, "phone") == "06 39 98 00 11"
        await desk.type(" Ba")
        await desk.press("f9")
        await desk.on("PersonFile")
        await desk.shows("KOUYATÉ BA Fanta")
        (person,) = desk.station.mediation.find_persons("kouyate")
        assert person.family_name == "Kouyaté Ba"
        assert (person.id, person.phone, person.needs) == ("walk-in", KOUYATE.phone, KOUYATE.needs)


async def test_central_remembers_who_this_station_forgot(world: World) -> None:
    async with mediation(world) as desk:
        known = desk.station.mediation
        forgotten = next(
            person
            for letter in string.ascii_lowercase
            for person in known.find_persons_at_central(letter)
            if person not in known.find_persons(letter)
        )
        await desk.type(display_name(forgotten.family_name, forgotten.given_names))
        await desk.shows("i ", "centrale")
        rows = desk.app.screen.query_one(RowsView)
        assert rows.select(forgotten.id)
        await desk.press("enter")
        await desk.on("PersonFile")
        await desk.shows(display_name(forgotten.family_name, forgotten.given_names))
        assert forgotten in known.find_persons(forgotten.family_name)


async def test_letters_reach_the_field_and_n_the_list(world: World) -> None:
    async with mediation(world) as desk:
        await desk.type("nn")
        assert desk.app.screen.query_one(Input).value == "nn"
        await desk.press(*["backspace"] * 2)
        await desk.type("sissoko")
        await desk.shows("SISSOKO")
        await desk.press("tab")
        assert isinstance(desk.app.focused, RowsView)
        await desk.press("n")
        await desk.on("PersonForm")


async def test_the_commune_is_completed(world: World) -> None:
    async with mediation(world) as desk:
        await desk.press("f6")
        await desk.on("PersonForm")
        commune = desk.app.screen.query_one("#commune Input", Input)
        await wait_for(desk.pilot, lambda: commune.suggester)
        commune.focus()
        await desk.type("le ra")
        await desk.shows("le raincy")
        await desk.shows("Inachevé\u202f? → écrit Le Raincy")
        await desk.press("right")
        assert value(desk, "commune") == "Le Raincy"
        await desk.shows("→ complète le nom")


async def test_what_is_not_a_date_is_said_as_it_is_written(world: World) -> None:
    async with mediation(world) as desk:
        await desk.press("f6")
        await desk.on("PersonForm")
        await desk.type("Odette")
        await desk.press("enter", "enter", "enter")
        await desk.type("06123")
        await desk.press("f9")
        await desk.says("Date de naissance : JJ/MM/AAAA")
