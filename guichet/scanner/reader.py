"""The camera at work: what is shown to it, told as texts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from guichet.scanner.faults import CameraFault
from guichet.scanner.guidance import Advice
from guichet.scanner.guide import Guide
from guichet.scanner.preview import Picture, shrink
from guichet.scanner.sight import Sight
from guichet.scanner.sightings import Sightings
from guichet.scanner.source import Source, open_source

if TYPE_CHECKING:
    from guichet.scanner.frames import Frame
    from guichet.scanner.webcam import Mode

State = Literal["stopped", "opening", "watching", "faulty"]

_GLANCE_PERIOD = 0.1  # seconds between two frames shown and measured
_IDLE = 0.02  # seconds before asking again a source that had no new frame
_BLACK = 20  # a pixel under this, of 255: a closed shutter; a dark room is above
_PATIENCE = 3.0  # seconds of black before it is said


class Reader:
    """Watches a picture source on two threads: one films and shows, one has the newest frame read.

    The callbacks are called from those threads; they must neither raise nor call ``stop``.

    - ``on_text``: the text of a code that came into view; again only once it has been out of view
      for 2 seconds of `clock`.
    - ``on_frame``: the frame, at most 10 times a second, within ``preview_size``, with the codes
      of the frames just before it outlined: its own are not known yet, and it does not wait.
    - ``on_advice``: what to tell who holds a code that is not read; None when there is nothing
      left to tell. Once for each change.
    - ``on_fault``: the source cannot be opened or stopped giving; once until it recovers or fails
      otherwise. It is tried again every `retry` seconds.
    - ``on_recovered``: after a fault, frames are coming again.

    Stopped, it may be started again.
    """

    def __init__(
        self,
        spec: str,
        on_text: Callable[[str], None],
        on_frame: Callable[[Picture], None] | None,
        on_fault: Callable[[CameraFault], None],
        *,
        on_advice: Callable[[Advice | None], None] | None = None,
        on_recovered: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        retry: float = 2.0,
    ) -> None:
        self.preview_size: tuple[int, int] | None = None
        """Columns and twice the rows of the place for the preview; None for no preview."""
        self.state: State = "stopped"
        self.mode: Mode | None = None
        """What the source films in, while it is open, when it tells."""
        self._spec = spec
        self._on_text = on_text
        self._on_frame = on_frame
        self._on_fault = on_fault
        self._on_advice = on_advice
        self._on_recovered = on_recovered
        self._clock = clock
        self._retry = retry
        self._stopping = threading.Event()
        self._newest: Frame | None = None
        self._arrival = threading.Condition()
        self._source: Source | None = None
        self._fault: CameraFault | None = None
        self._sight = Sight()
        self._guide = Guide()
        self._advice: Advice | None = None
        self._next_glance = 0.0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Open the source and watch it. Does nothing when started already."""
        if self._threads:
            return
        self._stopping.clear()
        self._sight = Sight()
        self._fault = None
        self._newest = None  # of before it was stopped
        self._guide = Guide()
        self._advice = None
        self._next_glance = self._clock()
        self.state = "opening"
        self._threads = [
            threading.Thread(target=self._film, name="camera", daemon=True),
            threading.Thread(target=self._decode, name="decoder", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Release the source and end the threads, within a second of the source's being open.

        Nothing is called back after it has returned. Does nothing when stopped already.
        """
        with self._arrival:
            self._stopping.set()
            self._sight.interrupt()
            self._arrival.notify()
            if self._source is not None:
                self._source.interrupt()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self.state = "stopped"

    def _film(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except CameraFault as fault:
                if self._stopping.is_set():  # our own interruption
                    return
                self._tell(fault)
                self._stopping.wait(self._retry)

    def _watch(self) -> None:
        source = open_source(self._spec)
        try:
            with self._arrival:
                self._source = source
            self.mode = source.mode
            lit = self._clock()
            while not self._stopping.is_set():
                frame = source.read()
                if frame is None:
                    self._stopping.wait(_IDLE)
                elif frame[::16, ::16].max() >= _BLACK:
                    lit = self._clock()
                    self._put(frame)
                    self._glance(frame, lit)
                elif self._clock() - lit > _PATIENCE:
                    self._tell(CameraFault("black", source.name))
        finally:
            self.mode = None
            with self._arrival:
                self._source = None
            source.close()

    def _put(self, frame: Frame) -> None:
        if self.state != "watching":
            self.state = "watching"
            if self._fault is not None and self._on_recovered is not None:
                self._on_recovered()
            self._fault = None
        with self._arrival:
            self._newest = frame
            self._arrival.notify()

    def _tell(self, fault: CameraFault) -> None:
        self.state = "faulty"
        if self._fault is None or self._fault.reason != fault.reason:
            self._fault = fault
            self._on_fault(fault)

    def _take(self) -> Frame | None:
        """The newest frame, waited for; None when stopping."""
        with self._arrival:
            self._arrival.wait_for(lambda: self._newest is not None or self._stopping.is_set())
            frame, self._newest = self._newest, None
            return None if self._stopping.is_set() else frame

    def _decode(self) -> None:
        sightings = Sightings()
        with self._sight as sight:
            sight.start()
            while (frame := self._take()) is not None:
                now = self._clock()
                look = sight.look(frame)
                self._guide.saw(look, now)
                for text in sightings.fresh([code.text for code in look.codes], now):
                    self._on_text(text)

    def _glance(self, frame: Frame, now: float) -> None:
        """Show the frame, and say what it calls for; the decoder may be busy with the last one."""
        if now < self._next_glance:
            return
        self._next_glance = now + _GLANCE_PERIOD
        size = self.preview_size
        if self._on_frame is not None and size is not None:
            self._on_frame(shrink(frame, size, self._guide.outlines(now)))
        if self._on_advice is not None:
            advice = self._guide.advice(frame, now)
            if advice != self._advice:
                self._advice = advice
                self._on_advice(advice)
