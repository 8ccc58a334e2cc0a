"""A counter at work: the whole application on a real station, a folder as its camera."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from guichet.app import GuichetApp
from guichet.central import training
from guichet.config import OFFSET_VARIABLE, Settings
from guichet.convocation import token
from guichet.domain.claims import Claims
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Appointment, Role
from guichet.screens.ask import AskScreen
from guichet.screens.counter import CounterScreen
from guichet.screens.desk_dialog import DeskDialog
from guichet.screens.queue import QueueBox
from guichet.station import Station
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from guichet.store.schema import METADATA
from guichet.widgets.verdict import VerdictPanel, VerdictView
from tests.posts import MORNING, World
from tests.scanner.samples import code, file_of, scene
from tests.screens.waiting import wait_for

_APPOINTMENT = TABLES["appointment"]
_PRIVATE = METADATA.tables["signing_key"]


@dataclass
class Counter:
    """What a test sees and does at the counter. Its desk is 40, where nobody is at the start."""

    world: World
    pilot: Pilot[None]
    screen: CounterScreen
    camera: Path

    @property
    def station(self) -> Station:
        return self.screen._post.station

    @property
    def view(self) -> VerdictView:
        return self.screen.query_one(VerdictPanel).view

    def said(self) -> str:
        said = self.screen.query_one("#said", Static)
        return str(said.content) if said.display else ""

    def guidance(self) -> str:
        return str(self.screen.query_one("#guidance", Static).content)

    async def open_and_call(self) -> None:
        """Open the desk for every lane, and call the next person."""
        await self.pilot.press("f5")
        await self.see(lambda: isinstance(self.pilot.app.screen, DeskDialog), "the desk's dialog")
        await self.pilot.press("enter")
        await self.sees("Guichet 40")
        await self.see(lambda: self.screen._desk.here is not None)

    async def asked(self, dialog: type[Screen[Any]] = AskScreen) -> None:
        """Wait for a dialog."""
        await self.see(lambda: isinstance(self.pilot.app.screen, dialog), dialog.__name__)

    def hold(self, text: str) -> None:
        """Hold a code before the camera, in place of the one there."""
        part = self.camera / "part"
        part.write_bytes(file_of(scene(code(text))))
        part.replace(self.camera / "sheet.png")

    async def see(self, probe: Callable[[], object], what: str = "") -> None:
        await wait_for(self.pilot, probe, what=what or f"{self.view} {self.said()}")

    async def sees(self, word: str) -> VerdictView:
        await wait_for(self.pilot, lambda: self.view.word == word, what=word)
        return self.view

    async def type(self, text: str) -> None:
        await self.pilot.press(*text, "enter")

    def rows(self) -> list[DayRow]:
        return self.station.reception.day()

    def row(self, appointment: str) -> DayRow:
        return next(row for row in self.rows() if row.appointment == appointment)

    def expected(self, least: float, most: float) -> DayRow:
        """Somebody not here yet, between `least` and `most` minutes late (negative: early)."""
        now = self.station.now()
        for row in self.rows():
            if row.state is DayState.EXPECTED and row.starts_at is not None and row.confirmed:
                off = (now - row.starts_at).total_seconds() / 60
                if least < off < most:
                    return row
        raise LookupError(f"nobody between {least} and {most}")

    def token_of(self, row: DayRow) -> str:
        text = appointments(self.world, id=row.appointment)[0].token
        assert text is not None
        return text

    async def shown(self, appointment: str | None, state: DayState) -> None:
        """Wait until the screen has heard of that state."""

        def heard() -> bool:
            rows = self.screen.query_one(QueueBox)._rows
            return any(row.appointment == appointment and row.state is state for row in rows)

        await self.see(heard, f"{appointment} {state}")


def appointments(world: World, **where: Any) -> list[Appointment]:
    """Appointments as central has them."""
    statement = select(_APPOINTMENT).filter_by(**where).order_by(_APPOINTMENT.c.starts_at)
    with reading(world.engine) as connection:
        return records(connection, Appointment, statement)


def signed(world: World, appointment: str, revision: int, site: int, starts_at: datetime) -> str:
    """A token with central's own signature."""
    with reading(world.engine) as connection:
        key = connection.execute(select(_PRIVATE)).one()
    claims = Claims(appointment, revision, site, starts_at, b"\1\2\3\4")
    return token.sign(claims, key.kid, bytes.fromhex(key.private))


@asynccontextmanager
async def at_counter(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    *,
    practice: Path | None = None,
    size: tuple[int, int] = (80, 24),
    role: Role = Role.COUNTER,
) -> AsyncIterator[Counter]:
    """The application, an agent of the counter (or a supervisor) signed in, the day read."""
    offset = MORNING - datetime.now(UTC)
    monkeypatch.setenv(OFFSET_VARIABLE, str(round(offset.total_seconds())))
    camera = world.folder / "camera"
    camera.mkdir(exist_ok=True)
    settings = Settings(camera=str(camera), desk="40")
    folder = world.enrolled("counter")
    signed_in = (training.agent_code(role, 1), training.PINS[role])
    app = GuichetApp(folder, settings, auto_sign_in=signed_in, practice=practice)
    async with app.run_test(size=size) as pilot:
        if role is not Role.COUNTER:
            await wait_for(pilot, lambda: "f3" in app.screen.active_bindings, what="the modes")
            await pilot.press("f3")
        await wait_for(pilot, lambda: isinstance(app.screen, CounterScreen), what="the counter")
        assert isinstance(app.screen, CounterScreen)
        counter = Counter(world, pilot, app.screen, camera)
        await wait_for(pilot, lambda: app.screen.query_one(QueueBox)._rows, what="the day")
        yield counter
