"""Receiving who comes without an appointment: what for, then a ticket."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.estimate import Wait
from guichet.domain.model import Procedure, Visit
from guichet.domain.operations import Refused
from guichet.domain.tickets import MOST_PEOPLE, UNKNOWN_LANE
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.desk_words import wait_words
from guichet.screens.post import Post, background
from guichet.screens.words import refusal
from guichet.widgets.big import BigText
from guichet.widgets.columns import Column, Row
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("lane", _("File"), width=4),
    Column("label", _("Démarche"), flex=1),
)
_UNKNOWN = "?"
"""The key of the line for who does not know, or whose démarche is not in the list."""


class WalkInDialog(ModalScreen[None]):
    """Enter on a démarche gives the ticket, once; the letter of a lane goes to its démarches."""

    CSS_PATH = "walk_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Fermer"), tooltip=_("Revenir au guichet")),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._procedures: dict[str, Procedure] = {}
        self._people = 1
        self._given = False

    def compose(self) -> ComposeResult:
        """The démarches; the ticket in their place once it is given."""
        with Vertical(classes="dialog"):
            yield Static(_("Sans rendez-vous"), classes="title")
            yield Static(
                _("Pour quelle démarche la personne vient-elle\u202f?"), classes="subtitle"
            )
            yield RowsView(_COLUMNS, empty=_("Lecture…"))
            yield BigText("")
            yield Said()
            yield Static(
                _("Lettre\u00a0: file · Chiffre\u00a0: à plusieurs · Entrée\u00a0: ticket · Échap"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Read the démarches."""
        self.query_one(BigText).display = False
        self.query_one(RowsView).focus()
        background(self, self._post.station.reception.procedures, self._read, group="procedures")

    def _read(self, procedures: list[Procedure]) -> None:
        self._procedures = {each.code: each for each in procedures}
        by_lane = sorted(procedures, key=lambda each: each.lane)
        rows = [Row(each.code, (each.lane, each.label)) for each in by_lane]
        other = Row(_UNKNOWN, (UNKNOWN_LANE, _("Autre, ou la personne ne sait pas")))
        self.query_one(RowsView).set_rows([*rows, other])

    def on_key(self, event: Key) -> None:
        """Go to the next démarche of the lane whose letter is typed; a figure says how many."""
        if event.key.isdecimal() and not self._given:
            event.stop()
            self._count(event.key)
            return
        view = self.query_one(RowsView)
        keys = [row.key for row in view.rows if row.cells[0] == event.key.upper()]
        if keys:
            event.stop()
            at = keys.index(view.key) + 1 if view.key in keys else 0
            view.select(keys[at % len(keys)])

    def _count(self, figure: str) -> None:
        """So many have come on one ticket; a second figure may follow the first."""
        longer = int(f"{self._people}{figure}") if self._people > 1 or figure == "0" else 0
        self._people = longer if 1 < longer <= MOST_PEOPLE else max(1, int(figure))
        asked = ngettext(
            "Pour quelle démarche la personne vient-elle\u202f?",
            "Pour quelle démarche ces {n} personnes viennent-elles\u202f?",
            self._people,
        )
        self.query_one(".subtitle", Static).update(asked.format(n=self._people))

    @on(RowsView.Selected)
    def _chosen(self) -> None:
        if self._given:
            return
        self._given = True
        procedure = self._procedures.get(self.query_one(RowsView).key or _UNKNOWN)
        station, people = self._post.station, self._people

        def receive() -> tuple[Visit | Refused, Wait | None]:
            outcome = station.reception.walk_in(procedure, people)
            if isinstance(outcome, Refused):
                return outcome, None
            return outcome, station.calling.waits().visits.get(outcome.id)

        background(self, receive, self._received, group="walk_in", failed=self._failed)

    def _received(self, received: tuple[Visit | Refused, Wait | None]) -> None:
        outcome, wait = received
        if isinstance(outcome, Refused):
            self._again(refusal(outcome))
            return
        ticket = self.query_one(BigText)
        ticket.text = outcome.ticket
        ticket.display = True
        self.query_one(RowsView).display = False
        said = _("Donnez le ticket {ticket}, et faites patienter.").format(ticket=outcome.ticket)
        self._say(said, "ok")
        told = _("Attente\u00a0: {wait}").format(wait=wait_words(wait))
        self.query_one(".subtitle", Static).update(told)

    def _failed(self, error: GuichetError) -> None:
        self._again(str(error))

    def _again(self, why: str) -> None:
        self._given = False
        self._say(why, "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
