"""What one of those who come together comes for."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from guichet.domain.model import Procedure
from guichet.domain.names import match_key, matches, search_words
from guichet.i18n import _
from guichet.widgets.rows import Column, Row, RowsView

_COLUMNS = (
    Column("label", _("Démarche"), flex=1),
    Column("minutes", _("Durée"), width=6, align="right"),
)


class ProcedurePick(ModalScreen[Procedure]):
    """Dismissed with a démarche, or nothing. `told`: for whom, and what follows."""

    CSS_PATH = "family.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, tooltip=_("Démarche suivante")),
        Binding("up", "move(-1)", show=False, tooltip=_("Démarche précédente")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien changer")),
    ]

    def __init__(
        self, procedures: Sequence[Procedure], chosen: Procedure | None, told: str
    ) -> None:
        super().__init__()
        self._procedures = {procedure.code: procedure for procedure in procedures}
        self._chosen = chosen
        self._told = told

    def compose(self) -> ComposeResult:
        """The filter over the démarches."""
        with Vertical(classes="dialog"):
            yield Static(_("Quelle démarche\u202f?"), classes="title")
            yield Static(self._told, markup=False, id="told")
            yield Input(placeholder=_("Filtrer les démarches"), max_length=40)
            yield RowsView(_COLUMNS, empty=_("Aucune démarche de ce nom."))
            yield Static(_("Entrée\u00a0: choisir · Échap\u00a0: retour"), classes="hint")

    def on_mount(self) -> None:
        """Type to filter, from what is chosen now."""
        self.query_one(Input).focus()
        self._show("")
        if self._chosen is not None:
            self.query_one(RowsView).select(self._chosen.code)

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, text: str) -> None:
        words = search_words(text)
        self.query_one(RowsView).set_rows(
            [
                Row(code, (procedure.label, _("{n} min").format(n=procedure.minutes)))
                for code, procedure in self._procedures.items()
                if matches(words, match_key(procedure.label, code))
            ]
        )

    def action_move(self, step: int) -> None:
        """Move in the list while typing goes on."""
        self.query_one(RowsView).action_move(step)

    @on(Input.Submitted)
    @on(RowsView.Selected)
    def _choose(self) -> None:
        chosen = self._procedures.get(self.query_one(RowsView).key or "")
        if chosen is not None:
            self.dismiss(chosen)
