"""Those who come together: the person, and who comes along."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Label

from guichet.domain.family import MOST
from guichet.domain.model import Person, Procedure
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.family_known import Known, known, state
from guichet.screens.family_member import Member, drafts, lacks_number, members, too_many
from guichet.screens.family_person import PersonPick
from guichet.screens.family_procedure import ProcedurePick
from guichet.screens.family_slots import FamilySlots
from guichet.screens.person_form import PersonForm
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import Typed, typed_in_search, typed_of
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView, key_of
from guichet.widgets.said import Said

_COLUMNS = (
    Column("name", _("Usager"), flex=1),
    Column("birth", _("Naissance"), width=10),
    Column("procedure", _("Démarche"), flex=1),
    Column("state", "", width=19),
)


class FamilyScreen(Screen[None]):
    """The family of the draft's person; it is kept in the draft."""

    CSS_PATH = "family.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "slots", _("Créneaux"), tooltip=_("Chercher des places qui se suivent"),
        ),
        Binding(
            "f6,n", "add", _("Ajouter"), key_display="F6",
            tooltip=_("Ajouter quelqu’un qui vient aussi"), id="family.add",
        ),
        Binding(
            "d", "procedure", _("Démarche"),
            tooltip=_("Choisir la démarche de la personne choisie"), id="family.procedure",
        ),
        Binding(
            "delete", "remove", _("Retirer"), key_display="Suppr",
            tooltip=_("Retirer la personne choisie\u202f; sa fiche reste"), id="family.remove",
        ),
        Binding(
            "f7", "complete", _("Compléter la fiche"),
            tooltip=_("Ajouter le numéro étranger, ou pourquoi il manque"), id="family.complete",
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la fiche, la liste reste")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._procedures: list[Procedure] = []
        self._known: dict[str, Known] = {}
        self._new: Typed | None = None
        self._told = ""

    def compose(self) -> ComposeResult:
        """Who comes, each with what for."""
        yield Top(self._post, _("Médiation"))
        yield Trail(1)
        yield Label(_("Des rendez-vous qui se suivent, un par personne"), id="subject")
        yield RowsView(_COLUMNS)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """The person is the first of them."""
        self.query_one(RowsView).focus()
        self._show()

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        mediation = self._post.station.mediation
        persons = [each.person for each in drafts(self._draft)]
        background(
            self,
            lambda: (mediation.procedures(), known(mediation, persons)),
            self._answered,
            group="family",
            exclusive=True,
        )

    def _answered(self, answer: tuple[list[Procedure], dict[str, Known]]) -> None:
        self._procedures, self._known = answer
        self._show(tell=self.query_one(Said).text == self._told)

    # What it shows ------------------------------------------------------------------------------

    def _show(self, *, tell: bool = True) -> None:
        self.query_one(RowsView).set_rows([self._row(each) for each in drafts(self._draft)])
        if tell:
            self._tell()

    def _row(self, each: Draft) -> Row:
        procedure = each.procedure or self._draft.procedure
        level, word, _sentence = self._state(each)
        cells = (
            describe.name(each.person),
            describe.birth(each.person),
            procedure.label if procedure else _("à choisir"),
            word,
        )
        return Row(each.person.id, cells, level)

    def _state(self, each: Draft) -> tuple[Level, str, str]:
        return state(self._post, self._draft, each, self._known.get(each.person.id))

    @property
    def _current(self) -> Draft:
        key = key_of(self)
        return next((each for each in drafts(self._draft) if each.person.id == key), self._draft)

    @on(RowsView.Highlighted)
    def _tell(self) -> None:
        level, _word, self._told = self._state(self._current)
        self._say(self._told, level)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The first person stays; a file is completed from here only when something is missing."""
        del parameters
        if action not in ("remove", "complete"):
            return True
        current = self._current
        if action == "remove":
            return current is not self._draft
        procedure = current.procedure or self._draft.procedure
        return procedure is not None and lacks_number(Member(current.person, procedure))

    # Who comes ----------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Add someone known, or someone new."""
        together = drafts(self._draft)
        if len(together) >= MOST:
            self._say(too_many(MOST), "warn")
            return
        apart = {each.person.id for each in together}
        pick = PersonPick(self._post, self._draft.person.family_name, apart)
        self.app.push_screen(pick, self._picked)

    def _picked(self, picked: Person | str | None) -> None:
        if isinstance(picked, Person):
            self._adopt(picked)
        elif picked is not None:
            resumed = self._new is not None
            if self._new is None:
                self._new = _typed_beside(self._draft.person, picked)
            form = PersonForm(self._post, self._new, resumed=resumed, known=self._adopt)
            self.app.push_screen(form, self._created)

    def _created(self, person: Person | None) -> None:
        if person is not None:
            self._join(person)

    def _adopt(self, person: Person) -> None:
        mediation = self._post.station.mediation

        def adopted(_nothing: None) -> None:
            self._join(person)

        background(self, lambda: mediation.adopt(person), adopted, group="adopt")

    def _join(self, person: Person) -> None:
        self._new = None
        if person.id not in {each.person.id for each in drafts(self._draft)}:
            self._draft.family.append(Draft(person))
        self._show()
        self.query_one(RowsView).select(person.id)
        self._reload()

    def action_remove(self) -> None:
        """Take the chosen person off the list."""
        self._draft.family.remove(self._current)
        self._show()

    def action_complete(self) -> None:
        """Open the chosen person's file at the number."""
        current = self._current
        form = PersonForm(self._post, typed_of(current.person), current.person, at="number")
        self.app.push_screen(form, partial(self._completed, current))

    def _completed(self, of: Draft, person: Person | None) -> None:
        if person is not None:
            of.person = person
            self._show()

    # What for -----------------------------------------------------------------------------------

    def action_procedure(self) -> None:
        """Choose what the chosen person comes for; the first one's goes for all but exceptions."""
        self._ask_procedure(self._current, None)

    def _ask_procedure(self, of: Draft, then: Callable[[], None] | None) -> None:
        name = describe.name(of.person)
        told = _("Pour {name} seulement.")
        if of is self._draft:
            told = _("Pour {name}, et pour toute la famille.")
        chosen = of.procedure or self._draft.procedure
        pick = ProcedurePick(self._procedures, chosen, told.format(name=name))
        self.app.push_screen(pick, partial(self._procedure_picked, of, then))

    def _procedure_picked(
        self, of: Draft, then: Callable[[], None] | None, chosen: Procedure | None
    ) -> None:
        if chosen is None:
            return
        of.procedure = None if of is not self._draft and chosen == self._draft.procedure else chosen
        self._show()
        if then is not None:
            then()

    # Going on -----------------------------------------------------------------------------------

    @on(RowsView.Selected)
    def action_slots(self) -> None:
        """Look for seats that follow one another."""
        if self.app.screen is not self:
            return
        if not self._draft.family:
            self._say(_("Une seule personne\u00a0: F6 pour ajouter qui vient aussi."), "warn")
        elif self._draft.procedure is None:
            self._ask_procedure(self._draft, self.action_slots)
        else:
            together = members(self._draft)
            missing = next(filter(lacks_number, together), None)
            if missing is not None:
                self.query_one(RowsView).select(missing.person.id)
                self._tell()
            else:
                self.app.push_screen(FamilySlots(self._post, self._draft, together))

    def action_back(self) -> None:
        """Back to the file."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _typed_beside(first: Person, query: str) -> Typed:
    """The form of someone new: what was searched for, and what a family usually shares."""
    shared = {"commune", "phone", "email", "language"}
    typed = {key: text for key, text in typed_of(first).items() if key in shared}
    found = typed_in_search(query)
    return (
        typed | {"family": first.family_name} | {key: text for key, text in found.items() if text}
    )
