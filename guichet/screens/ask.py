"""A question with a closed list of answers: one key."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from guichet.i18n import _

Choices = Mapping[str, tuple[str, str]]
"""For each answer its key, empty for one that is only chosen in the list, and its words."""


class AskScreen(ModalScreen[str | None]):
    """Dismissed with the answer chosen; None when the agent goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne rien faire")),
    ]

    def __init__(self, title: str, who: str, choices: Choices, note: str = "") -> None:
        super().__init__()
        self._title = title
        self._who = who
        self._choices = choices
        self._note = note
        for code, (key, words) in choices.items():
            if key:
                self._bindings.bind(key, f"dismiss('{code}')", words)

    def compose(self) -> ComposeResult:
        """The answers in a dialog."""
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title")
            yield Label(self._who, markup=False, classes="subtitle")
            yield OptionList(
                *(
                    Option(f" {key.upper() or ' '}   {words}", id=code)
                    for code, (key, words) in self._choices.items()
                ),
                markup=False,
                classes="gap",
            )
            if self._note:
                yield Static(self._note, markup=False, classes="gap")
            yield Static(_("Une touche suffit. Échap\u00a0: revenir."), classes="hint gap")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
