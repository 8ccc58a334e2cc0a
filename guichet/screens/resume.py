"""What the same agent had under way when the program ended: taken up again, or erased."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.domain.names import display_name
from guichet.i18n import _
from guichet.screens import describe
from guichet.station import Found


class ResumeDialog(ModalScreen[bool]):
    """Dismissed with True to take it up, False to erase it, nothing to leave it for later."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("delete", "erase", _("Effacer"), tooltip=_("Effacer ce qui était commencé")),
        Binding("escape", "dismiss", _("Plus tard"), tooltip=_("Ne rien décider maintenant")),
    ]

    def __init__(self, found: Found) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        """Whose work it is, how far it went, then the choices."""
        with Vertical(classes="dialog"):
            yield Static(
                _("Reprendre le dossier de {name}\u202f?").format(name=who(self._found)),
                classes="title",
                markup=False,
            )
            yield Static(self._step(), classes="subtitle", markup=False)
            yield Button(_("Entrée  Reprendre"), id="resume")
            yield Button(_("Suppr  Effacer"), id="erase")
            yield Static(_("Échap\u00a0: plus tard. Aucune place n’est gardée."), classes="hint")

    def _step(self) -> str:
        found = self._found
        if found.family:
            return _("{n} personnes viennent ensemble\u202f; le créneau est à reprendre.").format(
                n=len(found.family) + 1
            )
        if found.procedure is None:
            return _("La saisie est gardée sur ce poste.")
        if found.slot is None:
            return _("Démarche\u00a0: {label}.").format(label=found.procedure.label)
        return _("Démarche\u00a0: {label}, le créneau est à reprendre.").format(
            label=found.procedure.label
        )

    def on_mount(self) -> None:
        """Taking up again loses nothing."""
        self.query_one("#resume", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "resume")

    def action_erase(self) -> None:
        """Erase it."""
        self.dismiss(False)


def who(found: Found) -> str:
    """Whose work it is, as far as it was typed."""
    if found.person is not None:
        return describe.name(found.person)
    names = (found.typed.get("family", ""), found.typed.get("given", ""))
    return display_name(*names) or found.query or _("une personne sans nom")
