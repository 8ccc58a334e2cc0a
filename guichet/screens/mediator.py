"""The mediator's mode: find the person, or begin a new one."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Label

from guichet.domain.model import Person
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.person_file import PersonFile
from guichet.screens.person_form import PersonForm
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.procedure_choice import ProcedureChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import Typed, typed_in_search, typed_of
from guichet.station import Link
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

_LOCAL_AFTER = 0.08
_CENTRAL_AFTER = 0.4
"""Seconds without a key before searching here, then at central."""
_HINT = _("Tapez quelques lettres ou chiffres. F6 : nouvelle personne.")
_LEAST = 3
"""Characters from which central is asked."""

_COLUMNS = (
    Column("name", _("Usager"), flex=1),
    Column("birth", _("Naissance"), width=10),
    Column("number", _("N° étranger"), width=11),
    Column("phone", _("Téléphone"), width=16, min_terminal=96),
    Column("commune", _("Commune"), width=20, min_terminal=120),
    Column("where", "", width=8),
)


class MediatorScreen(Screen[None]):
    """The search; every other step of the mediator stands on it."""

    CSS_PATH = "mediator.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f6,n", "new_person", _("Nouvelle personne"), key_display="F6",
            tooltip=_("Créer une fiche avec ce qui est tapé"), id="mediator.new",
        ),
        Binding("down", "move(1)", show=False, tooltip=_("Résultat suivant")),
        Binding("up", "move(-1)", show=False, tooltip=_("Résultat précédent")),
        Binding("enter", "choose", _("Ouvrir"), tooltip=_("Ouvrir la fiche choisie")),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._drafts: dict[str, Draft] = {}
        self._forms: dict[str, Typed] = {}
        self._new: Typed | None = None
        self._here: list[Person] = []
        self._there: list[Person] = []
        self._answered = ""
        self._entering = False
        self._searches: list[Timer] = []

    def compose(self) -> ComposeResult:
        """The search field over its results."""
        yield Top(self._post, _("Médiation"))
        yield Trail(0)
        with Vertical(id="search"):
            yield Label(_("Rechercher une personne"), classes="subtitle")
            yield Input(
                placeholder=_("Nom et prénom dans n’importe quel ordre, téléphone, n° étranger"),
                max_length=80,
                select_on_focus=False,
            )
            yield Said()
        yield RowsView(_COLUMNS, empty="")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """The person at the desk is asked for their name: type it."""
        self._show()
        self.query_one(Input).focus()

    def on_screen_resume(self) -> None:
        """Once a person has their appointment, the next one may come."""
        for key in [key for key, draft in self._drafts.items() if draft.done]:
            del self._drafts[key]
            self._forms.pop(key, None)
            self.query_one(Input).value = ""
        self.query_one(Input).focus()

    @on(FactsChanged)
    def _facts_changed(self) -> None:
        if self._answered:
            self._search_here(self._answered)

    # Searching ----------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        for timer in self._searches:
            timer.stop()
        self._entering = False
        query = event.value.strip()
        if not query:
            self._answered, self._here, self._there = "", [], []
            self._show()
            return
        self._searches = [self.set_timer(_LOCAL_AFTER, partial(self._search_here, query))]
        if len(query) >= _LEAST and self._post.station.sync_state.link is Link.ONLINE:
            after = partial(self._search_there, query)
            self._searches.append(self.set_timer(_CENTRAL_AFTER, after))

    def _search_here(self, query: str) -> None:
        background(
            self,
            lambda: self._post.station.mediation.find_persons(query),
            partial(self._found_here, query),
            group="search",
            exclusive=True,
        )

    def _found_here(self, query: str, persons: list[Person]) -> None:
        if query != self.query_one(Input).value.strip():
            return
        if query != self._answered:
            self._there = []
        self._answered, self._here = query, persons
        self._show()
        if self._entering:
            self._entering = False
            if len(persons) == 1:
                self._open(persons[0])

    def _search_there(self, query: str) -> None:
        background(
            self,
            lambda: self._post.station.mediation.find_persons_at_central(query),
            partial(self._found_there, query),
            group="central",
            exclusive=True,
            failed=self._central_silent,
        )

    def _found_there(self, query: str, persons: list[Person]) -> None:
        if query == self._answered:
            self._there = persons
            self._show()

    def _central_silent(self, error: GuichetError) -> None:
        self._say(_("Fiches de ce poste seulement. {why}").format(why=error), "warn")

    def _show(self) -> None:
        known = {person.id for person in self._here}
        others = [person for person in self._there if person.id not in known]
        view = self.query_one(RowsView)
        view.display = bool(self._answered)
        view.empty = self._nothing()
        view.set_rows(
            [_row(person, "", "") for person in self._here]
            + [_row(person, _("centrale"), "info") for person in others]
        )
        count = len(self._here) + len(others)
        offline = self._post.station.sync_state.link is not Link.ONLINE
        if not self._answered:
            self._say(_HINT)
        elif offline:
            self._say(_("Hors ligne : personnes connues de ce poste seulement."), "warn")
        else:
            found = ngettext("{n} personne trouvée", "{n} personnes trouvées", count)
            self._say(found.format(n=count) + (_(" · ↑ ↓ puis Entrée") if count else ""))

    def _nothing(self) -> str:
        if self._answered:
            return _("Personne de ce nom ni de ce numéro. F6 : créer sa fiche.")
        return ""

    # Choosing -----------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """Move in the results while typing goes on."""
        self.query_one(RowsView).action_move(step)

    @on(Input.Submitted)
    @on(RowsView.Selected)
    def action_choose(self) -> None:
        """Open the person under the cursor, once what is shown answers what is typed."""
        if self.query_one(Input).value.strip() != self._answered:
            self._entering = True
            return
        key = self.query_one(RowsView).key
        chosen = next((p for p in [*self._here, *self._there] if p.id == key), None)
        if chosen is not None:
            self._open(chosen)

    def _open(self, person: Person) -> None:
        if self.app.screen is not self:
            return
        if person in self._here:
            self._open_file(person)
            return
        background(
            self,
            lambda: self._post.station.mediation.adopt(person),
            lambda _done: self._open_file(person),
            group="adopt",
        )

    def _open_file(self, person: Person) -> None:
        draft = self._drafts.setdefault(person.id, Draft(person, language=person.language))
        draft.person = person
        typed = self._forms.setdefault(person.id, typed_of(person))
        self.app.push_screen(PersonFile(self._post, draft, typed))

    def action_new_person(self) -> None:
        """A form with what is typed in it, or the one left unfinished."""
        resumed = self._new is not None and any(self._new.values())
        if self._new is None or not resumed:
            self._new = typed_in_search(self.query_one(Input).value)
        form = PersonForm(self._post, self._new, resumed=resumed)
        self.app.push_screen(form, self._registered)

    def _registered(self, person: Person | None) -> None:
        if person is not None:
            self._new = None
            self._open_file(person)
            self.app.push_screen(ProcedureChoice(self._post, self._drafts[person.id]))

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _row(person: Person, where: str, status: str) -> Row:
    cells = (
        describe.name(person),
        describe.birth(person),
        person.number or "–",
        describe.phone(person),
        person.commune,
        where,
    )
    return Row(person.id, cells, status)
