"""The mediator's mode: find the person, or begin a new one."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Label

from guichet.domain.admission import Finding
from guichet.domain.model import Person
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.draft import Work
from guichet.screens.family import FamilyScreen
from guichet.screens.keeping import Keeping
from guichet.screens.lent import LentTold
from guichet.screens.person_file import PersonFile
from guichet.screens.person_form import PersonForm
from guichet.screens.persons_list import COLUMNS, row
from guichet.screens.post import FactsChanged, PersonWanted, Post, background
from guichet.screens.procedure_choice import ProcedureChoice
from guichet.screens.scanned import nobody, person_of
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import begun, proposed, typed_in_search
from guichet.screens.waiting_list import WaitingList, WaitingTold
from guichet.screens.wedge import Scanned
from guichet.station import Found, Link
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView
from guichet.widgets.said import Said

_CENTRAL_AFTER = 0.4
"""Seconds without a key before central is asked too."""
_HINT = _("Tapez quelques lettres ou chiffres. F6 : nouvelle personne.")
_LEAST = 3
"""Characters from which central is asked."""

_BUSY = _(
    "Code lu, mais un dossier est ouvert. Échap jusqu’à la recherche, puis lisez-le à nouveau."
)
_OPEN = _("Un dossier est ouvert. Échap jusqu’à la recherche, puis cherchez la personne par nom.")


class MediatorScreen(Screen[None]):
    """The search; every other step of the mediator stands on it."""

    CSS_PATH = "mediator.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f6,n", "new_person", _("Nouvelle personne"), key_display="F6",
            tooltip=_("Créer une fiche avec ce qui est tapé"), id="mediator.new",
        ),
        Binding(
            "f7", "waiting", _("Liste d’attente"),
            tooltip=_("Qui attend une place, et qui appeler"), id="mediator.waiting",
        ),
        Binding("down", "move(1)", show=False, tooltip=_("Résultat suivant")),
        Binding("up", "move(-1)", show=False, tooltip=_("Résultat précédent")),
        Binding("enter", "choose", _("Ouvrir"), tooltip=_("Ouvrir la fiche choisie")),
    ]  # fmt: skip

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post
        self._work = Work()
        self._keeping = Keeping(self, post, self._work, self._take_up)
        self._here: list[Person] = []
        self._there: list[Person] = []
        self._answered = ""
        self._entering = False
        self._later: Timer | None = None

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
            yield WaitingTold(self._post)
            yield LentTold(self._post)
        yield RowsView(COLUMNS, empty=_("Personne de ce nom ni de ce numéro. F6 : créer sa fiche."))
        yield Foot()

    def on_mount(self) -> None:
        """The person at the desk is asked for their name: type it."""
        self._show()
        self.query_one(Input).focus()
        self._keeping.start()

    def on_screen_resume(self) -> None:
        """Once a person has their appointment, the next one may come."""
        self._work.left()
        if self._work.finished():
            self.query_one(Input).value = ""
        self.query_one(Input).focus()
        self._keeping.offer()

    @on(FactsChanged)
    def _facts_changed(self) -> None:
        self.query_one(WaitingTold).count()
        self.query_one(LentTold).count()
        if self._answered:
            self._search_here(self._answered)

    # Searching ----------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if self._later is not None:
            self._later.stop()
        self._entering = False
        query = event.value.strip()
        if not query:
            self._answered, self._here, self._there = "", [], []
            self._show()
            return
        self._search_here(query)
        if len(query) >= _LEAST and self._post.station.sync_state.link is Link.ONLINE:
            self._later = self.set_timer(_CENTRAL_AFTER, partial(self._search_there, query))

    def _search_here(self, query: str) -> None:
        mediation, found = self._post.station.mediation, partial(self._found_here, query)
        background(
            self, lambda: mediation.find_persons(query), found, group="search", exclusive=True
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
        mediation, found = self._post.station.mediation, partial(self._found_there, query)
        background(
            self, lambda: mediation.find_persons_at_central(query), found, group="central",
            exclusive=True, failed=self._central_silent,
        )  # fmt: skip

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
        view.set_rows(
            [row(person) for person in self._here]
            + [row(person, _("centrale"), "info") for person in others]
        )
        count = len(self._here) + len(others)
        offline = self._post.station.sync_state.link is not Link.ONLINE
        if not self._answered:
            self._say(_HINT)
        elif offline:
            self._say(_("Hors ligne : personnes connues de ce poste seulement."), "warn")
        else:
            found = ngettext("{n} personne trouvée", "{n} personnes trouvées", count)
            self._say(found.format(n=count) + (_(" · ↑ ↓ puis Entrée") if count else ""))

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

        def adopted(_nothing: None) -> None:
            self._open_file(person)

        mediation = self._post.station.mediation
        background(self, lambda: mediation.adopt(person), adopted, group="adopt")

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        if self.app.screen is not self:
            self.notify(_BUSY, severity="warning")
            return
        station = self._post.station
        background(self, lambda: person_of(station, event.text), self._person_read, group="scan")

    @on(PersonWanted)
    def _person_wanted(self, event: PersonWanted) -> None:
        event.stop()
        key, mediation = event.person, self._post.station.mediation
        if self.app.screen is not self:
            self.notify(_OPEN, severity="warning")
        elif key is not None:
            background(self, lambda: mediation.person(key), self._wanted_read, group="wanted")

    def _wanted_read(self, person: Person | None) -> None:
        if person is not None:
            self._open(person)

    def _person_read(self, found: Person | Finding) -> None:
        if isinstance(found, Finding):
            self.notify(nobody(found), severity="warning")
        else:
            self._open(found)

    def _open_file(self, person: Person) -> PersonFile:
        draft = self._work.open(person)
        file = PersonFile(self._post, draft, self._work.forms[person.id])
        self.app.push_screen(file)
        return file

    def action_waiting(self) -> None:
        """Who waits for a seat, and who is offered one."""
        self.app.push_screen(WaitingList(self._post))

    def action_new_person(self) -> None:
        """A form with what is typed in it, or the one left unfinished."""
        new = self._work.new
        resumed = new is not None and begun(new)
        if new is None or not resumed:
            new = self._work.new = typed_in_search(self.query_one(Input).value)
        form = PersonForm(self._post, new, resumed=resumed, known=self._known)
        self.app.push_screen(form, self._registered)

    def _registered(self, person: Person | None) -> None:
        if person is not None:
            self._work.new = None
            self._open_file(person)
            self.app.push_screen(ProcedureChoice(self._post, self._work.drafts[person.id]))

    def _known(self, person: Person) -> None:
        """The new person was known: what was typed about them is offered as changes."""
        typed, self._work.new = self._work.new or {}, None
        self._work.forms[person.id] = proposed(person, typed)

        def edit(_adopted: None) -> None:
            file = self._open_file(person)
            file.call_after_refresh(file.action_edit)

        mediation = self._post.station.mediation
        background(self, lambda: mediation.adopt(person), edit, group="adopt")

    def _take_up(self, found: Found) -> None:
        """Go to the step that was reached."""
        self.query_one(Input).value = found.query
        if found.person is None:
            self.action_new_person()
            return
        draft = self._work.drafts[found.person.id]
        self._open_file(found.person)
        if found.family:
            self.app.push_screen(FamilyScreen(self._post, draft))
        elif found.procedure is not None:
            self.app.push_screen(ProcedureChoice(self._post, draft))
        if found.slot is not None and not found.family and found.procedure is not None:
            self.app.push_screen(SlotChoice(self._post, draft))

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
