"""The counter's camera: opened, closed, lost, found again; and the practice sheets."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from guichet.domain.day import DayState
from guichet.errors import CameraError
from guichet.screens.practice import PracticeScreen, place_sheet, sheets
from guichet.screens.sign_in import SignInScreen
from guichet.widgets.preview import CameraPreview
from guichet.widgets.rows import RowsView
from tests.posts import World
from tests.scanner.samples import code, file_of, scene
from tests.screens.counter_post import Counter, at_counter


def cameras() -> set[str]:
    """The names of the camera's threads that run."""
    return {t.name for t in threading.enumerate()} & {"camera", "decoder"}


async def test_the_camera_closes_when_the_mode_is_left_and_opens_again(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.see(lambda: cameras() == {"camera", "decoder"})
        await counter.pilot.press("f12")
        await counter.see(lambda: isinstance(counter.pilot.app.screen, SignInScreen))
        await counter.see(lambda: not cameras(), "no thread of the camera left")
        row = counter.expected(-29, 14)
        counter.hold(counter.token_of(row))
        fields = counter.pilot.app.screen
        fields.query_one("#code", Input).value = "CB1"
        fields.query_one("#pin", Input).value = "2222"
        fields.query_one("#pin", Input).focus()
        await counter.pilot.press("enter")
        assert (await counter.sees("Attendu")).name == row.name
    assert not cameras()


async def test_the_agent_closes_and_opens_the_camera(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.see(cameras)
        await counter.pilot.press("f7")
        await counter.see(lambda: not cameras() and "F7" in counter.guidance())
        assert not counter.screen.query_one(CameraPreview).display
        await counter.pilot.press("f7")
        counter.hold("train ticket")
        await counter.sees("Autre QR code")
        await counter.see(lambda: "Présentez le QR code" in counter.guidance())


async def test_a_dialog_leaves_the_camera_open(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.open_and_call()
        await counter.pilot.press("ctrl+r")
        await counter.asked()
        counter.hold("train ticket")
        await counter.sees("Autre QR code")
        assert cameras()


async def test_a_camera_that_is_gone_is_told_and_found_again(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        counter.hold("train ticket")
        await counter.sees("Autre QR code")
        shutil.rmtree(counter.camera)
        await counter.see(lambda: "Caméra introuvable" in counter.guidance())
        assert counter.screen.query_one(CameraPreview).message == "Pas d’image"
        row = counter.expected(-29, 14)
        counter.camera.mkdir()
        counter.hold(counter.token_of(row))
        await counter.sees("Attendu")


async def test_a_camera_that_was_never_there(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("f7")
        await counter.see(lambda: not cameras())
        shutil.rmtree(counter.camera)
        await counter.pilot.press("f7")
        await counter.see(lambda: "Caméra introuvable" in counter.guidance())
        counter.camera.mkdir()
        (counter.camera / "blank.png").write_bytes(file_of(scene(code("x") * 0 + 255)))
        await counter.see(lambda: "fonctionne à nouveau" in counter.guidance())


async def choose(counter: Counter, label: str) -> None:
    """Hold a practice sheet before the camera."""
    await counter.pilot.press("f9")
    await counter.see(lambda: isinstance(counter.pilot.app.screen, PracticeScreen))
    rows = counter.pilot.app.screen.query_one(RowsView)
    await counter.see(lambda: rows.rows)
    key = next(row.key for row in rows.rows if row.cells == (label,))
    rows.select(key)
    await counter.pilot.press("enter")
    await counter.see(lambda: counter.pilot.app.screen is counter.screen)


async def test_a_practice_sheet_is_held_before_the_camera_and_taken_away(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    papers = world.folder / "papers"
    papers.mkdir()
    async with at_counter(world, monkeypatch, practice=papers) as counter:
        row = counter.expected(-29, 14)
        picture = file_of(scene(code(counter.token_of(row))))
        (papers / f"{row.reference}.png").write_bytes(picture)
        (papers / "exemple-2-billet-de-train.png").write_bytes(file_of(code("train")))
        await choose(counter, f"convocation {row.reference}")
        assert (await counter.sees("Attendu")).name == row.name
        await choose(counter, "exemple\u00a0: billet de train")
        await counter.sees("Autre QR code")
        await choose(counter, f"convocation {row.reference}")
        await counter.sees("Déjà arrivé")
        await counter.see(lambda: not list(counter.camera.iterdir()), "the sheet is taken away")
        await counter.see(lambda: "F9" in counter.guidance())
        await choose(counter, f"convocation {row.reference}")
        await counter.see(lambda: counter.view.word == "Déjà arrivé")
        assert counter.row(row.appointment or "").state is DayState.WAITING


def test_printed_sheets_come_first_and_the_newest_of_them(tmp_path: Path) -> None:
    names = ("exemple-10-annulé", "7K4Q-92XD-J", "exemple-2-autre-site", "note")
    for age, name in enumerate(names):
        (tmp_path / f"{name}.png").touch()
        os.utime(tmp_path / f"{name}.png", (1000 - age, 1000 - age))
    (tmp_path / "presentee.txt").touch()
    assert [sheet.label for sheet in sheets(tmp_path)] == [
        "convocation 7K4Q-92XD-J",
        "convocation note",
        "exemple\u00a0: autre site",
        "exemple\u00a0: annulé",
    ]


def test_a_sheet_replaces_the_one_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    camera = tmp_path / "camera"
    camera.mkdir()
    for text in (b"one", b"two"):
        (tmp_path / "sheet.png").write_bytes(text)
        place_sheet(tmp_path / "sheet.png", camera)
        assert [path.read_bytes() for path in camera.iterdir()] == [text]
    place_sheet(None, camera)
    place_sheet(None, camera)
    assert list(camera.iterdir()) == []
    with pytest.raises(CameraError, match="dossier de la caméra"):
        place_sheet(tmp_path / "sheet.png", tmp_path / "nowhere")


def test_the_screen_alone_loads_no_camera_library() -> None:
    program = (
        "import sys, guichet.screens.counter; "
        "print([m for m in ('cv2', 'numpy', 'zxingcpp', 'pyzbar') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
