"""What a webcam does, its driver being a video file's: this needs no camera."""

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import pytest

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import Frame
from guichet.scanner.webcam import Mode, Webcam, negotiate
from tests.scanner.samples import code, scene, video


class Clock:
    """A clock that moves a second each time it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def capture(path: Path, frames: list[Frame], rate: float = 10) -> cv2.VideoCapture:
    video(path, frames, rate)
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


@pytest.mark.parametrize(("size", "rate"), [((1280, 720), 30), ((640, 480), 10)])
def test_the_mode_is_what_the_camera_gives_whatever_was_asked(
    tmp_path: Path, size: tuple[int, int], rate: int
) -> None:
    camera = capture(tmp_path / "v.avi", [scene(code("a"), size)], rate)
    assert negotiate(camera) == Mode(*size, rate, "MJPG")
    camera.release()


class Asked:
    """A capture, and the widths it was asked for. OpenCV's class, as a base, crashes."""

    def __init__(self, camera: cv2.VideoCapture) -> None:
        self.camera = camera
        self.widths: list[float] = []

    def set(self, what: int, value: float) -> bool:
        if what == cv2.CAP_PROP_FRAME_WIDTH:
            self.widths.append(value)
        return self.camera.set(what, value)

    def get(self, what: int) -> float:
        return self.camera.get(what)


@pytest.mark.parametrize(("rate", "widths"), [(30, [1280]), (10, [1280, 640])])
def test_a_camera_too_slow_in_its_large_size_is_asked_for_less(
    tmp_path: Path, rate: int, widths: list[int]
) -> None:
    camera = capture(tmp_path / "v.avi", [scene(code("a"))], rate)
    asked = Asked(camera)
    negotiate(asked)
    camera.release()
    assert asked.widths == widths


def test_a_device_that_is_not_this_user_s_is_denied() -> None:
    program = (
        "import fcntl, os, sys; from pathlib import Path\n"
        "from guichet.scanner import faults, webcam\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"  # root may open everything
        "try: webcam.open_device(Path(sys.argv[1]))\n"
        "except faults.CameraFault as fault: print(fault.reason)\n"
    )
    with tempfile.NamedTemporaryFile() as device:
        Path(device.name).chmod(0)
        command = [sys.executable, "-c", program, device.name]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "denied"


def test_a_webcam_gives_frames_then_is_lost(tmp_path: Path) -> None:
    film = capture(tmp_path / "v.avi", [scene(code("a"), (640, 480))] * 3)
    camera = Webcam(film, "camera", clock=Clock())
    assert [camera.read() is None for _ in range(6)] == [False] * 3 + [True] * 3
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "lost"


def test_a_webcam_that_gives_nothing_from_the_start(tmp_path: Path) -> None:
    film = capture(tmp_path / "v.avi", [scene(code("a"), (640, 480))])
    film.read()
    camera = Webcam(film, "camera", clock=Clock())
    assert [camera.read() for _ in range(3)] == [None] * 3
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "no_frames"


def test_an_unplugged_webcam_is_lost_at_once(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    film = capture(tmp_path / "v.avi", [scene(code("a"), (640, 480))])
    camera = Webcam(film, "camera", device, Clock())
    assert camera.read() is not None
    assert camera.read() is None
    device.unlink()
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "lost"
