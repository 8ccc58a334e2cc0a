"""The supervisor's statistics on the screen, and the files that are written from there."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from guichet.domain.model import Role
from guichet.domain.statistics import Tally, line
from guichet.screens.export import ExportDialog
from guichet.screens.plots import plot
from guichet.screens.statistics import StatisticsScreen
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.screens.apps import application, morning, shown, until_shown
from tests.screens.waiting import wait_for

__all__ = ["morning"]  # a fixture

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


@SIZES
@pytest.mark.usefixtures("morning")
async def test_each_pane_has_its_table_and_its_plot(world: World, size: tuple[int, int]) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("t")
        await until_shown(pilot, "Mois – du 01/11/2026 au 30/11/2026", "Passages")
        await until_shown(pilot, "Arrivées par quart d’heure", "█", "9\u00a0h")
        for key, texts in (
            ("2", ("Attente p50", "Attente, minutes", "Durée, minutes")),
            ("3", ("Jamais prises", "Places perdues", "Rendues", "Perte")),
            ("4", ("Absences", "Rendez-vous", "Venus", "Taux")),
            ("5", ("Publ.→prise", "Prise→RDV")),
        ):
            await pilot.press(key)
            await until_shown(pilot, "Ensemble", *texts)
        await pilot.press("4", "c")
        await until_shown(pilot, "Internet", "Médiateur")
        await pilot.press("p")
        await until_shown(pilot, "Trimestre – du 01/10/2026")
        await pilot.press("minus")
        await until_shown(pilot, "du 01/07/2026 au 30/09/2026")
        await pilot.press("escape")
        await until_shown(pilot, "Attendus")


@pytest.mark.usefixtures("morning")
async def test_small_numbers_are_masked_when_asked(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("t", "4")
        await until_shown(pilot, "Ensemble")
        assert "masqué" not in shown(app)
        await pilot.press("m")
        await until_shown(pilot, "petits nombres masqués", "Ensemble")
        view = app.screen.query_one(RowsView)
        cells = [cell for row in view.rows for cell in row.cells[1:6]]
        assert not any(cell.isdigit() and 0 < int(cell) < 5 for cell in cells)
        assert "masqué" in cells


@pytest.mark.usefixtures("morning")
async def test_cut_off_it_says_what_it_counts(world: World) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Attendus")
        world.stop()
        await pilot.press("t")
        await until_shown(pilot, "compté sur ce poste", "Ensemble")


@pytest.mark.usefixtures("morning")
async def test_figures_and_the_day_are_written(world: World, tmp_path: Path) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("t")
        await until_shown(pilot, "Ensemble")
        for key, name in (("e", "mois.csv"), ("j", "jour.pdf")):
            await pilot.press(key)
            await wait_for(pilot, lambda: isinstance(app.screen, ExportDialog))
            app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("f9")
            await until_shown(pilot, "✓ Écrit", name)
            await pilot.press("escape")
            await wait_for(pilot, lambda: isinstance(app.screen, StatisticsScreen))
    assert (tmp_path / "mois.csv").read_bytes().startswith(b"\xef\xbb\xbfJour;Rendez-vous;")
    assert (tmp_path / "jour.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("morning")
async def test_a_bad_file_name_is_said(world: World, tmp_path: Path) -> None:
    app = application(world.enrolled("a"), Role.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Attendus")
        await pilot.press("j")  # from the day itself
        await wait_for(pilot, lambda: isinstance(app.screen, ExportDialog))
        for name, said in (("x.doc", ".csv, .xlsx ou .pdf"), ("f/x.csv", "n’a pas pu")):
            (tmp_path / "f").write_text("") if name[0] == "f" else None
            app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("f9")
            await until_shown(pilot, said)


def test_what_is_masked_is_no_empty_plot() -> None:
    nothing = line("", Tally())
    told = plot("activity", nothing, 60, 10).plain
    assert told == "Arrivées par quart d’heure\u00a0: rien à montrer"
    said = plot("activity", nothing, 60, 10, masked=True).plain
    assert said == "Arrivées par quart d’heure\u00a0: masqué"
    told = plot("losses", nothing, 60, 10, masked=True).plain
    assert told == "Places perdues\u00a0: rien à montrer"
    hidden = plot("losses", replace(nothing, masked=True), 60, 10, masked=True).plain
    assert hidden == "Places perdues\u00a0: masqué"
