"""Keyboard scanners and the whole application: where a scan goes, and what it must not touch."""

from collections.abc import Callable

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets.input import Selection

from guichet.app import GuichetApp
from guichet.domain.calendar_fr import long_date
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Role
from guichet.scanner.layouts import Layout
from guichet.screens.ask import AskScreen
from guichet.screens.desk_dialog import DeskDialog
from guichet.screens.mediator import MediatorScreen
from guichet.screens.person_file import PersonFile
from guichet.screens.queue import QueueBox
from guichet.screens.supervisor import SupervisorScreen
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.scanner.test_layouts import typed
from tests.screens.apps import application, morning, shown, until_shown  # noqa: F401
from tests.screens.counter_post import Counter, appointments, at_counter, signed
from tests.screens.waiting import wait_for
from tests.screens.wedges import scan, send

WIFI = "WIFI:S:Chez nous;T:WPA;P:secret;;"


def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What every field of the application says it holds, each time that changes."""
    values: list[str] = []
    watched: Callable[[Input, str], None] = Input._watch_value

    def watch(field: Input, value: str) -> None:
        values.append(value)
        watched(field, value)

    monkeypatch.setattr(Input, "_watch_value", watch)
    return values


def entry(counter: Counter) -> Input:
    return counter.screen.query_one("#entry", Input)


async def told(pilot: Pilot[None], sentence: str) -> None:
    """Wait until the application has said so above everything else."""
    said = pilot.app._notifications
    await wait_for(pilot, lambda: any(sentence in each.message for each in said), what=sentence)


def of(counter: Counter) -> GuichetApp:
    app = counter.pilot.app
    assert isinstance(app, GuichetApp)
    return app


# At the counter -------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r", "\n", "\t", "\r\n", ""])
async def test_a_scan_checks_in_and_the_field_never_knows(
    world: World, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        field = entry(counter)
        field.value = "dia"
        field.selection = Selection(3, 1)
        await counter.pilot.pause()
        values = heard(monkeypatch)
        row = counter.expected(-29, 14)
        await scan(counter.pilot, counter.token_of(row), end)
        assert (await counter.sees("Attendu")).name == row.name
        assert values == []
        assert (field.value, field.selection, field.has_focus) == ("dia", Selection(3, 1), True)


@pytest.mark.parametrize("pace", [0.002, 0.008, 0.015])
async def test_a_slow_scanner_is_one_too(
    world: World, monkeypatch: pytest.MonkeyPatch, pace: float
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        send(of(counter), counter.token_of(row) + "\r", pace)
        assert (await counter.sees("Attendu")).name == row.name
        assert entry(counter).value == ""


@pytest.mark.parametrize("pace", [0.0, 0.015])
@pytest.mark.parametrize("selection", [Selection(3, 1), Selection.cursor(2)])
async def test_a_field_that_a_code_has_touched_is_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, pace: float, selection: Selection
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        field = entry(counter)
        field.value = "dia"
        field.selection = selection
        await counter.pilot.pause()
        send(of(counter), "https://exemple.fr/?a=1\r", pace)
        await counter.sees("Autre QR code")
        await counter.see(lambda: (field.value, field.selection) == ("dia", selection))
        row = counter.expected(-29, 14)
        await scan(counter.pilot, counter.token_of(row).swapcase())  # with Caps Lock on
        assert (await counter.sees("Attendu")).name == row.name
        await counter.see(lambda: (field.value, field.selection) == ("dia", selection))


async def test_what_is_still_on_its_way_to_a_field_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        after = send(of(counter), "dia", 0.05)
        send(of(counter), "https://exemple.fr/?a=1\r", since=after)
        await counter.sees("Autre QR code")
        await counter.see(lambda: entry(counter).value == "dia")


@pytest.mark.parametrize("pace", [0.045, 0.06, 0.15])
async def test_typed_words_stay_in_the_field(
    world: World, monkeypatch: pytest.MonkeyPatch, pace: float
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        values = heard(monkeypatch)
        send(of(counter), "Wifi:zzz", pace)
        await counter.see(lambda: entry(counter).value == "Wifi:zzz")
        assert values == ["Wifi:zzz"[: at + 1] for at in range(8)]
        assert counter.view.word == "Prêt"


async def test_from_the_list_no_letter_of_a_scan_is_a_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        await scan(counter.pilot, counter.token_of(row))
        await counter.sees("Attendu")
        await counter.shown(row.appointment, DayState.WAITING)
        counter.screen.query_one(RowsView).focus()
        await scan(counter.pilot, "arrivée@ANTS/caruncp")  # each letter is a key of this screen
        await counter.sees("Autre QR code")
        assert counter.row(row.appointment or "").state is DayState.WAITING
        await counter.pilot.press("a")
        await counter.asked(DeskDialog)


async def test_the_scanners_enter_admits_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        late = counter.expected(16, 200)
        await scan(counter.pilot, counter.token_of(late))
        await counter.sees("En retard")
        await scan(counter.pilot, WIFI, "\r\n")
        await counter.sees("Autre QR code")
        assert counter.row(late.appointment or "").state is DayState.EXPECTED


async def test_a_dialog_is_not_answered_and_the_counter_reads(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        here = counter.expected(-29, 14)
        await scan(counter.pilot, counter.token_of(here))
        await counter.sees("Attendu")
        await counter.shown(here.appointment, DayState.WAITING)
        await counter.open_and_call()
        at_desk = next(row for row in counter.rows() if row.desk == "40")
        await counter.pilot.press("ctrl+r")
        await counter.asked()
        row = counter.expected(-29, 14)
        await scan(counter.pilot, counter.token_of(row))
        assert (await counter.sees("Attendu")).name == row.name
        await told(counter.pilot, f"Attendu  {row.name}")
        assert isinstance(of(counter).screen, AskScreen)
        assert counter.row(at_desk.appointment or "").state is DayState.CALLED


async def test_a_pasted_convocation_is_a_scan_and_other_pastes_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        row = counter.expected(-29, 14)
        token = counter.token_of(row)
        of(counter).post_message(Paste("dupont G1:"))
        await counter.see(lambda: entry(counter).value == "dupont G1:")
        of(counter).post_message(Paste(f"{token}\n"))
        assert (await counter.sees("Attendu")).name == row.name
        assert entry(counter).value == "dupont G1:"


@pytest.mark.parametrize("caps", [False, True])
@pytest.mark.parametrize("layout", Layout)
async def test_another_layout_is_undone_and_said_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    layout: Layout,
    caps: bool,  # noqa: FBT001 - a case
) -> None:
    async with at_counter(world, monkeypatch, size=(120, 40)) as counter:
        row = counter.expected(-29, 14)
        await scan(counter.pilot, typed(counter.token_of(row), layout, caps=caps))
        assert (await counter.sees("Attendu")).name == row.name
        assert len(of(counter)._notifications) == 1
        (said,) = of(counter)._notifications
        assert "lecture corrigée" in said.message
        assert "AZERTY" in said.message
        await scan(counter.pilot, typed(counter.token_of(row), layout, caps=caps))
        await counter.sees("Déjà arrivé")
        assert len(of(counter)._notifications) == 1
        await scan(counter.pilot, "DIQLLO")
        await counter.see(lambda: len(of(counter)._notifications) == 2)
        assert any("A, Q, Z et W" in said.message for said in of(counter)._notifications)


@pytest.mark.parametrize("wrong", [None, *Layout])
async def test_a_scanned_reference_is_filled_in_and_looked_up(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong: Layout | None
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        late = counter.expected(16, 200)
        await scan(counter.pilot, counter.token_of(late))
        await counter.sees("En retard")
        counter.screen.query_one(RowsView).focus()
        row = counter.expected(-29, 14)
        values = heard(monkeypatch)
        await scan(counter.pilot, typed(row.reference, wrong) if wrong else row.reference)
        assert (await counter.sees("Attendu")).name == row.name
        await counter.see(lambda: values == [row.reference, ""])  # one change, then emptied
        entry(counter).focus()
        await scan(counter.pilot, "9901234567")  # a field shows its first figure at once
        await counter.see(lambda: "9901234567" in values)
        assert values[2:5] == ["9", "", "9901234567"]
        assert counter.row(late.appointment or "").state is DayState.EXPECTED


async def test_what_cannot_be_repaired_is_explained(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await scan(counter.pilot, "G1Ö" + "ABC" * 50)
        await told(counter.pilot, "autre clavier")
        assert counter.view.word == "Prêt"


# Elsewhere ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("morning")
async def test_who_has_not_signed_in_is_told_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(world.enrolled("a"))
    token = appointments(world, site=1)[0].token
    assert token is not None
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "poste 2")
        await pilot.press(*"cb1", "enter")
        values = heard(monkeypatch)
        for text in (token, "12345678"):
            await scan(pilot, text)
            await until_shown(pilot, "Ouvrez d’abord votre session")
            assert values == []
            assert app.screen.query_one("#pin", Input).value == ""
            assert app.screen.query_one("#code", Input).value == "cb1"
            app.screen.query_one("#said").update("")  # type: ignore[attr-defined]


async def _mode(app: GuichetApp, pilot: Pilot[None], role: Role) -> list[DayRow]:
    """Wait for an agent's mode; the day as it stands there."""
    await wait_for(pilot, lambda: app.current_mode == role.value)
    assert app._post is not None
    return app._post.station.reception.day()


