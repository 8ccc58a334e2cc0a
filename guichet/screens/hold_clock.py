"""How long the seat is still kept, counted by the station's clock."""

import math

from textual.message import Message

from guichet.i18n import _
from guichet.screens.post import Post
from guichet.station.mediation import Held
from guichet.widgets.countdown import Countdown

_EVERY = 0.5
"""Seconds between two looks at the clock."""
_KEPT = _("Place gardée pour vous")


class HoldClock(Countdown):
    """The seat kept now, and the time left for it; `kept` says what is kept."""

    class Over(Message):
        """The hold has just run out."""

    def __init__(self, post: Post, held: Held, kept: str = _KEPT) -> None:
        self._post = post
        self.held = held
        self._kept = kept
        super().__init__(kept, total=self.seconds)

    def on_mount(self) -> None:
        """Count down."""
        self.set_interval(_EVERY, self._count)

    @property
    def seconds(self) -> int:
        """Whole seconds before the hold ends, never negative."""
        return max(0, math.ceil((self.held.until - self._post.station.now()).total_seconds()))

    def keep(self, held: Held) -> None:
        """Count for this hold from now on."""
        self.held = held
        self.text = self._kept
        self.left = self.seconds

    def _count(self) -> None:
        seconds = self.seconds
        if seconds == 0 and self.left > 0:
            self.text = _("Délai passé. F5\u00a0: garder à nouveau. Échap\u00a0: autre créneau.")
            self.post_message(self.Over())
        self.left = seconds
