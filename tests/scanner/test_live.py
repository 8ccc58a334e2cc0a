import threading
from dataclasses import dataclass, field

import pytest

from guichet.scanner.decoder import decode
from guichet.scanner.faults import CameraFault
from guichet.scanner.live import Live
from tests.scanner.samples import code, file_of
from tests.waiting import until


@dataclass
class Tap:
    """A stream that gives the pictures of `texts` as soon as it may, then waits to be cut."""

    texts: list[str]
    given: int = 0
    open: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def grab(self) -> bytes:
        self.open.wait()
        if self.given == len(self.texts):
            self.done.wait()
            raise CameraFault("lost", "cut")
        self.given += 1
        return file_of(code(self.texts[self.given - 1], 3))

    def cut(self) -> None:
        self.done.set()

    def close(self) -> None:
        self.closed = True


def test_only_the_newest_picture_is_kept() -> None:
    tap = Tap([str(number) for number in range(5)])
    live = Live("camera", lambda: tap)
    tap.open.set()
    until(lambda: tap.given == 5 and live._newest == file_of(code("4", 3)))
    frame = live.read()
    live.close()
    assert frame is not None
    assert decode(frame) == ["4"]
    assert tap.closed


def test_a_fault_comes_after_the_stream_s_end_and_stays() -> None:
    tap = Tap([])
    live = Live("camera", lambda: tap)
    tap.open.set()
    tap.done.set()
    for _ in range(2):
        with pytest.raises(CameraFault):
            live.read()
    live.close()


def test_a_connection_that_takes_its_time_holds_nobody_up() -> None:
    slow = threading.Event()
    tap = Tap(["a"])

    def connect() -> Tap:
        slow.wait()
        return tap

    live = Live("camera", connect)
    reading = threading.Thread(target=live.read)
    reading.start()
    live.interrupt()
    reading.join(0.9)
    assert not reading.is_alive()
    slow.set()
    live.close()
    assert tap.closed
    assert tap.given == 0
