import os
import shutil
from pathlib import Path

import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.folder import Folder
from tests.scanner.samples import code, file_of


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, text: str, second: int) -> None:
    """A picture written at that second, however coarse the file system's times are."""
    path.write_bytes(file_of(code(text, 3)))
    os.utime(path, (second, second))


def watch(folder: Folder, clock: Clock, seconds: float) -> list[str]:
    """The texts shown, each once for as long as it stays in view."""
    shown: list[str] = []
    end = clock.now + seconds
    while clock.now < end:
        frame = folder.read()
        texts = [] if frame is None else decode(frame)
        if texts and texts != shown[-1:]:
            shown += texts
        clock.now += 0.05
    return shown


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_pictures_are_shown_by_name_and_around_again(tmp_path: Path, clock: Clock) -> None:
    for second, name in enumerate(["c.png", "a.png", "b.png"]):
        write(tmp_path / name, name[0], second)
    folder = Folder(tmp_path, clock)
    assert watch(folder, clock, 7) == ["a", "b", "c", "a", "b"]


def test_a_picture_is_held_in_view_as_several_frames(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "a.png", "a", 1)
    folder = Folder(tmp_path, clock)
    frames = 0
    for tick in range(30):
        clock.now = tick * 0.05
        frames += folder.read() is not None
    assert 10 <= frames <= 16


def test_new_and_rewritten_pictures_come_before_the_old(tmp_path: Path, clock: Clock) -> None:
    for second, name in enumerate("abcd"):
        write(tmp_path / f"{name}.png", name, second)
    folder = Folder(tmp_path, clock)
    assert watch(folder, clock, 1) == ["a"]
    write(tmp_path / "z.png", "z", 100)
    write(tmp_path / "y.png", "y", 101)
    write(tmp_path / "d.png", "D", 102)
    assert watch(folder, clock, 8) == ["a", "z", "y", "D", "b", "c"]


def test_a_half_written_picture_is_shown_once_it_is_whole(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "a.png", "a", 1)
    write(tmp_path / "b.png", "b", 2)
    whole = file_of(code("new", 3))
    (tmp_path / "new.png").write_bytes(whole[:200])
    folder = Folder(tmp_path, clock)
    assert watch(folder, clock, 4) == ["a", "b", "a"]
    (tmp_path / "new.png").write_bytes(whole)
    assert "new" in watch(folder, clock, 4)[:2]


def test_a_deleted_picture_is_shown_no_more(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "a.png", "a", 1)
    write(tmp_path / "b.png", "b", 2)
    folder = Folder(tmp_path, clock)
    assert watch(folder, clock, 1) == ["a"]
    (tmp_path / "b.png").unlink()
    assert watch(folder, clock, 4) == ["a"]


def test_an_empty_folder_waits_for_its_first_picture(tmp_path: Path, clock: Clock) -> None:
    folder = Folder(tmp_path, clock)
    assert watch(folder, clock, 5) == []
    write(tmp_path / "a.png", "a", 1)
    assert watch(folder, clock, 0.3) == ["a"]


def test_a_single_image_is_a_folder_of_one(tmp_path: Path, clock: Clock) -> None:
    write(tmp_path / "a.png", "a", 1)
    write(tmp_path / "b.png", "b", 2)
    assert watch(Folder(tmp_path / "b.png", clock), clock, 4) == ["b"]


@pytest.mark.parametrize("single", [True, False])
def test_what_is_deleted_is_lost(tmp_path: Path, clock: Clock, *, single: bool) -> None:
    place = tmp_path / "place"
    place.mkdir()
    write(place / "a.png", "a", 1)
    folder = Folder(place / "a.png" if single else place, clock)
    assert watch(folder, clock, 1) == ["a"]
    shutil.rmtree(place)
    with pytest.raises(CameraFault) as caught:
        watch(folder, clock, 4)
    assert caught.value.reason == "lost"
