"""How a visit ends, why it was in vain, and what the person leaves with."""

from collections.abc import Callable

from textual.screen import Screen

from guichet.domain.day import DayRow
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.desk import who
from guichet.screens.desk_words import OUTCOMES, UNSUCCESSFUL
from guichet.screens.missing import MissingScreen
from guichet.screens.post import PersonWanted, Post, background
from guichet.station.calling import About

_REBOOKING = frozenset({Role.MEDIATOR, Role.SUPERVISOR})


class Finishing:
    """Ends one visit, asking from question to question; leaving one leaves the visit open.

    `ended` tells what came of it, and says whether it was done.
    """

    def __init__(
        self, screen: Screen[None], post: Post, row: DayRow, ended: Callable[[Refused | None], bool]
    ) -> None:
        self._screen = screen
        self._post = post
        self._visit = row.visit or ""
        self._who = who(row)
        self._ended = ended
        self._about = About(None, ())
        self._missing: tuple[str, ...] = ()

    def ask(self) -> None:
        """Ask how it ended."""
        self._ask(_("Terminer le passage"), OUTCOMES, self._outcome)

    def _outcome(self, outcome: str | None) -> None:
        if outcome == "unsuccessful":
            calling = self._post.station.calling
            background(self._screen, lambda: calling.about(self._visit), self._why, group="desk")
        elif outcome is not None:
            self._finish(outcome)

    def _why(self, about: About) -> None:
        self._about = about
        self._ask(_("Infructueux\u00a0: pourquoi\u202f?"), UNSUCCESSFUL, self._reason)

    def _reason(self, reason: str | None) -> None:
        if reason == "missing_document" and self._about.documents:
            asked = MissingScreen(self._who, self._about.documents)
            self._screen.app.push_screen(asked, self._lacked)
        elif reason is not None:
            self._finish("unsuccessful", reason)

    def _lacked(self, missing: tuple[str, ...] | None) -> None:
        if missing:
            self._missing = missing
            self._finish("unsuccessful", "missing_document")

    def _finish(self, outcome: str, reason: str | None = None) -> None:
        finish = self._post.station.calling.finish

        def finished(refused: Refused | None) -> None:
            if self._ended(refused) and outcome == "unsuccessful":
                self._next(printing=bool(self._missing))

        background(
            self._screen,
            lambda: finish(self._visit, outcome, reason, self._missing),
            finished,
            group="desk",
        )

    # What the person leaves with ----------------------------------------------------------------

    def _next(self, *, printing: bool) -> None:
        """Offer the sheet of what was missing, and another appointment to who may book one."""
        agent = self._post.station.session.agent
        books = agent is not None and not _REBOOKING.isdisjoint(agent.roles)
        choices: Choices = {
            **(
                {"print": ("i", _("Imprimer «\u00a0Ce qu’il faut apporter\u00a0»"))}
                if printing
                else {}
            ),
            **({"rebook": ("r", _("Reprendre un rendez-vous tout de suite"))} if books else {}),
            "none": ("t", _("Terminé, personne suivante")),
        }
        told = _("Un médiateur du PAN, ou le superviseur, peut reprendre un rendez-vous.")
        note = "" if books else told
        self._ask(_("Passage infructueux terminé"), choices, self._chosen, note)

    def _chosen(self, choice: str | None) -> None:
        if choice == "print":
            background(self._screen, self._print, self._printed, group="paper")
        elif choice == "rebook":
            self._screen.post_message(PersonWanted(self._about.person))

    def _print(self) -> None:
        papers = self._post.station.papers
        sheet = papers.to_bring(self._visit, self._missing)
        if papers.printer_available():
            papers.print(sheet)
        else:
            papers.open(sheet)

    def _printed(self, _nothing: None) -> None:
        self._next(printing=False)

    def _ask(
        self, title: str, choices: Choices, then: Callable[[str | None], None], note: str = ""
    ) -> None:
        self._screen.app.push_screen(AskScreen(title, self._who, choices, note), then)
