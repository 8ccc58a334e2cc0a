"""The waiting room's display in a terminal, beside a station at work."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import text
from textual.pilot import Pilot
from textual.widgets import Static

from guichet import display
from guichet.display import DisplayApp
from guichet.domain.model import Role
from guichet.errors import ConfigError, StoreError
from guichet.sound import Sound
from guichet.station import Station
from guichet.station.display import Display, Hears, displaying
from guichet.store.engine import writing
from guichet.widgets.big import Huge
from guichet.widgets.calls import LastCalls
from tests.commands import Run, logging_put_back, run
from tests.posts import World
from tests.screens.waiting import wait_for
from tests.waiting import until

__all__ = ["logging_put_back", "run"]


class Rung(DisplayApp):
    """A display whose bell is counted, and whose flashes are watched."""

    def __init__(self, source: Display, *, mute: bool = False, sound: Sound | None = None) -> None:
        super().__init__(source, mute=mute, sound=sound)
        self.rung = 0
        self.flashes: list[bool] = []

    def bell(self) -> None:
        self.rung += 1

    def _flash(self) -> None:
        super()._flash()
        self.flashes.append(self.query_one("#call").has_class("-flash"))

    def shown(self) -> tuple[str, str]:
        """The ticket and where it goes."""
        return self.query_one("#call", Huge).text, self.query_one("#desk", Huge).text

    def state(self) -> str:
        state = self.query_one("#state")
        return str(state.content) if state.display else ""  # type: ignore[attr-defined]


@pytest.fixture
def post(world: World) -> Station:
    """A station where three people wait."""
    station = world.station("post", Role.COUNTER)
    (procedure, *_others) = station.reception.procedures()
    for _each in range(3):
        station.reception.walk_in(procedure)
    return station


@asynccontextmanager
async def at_display(
    world: World,
    size: tuple[int, int] = (80, 24),
    *,
    mute: bool = False,
    sound: Sound | None = None,
) -> AsyncIterator[tuple[Rung, Pilot[None]]]:
    with displaying(world.folder / "post", world.clock) as source:
        app = Rung(source, mute=mute, sound=sound)
        async with app.run_test(size=size) as pilot:
            await wait_for(pilot, lambda: app._board is not None)
            yield app, pilot


def called(post: Station, desk: str) -> str:
    """Call the next person to a desk; their ticket."""
    row = post.calling.next(desk).row
    assert row is not None
    return row.ticket


async def test_a_call_is_shown_rung_and_flashed(
    world: World, post: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2 * display._FLASH >= 1 / 3  # seconds from one flash to the next, WCAG 2.3.1
    monkeypatch.setattr(display, "_FLASH", 0.05)
    async with at_display(world) as (app, pilot):
        assert app.rung == 0
        ticket = called(post, "41")
        await wait_for(pilot, lambda: app.shown() == (ticket, "→ Guichet 41"), what=ticket)
        assert app.rung == 1
        await wait_for(pilot, lambda: not any(app.flashes[-3:]) and any(app.flashes))
        assert [on for on, _run in groupby(app.flashes)].count(True) == 3
        screen = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        names = {row.name.split()[0] for row in post.reception.day() if row.name}
        assert names
        assert [name for name in names if name in screen] == []
        (row,) = [row for row in post.reception.day() if row.ticket == ticket]
        assert row.visit is not None
        post.calling.recall(row.visit)
        world.clock.forward(seconds=7)
        await wait_for(pilot, lambda: app.rung == 2, what="the recall")
        assert app.shown()[0] == ticket
        post.calling.miss(row.visit)
        await wait_for(pilot, lambda: app.shown()[0] != ticket, what="nobody came")
        assert app.rung == 2


async def test_calls_at_once_are_shown_one_after_another(world: World, post: Station) -> None:
    async with at_display(world, (120, 40), mute=True) as (app, pilot):
        one, two = called(post, "41"), called(post, "42")
        world.clock.forward(seconds=1)
        await wait_for(pilot, lambda: app.shown()[0] == one, what=one)
        await wait_for(pilot, lambda: f"{two}→42" in app.query_one(LastCalls).texts)
        assert app.shown()[0] == one
        world.clock.forward(seconds=6)
        await wait_for(pilot, lambda: app.shown() == (two, "→ Guichet 42"), what=two)
        assert app.query_one(LastCalls).texts[0] == f"{one}→41"
        assert app.rung == 0  # mute


async def test_without_central_the_calls_of_this_post_are_shown(
    world: World, post: Station
) -> None:
    async with at_display(world) as (app, pilot):
        assert app.state() == ""
        world.stop()
        await wait_for(pilot, lambda: "Autres postes muets depuis 09:4" in app.state())
        ticket = called(post, "41")
        await wait_for(pilot, lambda: app.shown()[0] == ticket)
        world.start()
        await wait_for(pilot, lambda: app.state() == "", what="central is back")
        post.close()
        await wait_for(pilot, lambda: "Écran hors ligne depuis 09:40" in app.state())
        assert "vive voix" in app.state()
        assert app.shown()[0] == ticket


async def test_a_database_that_fails_is_said(world: World, post: Station) -> None:
    async with at_display(world) as (app, pilot):
        post.close()
        path = world.folder / "post" / "station.sqlite3"
        kept = path.with_name("aside")
        path.rename(kept)
        await wait_for(pilot, lambda: "a disparu" in app.state(), what="its end")
        kept.rename(path)
        await wait_for(pilot, lambda: "Écran hors ligne" in app.state(), what="what there is")


def test_nothing_is_written(world: World, post: Station) -> None:
    with displaying(world.folder / "post", world.clock) as source:
        assert until(lambda: source.look().hears is Hears.ALL)
        with pytest.raises(StoreError), writing(source._engine) as connection:
            connection.execute(text("DELETE FROM visit"))
    assert post.reception.day()


def test_a_database_made_anew_is_followed(world: World, post: Station) -> None:
    path = world.folder / "post" / "station.sqlite3"
    called(post, "41")
    with displaying(path.parent, world.clock) as source:
        assert source.look().calls
        post.close()
        anew = path.with_name("anew")
        shutil.copy(path, anew)
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        with closing(sqlite3.connect(anew)) as database:
            database.execute("UPDATE visit SET desk = '77'")
            database.commit()
        anew.replace(path)
        assert {call.desk for call in source.look().calls} == {"77"}


def test_a_screen_of_its_own_hears_the_whole_site(world: World, post: Station) -> None:
    other = world.enrolled("room")
    with pytest.raises(ConfigError), displaying(world.folder / "nowhere", world.clock):
        pass
    with displaying(other, world.clock) as source:
        assert source.look().hears is Hears.NOTHING
    kept = Station.open(other, world.clock)
    try:
        with displaying(other, world.clock) as source:
            ticket = called(post, "41")
            until(lambda: ticket in [call.ticket for call in source.look().calls])
            assert source.look().hears is Hears.ALL
    finally:
        kept.close()


def test_the_command_needs_a_station(run: Run) -> None:
    refused = run("display")
    assert refused.code == 1
    assert "n’est pas celui d’un poste" in refused.errors


def test_a_closed_terminal_ends_it(world: World) -> None:
    folder = str(world.enrolled("post"))
    ended = subprocess.run(
        [sys.executable, "-m", "guichet", "display", "--dir", folder],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode()


def player(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """The only player of sounds there is: it notes what it plays, or fails."""
    program = folder / "paplay"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


async def test_a_file_is_played_at_each_call_and_the_bell_rung_when_it_cannot_be(
    world: World, post: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, played = tmp_path / "gong.wav", tmp_path / "played"
    with pytest.raises(ConfigError, match="introuvable"):
        Sound(file)
    file.touch()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="lecteur"):
        Sound(file)
    player(tmp_path, monkeypatch, f'echo "$1" >> {played}')
    async with at_display(world, sound=Sound(file)) as (app, pilot):
        ticket = called(post, "41")
        await wait_for(pilot, lambda: app.shown()[0] == ticket, what=ticket)
        await wait_for(pilot, played.exists, what="the sound")
        assert (played.read_text(), app.rung) == (f"{file}\n", 0)
        player(tmp_path, monkeypatch, "exit 1")
        other = called(post, "42")
        world.clock.forward(seconds=7)
        await wait_for(pilot, lambda: app.shown()[0] == other, what=other)
        await wait_for(pilot, lambda: app.rung == 1, what="the bell")


async def test_how_long_who_came_now_would_wait_is_shown_by_lane(
    world: World, post: Station
) -> None:
    async with at_display(world) as (app, pilot):
        said = app.query_one("#waits", Static)
        await wait_for(pilot, lambda: "Attente estimée" in str(said.content))
        lanes = set(post.calling.waits().lanes)
        assert all(f" {lane}\u00a0" in str(said.content) for lane in lanes)
        assert "fermé" in str(said.content)
