"""What a mediator sees and does while central is gone, and the conflicts afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from guichet.config import Settings
from guichet.domain.day import DayState
from guichet.domain.model import Role
from guichet.domain.operations import CheckIn
from guichet.screens.post import Post
from guichet.screens.settle import SettleScreen
from guichet.screens.settle_tell import TellDialog
from guichet.screens.waiting_words import detail
from guichet.station import Link, Station
from tests.posts import DAY, World
from tests.screens.apps import application, shown, until_shown
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.test_supervisor import refused_cancellation
from tests.screens.waiting import wait_for
from tests.waiting import until


async def cut_off(desk: Desk) -> None:
    await wait_for(desk.pilot, lambda: desk.station.mediation.lending.lent().slots)
    desk.world.stop()
    await wait_for(desk.pilot, lambda: desk.station.sync_state.link is Link.OFFLINE)


async def to_slots(desk: Desk) -> None:
    await desk.type("kouyate")
    await desk.shows("Fanta")
    await desk.press("enter")
    await desk.on("PersonFile")
    await desk.press("f6")
    await desk.on("ProcedureChoice")
    await desk.type("remise")
    await desk.shows("À apporter")
    await desk.press("enter")
    await desk.on("SlotChoice")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_seat_kept_here_is_booked_offline(world: World, size: tuple[int, int]) -> None:
    async with mediation(world, KOUYATE, size=size) as desk:
        await desk.shows("Ce poste garde", "hors connexion, jusqu’au mer. 25/11")
        await cut_off(desk)
        await to_slots(desk)
        await desk.says("Ce poste garde")
        await desk.shows("1 gardée")
        await desk.press("enter", "enter")
        await desk.on("AccordScreen")
        await desk.shows("Place gardée par ce poste, à confirmer")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("! À confirmer", "qui n’est pas une convocation", "a-confirmer-", "Ouvrir")
        desk.world.start()
        await desk.shows("✓ Rendez-vous confirmé", "convocation-")


async def test_without_a_seat_a_wish_is_noted(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await cut_off(desk)
        await to_slots(desk)
        await desk.press("f8")
        await desk.on("WishDialog")
        await desk.shows("Aucun rendez-vous n’est pris", "vide : dès que possible")
        await desk.type("24/11/2020")
        await desk.shows("Ce jour est passé")
        await desk.press("f9")
        await desk.says("Corrigez les jours")
        await desk.press(*["backspace"] * 10)
        await desk.type("30/11/2026")
        await desk.press("tab")
        await desk.type("27/11/2026")
        await desk.shows("Avant le premier jour")
        await desk.press(*["backspace"] * 10)
        await desk.press("f9")
        await desk.says("Souhait noté")
        desk.world.start()
        station = desk.station
        await wait_for(desk.pilot, lambda: station.assistance.waiting_counts()[0] > 0)
        (mine,) = [w for w in station.assistance.waiting() if w.person == KOUYATE]
        assert mine.slot is not None
        assert mine.slot.day >= DAY + timedelta(days=6)
        assert "souhait noté hors connexion · à partir du 30/11" in detail(
            Post(station, Settings()), mine
        )


@contextmanager
def double_arrival(world: World) -> Iterator[Path]:
    """The folder of a station that brings a second arrival of somebody."""
    folder, other = world.enrolled("here"), world.station("counter", Role.COUNTER)
    station = Station.open(folder, world.clock)
    station.session.sign_in("SB1", "3333")
    until(lambda: other.sync_state.link is Link.ONLINE)
    world.stop()
    row = next(r for r in station.reception.day() if r.state is DayState.EXPECTED)
    station._core.submit(CheckIn("late-visit", row.appointment or "", "B199", None))
    station.close()
    world.start()
    reading = other.reception.choose(row.appointment or "")
    if not reading.checked_in:
        other.reception.admit(reading)
    until(lambda: other.sync_state.pending == 0)
    yield folder


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_whoever_came_second_is_told_and_tells_the_person(
    world: World, size: tuple[int, int]
) -> None:
    with double_arrival(world) as folder:
        app = application(folder, Role.SUPERVISOR)
        async with app.run_test(size=size) as pilot:
            await until_shown(pilot, "1 à régler")
            await pilot.press("f8")
            await until_shown(pilot, "Arrivée enregistrée aussi sur un autre poste", "compte")
            assert "r Refaire" not in shown(app)
            await pilot.press("p")
            await wait_for(pilot, lambda: isinstance(app.screen, TellDialog))
            await until_shown(pilot, "Vous avez reçu deux tickets", "Rendez l’autre", "parle")
            await pilot.press("f9")
            await until_shown(pilot, "Rien à régler", "personne prévenue")
            await pilot.press("h")
            await until_shown(pilot, "Arrivée enregistrée sur deux postes", "personne prévenue")
            await pilot.press("h", "escape")
            await wait_for(pilot, lambda: not isinstance(app.screen, SettleScreen))


@pytest.mark.usefixtures("morning")
async def test_what_is_refused_again_stays(world: World) -> None:
    with refused_cancellation(world) as folder:
        app = application(folder, Role.SUPERVISOR)
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "1 à régler")
            await pilot.press("f8")
            await until_shown(pilot, "Rendez-vous annulé", "r Refaire", "h Déjà réglé")
            await pilot.press("r")
            await until_shown(pilot, "le rendez-vous ne change plus")
            assert app._post is not None
            assert len(app._post.station.refused()) == 1
            await pilot.press("c")
            await until_shown(pilot, "Rien à régler")


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_comes_without_an_appointment_gets_a_ticket_offline(
    world: World, size: tuple[int, int]
) -> None:
    folder = world.enrolled("here")
    world.stop()
    app = application(folder, Role.COUNTER)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "hors ligne", "Maj+F9")
        await pilot.press("shift+f9")
        await until_shown(pilot, "Sans rendez-vous", "Remise de titre", "Entrée")
        await pilot.press("x", "enter")  # the third key gives it
        await until_shown(pilot, "Donnez le ticket X")
        await pilot.press("enter")  # once
        await pilot.press("escape", "escape")
        assert app._post is not None
        walk_ins = [r for r in app._post.station.reception.day() if r.ticket.startswith("X")]
        assert [(r.state, r.starts_at) for r in walk_ins] == [(DayState.WAITING, None)]
    world.start()
