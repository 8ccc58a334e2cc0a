import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from textual.app import App, SystemCommand
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Input

from guichet.app import GuichetApp
from guichet.config import Settings
from guichet.domain.model import Role
from guichet.screens.help import HelpScreen
from guichet.screens.post import Fault
from tests.posts import World
from tests.screens.apps import application, morning, shown, until_shown  # noqa: F401
from tests.screens.waiting import wait_for
from tests.terminal import Terminal
from tests.waiting import until

_HEAVY = {
    "sqlmodel", "sqlalchemy", "pydantic", "httpx", "fastapi", "alembic", "argon2", "cryptography",
    "cv2", "numpy", "typst", "qrcode", "phonenumbers", "zxingcpp",
}  # fmt: skip


def keys(app: GuichetApp) -> set[str]:
    return {key for key, binding in app.screen.active_bindings.items() if binding.enabled}


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("role", "others"),
    [(Role.SUPERVISOR, {"f2", "f3"}), (Role.COUNTER, set()), (Role.MEDIATOR, set())],
)
async def test_modes_by_role(world: World, role: Role, others: set[str]) -> None:
    app = application(world.enrolled("a"), role)
    async with app.run_test(size=(120, 40)) as pilot:
        assert not keys(app) & {"f2", "f3", "f4", "f8", "f12"}
        await wait_for(pilot, lambda: app.current_mode == role.value)
        await wait_for(pilot, lambda: keys(app) & {"f2", "f3", "f4"} == others)
        assert "f12" in keys(app)
        await pilot.press("f2", "f3", "f4")
        expected = "supervisor" if others else role.value
        await wait_for(pilot, lambda: app.current_mode == expected)


@pytest.mark.usefixtures("morning")
async def test_locking_keeps_drafts_for_the_same_agent_only(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("slash", *"dia", "f12")
        await until_shown(pilot, "Code agent")
        await pilot.press("f2", "f3", "f4", "f8")
        assert app.current_mode == "sign_in"
        await pilot.press(*"3333", "enter")
        await until_shown(pilot, "Attendus")
        assert app.screen.query_one("#filter", Input).value == "dia"
        await pilot.press("f12")
        await until_shown(pilot, "Code agent")
        app._sign_in.enter("CB1", "2222")
        await wait_for(pilot, lambda: app.current_mode == "counter")
        await pilot.press("f12")
        await until_shown(pilot, "Code agent")
        app._sign_in.enter("SB1", "3333")
        await until_shown(pilot, "Attendus")
        assert app.screen.query_one("#filter", Input).value == ""


@pytest.mark.usefixtures("morning")
async def test_f12_locks_over_a_dialog_too(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("f1")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("f12")
        await until_shown(pilot, "Code agent")


@pytest.mark.usefixtures("morning")
async def test_help_and_commands_are_french(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 60)) as pilot:
        await until_shown(pilot, "Attendus")
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {"Filtrer", "Quitter", "Thème clair", "Thème contraste"} <= set(commands)
        assert not {"Theme", "Quit", "Keys", "Screenshot"} & set(commands)
        choice: SystemCommand = commands["Thème contraste"]
        choice.callback()
        assert app.theme == "contraste"
        await pilot.press("f1")
        await until_shown(pilot, "Les touches de cet écran", "Ctrl+P", "Échap", "Filtrer")
        assert not re.search(r"Focus|Quit\b|palette|Copy|Scroll", shown(app))
        await pilot.press("f1")
        await wait_for(pilot, lambda: not isinstance(app.screen, HelpScreen))
        await pilot.press("ctrl+p")
        await until_shown(pilot, "Chercher une commande", "Médiation")
        await pilot.press(*"zzzz")
        await pilot.pause(0.8)
        assert "No matches" not in shown(app)


@pytest.mark.usefixtures("morning")
async def test_a_fault_is_said(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_shown(pilot, "Attendus")
        app.screen.post_message(Fault("Le disque est plein."))
        await until_shown(pilot, "Le disque est plein.")


def test_no_private_name_of_textual_is_taken(tmp_path: Path) -> None:
    plain = App[None]()
    mine = vars(GuichetApp(tmp_path, Settings())).keys() - vars(plain).keys()
    defined = {name for name in vars(GuichetApp) if name.startswith("_") and name[1] != "_"}
    wanted = {"_handle_exception", "_fatal_error"}
    textual_made = {name for name in defined if name in vars(type("Plain", (App,), {}))}
    clashes = {name for name in defined if hasattr(plain, name)} - wanted - textual_made
    assert mine
    assert clashes == set()


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"COLUMNS": "80", "LINES": "24"},
    )


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    done = _run(
        """
import sys
from pathlib import Path
import guichet.cli
from guichet.app import GuichetApp
from guichet.config import Settings

def opened(app):
    print(*{name.split(".")[0] for name in sys.modules})
    app.exit()

GuichetApp._open = opened
GuichetApp(Path(sys.argv[1]), Settings()).run(headless=True)
""",
        tmp_path,
    )
    loaded = set(done.stdout.split())
    assert "textual" in loaded, done.stderr
    assert loaded & _HEAVY == set()


def test_an_unforeseen_fault_ends_with_one_sentence(tmp_path: Path) -> None:
    done = _run(
        """
import sys
from pathlib import Path
from guichet.app import GuichetApp
from guichet.config import Settings
from guichet.logs import configure_logging

def broken(app):
    name = "DIALLO"
    raise ValueError(name)

configure_logging(Path(sys.argv[1]))
GuichetApp._open = broken
app = GuichetApp(Path(sys.argv[1]), Settings())
app.run(headless=True)
sys.exit(app.return_code)
""",
        tmp_path,
    )
    assert done.returncode == 1
    assert "Erreur inattendue" in done.stderr
    assert "Traceback" not in done.stderr
    log = (tmp_path / "guichet.log").read_text()
    assert "ValueError" in log
    assert "DIALLO" not in done.stderr + done.stdout + log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_the_application_cleanly(
    world: World,
    number: signal.Signals,
) -> None:
    terminal = Terminal("open", folder=world.enrolled("a"))
    try:
        terminal.wait_for("poste 2")
        terminal.send(number)
        assert terminal.process.wait(timeout=30) == 0
        until(lambda: b"\x1b[?1049l" in terminal.output, what="the terminal as it was")
        assert b"Traceback" not in terminal.output
        until(lambda: terminal.processes() == [], what="no process left")
    finally:
        terminal.end()


@pytest.mark.usefixtures("morning")
async def test_news_that_come_while_it_closes_stop_nothing(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.current_mode == "supervisor")
    assert not app.screen_stack
    app._driver = HeadlessDriver(app)  # it goes last, after the screens
    app._settles = not app.check_action("settle", ())  # a key has come or gone
    app._facts_changed()
    app._tick()


def test_nothing_that_draws_or_writes_spreadsheets_is_loaded_by_a_start() -> None:
    code = "import sys, guichet.app, guichet.screens.supervisor; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) & {"plotext", "textual_plotext", "xlsxwriter", "typst"} == set()
