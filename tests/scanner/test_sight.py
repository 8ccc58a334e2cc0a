"""The decoder in a process of its own."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.webcam import video
from guichet.scanner.faults import CameraFault
from guichet.scanner.files import read_file
from guichet.scanner.sight import Sight
from tests.scanner.samples import code, file_of, scene, token
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="on Linux only")

_PICTURE = scene(code(token(), 4), (800, 600))


@pytest.fixture
def sight() -> Iterator[Sight]:
    with Sight() as sight:
        yield sight


def texts(sight: Sight) -> list[str]:
    return [code.text for code in sight.look(_PICTURE).codes]


def stopped(sight: Sight) -> int:
    """The process, which will not answer."""
    assert texts(sight) == [token()]
    assert sight.pid is not None
    os.kill(sight.pid, signal.SIGSTOP)
    return sight.pid


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_what_is_seen_there_is_told_as_it_was(sight: Sight) -> None:
    (found,) = sight.look(_PICTURE).codes
    assert found.text == token()
    assert found.corners is not None
    side = 49 * 4
    assert np.allclose(
        found.corners[0], ((400 - side / 2) / 800, (300 - side / 2) / 600), atol=0.01
    )
    assert sight.read(_PICTURE) == [token()]
    assert sight.read(np.stack([_PICTURE] * 3, axis=2)) == [token()]
    assert sight.read(code("Hôtel 王 \x1d")) == ["Hôtel 王 \x1d"]
    assert sight.read(np.full((90, 90), 255, np.uint8)) == []


def test_where_something_like_a_code_was_seen_is_told(sight: Sight) -> None:
    spoilt = code(token())
    spoilt[120:250, 120:250] = 255  # beyond what error correction mends
    look = sight.look(scene(spoilt))
    assert not look.codes
    assert look.suspect is not None
    assert 0 < look.suspect[0][0] < look.suspect[1][0] < 1


def test_a_film_s_frames_help_each_other(sight: Sight) -> None:
    held = video(0, (640, 480), 10)
    read = [[code.text for code in sight.look(frame).codes] for frame in held.frames]
    assert read.count([held.text]) >= 8


def test_a_crash_costs_one_frame_and_another_process_takes_over(sight: Sight) -> None:
    first = stopped(sight)
    os.kill(first, signal.SIGKILL)
    assert texts(sight) == []
    assert sight.failures == 1
    until(lambda: texts(sight) == [token()])  # after its rest
    assert sight.pid not in {None, first}


def test_a_hang_is_given_up(sight: Sight) -> None:
    first = stopped(sight)
    assert texts(sight) == []  # in two seconds
    assert sight.failures == 1
    assert gone(first)
    until(lambda: texts(sight) == [token()])


def test_who_waits_for_a_hung_process_can_be_let_go(sight: Sight) -> None:
    stopped(sight)
    waiting = threading.Thread(target=sight.read, args=(_PICTURE,))  # it may take 20 seconds
    waiting.start()
    until(lambda: sight._apart.waiting)
    sight.interrupt()
    waiting.join(5)
    assert not waiting.is_alive()
    assert sight.failures == 1


def test_files_are_read_after_a_crash_without_missing_one(sight: Sight, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(file_of(_PICTURE))
    pid = stopped(sight)
    os.kill(pid, signal.SIGKILL)
    assert texts(sight) == []
    assert read_file(path, sight).texts == (token(),)


def test_a_closed_one_starts_again(sight: Sight) -> None:
    texts(sight)
    pid = sight.pid
    assert pid is not None
    sight.close()
    assert gone(pid)
    assert texts(sight) == [token()]


def test_a_decoder_that_cannot_start_leaves_a_file_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(file_of(_PICTURE))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Sight() as sight, pytest.raises(CameraFault) as fault:
        read_file(path, sight)
    assert fault.value.reason == "unreadable"
