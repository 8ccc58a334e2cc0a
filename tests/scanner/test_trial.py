"""A camera filmed for a moment, and each engine tried on a picture."""

from pathlib import Path

import pytest

from guichet.scanner.film import VideoFile
from guichet.scanner.folder import Folder
from guichet.scanner.frames import Frame
from guichet.scanner.trial import Film, engines, film
from tests.scanner.samples import blurred, code, file_of, scene, token, underexposed, video


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def filmed(path: Path, frames: list[Frame], rate: float) -> Film:
    clock = Time()
    video(path, frames, rate)
    source = VideoFile(path, clock)
    try:
        seen = film(source, 1.0, clock, clock.sleep)
    finally:
        source.close()
    assert seen is not None
    return seen


@pytest.mark.parametrize("rate", [5, 20])
def test_the_frames_a_second_that_come(tmp_path: Path, rate: float) -> None:
    seen = filmed(tmp_path / "film.avi", [scene(code(token()))] * 40, rate)
    assert seen.rate == pytest.approx(rate, rel=0.1)
    assert (seen.width, seen.height) == (1280, 720)


def test_dark_and_blurred_are_told_from_well_seen(tmp_path: Path) -> None:
    well = scene(code(token()))
    good, dark, vague = (
        filmed(tmp_path / f"{number}.avi", [frame] * 3, 10)
        for number, frame in enumerate((well, underexposed(well), blurred(well, 8)))
    )
    assert dark.light < 40 < good.light < 220
    assert vague.sharpness < 30 < good.sharpness


def test_a_camera_that_shows_nothing(tmp_path: Path) -> None:
    clock = Time()
    assert film(Folder(tmp_path, clock), 1.0, clock, clock.sleep) is None
    assert clock.now - 100 < 5
    (tmp_path / "one.png").write_bytes(file_of(scene(code(token()))))
    assert film(Folder(tmp_path, clock), 1.0, clock, clock.sleep) is not None


def test_every_engine_that_is_here_reads_the_picture() -> None:
    tried = engines()
    assert {name for name, _version, _reads in tried} == {"zxing-cpp", "zbar", "opencv"}
    assert all(reads is (version is not None) for _name, version, reads in tried)
