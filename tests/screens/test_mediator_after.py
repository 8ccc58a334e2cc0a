"""What comes after a booking: papers, documents shown, the accord taken back."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from guichet.config import Settings
from guichet.convocation import catalogue
from guichet.domain.model import AccordMode, Appointment, AppointmentStatus, Person, Procedure
from guichet.screens.booked import BookedScreen
from guichet.screens.languages import LANGUAGES
from guichet.screens.person_file import PersonFile
from guichet.screens.post import Post
from guichet.station import Link, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.widgets.choice import Tick
from tests.convocation.outputs import pages, said_in
from tests.posts import World, free_slot
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for
from tests.waiting import until

PASSPORT = "Passeport, ou autre preuve de nationalité"


def book(station: Station, person: Person, code: str = "RENO") -> Appointment:
    """A confirmed appointment whose accord was read aloud in the person's language."""
    procedure = next(p for p in station.mediation.procedures() if p.code == code)
    held = station.mediation.hold(free_slot(station, code))
    assert isinstance(held, Held)
    accord = station.mediation.accord(AccordMode.READ_ALOUD, person.language)
    done = station.mediation.book(person, procedure, held, accord)
    assert isinstance(done, Booked)
    assert done.confirmed
    return done.appointment


@asynccontextmanager
async def file(
    world: World, person: Person = KOUYATE, **size: Any
) -> AsyncIterator[tuple[Desk, Appointment]]:
    """The file of a person who has an appointment, under the cursor."""
    async with mediation(world, person, **size) as desk:
        appointment = book(desk.station, person)
        await desk.search("fanta kouyate")
        await desk.shows(appointment.reference)
        yield desk, appointment


@asynccontextmanager
async def paper(
    world: World, person: Person = KOUYATE, **size: Any
) -> AsyncIterator[tuple[Desk, Appointment]]:
    """The screen of the appointment, its convocation written."""
    async with file(world, person, **size) as (desk, appointment):
        await desk.press("r")
        await desk.on("BookedScreen")
        name = f"convocation-{appointment.reference}.pdf"
        await wait_for(desk.pilot, lambda: name in shown(desk, "#paper"), what=name)
        yield desk, appointment


def recorded(desk: Desk, appointment: Appointment) -> Appointment:
    """What this station has of the appointment."""
    with reading(desk.station._core.engine) as connection:
        found = get(connection, Appointment, appointment.id)
    assert found is not None
    return found


def at_central(world: World, appointment: Appointment) -> Appointment | None:
    with world.engine.connect() as connection:
        return get(connection, Appointment, appointment.id)


async def changed_here(desk: Desk, record: Appointment | Procedure) -> None:
    """Make the replica say something else, for good: central is out of reach."""
    await wait_for(desk.pilot, lambda: desk.station.sync_state.pending == 0)
    desk.world.stop()
    await wait_for(desk.pilot, lambda: desk.station.sync_state.link is Link.OFFLINE)
    with writing(desk.station._core.engine) as connection:
        put(connection, record)
    desk.station._core.changed()


def written(desk: Desk, name: str) -> Path:
    return desk.station.folder / "convocations" / name


