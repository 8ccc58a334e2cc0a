"""Hearing from central's event stream that the site has changed."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from guichet.errors import CentralUnavailable, GuichetError, StoreError
from guichet.sync import pace

if TYPE_CHECKING:
    from guichet.sync.client import CentralClient

logger = logging.getLogger(__name__)


class Listening:
    """Calls `wake` whenever central says that the site has changed, or is heard no more.

    `heard`: central has said something, be it only that it lives; it may raise StoreError.
    """

    def __init__(
        self,
        connect: "Callable[[], CentralClient]",
        heard: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._wake = wake
        self.open = False
        """Whether the stream is open: what changes is heard of."""

    def run(self, after: float, stop: threading.Event) -> None:
        """Listen `after` so many seconds and until `stop`, in a thread of its own."""
        stop.wait(after)
        while not stop.is_set():
            retry_after = None
            try:
                for moved in self._connect().events(self._opened):
                    self._spoken(moved=moved)
                    if stop.is_set():
                        return
            except GuichetError as error:
                logger.info("event stream: %s", error)
                retry_after = error.retry_after if isinstance(error, CentralUnavailable) else None
            listened, self.open = self.open, False
            if listened:
                self._wake()  # a stream that ends is the first sign that central is gone
            stop.wait(pace.listen_again(retry_after, pace.drawn()))

    def _spoken(self, *, moved: bool) -> None:
        """Central has said something on the stream: that the feed has `moved`, or that it lives."""
        try:
            self._heard()
        except StoreError as error:  # the disk: the next exchange says so on the screen
            logger.warning("event stream: %s", error)
        if moved:
            self._wake()

    def _opened(self) -> None:
        self.open = True
        self._wake()  # what changed before the stream was open is not announced by it