@pytest.mark.usefixtures("morning")
async def test_a_mediator_gets_the_persons_file(world: World) -> None:
    app = application(world.enrolled("a"), Role.MEDIATOR)
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await _mode(app, pilot, Role.MEDIATOR)
        row = next(row for row in rows if row.state is DayState.EXPECTED and row.name)
        found = appointments(world, id=row.appointment)[0]
        search = app.screen.query_one(Input)
        await scan(pilot, signed(world, "00000000000000aa", 0, 1, found.starts_at))
        await told(pilot, "inconnue de ce poste")
        await scan(pilot, WIFI)
        await told(pilot, "Autre QR code")
        await scan(pilot, found.token or "")
        await wait_for(pilot, lambda: isinstance(app.screen, PersonFile))
        await until_shown(pilot, row.name)
        await scan(pilot, found.token or "")
        await told(pilot, "un dossier est ouvert")
        assert isinstance(app.screen, PersonFile)
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, MediatorScreen))
        assert search.value == ""
        await scan(pilot, typed("MAMADOU", Layout.US), "")
        await wait_for(pilot, lambda: search.value == "MAMADOU")


@pytest.mark.usefixtures("morning")
async def test_a_supervisor_gets_the_row(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await _mode(app, pilot, Role.SUPERVISOR)
        await until_shown(pilot, "Attendus")
        row = [row for row in rows if row.state is DayState.EXPECTED][-1]
        found = appointments(world, id=row.appointment)[0]
        await pilot.press("slash", *"qqq")
        await until_shown(pilot, "Rien ne correspond")
        assert isinstance(app.screen, SupervisorScreen)
        await scan(pilot, found.token or "")
        view = app.screen.query_one(RowsView)
        await wait_for(pilot, lambda: view.key == row.key)
        assert row.name in shown(app)
        others = [each for each in appointments(world, site=1) if each.token]
        later = others[-1]
        assert app._post is not None
        await scan(pilot, later.token or "")
        day = long_date(app._post.station.local(later.starts_at).date())
        await told(pilot, f"n’est pas de la journée\u00a0: {day}")
        assert view.key == row.key


async def test_a_number_in_a_dialog_waits_for_the_agents_own_enter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        app = of(counter)
        await counter.pilot.press("f1")
        await until_shown(counter.pilot, "Les touches de cet écran")
        await scan(counter.pilot, "9901234567")
        await counter.see(lambda: len(app._notifications) == 1)
        assert entry(counter).value == ""
        await counter.pilot.press("f1", "ctrl+p")
        await until_shown(counter.pilot, "Chercher une commande")
        await scan(counter.pilot, "9901234567")
        palette = app.screen.query_one(Input)
        await counter.see(lambda: palette.value == "9901234567")
        assert app.screen is not counter.screen
        assert counter.screen.query_one(QueueBox).typed == ""
