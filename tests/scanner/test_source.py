from functools import partial
from pathlib import Path

import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.film import VideoFile
from guichet.scanner.frames import Frame
from guichet.scanner.source import Source, check_source, open_source
from tests.scanner import rtsp_camera
from tests.scanner.cameras import Camera, serving
from tests.scanner.samples import code, file_of, scene, token, video
from tests.waiting import until


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
        ("ftp://127.0.0.1/video", "unknown_source"),
        ("97", "absent"),
        ("/dev/video97", "absent"),
        ("nowhere/video.avi", "absent"),
        ("/dev/null", "unreadable"),  # a device that cannot be filmed with
        (__file__, "unreadable"),
    ],
)
def test_a_source_that_cannot_be_opened_is_named_in_silence(
    spec: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CameraFault) as caught:
        open_source(spec)
    assert caught.value.reason == reason
    assert spec in caught.value.detail or "://" in spec  # an address may hold a password
    assert capfd.readouterr() == ("", "")


def _read(source: Source) -> list[Frame]:
    frame = source.read()
    return [] if frame is None else [frame]


def test_each_kind_of_words_opens_its_source(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(file_of(code(token(), 3)))
    video(tmp_path / "v.avi", [scene(code(token()))])
    rtsp = rtsp_camera.RtspCamera(text=token())
    with serving(Camera(text=token())) as camera, rtsp_camera.serving(rtsp):
        for spec in (
            str(tmp_path),
            str(tmp_path / "a.png"),
            str(tmp_path / "v.avi"),
            camera.address,
            rtsp.address,
        ):
            source = open_source(spec)
            frame = until(partial(_read, source))[0]
            source.close()
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


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", "unknown_source"),
        ("ftp://127.0.0.1/", "unknown_source"),
        ("http://", "unknown_source"),
        ("nowhere/at all", "absent"),
        ("null\0byte", "absent"),
    ],
)
def test_words_that_name_nothing_are_found_without_opening(spec: str, reason: str) -> None:
    with pytest.raises(CameraFault) as caught:
        check_source(spec)
    assert caught.value.reason == reason


@pytest.mark.parametrize("spec", ["7", __file__, "/tmp", "http://127.0.0.1:9/", "rtsp://camera/1"])  # noqa: S108
def test_what_may_be_there_later_is_no_fault(spec: str) -> None:
    check_source(spec)
