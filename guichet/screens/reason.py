"""Why an exception is made: a sentence that stays with the record."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from guichet.i18n import _
from guichet.widgets.said import Said

_LONGEST = 200


class ReasonDialog(ModalScreen[str]):
    """Dismissed with a reason that is not empty, or nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien faire")),
    ]

    def __init__(self, title: str, explained: str) -> None:
        super().__init__()
        self._title = title
        self._explained = explained

    def compose(self) -> ComposeResult:
        """What the exception is, and the line for its reason."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title")
            yield Static(self._explained, classes="subtitle")
            yield Input(placeholder=_("Motif, sans nom ni santé"), max_length=_LONGEST)
            yield Said()
            yield Static(_("Entrée\u00a0: valider · Échap\u00a0: ne rien faire"), classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        reason = event.value.strip()
        if reason:
            self.dismiss(reason)
        else:
            self.query_one(Said).say(
                _("Écrivez le motif\u00a0: il reste avec le rendez-vous."), "bad"
            )
