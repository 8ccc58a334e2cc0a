from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Input

from guichet.config import Settings
from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Ended, Step
from guichet.domain.model import Role
from guichet.domain.operations import Cancel
from guichet.screens.day_table import GROUPS, day_table, detail, first_open, waited
from guichet.screens.post import FactsChanged, Post
from guichet.screens.settle import SettleScreen
from guichet.screens.supervisor import SupervisorScreen
from guichet.station import Station
from guichet.theme import register_themes
from guichet.widgets.rows import RowsView
from guichet.widgets.tile import Tile
from tests.look import SHEETS
from tests.posts import MORNING, World
from tests.screens.apps import application, shown, until_shown
from tests.screens.waiting import wait_for
from tests.waiting import until


class Alone(App[None]):
    """The supervisor's screen without the application around it."""

    CSS_PATH = SHEETS

    def __init__(self, station: Station) -> None:
        super().__init__()
        register_themes(self)
        self.page = SupervisorScreen(Post(station, Settings()))

    def on_mount(self) -> None:
        self.push_screen(self.page)

    @property
    def view(self) -> RowsView:
        return self.page.query_one(RowsView)

    def cells(self, key: str) -> tuple[str, ...]:
        return next(row.cells for row in self.view.rows if row.key == key)

    def figure(self, name: str) -> str:
        return str(self.page.query_one(f"#{name}", Tile).content).split("\n", maxsplit=1)[0]


def row(**values: Any) -> DayRow:
    return replace(
        DayRow(
            key="a",
            state=DayState.EXPECTED,
            starts_at=MORNING,
            name="DIALLO Aïssatou",
            procedure="Remise de titre",
            reference="7K4Q-92XD-3",
            appointment="a",
            visit=None,
            ticket="",
            arrived_at=None,
            called_at=None,
            desk="",
            needs=(),
            anomaly=None,
            confirmed=True,
        ),
        **values,
    )


def waiting_row(minutes: int, **values: Any) -> DayRow:
    arrived = MORNING - timedelta(minutes=minutes)
    return row(state=DayState.WAITING, arrived_at=arrived, ticket="B201", **values)


def test_the_day_is_ordered_by_time_and_counted() -> None:
    rows = [
        row(key="late", starts_at=MORNING + timedelta(hours=1)),
        waiting_row(64, key="walk-in", starts_at=None),
        waiting_row(7, key="early", starts_at=MORNING - timedelta(hours=2)),
        row(key="called", state=DayState.CALLED),
    ]
    day = day_table(rows, {}, MORNING, lambda moment: moment)
    assert [row.key for row in day.rows] == ["early", "walk-in", "called", "late"]
    assert day.numbers["waiting"] == 2
    assert day.numbers["desk"] == 1
    assert day.lines["walk-in"].cells[0] == "–"
    assert "1\u00a0h\u00a004" in day.lines["walk-in"].cells


def test_nobody_is_expected_any_more() -> None:
    day = day_table([row(state=DayState.DONE)], {}, MORNING, lambda moment: moment)
    assert first_open(day) is None


def test_every_state_is_counted_once() -> None:
    states = [state for group in GROUPS for state in group.states]
    assert sorted(states) == sorted(DayState)


@pytest.mark.parametrize(("minutes", "text"), [(0, "0\u00a0min"), (60, "1\u00a0h\u00a000")])
def test_waits_are_said_as_people_say_them(minutes: int, text: str) -> None:
    assert waited(minutes) == text


def test_detail_says_needs_and_what_was_unusual() -> None:
    said = detail(
        waiting_row(5, needs=("interpreter",), anomaly="late", confirmed=False, desk="4"),
        MORNING,
        lambda moment: moment,
    ).plain
    for text in (
        "DIALLO Aïssatou",
        "en attente depuis 5\u00a0min",
        "guichet 4",
        "interprète",
        "! arrivé en retard",
        "pas encore confirmé",
        "7K4Q-92XD-3",
    ):
        assert text in said


def test_a_name_is_never_read_as_markup() -> None:
    assert "[red]X[/]" in detail(row(name="[red]X[/]"), MORNING, lambda moment: moment).plain


