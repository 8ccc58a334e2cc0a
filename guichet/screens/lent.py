"""What this station keeps for when it is cut off, in words."""

from datetime import timedelta

from textual.widgets import Static

from guichet.domain.calendar_fr import short_day
from guichet.i18n import ngettext
from guichet.screens.post import Post, background
from guichet.station.lending import Lent


def kept(post: Post, lent: Lent) -> str:
    """How many seats it keeps and until when; empty without any."""
    seats = lent.slots.total()
    if lent.until is None or not seats:
        return ""
    text = ngettext(
        "Ce poste garde {n} place hors connexion, jusqu’au {until}.",
        "Ce poste garde {n} places hors connexion, jusqu’au {until}.",
        seats,
    )
    # Midnight is the end of a day to who lends, and the beginning of the next to who reads.
    last = post.station.local(lent.until) - timedelta(minutes=1)
    return text.format(n=seats, until=short_day(last))


class LentTold(Static):
    """One line that says so."""

    DEFAULT_CSS = "LentTold { height: 1; color: $muted; }"

    def __init__(self, post: Post) -> None:
        super().__init__("", markup=False)
        self._post = post

    def on_mount(self) -> None:
        """Count at once."""
        self.count()

    def count(self) -> None:
        """Count again."""
        lending = self._post.station.mediation.lending
        background(self, lending.lent, self._tell, group="lent", exclusive=True)

    def _tell(self, lent: Lent) -> None:
        self.update(kept(self._post, lent))
