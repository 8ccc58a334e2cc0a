"""Whether what cannot be undone shall be done."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.i18n import _


class SureDialog(ModalScreen[bool]):
    """Dismissed with True to do it, else nothing. `yes` is the label of doing it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien changer")),
    ]

    def __init__(self, title: str, who: str, explained: str, yes: str) -> None:
        super().__init__()
        self._title = title
        self._who = who
        self._explained = explained
        self._yes = yes

    def compose(self) -> ComposeResult:
        """What would be done, to whom, what follows from it, and the two choices."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title")
            yield Static(self._who, classes="subtitle", markup=False)
            yield Static(self._explained)
            yield Button(_("Échap  Ne rien changer"), id="no")
            yield Button(self._yes, id="yes")

    def on_mount(self) -> None:
        """Enter pressed in haste changes nothing."""
        self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
