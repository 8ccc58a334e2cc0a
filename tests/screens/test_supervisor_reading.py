"""When the supervisor's day is read again, and what stays as it was."""

import pytest
from sqlalchemy import Engine
from textual.widgets import Input

from guichet.app import GuichetApp
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Role
from guichet.screens.post import FactsChanged
from guichet.screens.supervisor import SupervisorScreen
from guichet.station import Station
from guichet.store.engine import writing
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.apps import application, shown, until_shown
from tests.screens.test_supervisor import Alone
from tests.screens.waiting import wait_for


def expected(station: Station, *, but: str | None = None) -> DayRow:
    rows = station.reception.day()
    return next(r for r in rows if r.state is DayState.EXPECTED and r.key != but)


def arrive(station: Station, row: DayRow) -> str:
    """Check the person in; the ticket."""
    found = station.reception.choose(row.appointment or "")
    if not found.checked_in:
        found = station.reception.admit(found)
    assert found.visit is not None
    return found.visit.ticket


def rename(engine: Engine, table: str, name: str) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def has(view: RowsView, key: str, text: str) -> bool:
    return any(row.key == key and text in row.cells for row in view.rows)


async def test_what_happens_during_a_reading_is_read_after_it(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows and not app.page._reading)
        before = app.page._day
        assert before is not None
        app.page._reading = True  # as while a thread is at it
        row = expected(station)
        ticket = arrive(station, row)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: app.page._stale)
        assert not has(app.view, row.key, ticket)
        app.page._loaded((before, station.watch.now().board))
        await wait_for(pilot, lambda: has(app.view, row.key, ticket))


async def test_a_new_reading_leaves_the_cursor_where_it_was(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        first = app.view.key
        await pilot.press("down", "down", "down")
        await pilot.pause()
        kept = app.view.key
        assert kept != first
        row = expected(station, but=kept)
        ticket = arrive(station, row)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: has(app.view, row.key, ticket))
        assert app.view.key == kept


async def test_the_detail_follows_the_cursor_and_the_facts(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        row = expected(station)
        app.view.select(row.key)
        detail = app.page.query_one("#detail")
        await wait_for(pilot, lambda: row.reference in str(detail.render()))
        assert "arrivée" not in str(detail.render())
        ticket = arrive(station, row)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: ticket in str(detail.render()), what="the ticket in full")


async def test_a_state_and_a_filter_narrow_together(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        rows = station.reception.day()
        procedure = next(r.procedure for r in rows if r.state is DayState.EXPECTED)
        both = {r.key for r in rows if r.procedure == procedure and r.state is DayState.EXPECTED}
        assert len(both) < sum(r.procedure == procedure for r in rows)
        await pilot.press("s")
        app.page.query_one("#filter", Input).value = procedure
        await wait_for(pilot, lambda: {row.key for row in app.view.rows} == both)


async def test_a_state_chosen_twice_with_the_mouse_shows_all_again(world: World) -> None:
    app = Alone(world.station("a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        every = len(app.view.rows)
        await pilot.click("#done")
        await wait_for(pilot, lambda: 0 < len(app.view.rows) < every)
        await pilot.click("#done")
        await wait_for(pilot, lambda: len(app.view.rows) == every)
        assert not app.page.query_one("#done").has_class("-chosen")


async def test_escape_shows_every_state_again(world: World) -> None:
    app = Alone(world.station("a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        every = len(app.view.rows)
        await pilot.press("s")
        await wait_for(pilot, lambda: len(app.view.rows) < every)
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.view.rows) == every)
        assert app.view.has_focus


async def test_hours_are_those_of_the_site(world: World) -> None:
    """Bobigny is an hour ahead of UTC in November."""
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        row = expected(station)
        assert row.starts_at is not None
        hour = f"{(row.starts_at.hour + 1) % 24:02}:{row.starts_at:%M}"
        assert app.cells(row.key)[0] == hour
        arrive(station, row)
        app.view.select(row.key)
        app.page.post_message(FactsChanged())
        detail = app.page.query_one("#detail")
        await wait_for(pilot, lambda: "arrivée à 09:40" in str(detail.render()))
        assert f"rendez-vous à {hour}" in str(detail.render())


def supervisor(app: GuichetApp) -> RowsView | None:
    screen = app.screen
    return screen.query_one(RowsView) if isinstance(screen, SupervisorScreen) else None


@pytest.mark.usefixtures("morning")
async def test_what_happened_in_another_mode_is_read_on_coming_back(world: World) -> None:
    app = application(world.enrolled("here"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Attendus", "à jour")
        view = supervisor(app)
        assert view is not None
        await wait_for(pilot, lambda: view.rows)
        await pilot.press("f2")
        await wait_for(pilot, lambda: app.current_mode == "mediator")
        assert app._post is not None
        station = app._post.station
        row = expected(station)
        ticket = arrive(station, row)
        # Until everybody who is shown has been told: nothing of it is left for later.
        await wait_for(pilot, lambda: station.sync_state.pending == 0)
        await until_shown(pilot, "à jour")
        await wait_for(pilot, lambda: not app._dirty)
        assert not has(view, row.key, ticket)
        await pilot.press("f4")
        await wait_for(pilot, lambda: has(view, row.key, ticket), seconds=3)


@pytest.mark.usefixtures("morning")
async def test_a_day_that_cannot_be_read_is_said_and_read_later(world: World) -> None:
    app = application(world.enrolled("here"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_shown(pilot, "Attendus", "à jour")
        view = supervisor(app)
        assert view is not None
        assert app._post is not None
        await wait_for(pilot, lambda: view.rows)
        station = app._post.station
        engine = station._core.engine
        rename(engine, "visit", "lost")
        app.screen.post_message(FactsChanged())
        await until_shown(pilot, "La base locale est abîmée")
        assert view.rows
        assert "Traceback" not in shown(app)
        rename(engine, "lost", "visit")
        row = expected(station)
        ticket = arrive(station, row)
        await wait_for(pilot, lambda: has(view, row.key, ticket))
