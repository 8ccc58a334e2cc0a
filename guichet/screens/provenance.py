"""Through whom the person came: one key, and never a question asked twice."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from guichet.domain.provenance import Provenance
from guichet.i18n import _
from guichet.screens.accord_words import PROVENANCES


class ProvenanceDialog(ModalScreen[Provenance]):
    """Dismissed with who came to ask, or nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False, tooltip=_("Choix suivant")),
        Binding("up,left", "app.focus_previous", show=False, tooltip=_("Choix précédent")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien changer")),
        *(
            Binding(str(place), f"choose({place - 1})", label, show=False)
            for place, label in enumerate(PROVENANCES.values(), 1)
        ),
    ]

    def __init__(self, chosen: Provenance) -> None:
        super().__init__()
        self._chosen = list(PROVENANCES).index(chosen)

    def compose(self) -> ComposeResult:
        """One choice a line, and what it is for."""
        with Vertical(classes="dialog"):
            yield Static(_("Qui demande ce rendez-vous\u202f?"), classes="title")
            yield Static(
                _(
                    "Si la personne veut le dire. Cela sert aux statistiques seulement\u00a0: "
                    "aucun rendez-vous n’est annulé pour cela."
                )
            )
            for place, label in enumerate(PROVENANCES.values(), 1):
                yield Button(f"{place}  {label}", id=f"choice-{place - 1}")

    def on_mount(self) -> None:
        """Start from what is noted."""
        self.query_one(f"#choice-{self._chosen}", Button).focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_choose(int((event.button.id or "choice-0").removeprefix("choice-")))

    def action_choose(self, place: int) -> None:
        """Answer with one of the choices."""
        self.dismiss(list(PROVENANCES)[place])
