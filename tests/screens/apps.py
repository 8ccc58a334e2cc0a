"""The whole application on a real station, for tests."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from guichet.app import GuichetApp
from guichet.central import training
from guichet.config import OFFSET_VARIABLE, Settings
from guichet.domain.model import Role
from tests.posts import MORNING
from tests.screens.waiting import wait_for


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's clock starts at the moment the training data are made for."""
    offset = MORNING - datetime.now(UTC)
    monkeypatch.setenv(OFFSET_VARIABLE, str(int(offset.total_seconds())))


def application(folder: Path, role: Role | None = None, site: int = 1) -> GuichetApp:
    """The application; with a role, an agent who has it signs in by themself."""
    agent = (training.agent_code(role, site), training.PINS[role]) if role else None
    return GuichetApp(folder, Settings(bell=False), auto_sign_in=agent)


def shown(app: GuichetApp) -> str:
    """What stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until_shown(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all these texts stand on the screen."""
    app = pilot.app
    assert isinstance(app, GuichetApp)
    await wait_for(pilot, lambda: all(text in shown(app) for text in texts), what=" ".join(texts))
