"""The mediator's mode on a real station, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from guichet.config import Settings
from guichet.domain.model import Person, Role
from guichet.screens.mediator import MediatorScreen
from guichet.screens.post import FactsChanged, Post
from guichet.station import Link, Station
from guichet.theme import register_themes
from guichet.widgets.said import Said
from tests.look import SHEETS
from tests.posts import World
from tests.screens.waiting import type_text, wait_for

KOUYATE = Person(
    id="walk-in",
    site=1,
    family_name="Kouyaté",
    given_names="Fanta",
    birth="1991",
    number="9301234567",
    number_absent=None,
    phone="+33639980011",
    email=None,
    commune="Bobigny",
    language="snk",
    needs=("interpreter",),
)


def plain(text: str) -> str:
    """The text with no-break spaces as plain ones, for tests are easier to read so."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


class Mediation(App[None]):
    """The mediator's mode without the rest of the application."""

    CSS_PATH = SHEETS

    def __init__(self, station: Station) -> None:
        super().__init__()
        register_themes(self)
        self.station = station
        self.add_mode("mediator", lambda: MediatorScreen(Post(station, Settings())))
        self._tell = station.subscribe(self._changed)

    async def on_mount(self) -> None:
        await self.switch_mode("mediator")

    def _changed(self) -> None:
        self.call_later(self._facts)

    def _facts(self) -> None:
        for screen in self.screen_stack:
            screen.post_message(FactsChanged())

    async def on_unmount(self) -> None:
        self._tell()


class Desk:
    """A mediator at work: what they press, what they see."""

    def __init__(self, pilot: Pilot[None], app: Mediation, world: World) -> None:
        self.pilot = pilot
        self.app = app
        self.world = world
        self.station = app.station

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await type_text(self.pilot, text)

    async def on(self, screen: str) -> None:
        """Wait for a screen, by the name of its class."""
        await wait_for(
            self.pilot,
            lambda: type(self.app.screen).__name__ == screen and self.app.screen.is_mounted,
            what=f"{screen} instead of {self.app.screen}: {self.text}",
        )

    async def shows(self, *texts: str) -> None:
        await wait_for(
            self.pilot,
            lambda: all(plain(text) in self.text for text in texts),
            what=" + ".join(texts),
        )

    async def says(self, text: str) -> None:
        await wait_for(self.pilot, lambda: plain(text) in self.said, what=text)

    @property
    def said(self) -> str:
        screen = self.app.screen
        # As the screens find it: the nearest, whatever widgets inside have one of their own.
        return plain(screen.query_one(Said).text) if screen.query(Said) else ""

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return plain("\n".join(strip.text for strip in strips))

    def find(self, selector: str) -> Widget:
        return self.app.screen.query_one(selector)

    async def search(self, text: str) -> None:
        """Search, and open the one person found."""
        await self.type(text)
        await self.shows("1 personne trouvée")
        await self.press("enter")
        await self.on("PersonFile")

    async def to_slots(self, procedure: str, seats: str = "libre") -> None:
        """From the file to the times of the first day that has such `seats`."""
        await self.press("f6")
        await self.on("ProcedureChoice")
        await self.type(procedure)
        await self.shows("À apporter")
        await self.press("enter")
        await self.on("SlotChoice")
        await self.shows(seats)
        await self.press("enter")

    async def to_accord(self, procedure: str) -> None:
        """From the file to a held seat."""
        await self.to_slots(procedure)
        await self.press("enter")
        await self.on("AccordScreen")


@asynccontextmanager
async def mediation(
    world: World, *persons: Person, role: Role = Role.MEDIATOR, **size: Any
) -> AsyncIterator[Desk]:
    """A mediator at an online station that knows these persons."""
    station = world.station("pan", role)
    for person in persons:
        assert station.mediation.register(person) is None
    app = Mediation(station)
    async with app.run_test(**({"size": (80, 24)} | size)) as pilot:
        desk = Desk(pilot, app, world)
        await desk.on("MediatorScreen")
        await wait_for(pilot, lambda: station.sync_state.link is Link.ONLINE)
        await wait_for(pilot, lambda: station.sync_state.pending == 0)
        yield desk


def without_number(person: Person) -> Person:
    return replace(person, number=None)
