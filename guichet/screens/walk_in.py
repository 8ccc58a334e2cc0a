"""Receiving who comes without an appointment: what for, then a ticket."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.model import Procedure, Visit
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.post import Post, background
from guichet.screens.words import refusal
from guichet.widgets.big import BigText
from guichet.widgets.columns import Column, Row
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_UNKNOWN = "?"
"""The key of the line for who does not know, or whose démarche is not in the list."""


class WalkInDialog(ModalScreen[None]):
    """Enter on a démarche gives the ticket, once."""

    CSS_PATH = "walk_in.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Fermer"), tooltip=_("Revenir au guichet")),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._procedures: dict[str, Procedure] = {}
        self._given = False

    def compose(self) -> ComposeResult:
        """The démarches; the ticket in their place once it is given."""
        with Vertical(classes="dialog"):
            yield Static(_("Sans rendez-vous"), classes="title")
            yield Static(
                _("Pour quelle démarche la personne vient-elle\u202f?"), classes="subtitle"
            )
            yield RowsView((Column("label", _("Démarche"), flex=1),), empty=_("Lecture…"))
            yield BigText("")
            yield Said()
            yield Static(_("Entrée\u00a0: donner le ticket · Échap\u00a0: fermer"), classes="hint")

    def on_mount(self) -> None:
        """Read the démarches."""
        self.query_one(BigText).display = False
        self.query_one(RowsView).focus()
        background(self, self._post.station.reception.procedures, self._read, group="procedures")

    def _read(self, procedures: list[Procedure]) -> None:
        self._procedures = {each.code: each for each in procedures}
        rows = [Row(each.code, (each.label,)) for each in procedures]
        other = Row(_UNKNOWN, (_("Autre, ou la personne ne sait pas"),))
        self.query_one(RowsView).set_rows([*rows, other])

    @on(RowsView.Selected)
    def _chosen(self) -> None:
        if self._given:
            return
        self._given = True
        procedure = self._procedures.get(self.query_one(RowsView).key or _UNKNOWN)
        reception = self._post.station.reception
        background(
            self,
            lambda: reception.walk_in(procedure),
            self._received,
            group="walk_in",
            failed=self._failed,
        )

    def _received(self, outcome: Visit | Refused) -> None:
        if isinstance(outcome, Refused):
            self._again(refusal(outcome))
            return
        ticket = self.query_one(BigText)
        ticket.text = outcome.ticket
        ticket.display = True
        self.query_one(RowsView).display = False
        self._say(
            _("Donnez le ticket {ticket}, et faites patienter.").format(ticket=outcome.ticket), "ok"
        )

    def _failed(self, error: GuichetError) -> None:
        self._again(str(error))

    def _again(self, why: str) -> None:
        self._given = False
        self._say(why, "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
