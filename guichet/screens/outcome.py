"""How a visit ended: one key."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from guichet.domain.lifecycle import OUTCOMES
from guichet.i18n import _

CHOICES: dict[str, tuple[str, str]] = {
    "served": ("r", _("Reçu\u202f: la démarche est faite")),
    "unsuccessful": ("i", _("Infructueux\u202f: la démarche n’a pas pu se faire")),
    "left": ("p", _("Parti\u202f: la personne n’est plus là")),
}
"""For each outcome its key and its words."""


class OutcomeScreen(ModalScreen[str | None]):
    """Asks for the outcome of a visit; None when the agent goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(CHOICES[outcome][0], f"dismiss('{outcome}')", CHOICES[outcome][1])
            for outcome in OUTCOMES
        ),
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne pas terminer ce passage")),
    ]

    def __init__(self, who: str) -> None:
        super().__init__()
        self._who = who

    def compose(self) -> ComposeResult:
        """The outcomes in a dialog."""
        with Vertical(classes="dialog"):
            yield Label(_("Terminer le passage"), classes="title")
            yield Label(self._who, markup=False, classes="subtitle")
            yield OptionList(
                *(Option(f" {CHOICES[o][0].upper()}   {CHOICES[o][1]}", id=o) for o in OUTCOMES),
                markup=False,
                classes="gap",
            )
            yield Static(_("Une lettre suffit. Échap\u202f: revenir."), classes="hint gap")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
