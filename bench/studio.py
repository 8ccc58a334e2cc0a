"""An application under way, and a camera for pictures of its screen."""

import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from guichet.app import GuichetApp
from guichet.central.training import PINS, agent_code
from guichet.config import load_settings
from guichet.demo import SITE, DemoStation
from guichet.domain.model import Role
from guichet.widgets.rows import RowsView

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
LARGE, SMALL = (120, 40), (80, 24)
_PATIENCE = 30.0
_SETTLED = 0.6
"""Seconds after which the badge, the counts and the camera's picture have followed."""
_LINKED_FONTS = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_CELL_WIDE = "font-size: 20.26px"


def _self_contained(svg: str) -> str:
    """The picture without fonts from elsewhere: in DejaVu Sans Mono, as wide as the cells.

    librsvg drops the spaces that begin or end a text unless told not to.
    """
    svg = _LINKED_FONTS.sub("", svg)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono").replace("font-size: 20px", _CELL_WIDE)
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


class Studio:
    """An application under way, and its camera for pictures of the screen."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Wait for a condition."""
        end = time.monotonic() + _PATIENCE
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"never seen: {what}, on {self.app.screen}")
            await self.pilot.pause(0.02)

    async def on(self, screen: type[object]) -> None:
        """Wait for a screen."""
        await self.until(lambda: isinstance(self.app.screen, screen), screen.__name__)

    async def rows(self) -> None:
        """Wait for a list to be filled."""
        await self.until(lambda: any(view.rows for view in self.app.screen.query(RowsView)), "rows")

    async def take(self, name: str) -> None:
        """Write the picture of what is shown."""
        await self.pilot.pause(_SETTLED)
        svg = _self_contained(self.app.export_screenshot(title="guichet"))
        (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


@contextlib.asynccontextmanager
async def studio(
    station: DemoStation, role: Role | None, size: tuple[int, int] = LARGE
) -> AsyncIterator[Studio]:
    """The application on the demo's station, as one of its agents, or before anybody signed in."""
    app = GuichetApp(
        station.folder,
        replace(load_settings(station.folder), camera=str(station.camera)),
        auto_sign_in=(agent_code(role, SITE), PINS[role]) if role else None,
        practice=station.papers,
    )
    async with app.run_test(size=size) as pilot:
        yield Studio(pilot)


def rastered() -> None:
    """A PNG beside each SVG."""
    if shutil.which("rsvg-convert") is None:
        print("SVG only: rsvg-convert is not here (Debian: apt install librsvg2-bin)")
        return
    for drawn in PICTURES.glob("*.svg"):
        target = str(drawn.with_suffix(".png"))
        subprocess.run(["rsvg-convert", "-o", target, str(drawn)], check=True)
