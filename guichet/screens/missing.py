"""Which documents were not there: one key each."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.i18n import _
from guichet.screens.documents import DocumentTick
from guichet.widgets.said import Said

_DIGITS = 9


class MissingTick(DocumentTick, inherit_bindings=False):
    """A document that Space ticks: Enter ends the visit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_button", _("Cocher"), show=False),
    ]


class MissingScreen(ModalScreen[tuple[str, ...]]):
    """Dismissed with the documents that were not there, at least one; nothing to go back."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Not before the keys typed ahead of it, as a priority would: a figure ticks, then it ends.
        Binding("enter", "record", _("Terminer"), tooltip=_("Clore ce passage")),
        Binding("down", "app.focus_next", show=False, tooltip=_("Pièce suivante")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("Pièce précédente")),
        *(Binding(f"{n}", f"tick({n})", show=False) for n in range(1, _DIGITS + 1)),
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne pas terminer ce passage")),
    ]

    def __init__(self, who: str, documents: tuple[str, ...]) -> None:
        super().__init__()
        self._who = who
        self._documents = documents

    def compose(self) -> ComposeResult:
        """The documents asked for, numbered as long as there are digits."""
        with Vertical(classes="dialog"):
            yield Static(_("Qu’est-ce qui manquait\u202f?"), classes="title")
            yield Static(self._who, markup=False, classes="subtitle")
            with VerticalScroll(id="documents", can_focus=False):
                for number, name in enumerate(self._documents, 1):
                    yield MissingTick(Content(f"{number} {name}"))
            yield Said()
            yield Static(
                _("Un chiffre\u00a0: cocher · Entrée\u00a0: terminer · Échap\u00a0: revenir"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Begin with the first document."""
        self.query(MissingTick).first().focus()

    def action_tick(self, number: int) -> None:
        """Tick the document of that number, or no longer."""
        ticks = list(self.query(MissingTick))
        if number <= len(ticks):
            ticks[number - 1].toggle()
            ticks[number - 1].focus()

    def action_record(self) -> None:
        """These were missing."""
        ticks = zip(self._documents, self.query(MissingTick), strict=True)
        missing = tuple(name for name, tick in ticks if tick.value)
        if missing:
            self.dismiss(missing)
        else:
            self.query_one(Said).say(_("Cochez au moins une pièce."), "bad")
