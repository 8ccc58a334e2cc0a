"""The slots as a week, and the days outside the filing window."""

from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult

from guichet.domain.model import Slot
from guichet.domain.quotas import open_seats
from guichet.screens.draft import Draft
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.slot_panes import SlotPanes
from guichet.screens.slot_week import WeekGrid
from guichet.screens.slot_words import distance, renewal
from guichet.station.mediation import Held
from guichet.theme import register_themes
from guichet.widgets.rows import RowsView
from tests.posts import DAY, World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for

WEDNESDAY = date(2026, 11, 25)


def week(desk: Desk) -> WeekGrid:
    return desk.app.screen.query_one(WeekGrid)


def times(desk: Desk) -> RowsView:
    return desk.app.screen.query_one("#times", RowsView)


def draft(desk: Desk) -> Draft:
    """The draft that the screen works on."""
    found = getattr(desk.app.screen, "_draft", None)
    assert isinstance(found, Draft)
    return found


def under(desk: Desk) -> Slot:
    slot = desk.app.screen.query_one(SlotPanes).slot
    assert slot is not None
    return slot


async def to_week(desk: Desk) -> None:
    await desk.search("kouyate")
    await desk.to_slots("remise")
    await desk.press("left", "f6")
    await desk.shows("Semaine du 23/11 au 28/11")
    await wait_for(desk.pilot, lambda: week(desk).has_focus)


