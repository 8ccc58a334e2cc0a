"""What the sync badge stands for, in full."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guichet.central import registry
from guichet.domain.model import Role
from guichet.domain.operations import Register
from guichet.domain.skew import Skew
from guichet.screens.liaison import LiaisonScreen
from guichet.screens.settle import SettleScreen
from guichet.screens.top import badge
from guichet.station import Link, SyncState
from guichet.store.engine import open_engine, sqlite_url, writing
from guichet.sync import outbox
from tests.posts import World
from tests.screens.apps import application, shown, until_shown
from tests.screens.waiting import wait_for
from tests.store.samples import ADA

pytestmark = pytest.mark.usefixtures("morning")
DIALLO = replace(ADA, site=1)
SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_by_key_by_badge_and_by_name(world: World, size: tuple[int, int]) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "✓ à jour")
        await pilot.press("shift+f8")
        await until_shown(pilot, "Liaison avec la centrale", "✓ à jour", "bien passé", "il y a")
        await pilot.press("n")
        await until_shown(pilot, "✓ à jour")
        await pilot.press("escape")
        line = shown(app).splitlines()[0]
        await pilot.click(offset=(line.index("✓ à jour") + 2, 0))
        await wait_for(pilot, lambda: isinstance(app.screen, LiaisonScreen))
        await pilot.press("shift+f8")
        assert not isinstance(app.screen, LiaisonScreen)
        await pilot.click(offset=(2, 0))  # beside the badge
        assert not isinstance(app.screen, LiaisonScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_central_away(world: World, size: tuple[int, int]) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "✓ à jour")
        world.stop()
        assert app._station is not None
        app._station._core.submit(Register(DIALLO))
        await until_shown(pilot, "hors ligne")
        await pilot.press("shift+f8")
        await until_shown(
            pilot,
            "! hors ligne",
            "1 × Fiche d’usager, en attente",
            "centrale injoignable",
            "se verrouille le",
        )
        assert "À régler" not in shown(app)
        world.start()
        await pilot.press("n")
        await until_shown(pilot, "✓ à jour")


async def test_refused_operations_lead_to_their_list(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✓ à jour")
        assert app._station is not None
        station = app._station
        world.stop()
        station._core.submit(Register(DIALLO))
        with writing(station._core.engine) as connection:
            (queued,) = outbox.all_of_it(connection)
            outbox.quarantine(connection, queued.operation, "invalid_request")
        station._core.sync.recount()
        await pilot.press("shift+f8")
        await until_shown(pilot, "✗ à régler", "illisible pour la centrale", "F8")
        await pilot.press("f8")
        await wait_for(pilot, lambda: isinstance(app.screen, SettleScreen))


async def test_a_wrong_clock_is_told_and_what_is_shown_corrected(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✓ à jour")
        assert app._station is not None
        station = app._station
        world.stop()  # nothing more is measured
        sync = station._core.sync
        sync._skew = Skew(3600.0, 0.0)
        sync.recount()
        now = station.local(station.now())
        assert station.shown(station.now()).hour == (now - timedelta(hours=1)).hour
        await until_shown(pilot, f"{now - timedelta(hours=1):%H:}")
        await pilot.press("shift+f8")
        await until_shown(pilot, "60 minutes d’avance", "Réglez l’heure")
        sync._skew = Skew(-30.0, 0.0)
        sync.recount()
        assert station.shown(station.now()).hour == station.local(station.now()).hour


async def test_revoked_closes_everything_at_once(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Attendus", "✓ à jour")
        assert app._station is not None
        station = app._station
        registry.revoke(world.engine, station._core.enrolment.station, world.clock())
        station._core.sync.wake()
        await until_shown(pilot, "Code agent", "retiré par la centrale")
        assert "supervisor" not in app._modes
        await pilot.press(*"3333", "enter")
        await wait_for(pilot, lambda: not app._sign_in._checking)
        await until_shown(pilot, "retiré par la centrale")
        await pilot.press("shift+f8")
        await until_shown(pilot, "✗ poste retiré", "outbox export")


async def test_a_station_long_silent_opens_by_itself_once_central_is_heard(world: World) -> None:
    folder = world.enrolled("a")
    engine = open_engine(sqlite_url(folder / "station.sqlite3"))
    week_ago = (datetime.now(UTC) - timedelta(days=400)).isoformat()
    with writing(engine) as connection:
        for name in ("heard_at", "latest_at"):
            connection.exec_driver_sql("DELETE FROM setting WHERE name = ?", (name,))
        connection.exec_driver_sql("INSERT INTO setting VALUES ('heard_at', ?)", (week_ago,))
    engine.dispose()
    world.stop()
    app = application(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        await pilot.press(*"sb1", "enter", *"3333", "enter")
        await until_shown(pilot, "Poste verrouillé", "Reconnectez-le")
        world.start()
        assert app._station is not None
        await wait_for(pilot, lambda: app._station and app._station.barred() is None)
        await pilot.press(*"3333", "enter")
        await until_shown(pilot, "Attendus")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SyncState(Link.REJECTED, reason="device_revoked"), "✗ poste retiré"),
        (SyncState(Link.REJECTED, reason="device_unknown"), "✗ poste refusé"),
        (SyncState(Link.OUTDATED, reason="protocol_too_old"), "! à mettre à jour"),
        (SyncState(Link.STARTING, read=0.446), "↓ 45\u00a0%"),
        (SyncState(Link.ONLINE, skew=61.0), "! horloge fausse"),
        (SyncState(Link.ONLINE, skew=59.0), "✓ à jour"),
    ],
)
def test_the_badge(state: SyncState, words: str) -> None:
    assert badge(state).text == words
