"""Nothing is free, or nothing suits: a dated paper, a trace of the search, a waiting list."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Static

from guichet.domain.model import Demand, Procedure
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.post import Post, background
from guichet.screens.words import refusal
from guichet.widgets.choice import Tick
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class NothingFound(ModalScreen[None]):
    """Records the search once, whatever is ticked after; then the paper may be shown or printed."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "record", _("Enregistrer"), tooltip=_("Enregistrer et faire l’attestation")),
        Binding("f6", "open", _("Ouvrir"), tooltip=_("Afficher l’attestation")),
        Binding("f7", "print", _("Imprimer"), tooltip=_("Imprimer l’attestation")),
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
        """What will be recorded, and the two choices of the person."""
        with Vertical(classes="dialog"):
            yield Static(_("Aucun créneau ne convient"), classes="title")
            yield Static(
                f"{describe.name(self._draft.person)} · {self._procedure.label}",
                classes="subtitle",
                markup=False,
            )
            yield Static(
                _(
                    "La recherche est comptée comme demande non satisfaite. La personne reçoit "
                    "une attestation datée\u00a0: elle dit ce qui a été cherché, et ne donne aucun "
                    "droit."
                )
            )
            yield Tick(_("Inscrire la personne sur la liste d’attente"), value=True, id="waiting")
            yield Tick(_("Écrire son nom sur l’attestation"), value=True, id="named")
            yield Said()
            yield Static(
                _(
                    "F9\u00a0: enregistrer · F6\u00a0: ouvrir · F7\u00a0: imprimer · "
                    "Échap\u00a0: retour"
                ),
                classes="hint",
            )

    def on_mount(self) -> None:
        """The first choice is the person's."""
        self.query_one("#waiting").focus()

    @on(Checkbox.Changed)
    def _changed(self) -> None:
        if self._path is not None:
            self._say(_("F9 pour refaire l’attestation avec ce choix."))

    def action_record(self) -> None:
        """Record the search and write its attestation."""
        if self._busy:
            return
        self._busy = True
        self._say(_("Enregistrement…"))
        waiting = self.query_one("#waiting", Checkbox).value
        named = self.query_one("#named", Checkbox).value
        background(
            self,
            lambda: self._recorded(waiting=waiting, named=named),
            self._written,
            group="demand",
            failed=self._failed,
        )

    def _recorded(self, *, waiting: bool, named: bool) -> Path | Refused:
        assistance, papers = self._post.station.assistance, self._post.station.papers
        person = self._draft.person
        demand = assistance.found_nothing(
            self._procedure, person, waiting=waiting, again=self._demand
        )
        refused = assistance.record(demand)
        if refused is not None:
            return refused
        self._demand = demand
        site = self._post.station.site.name
        return papers.attestation(demand, self._procedure, person, (site,), named=named)

    def _written(self, outcome: Path | Refused) -> None:
        self._busy = False
        if isinstance(outcome, Refused):
            self._say(refusal(outcome), "bad")
            return
        self._path = outcome
        self._say(_("✓ Enregistré. F6 pour ouvrir l’attestation, F7 pour l’imprimer."), "ok")

    def action_open(self) -> None:
        """Show the attestation."""
        if self._path is not None:
            path, papers = self._path, self._post.station.papers
            background(self, lambda: papers.open(path), group="paper", failed=self._failed)
        else:
            self._say(_("F9 d’abord\u00a0: l’attestation n’est pas encore faite."), "warn")

    def action_print(self) -> None:
        """Print the attestation."""
        if self._path is not None:
            path, papers = self._path, self._post.station.papers
            background(self, lambda: papers.print(path), group="paper", failed=self._failed)
        else:
            self._say(_("F9 d’abord\u00a0: l’attestation n’est pas encore faite."), "warn")

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
