import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import pytest

from guichet.scanner import apart
from guichet.scanner.apart import Apart
from guichet.scanner.engines import available
from guichet.scanner.frames import Frame
from guichet.scanner.look import Code
from tests.scanner.samples import code, scene, token
from tests.waiting import until

pytestmark = pytest.mark.skipif(
    available()["zbar"] is None, reason="libzbar is not installed (apt install libzbar0)"
)

_PICTURE = scene(code(token(), 4), (800, 600))


Zbar: TypeAlias = Apart[tuple[Code, ...]]


class Clock:
    """Goes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zbar(clock: Clock) -> Iterator[Zbar]:
    zbar = apart.zbar(clock)
    yield zbar
    zbar.close()


def texts(zbar: Zbar, picture: Frame = _PICTURE) -> list[str]:
    return [found.text for found in zbar.ask(picture) or ()]


def state(pid: int) -> str:
    """The kernel's letter for a process, "" once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_nothing_runs_before_it_is_needed(zbar: Zbar) -> None:
    assert zbar.pid is None
    assert texts(zbar) == [token()]
    assert zbar.pid is not None


def test_a_code_is_read_and_placed(zbar: Zbar) -> None:
    (found,) = zbar.ask(_PICTURE) or ()
    side = 49 * 4
    left, right = (400 - side / 2) / 800, (400 + side / 2) / 800
    top, bottom = (300 - side / 2) / 600, (300 + side / 2) / 600
    expected = [(left, top), (right, top), (right, bottom), (left, bottom)]
    assert found.corners is not None
    assert np.allclose(found.corners, expected, atol=0.01)


def test_one_picture_at_a_time_and_no_waiting(zbar: Zbar) -> None:
    assert not zbar.give(_PICTURE)  # it is starting
    until(lambda: zbar.give(_PICTURE) or zbar.answer())
    assert not zbar.give(_PICTURE)  # it is at work
    answer = until(zbar.answer)
    assert answer is not None
    assert [found.text for found in answer] == [token()]
    assert zbar.answer() is None


def test_texts_that_are_not_ascii_are_not_believed(zbar: Zbar) -> None:
    assert texts(zbar, code("Hôtel de la préfecture")) == []
    assert texts(zbar, code("Hotel de la prefecture")) == ["Hotel de la prefecture"]


def test_a_text_cut_into_several_symbols_is_nothing(zbar: Zbar) -> None:
    zbar.ask(_cut_in_two())
    assert texts(zbar) == [token()]
    assert zbar.failures == 0


def test_a_picture_too_large_is_not_taken(zbar: Zbar) -> None:
    assert texts(zbar, np.full((1601, 1601), 255, np.uint8)) == []
    assert texts(zbar) == [token()]


def test_a_killed_process_is_replaced_after_a_rest(zbar: Zbar, clock: Clock) -> None:
    texts(zbar)
    first = zbar.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: state(first) == "Z")
    assert texts(zbar) == []  # the frame is answered without it
    assert zbar.pid is None
    clock.now += 0.9
    assert texts(zbar) == []
    clock.now += 0.2
    assert texts(zbar) == [token()]
    assert zbar.failures == 1


def test_a_process_killed_at_work_is_noticed(zbar: Zbar) -> None:
    pid = _at_work(zbar)
    os.kill(pid, signal.SIGKILL)
    until(lambda: zbar.answer() is None and zbar.failures == 1)
    assert state(pid) == ""


def test_a_hung_process_is_killed_when_its_time_is_over(zbar: Zbar, clock: Clock) -> None:
    pid = _at_work(zbar)
    assert zbar.answer() is None
    assert zbar.failures == 0
    clock.now += 1.1
    assert zbar.answer() is None
    assert zbar.failures == 1
    assert state(pid) == ""
    clock.now += 1.0
    assert texts(zbar) == [token()]


def test_rests_grow_with_failures_in_a_row(zbar: Zbar, clock: Clock) -> None:
    rests = []
    for _ in range(8):
        until(lambda: zbar.give(_PICTURE) or zbar.answer() or zbar.pid)
        assert zbar.pid is not None
        os.kill(zbar.pid, signal.SIGKILL)
        until(lambda: zbar.give(_PICTURE) or zbar.answer() or zbar.pid is None)
        until(lambda: zbar.answer() or zbar.pid is None)
        start = clock.now
        while not zbar.pid:
            clock.now += 0.5
            zbar.give(_PICTURE)
        rests.append(clock.now - start)
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]


def test_closed_it_is_gone_and_starts_again(zbar: Zbar) -> None:
    texts(zbar)
    pid = zbar.pid
    assert pid is not None
    zbar.close()
    zbar.close()
    assert state(pid) == ""
    assert texts(zbar) == [token()]


@pytest.mark.parametrize("paused", [False, True], ids=["idle", "hung"])
def test_it_ends_with_its_parent_whatever_happens(paused: bool) -> None:  # noqa: FBT001
    program = (
        "import sys, time, numpy\n"
        "from guichet.scanner import apart\n"
        "zbar = apart.zbar()\n"
        "zbar.ask(numpy.full((90, 90), 255, numpy.uint8))\n"
        "print(zbar.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert os.getsid(child) == child  # the terminal's signals do not reach it
        if paused:
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    if paused:
        os.kill(child, signal.SIGCONT)
    until(lambda: state(child) in {"", "Z"})


def test_it_is_small_and_loads_no_screen(zbar: Zbar) -> None:
    texts(zbar)
    status = Path(f"/proc/{zbar.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 40_000  # KiB
    maps = Path(f"/proc/{zbar.pid}/maps").read_text()
    assert "libzbar" in maps
    assert "cv2" not in maps
    assert "numpy" not in maps


def test_a_process_that_cannot_be_started_is_a_failure_like_others(
    zbar: Zbar, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nowhere/python")
        assert texts(zbar) == []
    assert zbar.failures == 1
    clock.now += 1.1
    assert texts(zbar) == [token()]


def test_without_libzbar_nothing_is_read_and_nothing_tried_again(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyzbar.py").write_text("raise ImportError('no libzbar here')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    zbar = apart.zbar(clock)
    assert texts(zbar) == []
    clock.now += 1000
    assert texts(zbar) == []
    assert zbar.pid is None
    assert zbar.failures == 0


def _at_work(zbar: Zbar) -> int:
    """The process, stopped with a picture to read."""
    texts(zbar)
    pid = zbar.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    until(lambda: state(pid) == "T")
    assert zbar.give(_PICTURE)
    return pid


def _cut_in_two() -> Frame:
    """The first of two symbols that hold one text together, made by OpenCV."""
    settings = cv2.QRCodeEncoder.Params()
    settings.mode = cv2.QRCodeEncoder_MODE_STRUCTURED_APPEND
    settings.structure_number = 2
    maker = cv2.QRCodeEncoder.create(settings)
    parts = maker.encodeStructuredAppend("one text in two symbols, to be put together again")
    first = np.asarray(parts[0], np.uint8)
    return np.kron(first, np.ones((6, 6), np.uint8))
