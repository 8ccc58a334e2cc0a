"""Another camera chosen at the counter: filmed with at once, and kept."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Input

from guichet.config import load_settings
from guichet.scanner.webcam import Mode
from guichet.screens.camera_choice import CameraChoice
from guichet.screens.camera_words import HINTS, filmed_in, source_name
from guichet.widgets.preview import CameraPreview
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said
from tests.posts import World
from tests.scanner.cameras import Camera, serving
from tests.scanner.samples import code, file_of, scene, video
from tests.screens.counter_post import Counter, at_counter


async def opened(counter: Counter) -> CameraChoice:
    """The dialog, its list filled."""
    await counter.pilot.press("shift+f7")
    await counter.see(lambda: isinstance(counter.pilot.app.screen, CameraChoice))
    screen = counter.pilot.app.screen
    assert isinstance(screen, CameraChoice)
    await counter.see(lambda: screen.query_one(RowsView).rows)
    return screen


async def typed(counter: Counter, spec: str) -> None:
    screen = await opened(counter)
    await counter.pilot.press("tab")
    screen.query_one(Input).value = spec
    await counter.pilot.press("enter")


async def test_an_address_is_filmed_from_at_once_and_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        folder = counter.station.folder
        with serving(Camera(text="train ticket")) as camera:
            await typed(counter, camera.address)
            await counter.sees("Autre QR code")
            await counter.see(lambda: load_settings(folder).camera == camera.address)
            screen = await opened(counter)
            (row,) = screen.query_one(RowsView).rows
            assert row.cells == ("http://127.0.0.1/video", "", "✓")
            await counter.pilot.press("escape")
            await counter.see(lambda: counter.pilot.app.screen is counter.screen)


async def test_what_a_video_is_filmed_in_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    video(tmp_path / "v.avi", [scene(code("train ticket"))] * 5)
    async with at_counter(world, monkeypatch) as counter:
        await typed(counter, str(tmp_path / "v.avi"))
        await counter.sees("Autre QR code")
        screen = await opened(counter)
        assert screen.query_one(RowsView).rows[0].cells[2] == "1280×720, 10/s, MJPG"


@pytest.mark.parametrize(
    ("spec", "said"),
    [("", "Adresse incomprise"), ("ftp://a", "Adresse incomprise"), ("/nowhere/x", "rien à cet")],
)
async def test_what_names_no_camera_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, spec: str, said: str
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        await typed(counter, spec)
        screen = counter.pilot.app.screen
        await counter.see(lambda: said in screen.query_one(Said).text)
        await counter.pilot.press("escape")
        assert load_settings(counter.station.folder).camera == "0"
        counter.hold("train ticket")
        await counter.sees("Autre QR code")


async def test_the_practice_camera_is_one_of_the_choices(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    papers = world.folder / "papers"
    papers.mkdir()
    (tmp_path / "a.png").write_bytes(file_of(scene(code("train ticket"))))
    async with at_counter(world, monkeypatch, practice=papers) as counter:
        await typed(counter, str(tmp_path / "a.png"))
        await counter.sees("Autre QR code")
        assert counter.screen.check_action("present", ()) is False
        screen = await opened(counter)
        rows = screen.query_one(RowsView)
        assert [row.cells[0] for row in rows.rows] == ["Caméra d’essai", str(tmp_path / "a.png")]
        rows.select(str(counter.camera))
        await counter.pilot.press("enter")
        await counter.see(lambda: "F9" in counter.guidance())
        assert counter.screen.check_action("present", ())


async def test_the_picture_is_taken_away_and_the_camera_reads_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(world, monkeypatch) as counter:
        preview = counter.screen.query_one(CameraPreview)
        await opened(counter)
        await counter.pilot.press("f6")
        counter.hold("train ticket")
        await counter.sees("Autre QR code")
        await counter.see(lambda: "Aperçu coupé" in preview.message)
        await counter.see(lambda: load_settings(counter.station.folder).preview == "off")
        await opened(counter)
        await counter.pilot.press("f6")
        await counter.see(lambda: preview.render_line(preview.size.height // 2).text.count("▀") > 9)


async def test_a_closed_camera_opens_when_another_is_chosen(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(file_of(scene(code("train ticket"))))
    async with at_counter(world, monkeypatch) as counter:
        await counter.pilot.press("f7")
        await typed(counter, str(tmp_path))
        await counter.sees("Autre QR code")
        assert counter.screen.query_one(CameraPreview).display


async def test_a_hint_is_said_and_taken_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_counter(world, monkeypatch) as counter:
        (counter.camera / "dark.png").write_bytes(file_of(np.full((480, 640), 25, np.uint8)))
        await counter.see(lambda: HINTS["light"] in counter.guidance())
        (counter.camera / "dark.png").unlink()
        counter.hold("train ticket")
        await counter.see(lambda: "Présentez le QR code" in counter.guidance())
        shutil.rmtree(counter.camera)
        await counter.see(lambda: "Caméra introuvable" in counter.guidance())


def test_a_source_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/agent")
    assert source_name("rtsp://agent:secret@camera:8554/live?x=1") == "rtsp://camera/live"
    assert source_name("http://[::1") == "Adresse incomprise"
    assert source_name("2") == "Caméra 2"
    assert source_name("/home/agent/photos") == "~/photos"


def test_a_mode_is_said_as_far_as_it_is_known() -> None:
    assert filmed_in(Mode(640, 480, 0, "")) == "640×480"
    assert filmed_in(None) == ""
