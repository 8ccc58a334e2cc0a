"""The top line of every mode, kept true by itself."""

from textual.app import ComposeResult
from textual.containers import Vertical

from guichet.domain.calendar_fr import long_date
from guichet.domain.names import display_name
from guichet.i18n import _, ngettext
from guichet.screens.post import Post
from guichet.station import Link, SyncState
from guichet.station.liaison import clock_wrong
from guichet.widgets.bar import StatusBar, Sync

_EVERY = 1.0
"""Seconds between two looks at the clock and the link; both are in memory."""


class Top(Vertical):
    """Where one is, who one is, what time it is, how central stands."""

    DEFAULT_CSS = "Top { dock: top; height: 1; }"

    def __init__(self, post: Post, mode: str) -> None:
        super().__init__()
        self._post = post
        self._mode = mode

    def compose(self) -> ComposeResult:
        """The bar."""
        yield StatusBar()

    def on_mount(self) -> None:
        """Fill the bar, and keep it true."""
        self.renew()
        self.set_interval(_EVERY, self.renew)

    def renew(self) -> None:
        """Read the clock, the session and the link again."""
        station = self._post.station
        bar = self.query_one(StatusBar)
        agent = station.session.agent
        now = station.shown(station.now())
        bar.site = station.site.name
        bar.mode = self._mode
        bar.agent = display_name("", agent.name) if agent else ""
        bar.day = long_date(now.date())
        bar.clock = f"{now:%H:%M}"
        bar.sync = badge(station.sync_state)


def badge(state: SyncState) -> Sync:
    """The sync badge: a level, and words with a sign."""
    pending = (
        ngettext("{n} en attente", "{n} en attente", state.pending).format(n=state.pending)
        if state.pending
        else ""
    )
    match state.link:
        case Link.REJECTED if state.reason == "device_revoked":
            return Sync("bad", _("✗ poste retiré"))
        case Link.REJECTED:
            return Sync("bad", _("✗ poste refusé"))
        case Link.OUTDATED:
            return Sync("warn", " – ".join(filter(None, (_("! à mettre à jour"), pending))))
        case Link.OFFLINE | Link.CONFUSED:
            return Sync("warn", " – ".join(filter(None, (_("! hors ligne"), pending))))
        case _ if state.to_settle:
            return Sync("bad", _("✗ {n} à régler").format(n=state.to_settle))
        case _ if state.pending:
            return Sync("info", f"↑ {pending}")
        case _ if state.read is not None:
            return Sync("idle", _("↓ {n}\u00a0%").format(n=round(100 * state.read)))
        case Link.STARTING:
            return Sync("idle", _("… connexion"))
        case Link.ONLINE if clock_wrong(state.skew):
            return Sync("warn", _("! horloge fausse"))
        case Link.ONLINE:
            return Sync("ok", _("✓ à jour"))
