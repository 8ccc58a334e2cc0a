"""Decoders kept apart in processes that may crash or hang without anyone else noticing."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from guichet.scanner.look import Code, Corners, Point
from guichet.scanner.served import ABSENT, ANSWER_SIZE, REQUEST

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame

T = TypeVar("T")
Size = tuple[int, int]

_STARTING = 10.0  # seconds a starting process may take on a busy computer
_LONGEST_REST = 60.0


class Apart(Generic[T]):
    """Reads grey pictures in a process started when first needed, one picture at a time.

    The process runs `module`, which answers as ``served`` says; `understood` makes of an answer,
    and the picture's width and height, what is given out. Pictures have at most `room` pixels, and
    take at most `patience` seconds, still ones `still_patience`.

    Where the module finds nothing to read with, or elsewhere than on Linux, nothing is read. A
    process that died or gave no answer in time is killed, and another started after a rest that
    doubles with each failure in a row, from one second to a minute. Used by one thread at a time.
    """

    def __init__(
        self,
        module: str,
        understood: Callable[[Any, Size], T],
        room: int,
        *,
        patience: float,
        still_patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._module = module
        self._understood = understood
        self._size_of_room = room
        self._patience = patience
        self._still_patience = still_patience
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._room: mmap.mmap | None = None
        self._due = 0.0  # when the awaited answer is late
        self.waiting = False
        """For an answer, or for a process that is starting."""
        self._size = (0, 0)
        self._rest = 0.0
        self._until = 0.0  # no start before
        self._absent = sys.platform != "linux"  # its shared memory and its alarm are Linux's
        self.failures = 0
        """Processes that died at work or were killed for their silence."""

    @property
    def pid(self) -> int | None:
        """The process in use, None when there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> bool:
        """Whether the process is ready; else it is started, unless it has to rest."""
        if self._process is not None and self._process.poll() is not None:
            if self._process.returncode == -signal.SIGALRM:  # had nothing to do
                self.close()
            else:
                self._failed()
        if self._process is not None:
            return True
        if not self._absent and self._clock() >= self._until:
            try:
                self._start()
            except OSError:  # no memory, no process or no descriptor left on this computer
                self._failed()
        return False

    def give(self, picture: Frame, *, still: bool = False) -> bool:
        """Hand over a grey picture without waiting.

        False when it was not taken: the process is starting, at work or resting.
        """
        if self.waiting or not self.start():
            return False
        room, channel = self._room, self._channel
        if room is None or channel is None or picture.size > self._size_of_room:
            return False
        height, width = picture.shape
        room[: picture.size] = picture.tobytes()
        patience = self._still_patience if still else self._patience
        try:
            channel.send(REQUEST.pack(width, height, still, patience))
        except OSError:  # gone since we looked
            self._failed()
            return False
        self._size = (width, height)
        self._await(patience)
        return True

    def answer(self, wait: float = 0.0) -> T | None:
        """What was read in the picture given, waited for `wait` seconds at most.

        None when there is no answer (yet).
        """
        channel = self._channel
        if not self.waiting or channel is None:
            return None
        if not select.select([channel], [], [], wait)[0]:
            if self._clock() > self._due:
                self._failed()
            return None
        try:
            message = channel.recv(ANSWER_SIZE)
        except OSError:
            message = b""
        if not message:
            self._failed()
            return None
        self.waiting = False
        if self._size == (0, 0):  # it has started
            return None
        self._rest = 0.0
        return self._understood(json.loads(message.decode(errors="surrogatepass")), self._size)

    def ask(self, picture: Frame, *, still: bool = False) -> T | None:
        """What is read in the picture, waited for; None after a failure or while resting."""
        for _attempt in range(2):  # the first may find it starting
            self._wait()
            if self.give(picture, still=still):
                return self._wait()
        return None

    def ready(self) -> None:
        """Wait until a process may be started, and has."""
        time.sleep(max(0.0, self._until - self._clock()))
        if not self.start():
            self._wait()

    def interrupt(self) -> None:
        """From any thread: let whoever waits for an answer go without one."""
        if (channel := self._channel) is not None:
            with contextlib.suppress(OSError):  # it was closed in between
                channel.shutdown(socket.SHUT_RDWR)

    def _wait(self) -> T | None:
        """The awaited answer, when one is awaited; its process is given up when it is late."""
        return self.answer(max(0.0, self._due - self._clock()) + 0.01)

    def close(self) -> None:
        """End the process. It starts again when needed."""
        self.waiting = False
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._room is not None:
            self._room.close()
        self._channel = self._process = self._room = None

    def _start(self) -> None:
        self._size = (0, 0)
        with contextlib.ExitStack() as theirs:
            memory = os.memfd_create("picture")
            theirs.callback(os.close, memory)
            os.ftruncate(memory, self._size_of_room)  # taken from the computer as it is used
            self._room = mmap.mmap(memory, self._size_of_room)
            self._channel, channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            theirs.enter_context(channel)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module, str(memory)],
                stdin=channel.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # engines write there, and a terminal is being drawn on
                pass_fds=(memory,),
                start_new_session=True,  # the terminal's signals are not for it
                env=os.environ | {"PYTHONPATH": os.pathsep.join(_absolute(sys.path))},
            )
        self._await(_STARTING)

    def _await(self, limit: float) -> None:
        self.waiting = True
        self._due = self._clock() + limit

    def _failed(self) -> None:
        if self._process is not None and self._size == (0, 0):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._absent = self._process.wait(0.1) == ABSENT
        self.close()
        if self._absent:
            return
        self.failures += 1
        self._rest = min(max(1.0, 2 * self._rest), _LONGEST_REST)
        self._until = self._clock() + self._rest


def _absolute(folders: list[str]) -> list[str]:
    """This process's own import path, for one that may be started from elsewhere."""
    return [str(Path(folder).absolute()) for folder in folders]


def zbar(clock: Callable[[], float] = time.monotonic) -> Apart[tuple[Code, ...]]:
    """zbar, reading pictures of at most 1600x1600; nothing without libzbar.

    Texts are ASCII; corners start at the one nearest to the frame's top left, as zbar does not tell
    which is the symbol's.
    """
    return Apart(
        "guichet.scanner.zbar", _codes, 1600 * 1600, patience=1.0, still_patience=1.0, clock=clock
    )


def _codes(answer: list[tuple[str, list[tuple[int, int]]]], size: Size) -> tuple[Code, ...]:
    return tuple(Code(text, _corners(points, size)) for text, points in answer)


def _corners(points: list[tuple[int, int]], size: Size) -> Corners | None:
    """Zbar's outline, clockwise, as fractions of the picture; None when it is no quadrilateral."""
    if len(points) != 4:  # noqa: PLR2004 - corners
        return None
    placed: list[Point] = [(x / size[0], y / size[1]) for x, y in points]
    first = min(range(4), key=lambda at: sum(placed[at]))
    a, b, c, d = placed[first:] + placed[:first]
    # Which way pyzbar goes round is its own affair.
    across = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (a, b, c, d) if across > 0 else (a, d, c, b)
