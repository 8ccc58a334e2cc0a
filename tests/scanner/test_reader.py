import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from guichet.scanner.faults import CameraFault
from guichet.scanner.frames import Frame
from guichet.scanner.guidance import Advice
from guichet.scanner.preview import Picture
from guichet.scanner.reader import Reader, State
from guichet.scanner.webcam import Mode
from tests.scanner import rtsp_camera
from tests.scanner.cameras import Camera, serving
from tests.scanner.samples import blurred, code, file_of, noisy, scene, tilted, token, video
from tests.waiting import until


class Watch:
    """A reader and all it has called back."""

    def __init__(self, spec: str, step: float = 0.05) -> None:
        self.texts: list[str] = []
        self.pictures: list[Picture] = []
        self.faults: list[CameraFault] = []
        self.hints: list[Advice | None] = []
        self.recoveries = 0
        self.reader = Reader(
            spec,
            self.texts.append,
            self.pictures.append,
            self.faults.append,
            on_advice=self.hints.append,
            on_recovered=self._recovered,
            # A step a frame, however slow the machine.
            clock=partial(next, count(0.0, step)),
            retry=0.05,
        )

    def _recovered(self) -> None:
        self.recoveries += 1

    def state(self) -> State:
        return self.reader.state

    def reasons(self) -> list[str]:
        return [fault.reason for fault in self.faults]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "practice"
    path.mkdir()
    return path


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_a_token_held_in_view_is_one_scan(place: Path) -> None:
    watch = Watch(str(place))
    watch.reader.preview_size = (60, 44)
    (place / "a.png").write_bytes(file_of(scene(code(token()))))
    watch.reader.start()
    until(lambda: len(watch.pictures) > 5)
    watch.reader.stop()
    assert watch.texts == [token()]
    assert watch.faults == []
    assert {(picture.width, picture.height) for picture in watch.pictures} == {(60, 34)}


def test_the_next_person_s_code_is_another_scan(place: Path) -> None:
    watch = Watch(str(place))
    (place / "a.png").write_bytes(file_of(code(token(1))))
    watch.reader.start()
    until(lambda: watch.texts == [token(1)])
    (place / "b.png").write_bytes(file_of(code("a train ticket")))
    until(lambda: watch.texts == [token(1), "a train ticket"])
    watch.reader.stop()
    assert watch.pictures == []  # no size was set


@pytest.mark.skipif(sys.platform != "linux", reason="decoding has a process on Linux only")
def test_a_decoder_that_dies_is_replaced_while_filming(place: Path) -> None:
    watch = Watch(str(place))
    (place / "a.png").write_bytes(file_of(scene(code(token()))))
    watch.reader.start()
    until(lambda: watch.texts == [token()])
    pid = watch.reader._sight.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    (place / "b.png").write_bytes(file_of(scene(code(token(1)))))
    until(lambda: token(1) in watch.texts, 30)
    assert watch.reader._sight.pid not in {None, pid}
    assert watch.faults == []
    watch.reader.stop()
    assert watch.reader._sight.pid is None


def test_a_video_s_code_is_read(tmp_path: Path) -> None:
    video(tmp_path / "v.avi", [scene(code(token()))] * 10)
    watch = Watch(str(tmp_path / "v.avi"))
    watch.reader.start()
    until(lambda: watch.texts)
    watch.reader.stop()
    assert watch.texts == [token()]


def coming_in(frames: int = 15) -> list[Frame]:
    """A convocation held into view from the right, then still; filmed as cameras do."""
    sheet = code(token(7), 5)
    side = len(sheet)
    film = []
    for number in range(frames + 10):
        left = max(500, 1280 - number * (780 // frames))
        frame = np.full((720, 1280), 150, np.uint8)
        seen = min(side, 1280 - left)
        frame[200 : 200 + side, left : left + seen] = sheet[:, :seen]
        film.append(noisy(blurred(tilted(frame, 0.05), 1.0), 8, number))
    return film


def test_a_recorded_code_that_comes_into_view_is_one_scan(tmp_path: Path) -> None:
    video(tmp_path / "v.avi", coming_in(), rate=30)
    watch = Watch(str(tmp_path / "v.avi"))
    watch.reader.preview_size = (64, 36)
    watch.reader.start()
    until(lambda: watch.texts)
    shown = len(watch.pictures)
    watch.reader.stop()
    assert watch.texts == [token(7)]
    assert shown >= 1  # it was not there from the first frame


def test_a_hint_is_told_once_and_taken_back(place: Path) -> None:
    (place / "a.png").write_bytes(file_of(np.full((480, 640), 25, np.uint8)))
    watch = Watch(str(place))
    watch.reader.start()
    until(lambda: watch.hints)
    assert watch.hints == ["light"]
    (place / "a.png").write_bytes(file_of(scene(code(token()))))
    until(lambda: watch.texts)
    until(lambda: len(watch.hints) > 1)
    watch.reader.stop()
    assert watch.hints == ["light", None]


def test_a_folder_deleted_is_one_fault_and_recovers(place: Path) -> None:
    (place / "a.png").write_bytes(file_of(code(token(1))))
    watch = Watch(str(place))
    watch.reader.start()
    until(lambda: watch.texts)
    assert watch.state() == "watching"
    shutil.rmtree(place)
    until(lambda: watch.reasons() == ["lost", "absent"])
    assert watch.state() == "faulty"
    place.mkdir()
    (place / "b.png").write_bytes(file_of(code(token(2))))
    until(lambda: watch.texts == [token(1), token(2)])
    assert watch.recoveries == 1
    assert watch.reasons() == ["lost", "absent"]
    watch.reader.stop()


def test_a_stopped_network_camera_recovers(place: Path) -> None:
    del place
    camera = Camera(text=token(1))
    with serving(camera):
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: watch.texts == [token(1)])
    until(lambda: watch.state() == "faulty")
    camera.text = token(2)
    with serving(camera):
        until(lambda: watch.texts == [token(1), token(2)])
        watch.reader.stop()
    assert watch.recoveries == 1
    assert set(watch.reasons()) <= {"lost", "absent"}


def test_a_stalled_network_camera_does_not_hold_stop() -> None:
    with serving(Camera(parts=1, stalls=True)) as camera:
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: watch.texts == ["hello"])
        stopping = threading.Thread(target=watch.reader.stop)
        stopping.start()
        stopping.join(3)  # the stream's own patience is longer
        assert not stopping.is_alive()
    assert watch.faults == []  # stopping is not one