async def test_the_chosen_day_stays_from_days_to_week_and_back(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("remise")
        await desk.press("left", "down")
        await wait_for(desk.pilot, lambda: under(desk).day == WEDNESDAY)
        slot = under(desk)
        await desk.shows("f6 Semaine")
        await desk.press("f6")
        await desk.shows("Semaine du 23/11", "mercredi 25 novembre, 8 h", "f6 Jours")
        assert (week(desk).day, times(desk).key) == (WEDNESDAY, slot.id)
        await desk.press("right")
        await wait_for(desk.pilot, lambda: under(desk).day == WEDNESDAY + timedelta(days=1))
        await desk.press("f6")
        await desk.shows("jeudi 26 novembre", "f6 Semaine")
        days = desk.app.screen.query_one("#days", RowsView)
        assert days.key == "2026-11-26"


async def test_a_seat_is_taken_from_a_cell(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_week(desk)
        await desk.press("pagedown", "down", "down")
        await wait_for(desk.pilot, lambda: under(desk).day == date(2026, 12, 1))
        hour = week(desk).hour
        chosen = under(desk)
        assert desk.station.local(chosen.starts_at).hour == hour
        await desk.press("enter")
        await wait_for(desk.pilot, lambda: times(desk).has_focus)
        await desk.press("enter")
        await desk.on("AccordScreen")
        await desk.shows("mardi 1er décembre 2026")
        await desk.press("escape")
        await desk.on("SlotChoice")
        await wait_for(desk.pilot, lambda: times(desk).key == chosen.id)
        assert week(desk).day == chosen.day
        await desk.press("escape")  # the view is remembered with the rest
        await desk.on("ProcedureChoice")
        await desk.press("enter")
        await desk.on("SlotChoice")
        await desk.shows("Semaine du 30/11 au 05/12", "mardi 1er décembre")


async def test_weeks_turn_and_stop_at_the_first_and_the_last(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_week(desk)
        await desk.press("pageup")
        assert week(desk).day == DAY
        await desk.press("pagedown", "pagedown")
        await desk.shows("Semaine du 07/12 au 12/12", "← Pg préc")
        assert "Pg suiv" not in desk.text
        await desk.press("pagedown", "left", "left")
        await desk.shows("Semaine du 30/11 au 05/12")
        assert week(desk).day == date(2026, 12, 5)  # Saturday comes before Monday
        await desk.press("right")
        await desk.shows("Semaine du 07/12 au 12/12")


async def test_moving_in_the_times_moves_in_the_week(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_week(desk)
        await desk.press("right", "enter", "end")
        last = desk.station.mediation.slots("REMI")[WEDNESDAY][-1]
        await wait_for(desk.pilot, lambda: under(desk) == last)
        await wait_for(
            desk.pilot,
            lambda: week(desk).hour == desk.station.local(last.starts_at).hour,
        )
        await desk.press("left")
        await wait_for(desk.pilot, lambda: week(desk).has_focus)


async def test_a_cell_without_slots_leads_nowhere(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_week(desk)
        await desk.press("left")
        await desk.shows("lundi 23 novembre, ", " h : aucun créneau")
        await desk.press("enter")
        await desk.pilot.pause()
        assert week(desk).has_focus
        assert times(desk).rows == []


@pytest.mark.parametrize(("size", "words"), [((80, 24), False), ((120, 40), True)])
async def test_free_seats_are_digits_with_their_word_where_there_is_room(
    world: World, size: tuple[int, int], *, words: bool
) -> None:
    async with mediation(world, KOUYATE, size=size) as desk:
        await to_week(desk)
        slots = desk.station.mediation.slots("REMI")[DAY]
        free = sum(open_seats(s) for s in slots if desk.station.local(s.starts_at).hour == 14)
        line = next(line for line in desk.text.splitlines() if line.startswith(" 14 h"))
        assert line.split()[:4] == ["14", "h", "–", str(free)]
        assert (line.split()[4] == "libres") is words
        while week(desk).hour < 14:
            await desk.press("down")
        await desk.shows(f"mardi 24 novembre, 14 h : {free} libres")


# The grid alone -----------------------------------------------------------------------------------


class Grid(App[None]):
    """A grid of the hours 8 to 19 of three weeks, with a Sunday or not."""

    FREE: ClassVar = {(date(2026, 11, 24), 9): 0, (date(2026, 12, 8), 19): 3}

    def __init__(self, free: dict[tuple[date, int], int]) -> None:
        super().__init__()
        register_themes(self)
        self.free = free
        self.chosen = 0

    def compose(self) -> ComposeResult:
        yield WeekGrid()

    def on_mount(self) -> None:
        grid = self.query_one(WeekGrid)
        grid.empty = "rien"
        grid.show(self.free, set())
        grid.focus()

    def on_week_grid_selected(self) -> None:
        self.chosen += 1


def drawn(app: App[Any]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def test_a_full_cell_says_so_and_one_without_slots_has_a_dash() -> None:
    app = Grid(Grid.FREE)
    async with app.run_test(size=(53, 15)) as pilot:
        await pilot.pause()
        line = next(line for line in drawn(app) if line.startswith("09 h"))
        assert line.split() == ["09", "h", "▌", "–", "complet", "–", "–", "–", "–"]


async def test_a_sunday_with_slots_has_its_column() -> None:
    sunday = date(2026, 11, 29)
    app = Grid({(sunday, 9): 2, (date(2026, 12, 1), 9): 1})
    async with app.run_test(size=(53, 15)) as pilot:
        await pilot.press("end", *["right"] * 6)
        await pilot.pause()
        grid = app.query_one(WeekGrid)
        assert (grid.day, grid.seats) == (sunday, 2)
        assert "dim" in drawn(app)[1]
        await pilot.press("right")
        assert grid.day == sunday + timedelta(days=1)


async def test_hours_that_do_not_fit_scroll_with_the_cursor() -> None:
    app = Grid({(DAY, hour): hour for hour in range(8, 20)})
    async with app.run_test(size=(53, 8)) as pilot:
        await pilot.press(*["down"] * 20)
        await pilot.pause()
        assert app.query_one(WeekGrid).hour == 19
        assert any(line.startswith("19 h") for line in drawn(app))
        assert "19 h" in drawn(app)[-1]  # the cell in words keeps its line
        await pilot.press(*["up"] * 20)
        await pilot.pause()
        assert any(line.startswith("08 h") for line in drawn(app))


async def test_a_click_moves_then_chooses() -> None:
    app = Grid({(DAY, hour): hour for hour in range(8, 12)})
    async with app.run_test(size=(53, 15)) as pilot:
        await pilot.click(WeekGrid, offset=(5 + 8 + 3, 2 + 2))
        grid = app.query_one(WeekGrid)
        assert (grid.day, grid.hour, app.chosen) == (DAY, 10, 0)
        await pilot.click(WeekGrid, offset=(5 + 8 + 3, 2 + 2))
        await pilot.pause()
        assert app.chosen == 1


async def test_without_any_slot_the_grid_says_what_to_do() -> None:
    app = Grid({})
    async with app.run_test(size=(53, 15)) as pilot:
        await pilot.press("right", "pagedown", "enter")
        assert "rien" in "".join(drawn(app))
        assert app.chosen == 0


# The filing window --------------------------------------------------------------------------------

RIGHTS = {"title": "four_year", "expiry": "25/01/2027", "online": "no"}
"""Filed from 25 November 2026 on: tomorrow."""


@pytest.mark.parametrize(
    ("typed", "day", "outside"),
    [
        ({}, DAY, None),
        ({"expiry": "25/01/2027"}, DAY, None),  # without the title nothing is known
        (RIGHTS | {"expiry": "25/01"}, DAY, None),
        (RIGHTS, DAY, "before"),
        (RIGHTS, WEDNESDAY, None),
        (RIGHTS, date(2027, 1, 26), "expired"),
        (RIGHTS | {"online": "yes"}, WEDNESDAY, None),
        (RIGHTS | {"online": "yes"}, date(2026, 11, 27), "after"),
        (RIGHTS | {"online": "unknown"}, date(2026, 11, 27), None),  # inside one of the two
        (RIGHTS | {"online": "unknown"}, date(2027, 1, 26), "expired"),
        (RIGHTS | {"title": "resident_eu"}, DAY, None),  # no window
    ],
)
def test_which_days_are_outside(typed: dict[str, str], day: date, outside: str | None) -> None:
    found = renewal(typed, DAY)
    filing = found.outside(day) if found else None
    assert (filing.timing.value if filing else None) == outside


def test_a_warning_says_the_window_only_when_there_is_one() -> None:
    known, unknown = renewal(RIGHTS, DAY), renewal(RIGHTS | {"online": "unknown"}, DAY)
    assert known is not None
    assert unknown is not None
    for found, said in ((known, True), (unknown, False)):
        filing = found.outside(date(2027, 1, 26))
        assert filing is not None
        assert ("Dépôt du 25/11/2026 au 25/01/2027" in found.warning(filing)) is said
        assert "Entrée à nouveau" in found.warning(filing)


def test_distances_in_words() -> None:
    told = [distance(DAY + timedelta(days=n), DAY) for n in range(3)]
    assert told == ["aujourd’hui", "demain", "dans 2 j"]


async def test_a_day_outside_the_window_is_marked_and_asks_for_enter_again(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        draft(desk).rights.update(RIGHTS)
        await desk.to_slots("renouv titre")
        await desk.shows("! mardi 24 novembre", "hors période")
        line = next(line for line in desk.text.splitlines() if "mercredi 25" in line)
        assert "hors" not in line
        await desk.press("enter")
        await desk.says("rendez-vous avant la période")
        assert isinstance(desk.app.screen, SlotChoice)
        await desk.press("down", "enter")  # another slot: said of it too
        await desk.says("Entrée à nouveau")
        assert isinstance(desk.app.screen, SlotChoice)
        await desk.press("left", "f6")
        await desk.shows("! hors", "10 h : ", "· hors période")
        await desk.press("f6", "right", "enter")
        await desk.on("AccordScreen")


async def test_a_day_inside_the_window_asks_nothing(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        draft(desk).rights.update(RIGHTS)
        await desk.to_slots("renouv titre")
        await desk.press("left", "down", "enter", "enter")
        await desk.on("AccordScreen")
        await desk.shows("mercredi 25 novembre 2026")


async def test_what_is_no_renewal_has_no_window(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        draft(desk).rights.update(RIGHTS)
        await desk.to_slots("remise")
        assert "hors période" not in desk.text
        await desk.press("enter")
        await desk.on("AccordScreen")


async def test_without_an_expiry_nothing_is_said(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await desk.search("kouyate")
        await desk.to_slots("renouv titre")
        assert "hors période" not in desk.text
        assert "Dépôt" not in desk.text
        await desk.press("enter")
        await desk.on("AccordScreen")


# Nothing free -------------------------------------------------------------------------------------


async def to_procedure(desk: Desk) -> None:
    await desk.search("kouyate")
    await desk.press("f6")
    await desk.on("ProcedureChoice")
    await desk.type("remise")
    await desk.shows("À apporter")
    await desk.press("enter")
    await desk.on("SlotChoice")


async def test_no_slot_at_all_points_to_what_else_there_is(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        world.clock.forward(days=40)
        await to_procedure(desk)
        await desk.says("Aucun créneau. F7 : un autre site. F8 : attestation, liste d’attente")
        await desk.shows("Aucun créneau ouvert ici")
        await desk.press("f6")
        await desk.shows("Aucun créneau ouvert ici", "f6 Jours")
        await desk.press("f8")
        await desk.on("NothingFound")


async def test_all_full_points_to_what_else_there_is(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        last = max(
            slot.starts_at for day in desk.station.mediation.slots("REMI").values() for slot in day
        )
        other = world.station("other")
        world.clock.now = last - timedelta(minutes=1)
        for slot in (s for day in other.mediation.slots("REMI").values() for s in day):
            while isinstance(other.mediation.hold(slot), Held):
                pass
        await to_procedure(desk)
        await desk.says("Tout est complet. F7 : un autre site")
