import shutil

import pytest
from textual.events import Key
from textual.widgets import Input

from guichet.domain.model import Role
from tests.posts import World
from tests.screens.apps import application, shown, until_shown
from tests.screens.waiting import wait_for

pytestmark = pytest.mark.usefixtures("morning")


async def test_code_and_pin_open_the_agents_mode(world: World) -> None:
    app = application(world.enrolled("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        # Typed while the station is still opening: nothing is lost.
        await pilot.press(*"sb1", "enter", *"3333", "enter")
        await wait_for(pilot, lambda: app.current_mode == "supervisor")
        await until_shown(pilot, "Attendus", "Bobigny")


async def test_keys_may_come_faster_than_the_fields_take_them(world: World) -> None:
    app = application(world.enrolled("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        for name in (*"sb1", "enter", *"33", "shift+tab", "x", "tab", *"3333"):  # selected
            app.post_message(Key(name, name if len(name) == 1 else None))
        await wait_for(pilot, lambda: app.screen.query_one("#pin", Input).value == "3333")
        assert app.screen.query_one("#code", Input).value == "sb1x"


async def test_wrong_pin_keeps_the_code_and_counts_down(world: World) -> None:
    app = application(world.enrolled("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        await pilot.press(*"sb1", "enter")
        for _ in range(3):
            await pilot.press(*"9999", "enter")
            await until_shown(pilot, "incorrect")
            await wait_for(pilot, lambda: not app.screen.query_one("#pin", Input).value)
        await until_shown(pilot, "prochain")
        assert app.screen.query_one("#code", Input).value == "sb1"
        await until_shown(pilot, "Vous pouvez réessayer")
        await pilot.press(*"3333", "enter")
        await wait_for(pilot, lambda: app.current_mode == "supervisor")


async def test_another_agent_does_not_wait(world: World) -> None:
    app = application(world.enrolled("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        await pilot.press(*"sb1", "enter")
        for _ in range(5):
            await pilot.press(*"9999", "enter")
            await wait_for(pilot, lambda: not app.screen.query_one("#pin", Input).value)
        await pilot.press("shift+tab", "backspace", "2")
        await pilot.pause()
        assert "incorrect" not in shown(app)


async def test_nothing_typed_is_told_so(world: World) -> None:
    app = application(world.enrolled("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        await pilot.press("enter", "enter")
        await until_shown(pilot, "Tapez votre code agent")
        await pilot.press(*"sb1", "enter", "enter")
        await until_shown(pilot, "Tapez votre PIN")


async def test_not_enrolled_then_tried_again(world: World) -> None:
    folder = world.folder / "here"
    folder.mkdir()
    app = application(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Poste fermé", "enrôlé", "F5")
        assert "f5" in app.screen.active_bindings
        shutil.copytree(world.enrolled("enrolled"), folder, dirs_exist_ok=True)
        await pilot.press("f5")
        await until_shown(pilot, "poste 2")
        assert "f5" not in app.screen.active_bindings


async def test_open_in_another_window(world: World) -> None:
    folder = world.enrolled("a")
    world.open(folder)
    app = application(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "déjà ouvert")
        world._stations.close()
        await pilot.press("f5")
        await until_shown(pilot, "poste 2")


async def test_broken_database(world: World) -> None:
    folder = world.enrolled("a")
    for path in folder.glob("station.sqlite3*"):
        path.write_bytes(b"nonsense" * 1000)
    app = application(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        # It is made anew from central, and that is said.
        await until_shown(pilot, "Code agent")
        (told,) = app._notifications
        assert "La base locale était abîmée" in told.message


async def test_first_pull_impossible_then_possible(world: World) -> None:
    folder = world.enrolled("a")
    for path in folder.glob("station.sqlite3*"):
        path.unlink()
    world.stop()
    app = application(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Poste fermé", "F5")
        world.start()
        await pilot.press("f5")
        await until_shown(pilot, "poste 2")


async def test_locked_and_back(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("f12")
        await until_shown(pilot, "Code agent")
        assert app.screen.query_one("#code", Input).value == "SB1"
        assert app.screen.query_one("#pin", Input).has_focus
        assert app.screen.query_one("#pin", Input).value == ""
