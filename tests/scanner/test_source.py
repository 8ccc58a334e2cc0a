from pathlib import Path

import cv2
import numpy as np
import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.source import VideoFile, Webcam, open_source
from tests.scanner.cameras import Camera, serving
from tests.scanner.samples import code, file_of, scene, token, video

_BLACK = np.full((480, 640), 3, np.uint8)


class Clock:
    """A clock that moves a second each time it is looked at."""

    def __init__(self, step: float = 1.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", "unknown_source"),
        ("rtsp://127.0.0.1/video", "unknown_source"),
        ("97", "absent"),
        ("/dev/video97", "absent"),
        ("nowhere/video.avi", "absent"),
        ("/dev/null", "busy"),  # a device that cannot be filmed with
        (__file__, "unreadable"),
    ],
)
def test_a_source_that_cannot_be_opened_is_named_in_silence(
    spec: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CameraFault) as caught:
        open_source(spec)
    assert caught.value.reason == reason
    assert spec in caught.value.detail
    assert capfd.readouterr() == ("", "")


def test_each_kind_of_words_opens_its_source(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(file_of(code(token(), 3)))
    video(tmp_path / "v.avi", [scene(code(token()))])
    with serving(Camera(text=token())) as camera:
        for spec in (
            str(tmp_path),
            str(tmp_path / "a.png"),
            str(tmp_path / "v.avi"),
            camera.address,
        ):
            source = open_source(spec)
            frame = source.read()
            source.close()
            assert frame is not None, spec
            assert decode(frame) == [token()], spec


def test_a_video_is_played_once_at_its_own_speed(tmp_path: Path) -> None:
    frames = [scene(code(str(number)), (640, 480)) for number in range(5)]
    video(tmp_path / "v.avi", frames, rate=10)
    film = VideoFile(tmp_path / "v.avi", Clock(step=0.03))
    played = [film.read() for _ in range(20)]
    film.close()
    shown = [decode(frame)[0] for frame in played if frame is not None]
    assert shown == ["0", "1", "2", "3", "4"]
    assert 3 <= sum(frame is not None for frame in played[:10]) <= 4


def webcam(path: Path, frames: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> Webcam:
    """A webcam whose driver plays those frames."""
    video(path, frames)
    return Webcam(cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), "camera", clock=Clock())


def test_a_webcam_gives_frames_then_is_lost(tmp_path: Path) -> None:
    camera = webcam(tmp_path / "v.avi", [scene(code("a"), (640, 480))] * 3)
    assert [camera.read() is None for _ in range(6)] == [False] * 3 + [True] * 3
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "lost"


def test_a_webcam_that_stays_black_gives_no_frames(tmp_path: Path) -> None:
    camera = webcam(tmp_path / "v.avi", [_BLACK] * 9)
    assert [camera.read() for _ in range(3)] == [None] * 3
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "no_frames"


def test_an_unplugged_webcam_is_lost_at_once(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    video(tmp_path / "v.avi", [scene(code("a"), (640, 480))])
    capture = cv2.VideoCapture(str(tmp_path / "v.avi"), cv2.CAP_FFMPEG)
    camera = Webcam(capture, "camera", device, Clock())
    assert camera.read() is not None
    assert camera.read() is None
    device.unlink()
    with pytest.raises(CameraFault) as caught:
        camera.read()
    camera.close()
    assert caught.value.reason == "lost"
