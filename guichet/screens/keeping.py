"""What a mediator has under way outlives the program: it is kept, found again and offered."""

from collections.abc import Callable

from textual.screen import Screen
from textual.widgets import Input

from guichet.screens.draft import Work
from guichet.screens.post import Post, background
from guichet.screens.resume import ResumeDialog
from guichet.screens.typed import begun
from guichet.station import Found, Kept

_EVERY = 1.0
"""Seconds between two looks at whether what is under way must be kept anew."""


class Keeping:
    """Keeps the `work` of a search's `screen`; `take_up` goes to the step that was reached."""

    def __init__(
        self, screen: Screen[None], post: Post, work: Work, take_up: Callable[[Found], None]
    ) -> None:
        agent = post.station.session.agent
        self._screen = screen
        self._agent = agent.code if agent else ""
        self._drafts = post.station.drafts
        self._work = work
        self._take_up = take_up
        self._found: Found | None = None
        self._kept: Kept | None = None
        self._keeping = False

    def start(self) -> None:
        """Look for what the program ended with, then keep what is new."""
        agent, drafts = self._agent, self._drafts
        background(self._screen, lambda: drafts.find(agent), self._begin, group="draft")

    def _begin(self, found: Found | None) -> None:
        """Offer what was under way, if anything was; only then is anything kept instead."""
        self._found = found
        if found is not None and found.person is None and not begun(found.typed):
            self._found = None  # a search alone is no question to ask
            self._screen.query_one(Input).value = found.query
        self._screen.set_interval(_EVERY, self._keep)
        self.offer()

    def offer(self) -> None:
        """Ask whether what was under way is taken up, where nothing stands above the search."""
        if self._found is not None and self._screen.app.screen is self._screen:
            self._screen.app.push_screen(ResumeDialog(self._found), self._answered_offer)

    def _answered_offer(self, resume: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        found, self._found = self._found, None
        if resume is False:
            agent, drafts = self._agent, self._drafts
            background(self._screen, lambda: drafts.keep(agent, None), group="draft")
        elif found is not None:
            self._work.restore(found)
            if resume:
                self._take_up(found)
            else:
                self._work.current = None  # it waits in the person's file

    def _keep(self) -> None:
        """Keep what is under way, when it has changed."""
        kept = self._work.kept(self._screen.query_one(Input).value.strip())
        if kept == self._kept or self._keeping or self._found is not None:
            return
        self._keeping, self._kept = True, kept
        agent, drafts = self._agent, self._drafts
        background(
            self._screen, lambda: drafts.keep(agent, kept), self._done, group="draft",
            failed=self._done,
        )  # fmt: skip

    def _done(self, _outcome: object) -> None:
        self._keeping = False