async def test_the_day_with_its_counts(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        day = station.reception.day()
        assert len(app.view.rows) == len(day)
        expected = sum(row.state is DayState.EXPECTED for row in day)
        assert app.figure("expected") == str(expected)
        assert app.figure("cancelled").startswith("✗")
        chosen = next(row for row in day if row.key == app.view.key)
        assert chosen.state not in (DayState.DONE, DayState.ABSENT, DayState.CANCELLED)


async def test_filter_and_its_end(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        every = len(app.view.rows)
        name = next(row.name for row in station.reception.day() if row.name.isascii())
        await pilot.press("slash", *name.split()[0].lower())
        await pilot.pause()
        assert 0 < len(app.view.rows) < every
        assert all(name.split()[0] in row.cells[3].upper() for row in app.view.rows)
        await pilot.press("x", "x", "x")
        await pilot.pause()
        assert not app.view.rows
        assert "Échap" in app.view.empty
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.view.rows) == every
        assert app.view.has_focus


async def test_states_one_after_the_other(world: World) -> None:
    app = Alone(world.station("a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        every = len(app.view.rows)
        seen = 0
        for group in GROUPS:
            await pilot.press("s")
            await pilot.pause()
            seen += len(app.view.rows)
            assert app.page.query_one(f"#{group.name}").has_class("-chosen")
        assert seen == every
        await pilot.press("s")
        await pilot.pause()
        assert len(app.view.rows) == every
        await pilot.click("#done")
        assert app.page.query_one("#done").has_class("-chosen")


async def test_waits_grow_with_the_clock(world: World) -> None:
    station = world.station("a")
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        expected = next(r for r in station.reception.day() if r.state is DayState.EXPECTED)
        assert expected.appointment is not None
        reading = station.reception.choose(expected.appointment)
        if not reading.checked_in:
            station.reception.admit(reading)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: app.cells(expected.key)[6] == "0\u00a0min")
        world.clock.forward(minutes=12)
        await wait_for(pilot, lambda: app.cells(expected.key)[6] == "12\u00a0min")


async def test_an_empty_day_says_what_to_do(world: World) -> None:
    folder = world.enrolled("a")
    world.clock.forward(days=60)
    app = Alone(world.open(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "F2" in app.view.empty)
        assert not app.view.rows


@pytest.mark.usefixtures("morning")
async def test_what_another_station_does_is_shown_and_the_cursor_stays(world: World) -> None:
    other = world.station("other", Role.COUNTER)
    app = application(world.enrolled("here"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Supervision", "à jour")
        view = app.screen.query_one(RowsView)
        await wait_for(pilot, lambda: view.rows)
        kept = view.key
        come = next(
            row
            for row in other.reception.day()
            if row.state is DayState.EXPECTED and row.key != kept
        )
        assert come.appointment is not None
        reading = other.reception.choose(come.appointment)
        if not reading.checked_in:
            reading = other.reception.admit(reading)
        assert reading.visit is not None
        ticket = reading.visit.ticket
        await wait_for(
            pilot,
            lambda: any(r.key == come.key and ticket in r.cells for r in view.rows),
            seconds=5,
        )
        assert view.key == kept


@contextmanager
def refused_cancellation(world: World) -> Iterator[Path]:
    """The folder of a station whose cancellation came after the person's arrival."""
    folder, counter = world.enrolled("here"), world.station("counter", Role.COUNTER)
    station = Station.open(folder, world.clock)
    station.session.sign_in("SB1", "3333")
    world.stop()
    booked = next(r for r in station.reception.day() if r.state is DayState.EXPECTED)
    assert booked.appointment is not None
    station._core.submit(Cancel(booked.appointment, "person"))
    station.close()
    world.start()
    reading = counter.reception.choose(booked.appointment)
    if not reading.checked_in:
        counter.reception.admit(reading)
    until(lambda: counter.sync_state.pending == 0, what="the arrival at central")
    yield folder


@pytest.mark.usefixtures("morning")
async def test_a_refused_operation_is_settled(world: World) -> None:
    with refused_cancellation(world) as folder:
        app = application(folder, Role.SUPERVISOR)
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "1 à régler")
            await pilot.press("f8")
            await until_shown(pilot, "Rendez-vous annulé", "déjà arrivée", "Compris")
            assert app._post is not None
            (refused,) = app._post.station.refused()
            assert refused.name in shown(app)
            assert refused.agent in shown(app)
            await pilot.press("c")
            await until_shown(pilot, "Rien à régler")
            assert app._post.station.refused() == []
            await pilot.press("escape")
            await wait_for(pilot, lambda: not isinstance(app.screen, SettleScreen))
            await until_shown(pilot, "à jour")


@pytest.mark.usefixtures("morning")
async def test_who_does_not_supervise_is_offered_what_came_to_settle(world: World) -> None:
    with refused_cancellation(world) as folder:
        app = application(folder, Role.COUNTER)
        async with app.run_test(size=(160, 40)) as pilot:
            await until_shown(pilot, "1 à régler", "F8 À régler")


@pytest.mark.usefixtures("morning")
async def test_what_is_typed_in_the_filter_is_kept_when_the_mode_changes(world: World) -> None:
    app = application(world.enrolled("here"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("slash", *"dia", "f3")
        await wait_for(pilot, lambda: app.current_mode == "counter")
        await pilot.press("f4")
        await wait_for(pilot, lambda: app.current_mode == "supervisor")
        assert app.screen.query_one("#filter", Input).value == "dia"


async def test_who_was_called_by_a_desk_that_vanished_is_given_back(world: World) -> None:
    station = world.station("a")
    waiting = station.calling.line()[0]
    assert station.calling.call(waiting.turn.visit, "77") is None
    app = Alone(station)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.view.rows)
        assert app.view.select(waiting.row.key)
        assert app.cells(waiting.row.key)[5] == "appelé"
        await pilot.press("r")  # not yet
        world.clock.forward(minutes=17)
        app.page.post_message(FactsChanged())
        await wait_for(pilot, lambda: app.cells(waiting.row.key)[5] == "sans suite")
        assert app.cells(waiting.row.key)[6] == "17\u00a0min"
        await wait_for(pilot, lambda: "r" in app.screen.active_bindings)
        await pilot.press("r")
        until(lambda: station.calling.line()[0].turn == waiting.turn)  # at their own place


def test_who_is_put_aside_is_said_with_what_for_and_marked_when_long() -> None:
    step = Step("3", None, MORNING, MORNING, MORNING, MORNING, Ended.PARKED, "photocopy")
    aside = row(state=DayState.PARKED, last=step)
    for minutes, level in ((14, "info"), (15, "warn")):
        now = MORNING + timedelta(minutes=minutes)
        line = day_table([aside], {}, now, lambda moment: moment).lines["a"]
        assert (line.status, line.cells[5:7]) == (level, ("mis de côté", f"{minutes}\u00a0min"))
        assert "photocopie" in detail(aside, now, lambda moment: moment).plain


def test_who_was_given_back_as_their_desk_has_vanished_is_said_with_since_when() -> None:
    step = Step("12", None, MORNING, MORNING, MORNING, MORNING, Ended.GONE)
    back = row(state=DayState.WAITING, last=step)
    line = day_table([back], {}, MORNING, lambda moment: moment).lines["a"]
    assert (line.status, line.cells[5]) == ("warn", "rendu")
    told = detail(back, MORNING, lambda moment: moment).plain
    assert f"guichet 12 sans signe depuis {MORNING:%H:%M}" in told
    seen = replace(back, state=DayState.CALLED)
    assert "sans signe" not in detail(seen, MORNING, lambda moment: moment).plain


def test_who_was_sent_to_a_desk_that_has_vanished_is_said_with_which() -> None:
    step = Step("3", "B", MORNING, MORNING, MORNING, MORNING, Ended.REDIRECTED, gone="12")
    back = row(state=DayState.WAITING, last=step)
    now = MORNING + timedelta(minutes=12)
    line = day_table([back], {}, now, lambda moment: moment).lines["a"]
    assert (line.status, line.cells[5:7]) == ("warn", ("rendu", "12\u00a0min"))
    told = detail(back, now, lambda moment: moment).plain
    assert "! rendu depuis 12\u00a0min – envoyé au guichet 12, sans signe" in told
    seen = replace(back, state=DayState.CALLED)
    assert "signe" not in detail(seen, now, lambda moment: moment).plain
