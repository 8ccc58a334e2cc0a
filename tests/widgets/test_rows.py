from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message

from guichet.theme import register_themes
from guichet.widgets.cells import fit
from guichet.widgets.columns import GAP, share
from guichet.widgets.rows import Column, Row, RowsView

COLUMNS = (
    Column("time", "Heure", width=5),
    Column("name", "Usager", flex=2),
    Column("procedure", "Démarche", flex=1, min_terminal=100),
    Column("ticket", "Ticket", width=6, align="right"),
)


def some_rows(*numbers: int) -> list[Row]:
    return [Row(f"k{n}", ("09:00", f"Usager {n}", "Titre", f"B{n}")) for n in numbers]


class ListApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        register_themes(self)
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield RowsView(COLUMNS, empty="Rien ici : F2 pour chercher.")

    def on_rows_view_highlighted(self, event: RowsView.Highlighted) -> None:
        self.said.append(event)

    def on_rows_view_selected(self, event: RowsView.Selected) -> None:
        self.said.append(event)

    @property
    def view(self) -> RowsView:
        return self.query_one(RowsView)

    def line(self, y: int) -> str:
        return self.view.render_line(y).text

    def lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]

    @property
    def highlighted(self) -> list[str | None]:
        return [m.key for m in self.said if isinstance(m, RowsView.Highlighted)]

    @property
    def selected(self) -> list[str]:
        return [m.key for m in self.said if isinstance(m, RowsView.Selected)]


async def test_keys_move_the_cursor_and_enter_selects() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        await pilot.press("down", "down", "up", "enter")
        assert app.highlighted == ["k0", "k1", "k2", "k1"]
        assert app.selected == ["k1"]
        await pilot.press("end")
        assert app.view.key == "k99"
        assert "Usager 99" in app.line(23)
        await pilot.press("down")
        assert app.view.key == "k99"
        await pilot.press("home")
        assert "Usager 0" in app.line(1)
        await pilot.press("pagedown")
        assert app.view.key == "k22"
        await pilot.press("pagedown", "pageup")
        assert app.view.key == "k22"


async def test_header_stays_when_scrolled() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        await pilot.press("end")
        await pilot.pause()
        assert "Usager" in app.lines()[0]
        assert "Heure" in app.lines()[0]


async def test_click_moves_then_selects() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(0, 1, 2))
        await pilot.click(RowsView, offset=(10, 2))
        assert app.view.key == "k1"
        assert app.selected == []
        await pilot.click(RowsView, offset=(10, 2))
        assert app.selected == ["k1"]
        await pilot.click(RowsView, offset=(10, 0))
        await pilot.click(RowsView, offset=(10, 20))
        assert app.selected == ["k1"]


async def test_cursor_stays_on_its_key_and_its_line() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        assert app.view.select("k50")
        await pilot.pause()
        before = next(y for y in range(24) if "Usager 50" in app.line(y))
        app.view.set_rows(some_rows(-3, -2, -1, *range(20), *range(30, 100)))
        await pilot.pause()
        assert app.view.key == "k50"
        assert "Usager 50" in app.line(before)
        assert "Usager 50" in app.lines()[before]
        assert app.highlighted == ["k0", "k50"]


async def test_newcomer_above_shows_at_the_top() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        app.view.set_rows(some_rows(-1, *range(100)))
        await pilot.pause()
        assert app.view.key == "k0"
        assert "Usager -1" in app.lines()[1]
        assert app.lines()[2].startswith("▌")


async def test_cursor_falls_on_the_next_row_when_its_row_goes() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(0, 1, 2))
        await pilot.press("down")
        app.view.set_rows(some_rows(0, 2))
        await pilot.pause()
        assert app.highlighted == ["k0", "k1", "k2"]
        app.view.set_rows(some_rows(0))
        assert app.view.key == "k0"
        app.view.set_rows([])
        await pilot.pause()
        assert app.highlighted == ["k0", "k1", "k2", "k0", None]