def test_a_stalled_rtsp_camera_does_not_hold_stop() -> None:
    with rtsp_camera.serving(rtsp_camera.RtspCamera(parts=40, stalls=True)) as camera:
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: watch.texts == ["hello"])
        stopping = threading.Thread(target=watch.reader.stop)
        stopping.start()
        stopping.join(2)  # FFmpeg's own patience is longer
        assert not stopping.is_alive()
    assert watch.faults == []
    until(lambda: "stream" not in {thread.name for thread in threading.enumerate()})


def test_an_rtsp_camera_cut_off_recovers() -> None:
    camera = rtsp_camera.RtspCamera(text=token(1))
    with rtsp_camera.serving(camera):
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: watch.texts == [token(1)])
    until(lambda: watch.state() == "faulty")
    camera.text = token(2)
    with rtsp_camera.serving(camera):
        until(lambda: watch.texts == [token(1), token(2)])
        watch.reader.stop()
    assert watch.recoveries == 1
    assert set(watch.reasons()) <= {"lost", "absent"}


def test_a_camera_that_films_black_is_told_and_seen_to_open(place: Path) -> None:
    (place / "a.png").write_bytes(file_of(np.full((480, 640), 3, np.uint8)))
    watch = Watch(str(place), step=1.0)
    watch.reader.preview_size = (60, 44)
    watch.reader.start()
    until(lambda: watch.faults)
    assert (watch.reasons(), watch.state(), watch.pictures) == (["black"], "faulty", [])
    (place / "a.png").write_bytes(file_of(code(token())))
    until(lambda: watch.texts == [token()])
    watch.reader.stop()
    assert watch.recoveries == 1


def test_the_reader_says_what_the_source_films_in(tmp_path: Path) -> None:
    video(tmp_path / "v.avi", [scene(code(token()))] * 10)
    watch = Watch(str(tmp_path / "v.avi"))
    watch.reader.start()
    assert until(lambda: watch.reader.mode) == Mode(1280, 720, 10, "MJPG")
    watch.reader.stop()
    assert watch.reader.mode is None


def test_stop_is_idempotent_and_the_reader_starts_again(place: Path) -> None:
    (place / "a.png").write_bytes(file_of(code(token())))
    watch = Watch(str(place))
    watch.reader.stop()
    for _ in range(2):
        watch.texts.clear()
        watch.reader.start()
        watch.reader.start()
        until(lambda: watch.texts == [token()])
        watch.reader.stop()
        watch.reader.stop()
        assert watch.state() == "stopped"


def test_a_fault_that_lasts_is_told_once() -> None:
    with serving(Camera(status=503, parts=0)) as camera:
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: len(camera.asked) > 3)
        watch.reader.stop()
    assert watch.reasons() == ["busy"]
    assert watch.recoveries == 0


def test_a_fault_that_comes_again_after_a_recovery_is_told_again() -> None:
    with serving(Camera(parts=3)) as camera:
        watch = Watch(camera.address)
        watch.reader.start()
        until(lambda: len(watch.faults) >= 3 and bool(watch.texts))
        watch.reader.stop()
    assert set(watch.reasons()) == {"lost"}
    assert watch.recoveries >= 2
    assert watch.texts == ["hello"]  # the code stayed in view


def test_stop_during_a_fault_does_not_wait_for_the_retry() -> None:
    faults: list[CameraFault] = []
    texts: list[str] = []
    reader = Reader("/dev/video97", texts.append, None, faults.append, retry=100)
    reader.start()
    until(lambda: faults)
    stopping = threading.Thread(target=reader.stop)
    stopping.start()
    stopping.join(10)
    assert not stopping.is_alive()
    assert [fault.reason for fault in faults] == ["absent"]


def test_the_camera_s_libraries_are_not_loaded_with_the_reader() -> None:
    heavy = ["cv2", "numpy", "zxingcpp", "pyzbar"]
    program = f"import sys, guichet.scanner.reader; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
