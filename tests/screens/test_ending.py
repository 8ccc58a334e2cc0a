"""The end of the day on the screen: each line leaves by one key, and comes back by another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import update
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from guichet.config import Settings
from guichet.domain.closing import Owed
from guichet.domain.day import DayState
from guichet.domain.model import Role
from guichet.screens.ending import EndingScreen
from guichet.screens.post import Post
from guichet.station import Station
from guichet.store.engine import writing
from guichet.store.records import TABLES
from guichet.theme import register_themes
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said
from tests.look import SHEETS
from tests.posts import World
from tests.screens.apps import application, shown, until_shown
from tests.screens.waiting import wait_for
from tests.waiting import until


class Alone(App[None]):
    """The screen without the application around it."""

    CSS_PATH = SHEETS

    def __init__(self, station: Station) -> None:
        super().__init__()
        register_themes(self)
        self.page = EndingScreen(Post(station, Settings()))

    def on_mount(self) -> None:
        self.push_screen(self.page)


@dataclass
class Evening:
    world: World
    pilot: Pilot[None]
    page: EndingScreen
    station: Station

    def owed(self) -> list[Owed]:
        return self.station.ending.owed()

    async def on(self, state: DayState) -> Owed:
        """Put the cursor on the first line of a state."""
        each = next(each for each in self.owed() if each.row.state is state)
        view = self.page.query_one(RowsView)
        key = f"{each.day} {each.row.key}"
        await wait_for(self.pilot, lambda: view.select(key), what=key)
        await self.pilot.pause()
        return each

    async def says(self, text: str) -> None:
        await wait_for(self.pilot, lambda: text in self.page.query_one(Said).text, what=text)

    def state(self, key: str) -> DayState:
        return next(row.state for row in self.station.reception.day() if row.key == key)


@asynccontextmanager
async def evening(world: World, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Evening]:
    station = world.station("a", Role.COUNTER)
    world.clock.now = station.ending.closed_at()
    app = Alone(station)
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: app.page.query_one(RowsView).rows)
        yield Evening(world, pilot, app.page, station)


@pytest.mark.parametrize(
    ("key", "state", "after"),
    [
        ("p", DayState.WAITING, DayState.LEFT),
        ("r", DayState.SERVING, DayState.DONE),
        ("a", DayState.EXPECTED, DayState.ABSENT),
    ],
)
async def test_one_key_settles_a_line_and_another_takes_it_back(
    world: World, key: str, state: DayState, after: DayState
) -> None:
    async with evening(world) as it:
        each = await it.on(state)
        await it.pilot.press(key)
        await wait_for(it.pilot, lambda: it.state(each.row.key) is after)
        await it.says(each.row.name)
        assert each not in it.owed()
        await it.pilot.press("u")
        await it.pilot.pause()
        await it.pilot.press("e")  # by mistake
        await wait_for(it.pilot, lambda: it.state(each.row.key) is state)
        assert each in it.owed()


async def test_an_undoing_has_its_minute(world: World) -> None:
    async with evening(world) as it:
        each = await it.on(DayState.WAITING)
        await it.pilot.press("p")
        await wait_for(it.pilot, lambda: it.state(each.row.key) is DayState.LEFT)
        await it.says("parti")
        world.clock.forward(seconds=61)
        await it.pilot.press("u")
        await it.pilot.pause()
        await it.pilot.press("e")
        await it.says("Trop tard")
        assert it.state(each.row.key) is DayState.LEFT


async def test_unsuccessful_asks_why(world: World) -> None:
    async with evening(world) as it:
        each = await it.on(DayState.SERVING)
        await it.pilot.press("i")
        await it.pilot.pause()
        await it.pilot.press("n")
        await wait_for(it.pilot, lambda: it.state(each.row.key) is DayState.DONE)
        (past,) = [p for p in it.station.watch.person(each.row) if p.visit]
        assert past.visit is not None
        assert (past.visit.outcome, past.visit.reason) == ("unsuccessful", "breakdown")
        assert (past.visit.settled_by, past.visit.ended_at) == ("CB1", None)


async def test_all_the_absent_after_a_confirmation(world: World) -> None:
    async with evening(world) as it:
        absent = [each for each in it.owed() if each.absent]
        assert len(absent) > 1
        await it.pilot.press("g")
        await it.pilot.pause()
        await it.pilot.press("enter")  # in haste: nothing changes
        await wait_for(it.pilot, lambda: it.pilot.app.screen is it.page)
        assert [each for each in it.owed() if each.absent] == absent
        await it.pilot.press("g")
        await it.pilot.pause()
        await it.pilot.press("down", "enter")
        await wait_for(it.pilot, lambda: not any(each.absent for each in it.owed()))
        await it.says(f"{len(absent)} personnes")
        until(lambda: it.station.sync_state.pending == 0)
        assert it.station.refused() == []
        await it.pilot.press("u")
        await it.pilot.pause()
        await it.pilot.press("a")
        await wait_for(it.pilot, lambda: [e for e in it.owed() if e.absent] == absent)


async def test_only_what_the_line_allows(world: World) -> None:
    async with evening(world) as it:
        await it.on(DayState.EXPECTED)
        assert not {"p", "r", "i", "u"} & set(it.pilot.app.screen.active_bindings)
        await it.on(DayState.WAITING)
        assert "a" not in it.pilot.app.screen.active_bindings


async def test_nothing_is_settled_while_the_site_is_open(world: World) -> None:
    app = Alone(world.station("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "Rien à solder" in app.page.query_one(RowsView).empty)
        assert "Fermeture" in str(app.page.query_one("#intro", Static).content)


@pytest.mark.usefixtures("morning")
async def test_what_remains_of_yesterday_is_said_on_the_board_until_settled(world: World) -> None:
    folder = world.enrolled("here")
    station = world.open(folder)
    with writing(station._core.engine) as connection:  # as if nobody had settled it
        table = TABLES["visit"]
        yesterday = table.c.day < station.today()
        some = connection.execute(table.select().where(yesterday, table.c.status == "done")).first()
        assert some is not None
        connection.execute(
            update(table).where(table.c.id == some.id).values(status="serving", ended_at=None)
        )
    station.close()
    app = application(folder, Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "1 ligne des jours d’avant")
        await pilot.press("e")
        await until_shown(pilot, "1 passage à clore")
        assert f"{some.day:%d/%m}" in shown(app)
        await pilot.press("r")
        await until_shown(pilot, "0 passage à clore")
        await pilot.press("escape")
        await wait_for(pilot, lambda: "jours d’avant" not in shown(app))


@pytest.mark.usefixtures("morning")
async def test_the_counter_opens_it_too_and_the_mediator_does_not(world: World) -> None:
    app = application(world.enrolled("here"), Role.COUNTER)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.current_mode == "counter")
        await pilot.press("shift+f4")
        await until_shown(pilot, "Fin de journée", "Rien à solder")
        commands = {each.title for each in app.get_system_commands(app.screen)}
        assert "Fin de journée" in commands
    app = application(world.enrolled("there"), Role.MEDIATOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.current_mode == "mediator")
        assert "shift+f4" not in app.screen.active_bindings
        commands = {each.title for each in app.get_system_commands(app.screen)}
        assert "Fin de journée" not in commands