def shown(desk: Desk, selector: str) -> str:
    """What a part of the screen says, wherever its lines are broken."""
    said = str(desk.app.screen.query_one(selector, Static).render())
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A printer and a viewer that note what they were given, in the file that is returned."""
    folder.mkdir()
    seen = folder / "seen"
    for name in ("lp", "xdg-open"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{seen}"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return seen


# The paper --------------------------------------------------------------------------------------


async def test_every_key_is_shown_at_80_columns_and_says_what_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(world.folder / "bin", monkeypatch)
    async with paper(world) as (desk, _appointment):
        await desk.shows("i Imprimer")
        footer = desk.text.rstrip("\n").split("\n")[-1]
        for key in ("o Ouvrir", "i Imprimer", "g Gros caractères", "d Pièces", "c Agenda"):
            assert key in footer, footer
        assert "Terminer" in footer
    for screen in (BookedScreen, PersonFile):
        for binding in screen.BINDINGS:
            assert binding.tooltip  # type: ignore[union-attr]


async def test_every_key_of_the_file_is_shown_at_80_columns(world: World) -> None:
    async with file(world) as (desk, _appointment):
        await desk.shows("w Accord")
        footer = "\n".join(desk.text.rstrip("\n").split("\n")[-2:])
        for key in ("F6 Rendez-vous", "e Modifier", "r Réimprimer", "d Déplacer", "a Annuler"):
            assert key in footer, footer
        for key in ("p Pièces", "w Accord", "Retour", "f7 Délais"):
            assert key in footer, footer


async def test_large_type_and_back_and_what_is_shown_is_what_is_printed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = programs(world.folder / "bin", monkeypatch)
    async with paper(world) as (desk, appointment):
        await desk.press("g")
        large = written(desk, f"convocation-{appointment.reference}-grand.pdf")
        await desk.shows("en gros caractères", "i Imprimer")
        assert large.name in shown(desk, "#paper")
        await desk.press("i")
        await desk.says("envoyée à l’imprimante")
        await desk.press("o")
        await desk.says("affichée")
        await desk.press("g")
        usual = written(desk, f"convocation-{appointment.reference}.pdf")
        await wait_for(desk.pilot, lambda: usual.name in shown(desk, "#paper"))
        await desk.press("i")
        await desk.says("envoyée à l’imprimante")
        assert [line.split("/")[-1] for line in seen.read_text().splitlines()] == [
            large.name,
            large.name,
            usual.name,
        ]
        assert len(pages(large.read_bytes())) > len(pages(usual.read_bytes()))


async def test_the_calendar_file_is_written_and_its_place_is_said(world: World) -> None:
    async with paper(world) as (desk, appointment):
        await desk.press("c")
        await desk.says("écrit pour l’agenda d’un téléphone, sans nom")
        name = f"rendez-vous-{appointment.reference}.ics"
        assert name in shown(desk, "#paper")
        assert written(desk, name).read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Convocation · français"),
        ("prs", "Convocation · français seulement : pas encore traduit en dari"),
        ("snk", "Convocation · français seulement : pas encore traduit en soninké"),
    ],
)
async def test_the_screen_says_what_the_convocation_is_in(
    world: World, language: str, said: str
) -> None:
    assert language in LANGUAGES
    async with paper(world, replace(KOUYATE, language=language)) as (desk, _appointment):
        assert shown(desk, "#paper").split("\n")[0] == said


async def test_a_proofread_language_is_named_and_printed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrases = world.folder / "phrases"
    phrases.mkdir()
    (phrases / "prs.toml").write_text(
        '[review]\nby = "A. Reader"\non = 2026-11-24\n[convocation]\ntitle = "احضار"\n', "utf-8"
    )
    monkeypatch.setattr(catalogue.second, "__defaults__", (phrases,))
    async with paper(world, replace(KOUYATE, language="prs")) as (desk, appointment):
        await desk.shows("français + dari")
        pdf = written(desk, f"convocation-{appointment.reference}.pdf").read_bytes()
        assert any("\u0600" <= letter < "\u0700" for letter in "".join(pages(pdf)))


async def test_an_appointment_elsewhere_names_its_site(world: World) -> None:
    async with file(world) as (desk, appointment):
        here = desk.station.site
        other = next(site for site in desk.station.assistance.sites().values() if site != here)
        assert "Sur un autre site" not in desk.text
        await changed_here(desk, replace(appointment, site=other.number))
        await desk.shows(f"Sur un autre site : {other.name}")
        await desk.press("r")
        await desk.on("BookedScreen")
        await desk.shows(f"Sur un autre site : {other.name}", ".pdf")
        assert here.name not in shown(desk, "#what")
        # The person is of this site: their documents can be ticked here.
        await desk.press("d")
        await desk.on("DocumentsDialog")
        await desk.press("space", "f9")
        await desk.on("BookedScreen")
        await desk.shows("1 déjà présenté", ".pdf")
        assert len(recorded(desk, appointment).presented) == 1
        pdf = written(desk, f"convocation-{appointment.reference}.pdf").read_bytes()
        assert said_in(pdf, other.name)


async def test_a_paper_that_cannot_be_written_leaves_the_appointment(world: World) -> None:
    async with paper(world) as (desk, _appointment):
        folder = desk.station.folder / "convocations"
        for old in folder.iterdir():
            old.unlink()
        folder.rmdir()
        folder.write_text("a file where the folder should be")
        await desk.press("g")
        await desk.says("n’a pas pu être enregistré")
        assert "o Ouvrir" not in desk.text
        await desk.shows("✓ Rendez-vous confirmé", "g Gros caractères")


async def test_unconfirmed_has_no_keys_for_papers(world: World) -> None:
    async with file(world) as (desk, appointment):
        await desk.shows("r Réimprimer")
        unconfirmed = replace(appointment, token=None)
        await changed_here(desk, unconfirmed)
        await desk.shows("en attente")
        for key in ("p Pièces", "w Accord", "Réimprimer"):
            assert key not in desk.text
        post = Post(desk.station, Settings())
        desk.app.push_screen(
            BookedScreen(post, Booked(unconfirmed, confirmed=False), KOUYATE, None)
        )
        await desk.on("BookedScreen")
        await desk.shows("Rien n’est encore certain", "6 documents à apporter", "Terminer")
        for key in ("Ouvrir", "Imprimer", "Gros caractères", "Agenda", "Pièces"):
            assert key not in desk.text
        await desk.press("g", "c", "d")
        await desk.on("BookedScreen")
        assert not written(desk, "").exists()


# The documents ----------------------------------------------------------------------------------


async def test_documents_are_ticked_and_the_convocation_says_so(world: World) -> None:
    async with paper(world) as (desk, appointment):
        await desk.shows("6 documents à apporter")
        await desk.press("d")
        await desk.on("DocumentsDialog")
        await desk.shows("ne dit pas que le dossier est complet", PASSPORT, "étrangère", "F9")
        await desk.press("down", "space", "f9")
        await desk.on("BookedScreen")
        await desk.says("réimprimez-la")
        await desk.shows("6 documents à apporter, 1 déjà présenté", ".pdf")
        assert recorded(desk, appointment).presented == (PASSPORT,)
        pdf = written(desk, f"convocation-{appointment.reference}.pdf").read_bytes()
        (text,) = pages(pdf)
        assert f"{PASSPORT} – présenté" in text
        assert f"Convocation {appointment.reference}, version 1" in text
        until(lambda: (found := at_central(world, appointment)) and found.presented == (PASSPORT,))
        await desk.press("d")
        await desk.on("DocumentsDialog")
        assert [tick.value for tick in desk.app.screen.query(Tick)] == [0, 1, 0, 0, 0, 0]
        await desk.press("space", "escape")
        await desk.on("BookedScreen")
        assert recorded(desk, appointment).presented == (PASSPORT,)


async def test_documents_are_ticked_from_the_file_too(world: World) -> None:
    async with file(world) as (desk, appointment):
        await desk.shows("6 documents à apporter.", "p Pièces")
        await desk.press("p")
        await desk.on("DocumentsDialog")
        await desk.press("space", "down", "space", "f9")
        await desk.on("PersonFile")
        await desk.shows("6 documents à apporter, 2 déjà présentés.")
        assert recorded(desk, appointment).presented[1:] == (PASSPORT,)
        await desk.press("p")
        await desk.on("DocumentsDialog")
        await desk.press("down", "space", "f9")
        await desk.on("PersonFile")
        await desk.shows("1 déjà présenté.")
        assert PASSPORT not in recorded(desk, appointment).presented


async def test_a_document_no_longer_asked_for_is_refused_in_words(world: World) -> None:
    async with file(world) as (desk, appointment):
        await desk.press("p")
        await desk.on("DocumentsDialog")
        procedure = next(p for p in desk.station.mediation.procedures() if p.code == "RENO")
        await changed_here(desk, replace(procedure, documents=(PASSPORT,)))
        await desk.press("space", "f9")
        await desk.says("Ce document n’est pas demandé")
        await desk.press("space", "down", "space", "f9")
        await desk.on("PersonFile")
        assert recorded(desk, appointment).presented == (PASSPORT,)


# The accord -------------------------------------------------------------------------------------


async def test_the_file_says_when_how_and_before_whom_the_accord_was_given(world: World) -> None:
    async with file(world) as (desk, _appointment):
        await desk.shows("Accord donné par la personne")
        assert shown(desk, "#detail").startswith(
            "Accord donné par la personne le 24/11/2026 à 09:40, lu à voix haute (soninké), "
            "noté par MB1."
        )


async def test_an_accord_is_taken_back_and_the_appointment_stands(world: World) -> None:
    async with file(world) as (desk, appointment):
        await desk.shows("w Accord")
        world.clock.forward(minutes=12)
        for key in ("escape", "enter"):  # pressed in haste, both keep it
            await desk.press("w")
            await desk.on("WithdrawDialog")
            await desk.press(key)
            await desk.on("PersonFile")
        assert recorded(desk, appointment) == appointment
        await desk.press("w")
        await desk.on("WithdrawDialog")
        await desk.shows("L’aide s’arrête tout de suite", "Le rendez-vous reste", "24/11/2026")
        await desk.press("w")
        await desk.on("PersonFile")
        await desk.says("Accord retiré. L’aide s’arrête ; le rendez-vous reste.")
        await desk.shows("✗ Retiré par la personne le 24/11/2026 à 09:52.")
        await wait_for(desk.pilot, lambda: "w Accord" not in desk.text)
        found = recorded(desk, appointment)
        assert found.accord is not None
        assert found.accord.withdrawn_at == world.clock()
        assert found.status is AppointmentStatus.BOOKED
        assert (found.reference, found.revision) == (appointment.reference, appointment.revision)
        until(lambda: at_central(world, appointment) == found)
        await desk.shows("r Réimprimer")


async def test_an_appointment_without_accord_says_so_and_has_none_to_take_back(
    world: World,
) -> None:
    async with file(world) as (desk, appointment):
        await desk.shows("w Accord")
        await changed_here(desk, replace(appointment, accord=None))
        await desk.shows("Aucun accord d’accompagnement noté")
        assert "w Accord" not in desk.text
        await desk.press("w")
        await desk.on("PersonFile")
