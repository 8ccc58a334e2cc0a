"""Who else comes along: someone known, or someone new."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from guichet.domain.model import Person
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.persons_list import COLUMNS, row
from guichet.screens.post import Post, background
from guichet.station import Link
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_CENTRAL_AFTER = 0.4
"""Seconds without a key before central is searched too."""
_LEAST = 3
"""Characters from which it is."""


class PersonPick(ModalScreen[Person | str]):
    """Dismissed with the person chosen, or with what was typed when a new file is wanted."""

    CSS_PATH = "family.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, tooltip=_("Résultat suivant")),
        Binding("up", "move(-1)", show=False, tooltip=_("Résultat précédent")),
        Binding("f6", "create", _("Nouvelle"), tooltip=_("Créer une fiche")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("N’ajouter personne")),
    ]

    def __init__(self, post: Post, query: str, apart: set[str]) -> None:
        super().__init__()
        self._post = post
        self._start = query
        self._apart = apart
        self._found: dict[str, Person] = {}
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        """The search field over its results."""
        with Vertical(classes="dialog"):
            yield Static(_("Qui vient aussi\u202f?"), classes="title")
            yield Input(
                self._start,
                placeholder=_("Nom et prénom, téléphone, n° étranger"),
                max_length=80,
                id="query",
            )
            yield RowsView(
                COLUMNS[:3], empty=_("Personne de ce nom ici. F6\u00a0: nouvelle fiche.")
            )
            yield Said()
            yield Static(
                _("Entrée\u00a0: ajouter · F6\u00a0: nouvelle fiche · Échap\u00a0: retour"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """The family's own name is searched first; typing replaces it."""
        self.query_one(Input).focus()
        self._search()

    @on(Input.Changed)
    def _search(self) -> None:
        query = self._query
        self._found = {}
        self._show()
        if self._later is not None:
            self._later.stop()
        if not query:
            return
        mediation = self._post.station.mediation
        background(
            self,
            lambda: mediation.find_persons(query),
            partial(self._add, query),
            group="search",
            exclusive=True,
        )
        if len(query) >= _LEAST and self._post.station.sync_state.link is Link.ONLINE:
            self._later = self.set_timer(_CENTRAL_AFTER, partial(self._search_there, query))

    def _search_there(self, query: str) -> None:
        mediation = self._post.station.mediation
        background(
            self,
            lambda: mediation.find_persons_at_central(query),
            partial(self._add, query),
            group="central",
            exclusive=True,
            failed=self._silent,
        )

    @property
    def _query(self) -> str:
        return self.query_one(Input).value.strip()

    def _silent(self, error: GuichetError) -> None:
        self._say(_("Fiches de ce poste seulement. {why}").format(why=error))

    def _say(self, text: str) -> None:
        self.query_one(Said).say(text, "warn")

    def _add(self, query: str, persons: list[Person]) -> None:
        if query != self._query:
            return
        for person in persons:
            if person.id not in self._apart:
                self._found.setdefault(person.id, person)
        self._show()

    def _show(self) -> None:
        self.query_one(RowsView).set_rows([row(each) for each in self._found.values()])

    def action_move(self, step: int) -> None:
        """Move in the results while typing goes on."""
        self.query_one(RowsView).action_move(step)

    @on(Input.Submitted)
    @on(RowsView.Selected)
    def _choose(self) -> None:
        found = self._found.get(self.query_one(RowsView).key or "")
        if found is not None:
            self.dismiss(found)

    def action_create(self) -> None:
        """Go on to a new file."""
        self.dismiss(self._query)
