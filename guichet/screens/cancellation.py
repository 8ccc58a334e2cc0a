"""Cancelling an appointment: who wants it, since it cannot be undone."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.i18n import _

_REASONS = (
    ("person", _("p  À la demande de la personne")),
    ("service", _("s  Le service ne peut pas recevoir")),
    ("mistake", _("x  Pris par erreur")),
)


class CancelDialog(ModalScreen[str]):
    """Dismissed with "person", "service" or "mistake", or nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("p", "choose('person')", _("Personne"), tooltip=_("Demande de la personne")),
        Binding("s", "choose('service')", _("Service"), tooltip=_("Du fait du service")),
        Binding("x", "choose('mistake')", _("Erreur"), tooltip=_("Pris par erreur")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien annuler")),
    ]

    def __init__(self, when: str) -> None:
        super().__init__()
        self._when = when

    def compose(self) -> ComposeResult:
        """What would be cancelled, and why."""
        with Vertical(classes="dialog -bad"):
            yield Static(_("Annuler ce rendez-vous ?"), classes="title")
            yield Static(self._when, markup=False, classes="subtitle")
            yield Static(_("La place est rendue : on ne peut pas revenir en arrière."))
            yield Button(_("Échap  Ne pas annuler"), id="none")
            for reason, label in _REASONS:
                yield Button(label, id=reason)

    def on_mount(self) -> None:
        """Enter pressed in haste cancels nothing."""
        self.query_one("#none", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        reason = event.button.id
        self.dismiss(None if reason == "none" else reason)

    def action_choose(self, reason: str) -> None:
        """Answer with a reason."""
        self.dismiss(reason)
