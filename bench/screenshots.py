"""The README's pictures, from the real application on demo data: `python -m bench.screenshots`.

Each is an SVG; a PNG beside it is made by rsvg-convert (Debian: librsvg2-bin) where there is one.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
from pathlib import Path

from bench.place import demonstration
from bench.studio import LARGE, PICTURES, SMALL, Studio, rastered, studio
from guichet.central.training import PINS, agent_code
from guichet.demo import SITE, DemoStation
from guichet.demo_data import DATABASE
from guichet.domain.model import Role
from guichet.screens.accord import AccordScreen
from guichet.screens.booked import BookedScreen
from guichet.screens.counter import CounterScreen
from guichet.screens.identity import IdentityDialog
from guichet.screens.mediator import MediatorScreen
from guichet.screens.openings import OpeningsScreen
from guichet.screens.person_file import PersonFile
from guichet.screens.practice import PracticeScreen
from guichet.screens.procedure_choice import ProcedureChoice
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.statistics import StatisticsScreen
from guichet.screens.supervisor import SupervisorScreen
from guichet.screens.week import WeekScreen
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said
from guichet.widgets.verdict import VerdictPanel

_TYPED = "diallo"


async def _mediator(station: DemoStation) -> None:
    async with studio(station, None) as at:
        await at.until(lambda: "poste" in str(at.app.screen.query_one("#place").render()), "place")
        await at.pilot.press(*agent_code(Role.MEDIATOR, SITE), "enter", *PINS[Role.MEDIATOR])
        await at.take("sign-in")
        await at.pilot.press("enter")
        await at.on(MediatorScreen)
        await at.pilot.press(*_TYPED)
        await at.rows()
        await at.take("search")
        await at.pilot.press(*["backspace"] * len(_TYPED))
        await at.pilot.press(*(" " if c == " " else c for c in _without_appointment(station)))
        await at.until(lambda: len(at.app.screen.query_one(RowsView).rows) == 1, "the person")
        await at.pilot.press("enter")
        await at.on(PersonFile)
        await at.pilot.press("enter")
        await at.on(ProcedureChoice)
        await at.rows()
        await at.pilot.press(*"sejour", "enter")
        await at.on(SlotChoice)
        await at.rows()
        await at.pilot.press("enter")
        await at.take("slots")
        await at.pilot.press("enter")
        await at.on(AccordScreen)
        await at.take("hold")
        await at.pilot.press("f9")
        await at.on(BookedScreen)
        paper = at.app.screen.query_one("#paper")
        await at.until(lambda: ".pdf" in str(paper.render()), "the convocation")
        await at.take("booked")
    page = max(station.papers.glob("*.png"), key=lambda path: path.stat().st_mtime)
    shutil.copy(page, PICTURES / "convocation.png")


def _without_appointment(station: DemoStation) -> str:
    """Someone whose name nobody shares, and who has no appointment yet."""
    central = station.folder.parent.parent / DATABASE
    with contextlib.closing(sqlite3.connect(central)) as database:
        (name,) = database.execute(
            "SELECT family_name || ' ' || given_names AS name FROM person GROUP BY name"
            " HAVING count(*) = 1 AND max(site) = ? AND max(number) IS NOT NULL"
            " AND max(id) NOT IN (SELECT person FROM appointment) ORDER BY name LIMIT 1",
            (SITE,),
        ).fetchone()
    return str(name)


async def _counter(
    station: DemoStation, sheets: dict[str, str], size: tuple[int, int] = LARGE
) -> None:
    """The counter's verdict on each sheet: the picture's name, and how the sheet's begins."""
    async with studio(station, Role.COUNTER, size) as at:
        await at.on(CounterScreen)
        await at.rows()
        for name, sheet in sheets.items():
            await _present(at, min(station.papers.glob(f"{sheet}*")))
            await at.take(name)


async def _identity(station: DemoStation) -> None:
    """The ID shown is not the convocation's; then the last readings."""
    async with studio(station, Role.COUNTER, SMALL) as at:
        await at.on(CounterScreen)
        await at.rows()
        await _present(at, min(station.papers.glob("01-attendu-3*")))
        await at.pilot.press("ctrl+o")
        await at.on(IdentityDialog)
        await at.pilot.press(*"9301234567", "enter")
        await at.until(lambda: at.app.screen.query_one(Said).text, "what comparing gave")
        await at.take("identity")
        await at.pilot.press("escape")
        await at.on(CounterScreen)
        await _present(at, min(station.papers.glob("02*")))
        await at.pilot.press("ctrl+l")
        await at.take("recent")


async def _present(at: Studio, sheet: Path) -> None:
    """Hold a sheet before the practice camera, and wait for what the counter says of it."""
    panel = at.app.screen.query_one(VerdictPanel)
    before = panel.view
    await at.pilot.press("f9")
    await at.on(PracticeScreen)
    await at.rows()
    at.app.screen.query_one(RowsView).select(str(sheet))
    await at.pilot.press("enter")
    await at.until(lambda: panel.view != before, f"a verdict on {sheet.name}")


async def _supervisor(station: DemoStation, size: tuple[int, int], mark: str) -> None:
    """The day and what is one key from it; `mark` ends the pictures' names."""
    async with studio(station, Role.SUPERVISOR, size) as at:
        await at.on(SupervisorScreen)
        await at.rows()
        await at.pilot.press(*["down"] * 70)
        await at.take(f"supervisor{mark}")
        for key, screen, name in (
            ("t", StatisticsScreen, "statistics"),
            ("h", OpeningsScreen, "openings"),
            ("w", WeekScreen, "week"),
        ):
            await at.pilot.press(key)
            await at.on(screen)
            await at.rows()
            await at.take(f"{name}{mark}")
            await at.pilot.press("escape")
            await at.on(SupervisorScreen)


async def _all(station: DemoStation) -> None:
    await _mediator(station)
    sheets = {"counter-expected": "01", "counter-late": "02", "counter-forged": "08"}
    await _counter(station, sheets)
    await _counter(station, {"counter-80x24": "01-attendu-2"}, SMALL)
    await _identity(station)
    await _supervisor(station, LARGE, "")
    await _supervisor(station, SMALL, "-80x24")


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demonstration(Role.MEDIATOR) as station:
        os.environ["HOME"] = str(station.folder.parent.parent)  # paths are shown from ~
        asyncio.run(_all(station))
    rastered()
    for path in sorted(PICTURES.iterdir()):
        print(path.relative_to(PICTURES.parent.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