async def test_list_that_shrinks_far_from_the_cursor_is_scrolled_back() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        await pilot.pause()
        app.view.scroll_end(animate=False, immediate=True)
        await pilot.pause()
        assert "Usager 99" in app.lines()[23]
        app.view.set_rows(some_rows(*range(50)))
        await pilot.pause()
        assert "Usager 49" in app.lines()[23]
        app.view.set_rows(some_rows(*range(5)))
        await pilot.pause()
        assert "Usager 0" in app.lines()[1]


async def test_rows_may_be_given_before_the_list_is_shown() -> None:
    view = RowsView(COLUMNS)
    view.set_rows(some_rows(0, 1, 2))

    class Early(ListApp):
        def compose(self) -> ComposeResult:
            yield view

    async with Early().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Usager 2" in view.render_line(3).text


async def test_empty_list_says_what_to_do() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any("F2 pour chercher" in line for line in app.lines())
        await pilot.press("enter", "down", "end", "pagedown")
        assert app.said == []
        app.view.empty = "Toujours rien."
        await pilot.pause()
        assert any("Toujours rien." in line for line in app.lines())


@pytest.mark.parametrize(("width", "shown"), [(80, 0), (100, 1), (120, 1)])
async def test_columns_shown_by_terminal_width(width: int, shown: int) -> None:
    app = ListApp()
    async with app.run_test(size=(width, 24)) as pilot:
        app.view.set_rows(some_rows(0))
        await pilot.pause()
        assert app.lines()[0].count("Démarche") == shown
        assert app.lines()[1].count("Titre") == shown
        assert "B0" in app.lines()[1]


async def test_columns_follow_a_resize() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(0))
        await pilot.resize_terminal(120, 24)
        await pilot.pause()
        assert "Titre" in app.lines()[1]


async def test_only_changed_lines_are_painted_again() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(*range(100)))
        await pilot.pause()
        kept = app.view.render_line(5)
        rows = some_rows(*range(100))
        rows[2] = replace(rows[2], cells=("09:00", "Autre", "", ""), status="ok")
        app.view.set_rows(rows)
        assert [(r.y, r.height) for r in app.view._repaint_regions] == [(3, 1)]
        await pilot.pause()
        assert "✓" in app.lines()[3]
        assert "Autre" in app.lines()[3]
        assert app.view.render_line(5) is kept
        app.view.set_rows(some_rows(*range(100))[:2] + rows[2:])
        assert not app.view._repaint_regions


async def test_theme_change_repaints_the_lines() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(some_rows(0, 1, 2))
        await pilot.pause()
        before = app.view.render_line(3)
        app.theme = "clair"
        await pilot.pause()
        await pilot.pause()
        after = app.view.render_line(3)
        assert after.text == before.text
        assert [s.style for s in after] != [s.style for s in before]


async def test_select_of_an_unknown_key() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)):
        app.view.set_rows(some_rows(0, 1))
        assert not app.view.select("absent")
        assert app.view.key == "k0"


async def test_hostile_and_wide_text_keep_the_columns_straight() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_rows(
            [
                Row("a", ("09:00", "王 小明" * 20, "", "B1")),
                Row("b", ("09:00", "\x1b[31mrouge\n\u202eenvers", "", "B2")),
            ]
        )
        await pilot.pause()
        lines = app.lines()
        assert "\x1b" not in lines[2]
        assert "\u202e" not in lines[2]
        assert [cell_len(line) for line in lines[1:3]] == [80, 80]
        assert cell_len(lines[1].split("B1")[0]) == cell_len(lines[2].split("B2")[0])


@given(st.text(max_size=30), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_fit_gives_exactly_the_width(text: str, width: int, align: str) -> None:
    assert cell_len(fit(text, width, align)) == width


def test_fit_shows_what_it_cut() -> None:
    assert fit("Renouvellement", 8) == "Renouve…"
    assert fit("B2", 4, "right") == "  B2"


@given(st.integers(40, 200))
def test_columns_fill_the_width_but_for_a_cell_after_a_number(width: int) -> None:
    for columns, left in ((COLUMNS, 1), (COLUMNS[:-1], 0)):
        widths = [w for _, w in share(columns, width, terminal=120)]
        assert sum(widths) + GAP * (len(widths) - 1) == width - left
