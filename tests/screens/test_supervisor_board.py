"""The board, the order of the lines, a person's comings and the week, by their keys."""

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import Static

from guichet.domain.board import Board
from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import DeskState
from guichet.domain.model import Appointment, Role
from guichet.domain.tension import Tension
from guichet.screens.board_words import board_lines
from guichet.screens.past import PastDialog
from guichet.screens.post import FactsChanged
from guichet.screens.week import WeekScreen
from guichet.station import Link
from guichet.store.engine import writing
from guichet.store.records import get, put
from guichet.widgets.rows import RowsView
from tests.posts import DAY, MORNING, World
from tests.screens.test_supervisor import Alone
from tests.screens.waiting import wait_for
from tests.waiting import until

LONG_AGO = DAY - timedelta(days=400)
CALM = Tension(31, 5, 10.0, 65)
BOARD = Board(31, timedelta(minutes=64), timedelta(minutes=27), 5, 1, 22, 11.2, CALM)


def said(board: Board) -> list[str]:
    plain = board_lines(board, lambda moment: moment).plain
    return plain.replace("\u00a0", " ").split("\n")


def test_the_board_says_its_rule() -> None:
    first, second = said(BOARD)
    assert first == "Attente : 1 h 04 max, 27 min pour 9/10 · 22 reçus en 1 h, 11 min chacun"
    assert second == "Tension 62 min : 31 × 10 min ÷ 5 guichets, seuil 65 (1 en pause)"


def test_an_alert_has_its_sign_its_word_and_its_colour() -> None:
    alert = replace(BOARD, tension=Tension(31, 5, 10.0, 45, MORNING, alert=True))
    lines = board_lines(alert, lambda moment: moment)
    assert said(alert)[1].startswith(f"✗ TENSION 62 min depuis {MORNING:%H:%M} : 31 × 10 min")
    assert any("bad" in str(span.style) for span in lines.spans)
    exact = replace(BOARD, tension=Tension(49, 4, 16.3, 45))
    assert said(exact)[1].startswith("Tension 200 min : 49 × 16,3 min ÷ 4 guichets")  # it comes out
    nobody = replace(BOARD, tension=Tension(1, 0, 10.0, 45))
    assert "aucun guichet ouvert" in said(nobody)[1]


def test_what_remains_of_the_days_before_is_said() -> None:
    assert said(replace(BOARD, owed=1))[2].startswith("! 1 ligne des jours d’avant")
    assert said(replace(BOARD, owed=3))[2].startswith("! 3 lignes des jours d’avant")


def board_of(app: Alone) -> str:
    return str(app.page.query_one("#board", Static).content)


async def test_the_bell_rings_once_when_tension_rises(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = world.station("a")
    app = Alone(station)
    rung: list[bool] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(True))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "Tension" in board_of(app))
        assert rung == []
        for _n in range(40):  # who would all wait for a few desks
            station.reception.walk_in(None)
        world.clock.forward(minutes=11)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: "✗ TENSION" in board_of(app))
        world.clock.forward(minutes=1)
        await wait_for(pilot, lambda: "✗ TENSION" in board_of(app) and not app.page._reading)
        assert rung == [True]
        for name in range(40):
            station.calling.set_desk(f"{name + 100}", DeskState.OPEN)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: "✗" not in board_of(app))


async def test_o_sorts_by_the_next_column_and_capital_o_backwards(world: World) -> None:
    app = Alone(world.station("a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        turns = [each.row.key for each in world_line(app)]
        await pilot.press("o")
        await pilot.pause()
        assert [row.key for row in app.view.rows[: len(turns)]] == turns
        assert all(row.cells[1] for row in app.view.rows[: len(turns)])
        await pilot.press("o", "o")
        await pilot.pause()
        names = [row.cells[3].removeprefix("! ") for row in app.view.rows]
        assert (names[0][0], names[-1][0]) < ("B", "Z")
        assert "Usager↓" in app.view.render_line(0).text
        await pilot.press("O")
        await pilot.pause()
        back = [row.cells[3].removeprefix("! ") for row in app.view.rows]
        assert sorted(back) == sorted(names)
        assert back[0] == names[-1]
        for _column in range(5):
            await pilot.press("o")
        await pilot.pause()
        by_time = app.page._day.rows if app.page._day else ()
        assert [row.key for row in app.view.rows] == [row.key for row in by_time]


def world_line(app: Alone) -> list:  # type: ignore[type-arg]  # of Waiting
    return app.page._post.station.calling.line()


def came_long_ago(world: World, row: DayRow) -> None:
    """Only central still knows of that appointment of the person of the line."""
    with writing(world.engine) as connection:
        today = get(connection, Appointment, row.appointment or "")
        assert today is not None
        then = replace(today, id="long ago", reference="long ago", family="other", day=LONG_AGO)
        put(connection, then)


async def test_enter_tells_of_a_persons_comings(world: World) -> None:
    station = world.station("a", Role.SUPERVISOR)
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        done = next(
            row for row in station.reception.day()
            if row.state is DayState.DONE and row.appointment
        )  # fmt: skip
        came_long_ago(world, done)
        until(lambda: station.sync_state.link is Link.ONLINE)

        async def told() -> str:
            app.view.select(done.key)
            await pilot.press("enter")
            await wait_for(pilot, lambda: isinstance(app.screen, PastDialog))
            text = app.screen.query_one("#past > Static", Static)
            await wait_for(pilot, lambda: f"{done.ticket} · arrivée" in str(text.content))
            assert done.name in str(app.screen.query_one(".title", Static).content)
            return str(text.content)

        text = await told()
        assert f"guichet {done.desk}" in text
        assert "attendu" in text
        assert f"{LONG_AGO:%d/%m/%Y}" in text
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.page)
        world.stop()
        assert f"{LONG_AGO:%d/%m/%Y}" not in await told()
        since = app.screen.query_one("#since", Static)
        assert str(since.content) == "! Centrale injoignable\u00a0: seulement depuis le 23/11/2026."


def shown_keys(app: Alone) -> str:
    return app.screen._compositor.render_strips()[-1].text


async def test_the_week_of_every_site_and_of_one_alone(world: World) -> None:
    station = world.station("a", Role.SUPERVISOR)
    app = Alone(station)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, WeekScreen))
        view = app.screen.query_one(RowsView)
        await wait_for(pilot, lambda: len(view.rows) == 3 * 7)
        today = next(row for row in view.rows if row.key == "2026-11-24 1")
        assert today.cells[1] == "Bobigny (ici)"
        to_come = next(row for row in view.rows if row.key == "2026-11-25 1")
        assert (today.cells[4] != "", to_come.cells[4:]) == (True, ("", "", ""))
        assert "Semaine d’avant → Semaine d’après" in shown_keys(app)
        assert today.cells[3] == str(
            sum(row.state is not DayState.CANCELLED and bool(row.appointment)
                for row in station.reception.day())
        )  # fmt: skip
        world.stop()
        await pilot.press("right")
        intro = app.screen.query_one("#intro", Static)
        await wait_for(pilot, lambda: "injoignable" in str(intro.content))
        assert len(view.rows) == 7
        await pilot.press("left", "left")
        await wait_for(pilot, lambda: not view.rows)
        await pilot.press("escape")
        until(lambda: app.screen is app.page)
