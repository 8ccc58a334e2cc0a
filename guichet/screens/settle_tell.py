"""Telling the person what became of what they counted on: whom to call, what to say, on paper."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.languages import language
from guichet.screens.post import Post, background
from guichet.screens.settle_words import to_tell
from guichet.station import Unsettled
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class TellDialog(ModalScreen[bool]):
    """Dismissed with True once the person has been told."""

    CSS_PATH = "settle.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "told", _("Prévenue"), tooltip=_("La personne a été prévenue")),
        Binding("f6", "open", _("Ouvrir"), tooltip=_("Afficher la note à remettre")),
        Binding("f7", "print", _("Imprimer"), tooltip=_("Imprimer la note à remettre")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir\u202f; la ligne attend")),
    ]

    def __init__(self, post: Post, unsettled: Unsettled) -> None:
        super().__init__()
        self._post = post
        self._unsettled = unsettled
        self._said = to_tell(post, unsettled)

    def compose(self) -> ComposeResult:
        """Who and how to reach them, then the words."""
        person = self._unsettled.person
        with Vertical(classes="dialog"):
            yield Static(_("Prévenir la personne"), classes="title")
            yield Static(self._whom(), classes="subtitle", markup=False)
            if person is not None:
                spoken = _("parle\u00a0: {language}").format(language=language(person.language))
                yield Static(f"{describe.reach(person)} · {spoken}", id="reach", markup=False)
            yield Static(_("À dire\u00a0:"), classes="gap")
            yield Static("\n".join(self._said), classes="panel", markup=False)
            yield Said(classes="gap")
            yield Static(
                _(
                    "F9\u00a0: c’est fait · F6\u00a0: ouvrir la note · "
                    "F7\u00a0: l’imprimer · Échap\u00a0: retour"
                ),
                classes="hint",
            )

    def _whom(self) -> str:
        named = (self._unsettled.name, self._unsettled.about)
        return "  ·  ".join(filter(None, named)) or _("Personne inconnue de ce poste")

    def action_told(self) -> None:
        """It is done."""
        self.dismiss(result=True)

    def action_open(self) -> None:
        """Show the note."""
        self._hand_over(self._post.station.papers.open, _("La note est affichée."))

    def action_print(self) -> None:
        """Print the note."""
        self._hand_over(self._post.station.papers.print, _("La note est envoyée à l’imprimante."))

    def _hand_over(self, how: Callable[[Path], None], said: str) -> None:
        papers, (what, advice) = self._post.station.papers, self._said

        def call() -> None:
            how(papers.note((what,), (advice,)))

        def done(_nothing: None) -> None:
            self._say(said, "ok")

        self._say(_("Note en préparation…"))
        background(self, call, done, group="note", failed=self._failed)

    def _failed(self, error: GuichetError) -> None:
        self._say(str(error), "bad")

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
