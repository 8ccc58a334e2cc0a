"""The people of a list invited to an exceptional day, by the supervisor's keys."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from textual.events import Key
from textual.pilot import Pilot

from guichet.domain.model import Appointment, Person
from guichet.domain.opening_text import exceptional
from guichet.screens.invitation import InvitationScreen
from guichet.screens.sure import SureDialog
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from guichet.widgets.rows import RowsView
from tests.posts import DAY, World
from tests.screens.test_openings import Alone, field, until_text
from tests.screens.waiting import wait_for

SATURDAY = DAY + timedelta(days=4)


def opened(station: Station, codes: tuple[str, ...] = ("REMI",)) -> None:
    """A Saturday of the demo's model, for these démarches."""
    models = [replace(each, procedures=codes) for each in station.steering.overview().templates]
    rules = [station.steering.new_rule() for _each in models]
    assert station.steering.open(exceptional(models, SATURDAY, codes, rules, "")) is None


def free(world: World) -> tuple[list[Person], Person]:
    """Those who have no appointment and share their number with nobody; one who has no way to be
    told, at the end.
    """
    with reading(world.engine) as connection:
        busy = {
            each.person for each in records(connection, Appointment, select(TABLES["appointment"]))
        }
        people = records(connection, Person, select(TABLES["person"]))
    numbers = Counter(each.number for each in people)
    found = [
        each for each in people
        if each.site == 1 and each.id not in busy and each.number and numbers[each.number] == 1
    ]  # fmt: skip
    return [each for each in found if each.phone], next(
        each for each in found if not each.phone and not each.email
    )


def booked(world: World) -> list[Appointment]:
    """The Saturday's appointments, as central has them."""
    with reading(world.engine) as connection:
        found = records(connection, Appointment, select(TABLES["appointment"]))
    return [each for each in found if each.day == SATURDAY]


@asynccontextmanager
async def on_saturday(
    world: World, codes: tuple[str, ...] = ("REMI",), size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Alone, Pilot[None]]]:
    app = Alone(world.station("one"))
    opened(app.station, codes)
    async with app.run_test(size=size) as pilot:
        days = app.page.query_one("#days", RowsView)
        await wait_for(pilot, lambda: days.select(SATURDAY.isoformat()))
        await until_text(pilot, f"sam. {SATURDAY:%d/%m}")
        yield app, pilot


async def test_a_list_is_read_then_invited_once_sure(world: World, tmp_path: Path) -> None:
    (one, two, *_others), mute = free(world)
    path = tmp_path / "titres.csv"
    path.write_text(
        f"Numéro\n{one.number}\n0000000017\n{mute.number}\n{one.number}\n{two.number}\n"
    )
    async with on_saturday(world) as (app, pilot):
        await pilot.press("h")  # the rules have the cursor: no day is meant
        assert not isinstance(app.screen, InvitationScreen)
        app.page.query_one("#days", RowsView).focus()
        await until_text(pilot, "journée exceptionnelle, H : inviter")
        await pilot.press("h")
        await wait_for(pilot, lambda: isinstance(app.screen, InvitationScreen))
        await until_text(pilot, "Inviter au samedi 28 novembre 2026 · Remise", "72 places libres")
        field(app, "path").value = str(path)
        await pilot.press("f9")  # nothing was read: nothing is asked
        assert isinstance(app.screen, InvitationScreen)
        await pilot.press("enter")
        await until_text(
            pilot, "3 peuvent être invités · 2 lignes n’invitent personne · 1 sans téléphone",
            "personne d’inscrit ici avec", "déjà plus haut dans la liste", "injoignable",
        )  # fmt: skip
        await pilot.press("f9", "enter")  # in haste: it changes nothing
        await wait_for(pilot, lambda: isinstance(app.screen, InvitationScreen))
        assert booked(world) == []
        await pilot.press("l")
        await until_text(pilot, "Liste d’appel écrite")
        (calls,) = (app.station.folder / "convocations").glob("*.csv")
        assert "ni téléphone ni adresse e-mail" in calls.read_text("utf-8-sig")
        await pilot.press("f9")
        await wait_for(pilot, lambda: isinstance(app.screen, SureDialog))
        await until_text(pilot, "Inviter 3 personnes", "un à un", "1 sans téléphone")
        await pilot.press("down", "enter")
        await until_text(pilot, "3 invités, 2 non. Convocations et liste d’appel écrites")
        made = booked(world)
        assert {each.person for each in made} == {one.id, two.id, mute.id}
        assert {each.procedure for each in made} == {"REMI"}
        assert all(each.reference in app.text for each in made)
        await pilot.press("f9")  # there is nobody left
        assert isinstance(app.screen, InvitationScreen)
        await pilot.press("p")
        await until_text(pilot, "1   Les convocations", "2   La liste d’appel")


async def test_a_day_for_several_demarches_asks_for_which(world: World, tmp_path: Path) -> None:
    async with on_saturday(world, ("REMI", "RENO")) as (app, pilot):
        app.page.query_one("#days", RowsView).focus()
        await pilot.press("h")
        await until_text(pilot, "Inviter pour quelle démarche")
        await pilot.press("2")
        await wait_for(pilot, lambda: isinstance(app.screen, InvitationScreen))
        (label,) = (e.label for e in app.station.mediation.procedures() if e.code == "RENO")
        await until_text(pilot, label[:30])
        field(app, "path").value = str(tmp_path / "nulle part.csv")
        await pilot.press("enter")
        await until_text(pilot, "ne peut pas être lu")
        assert field(app, "path").value.endswith("nulle part.csv")


async def test_without_central_nobody_is_invited_and_the_list_stays(
    world: World, tmp_path: Path
) -> None:
    (one, two, *_others), _mute = free(world)
    path = tmp_path / "titres.csv"
    path.write_text(f"{one.number}\n{two.number}\n")
    async with on_saturday(world) as (app, pilot):
        app.page.query_one("#days", RowsView).focus()
        await pilot.press("h")
        await wait_for(pilot, lambda: isinstance(app.screen, InvitationScreen))
        field(app, "path").value = str(path)
        await pilot.press("enter")
        await until_text(pilot, "2 peuvent être invités")
        world.stop()
        await pilot.press("f9", "down", "enter")
        await until_text(pilot, "0 invité, 2 non : la centrale est injoignable")
        world.start()
        await pilot.press("shift+tab", "enter")  # the file is read again
        await until_text(pilot, "2 peuvent être invités")
        await pilot.press("f9", "down", "enter")
        await until_text(pilot, "2 invités. Convocations")
        assert {each.person for each in booked(world)} == {one.id, two.id}


async def test_escape_stops_after_the_one_under_way(world: World, tmp_path: Path) -> None:
    people, _mute = free(world)
    path = tmp_path / "titres.csv"
    path.write_text("".join(f"{each.number}\n" for each in people))
    async with on_saturday(world) as (app, pilot):
        app.page.query_one("#days", RowsView).focus()
        await pilot.press("h")
        await wait_for(pilot, lambda: isinstance(app.screen, InvitationScreen))
        field(app, "path").value = str(path)
        await pilot.press("enter")
        await until_text(pilot, f"{len(people)} peuvent être invités")
        await pilot.press("f9", "down")
        app.post_message(Key("enter", None))  # the pilot would wait for the work to end
        async with asyncio.timeout(15):
            while not re.search(r"\b[1-9]\d* sur ", app.text):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
        app.post_message(Key("escape", None))
        await until_text(pilot, "non. Convocations")
        assert 0 < len(booked(world)) < len(people)
        assert isinstance(app.screen, InvitationScreen)
