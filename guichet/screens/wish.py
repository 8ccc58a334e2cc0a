"""Cut off, and no seat kept here suits: what the person asks for is noted, no more."""

from datetime import date
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.model import Demand, Procedure
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.post import Post, background
from guichet.screens.rights import read_day
from guichet.screens.words import refusal
from guichet.widgets.field import IDLE, Field, FieldState
from guichet.widgets.level import Level
from guichet.widgets.said import Said

_EARLIER = FieldState("bad", _("Avant le premier jour"))
_PAST = FieldState("bad", _("Ce jour est passé"))


class WishDialog(ModalScreen[None]):
    """Records the wish once, however it is corrected; then its paper may be shown or printed."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "record", _("Noter"), tooltip=_("Noter le souhait et faire la feuille")),
        Binding("f6", "open", _("Ouvrir"), tooltip=_("Afficher la feuille")),
        Binding("f7", "print", _("Imprimer"), tooltip=_("Imprimer la feuille")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir aux créneaux")),
    ]

    def __init__(self, post: Post, draft: Draft, procedure: Procedure) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._procedure = procedure
        self._demand: Demand | None = None
        self._path: Path | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """What it is and is not, and the days that suit."""
        with Vertical(classes="dialog"):
            yield Static(_("Hors ligne\u00a0: noter un souhait"), classes="title")
            yield Static(
                f"{describe.name(self._draft.person)} · {self._procedure.label}",
                classes="subtitle",
                markup=False,
            )
            yield Static(
                _(
                    "Aucun rendez-vous n’est pris. Dès le retour de la connexion, la centrale "
                    "garde la première place qui convient, et la liste d’attente (F7) dit qui "
                    "appeler\u202f; sans place, la personne attend son tour."
                )
            )
            yield Field(
                _("À partir du"),
                validate=self._first,
                hint=_("vide\u00a0: dès que possible"),
                id="first",
            )
            yield Field(
                _("Jusqu’au"), validate=self._last, hint=_("vide\u00a0: sans limite"), id="last"
            )
            yield Said()
            yield Static(
                _(
                    "F9\u00a0: noter · F6\u00a0: ouvrir la feuille · F7\u00a0: l’imprimer · "
                    "Échap\u00a0: retour"
                ),
                classes="hint",
            )

    def on_mount(self) -> None:
        """The days are the person's to say."""
        self.query_one("#first", Field).focus()
        if self._draft.person.phone is None:
            self._say(_("Sans téléphone dans la fiche, personne ne pourra prévenir."), "warn")

    # The days -----------------------------------------------------------------------------------

    def _first(self, text: str) -> FieldState:
        return self._day(text)[1]

    def _last(self, text: str) -> FieldState:
        first = self._day(self.query_one("#first", Field).value)[0]
        day, state = self._day(text)
        return _EARLIER if day is not None and first is not None and day < first else state

    def _day(self, text: str) -> tuple[date | None, FieldState]:
        """The day typed, None without; and what is thought of it."""
        if not text.strip():
            return None, IDLE
        today = self._post.station.today()
        day, state = read_day(text, today)
        return (None, _PAST) if day is not None and day < today else (day, state)

    # Actions ------------------------------------------------------------------------------------

    @on(Field.Submitted)
    def action_record(self) -> None:
        """Note the wish and write its paper."""
        first, last = (self.query_one(f"#{name}", Field) for name in ("first", "last"))
        if self._busy:
            return
        if "bad" in (self._first(first.value).level, self._last(last.value).level):
            self._say(_("Corrigez les jours, ou laissez-les vides."), "warn")
            return
        days = self._day(first.value)[0], self._day(last.value)[0]
        self._busy = True
        self._say(_("Enregistrement…"))
        background(
            self, lambda: self._recorded(days), self._written, group="wish", failed=self._failed
        )

    def _recorded(self, days: tuple[date | None, date | None]) -> Path | Refused:
        assistance, papers = self._post.station.assistance, self._post.station.papers
        person, procedure = self._draft.person, self._procedure
        demand = assistance.found_nothing(
            procedure, person, waiting=True, again=self._demand, wish=True, days=days
        )
        refused = assistance.record(demand)
        if refused is not None:
            return refused
        self._demand = demand
        return papers.wish(demand, procedure, person)

    def _written(self, outcome: Path | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self._say(refusal(outcome), "bad")
            return
        self._path = outcome
        self._say(_("Souhait noté. F6\u00a0: ouvrir la feuille, F7\u00a0: l’imprimer."), "ok")

    def action_open(self) -> None:
        """Show the paper."""
        if self._path is None:
            self._say(_("F9 d’abord\u00a0: la feuille n’est pas encore faite."), "warn")
        else:
            path, papers = self._path, self._post.station.papers
            background(self, lambda: papers.open(path), group="paper", failed=self._failed)

    def action_print(self) -> None:
        """Print the paper."""
        if self._path is None:
            self._say(_("F9 d’abord\u00a0: la feuille n’est pas encore faite."), "warn")
        else:
            path, papers = self._path, self._post.station.papers
            background(self, lambda: papers.print(path), group="paper", failed=self._failed)

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
