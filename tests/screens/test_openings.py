"""The supervisor's openings: what a change would do, a closed day, and the people moved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from textual.app import App
from textual.pilot import Pilot

from guichet.config import Settings
from guichet.domain.openings import in_force
from guichet.screens.form import FormDialog
from guichet.screens.openings import OpeningsScreen
from guichet.screens.post import FactsChanged, Post
from guichet.screens.to_move import ToMoveScreen
from guichet.station import Station
from guichet.theme import register_themes
from guichet.widgets.field import Field
from guichet.widgets.rows import RowsView
from tests.look import SHEETS
from tests.posts import DAY, World
from tests.screens.waiting import wait_for

FRIDAY = DAY + timedelta(days=3)


class Alone(App[None]):
    """The screen of openings without the application around it."""

    CSS_PATH = SHEETS

    def __init__(self, station: Station) -> None:
        super().__init__()
        register_themes(self)
        self.station = station
        self.page = OpeningsScreen(Post(station, Settings()))

    def on_mount(self) -> None:
        self.push_screen(self.page)
        self.station.subscribe(self._changed)

    def _changed(self) -> None:
        self.page.post_message(FactsChanged())

    @property
    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips).replace("\u00a0", " ")


@asynccontextmanager
async def shown(world: World) -> AsyncIterator[tuple[Alone, Pilot[None]]]:
    app = Alone(world.station("one"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.page.query_one("#days", RowsView).rows)
        yield app, pilot


async def until_text(pilot: Pilot[None], *texts: str) -> None:
    app = pilot.app
    assert isinstance(app, Alone)
    await wait_for(pilot, lambda: all(text in app.text for text in texts), what=" ".join(texts))


async def to_form(pilot: Pilot[None], app: Alone) -> None:
    await wait_for(pilot, lambda: isinstance(app.screen, FormDialog) and app.screen.query(Field))


def field(app: Alone, name: str) -> Field:
    return app.screen.query_one(f"#{name}", Field)


async def test_a_change_is_shown_before_it_is_recorded_and_errors_at_their_field(
    world: World,
) -> None:
    async with shown(world) as (app, pilot):
        rules = app.page.query_one("#rules", RowsView)
        rules.select("Bam")
        await pilot.press("v")
        await to_form(pilot, app)
        assert field(app, "first").value == f"{DAY + timedelta(days=1):%d/%m/%Y}"
        field(app, "minutes").value = "17"
        field(app, "pan").value = "x"
        await pilot.press("f9")
        await wait_for(pilot, lambda: field(app, "pan").state.level == "bad")
        assert field(app, "minutes").value == "17"
        field(app, "pan").value = "1"
        await pilot.press("f9")
        await wait_for(pilot, lambda: field(app, "minutes").state.level == "bad")
        assert field(app, "minutes").state.message.endswith("16.")
        field(app, "minutes").value = "20"
        await pilot.press("f9")
        await until_text(pilot, "En tout", "reste", "F9 : enregistrer")
        field(app, "seats").value = "3"  # what was shown is no longer what is typed
        await pilot.press("f9")
        await until_text(pilot, "En tout", "F9 : enregistrer")
        assert app.station.steering.versions("Bam")[0].version == 2
        await pilot.press("f9")
        await wait_for(pilot, lambda: app.screen is app.page)
        await wait_for(pilot, lambda: len(app.station.steering.versions("Bam")) == 3)
        newest = app.station.steering.versions("Bam")[0]
        assert (newest.minutes, newest.seats) == (20, 3)
        assert newest in in_force(app.station.steering.versions("Bam"), DAY + timedelta(days=1))


async def test_a_closed_day_and_its_people(world: World) -> None:
    async with shown(world) as (app, pilot):
        days = app.page.query_one("#days", RowsView)
        days.focus()
        days.select(FRIDAY.isoformat())
        await pilot.press("f", "t")
        await to_form(pilot, app)
        field(app, "opens").value, field(app, "closes").value = "8h30", "09:00"
        await pilot.press("f9")
        await until_text(pilot, "pendant cette fermeture, à déplacer ensuite (D).")
        assert app.station.steering.overview().closures == ()
        await pilot.press("f9")
        await until_text(pilot, "Fermé : plus rien", "rendez-vous à déplacer")
        await wait_for(
            pilot, lambda: app.page.query_one("#days", RowsView).rows[3].cells[1] != "110"
        )
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(app.screen, ToMoveScreen))
        await wait_for(pilot, lambda: app.screen.query_one(RowsView).rows)
        before = len(app.screen.query_one(RowsView).rows)
        await pilot.press("f9")
        await until_text(pilot, f"{before} rendez-vous déplacés", "P : imprimer convocations")
        assert app.station.steering.to_move() == []
        (calls,) = (app.station.folder / "convocations").glob("*.csv")
        header, *people = calls.read_text("utf-8-sig").splitlines()
        assert header.startswith("Référence;Usager;Téléphone;Langue;")
        assert len(people) == before
        assert all(";déplacé;" in line for line in people)
        names = sorted(path.suffix for path in (app.station.folder / "convocations").iterdir())
        assert names == [".csv", ".pdf", ".pdf"]
        await pilot.press("p")
        await until_text(pilot, "1   Les convocations", "2   La liste d’appel", "à aucun usager")


async def test_without_central_what_was_typed_stays(world: World) -> None:
    async with shown(world) as (app, pilot):
        await pilot.press("f", "g")
        await to_form(pilot, app)
        await pilot.press("f9")
        await until_text(pilot, "F9 : enregistrer.")
        world.stop()
        await pilot.press("f9")
        await until_text(pilot, "La centrale est injoignable")
        assert field(app, "first").value == f"{DAY + timedelta(days=1):%d/%m/%Y}"
        world.start()
        await pilot.press("f9")
        await wait_for(pilot, lambda: app.screen is app.page)
        (closure,) = app.station.steering.overview().closures
        assert closure.reason == "strike"


async def test_a_holiday_is_refused_with_the_nearest_day(world: World) -> None:
    async with shown(world) as (app, pilot):
        await pilot.press("j", "1")
        await to_form(pilot, app)
        for day in ("25/12/2026", "11/11/2027"):
            field(app, "override").value = ""
            field(app, "first").value = day
            await pilot.press("enter")
            await until_text(pilot, "jour férié", "Au plus près :")
            field(app, "override").value = "Titres en attente"
            await pilot.press("enter")
            await wait_for(pilot, lambda: field(app, "first").state.level != "bad")
