"""The person already has an appointment of this kind: which of the two it shall be."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.i18n import _

Choice = Literal["keep", "move", "cancel"]


class ConflictDialog(ModalScreen[Choice]):
    """Keep the existing appointment, move it to the seat held now, or cancel it for the new one."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("g", "choose('keep')", _("Garder"), tooltip=_("Garder l’ancien")),
        Binding("d", "choose('move')", _("Déplacer"), tooltip=_("Le déplacer ici")),
        Binding("a", "choose('cancel')", _("Annuler"), tooltip=_("L’annuler pour le nouveau")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir sans rien changer")),
    ]

    def __init__(self, label: str, when: str, reference: str, held: str, *, movable: bool) -> None:
        super().__init__()
        self._label = label
        self._when = when
        self._reference = reference
        self._held = held
        self._movable = movable

    def compose(self) -> ComposeResult:
        """The existing appointment, then one choice a line."""
        with Vertical(classes="dialog"):
            yield Static(_("Un rendez-vous existe déjà"), classes="title")
            yield Static(
                f"{self._label}\n{self._when}\n{self._reference}", markup=False, classes="subtitle"
            )
            yield Button(_("g  Garder ce rendez-vous"), id="keep")
            yield Button(
                _("d  Le déplacer au {when}").format(when=self._held)
                if self._movable
                else _("d  Le déplacer ici : impossible pour sa démarche"),
                id="move",
                disabled=not self._movable,
            )
            yield Button(_("a  L’annuler et prendre le nouveau"), id="cancel")
            yield Static(_("Échap : revenir sans rien changer"), classes="hint")

    def on_mount(self) -> None:
        """The choice that loses nothing comes first."""
        self.query_one("#keep", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id or "")

    def action_choose(self, choice: str) -> None:
        """Answer with one of the three choices."""
        match choice:
            case "keep" | "cancel":
                self.dismiss(choice)
            case "move" if self._movable:
                self.dismiss("move")
            case _:
                self.app.bell()
