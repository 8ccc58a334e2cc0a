"""What the person comes for."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, Static

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure
from guichet.domain.names import match_key, matches, search_words
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.draft import Draft
from guichet.screens.person_form import PersonForm
from guichet.screens.post import Post, background
from guichet.screens.quiz import QuizScreen
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import typed_of
from guichet.station.mediation import Elsewhere
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView, key_of
from guichet.widgets.said import Said

_COLUMNS = (
    Column("label", _("Démarche"), flex=1),
    Column("minutes", _("Durée"), width=6, align="right", min_terminal=100),
)


class ProcedureChoice(Screen[None]):
    """The démarches, filtered as one types, with what to bring beside them."""

    CSS_PATH = "procedure_choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, tooltip=_("Démarche suivante")),
        Binding("up", "move(-1)", show=False, tooltip=_("Démarche précédente")),
        Binding("enter", "choose", _("Choisir"), tooltip=_("Voir les créneaux")),
        Binding(
            "f5", "quiz", _("Questions"),
            tooltip=_("Trouver la démarche par quelques questions"), id="procedure.quiz",
        ),
        Binding(
            "f7", "complete", _("Compléter la fiche"),
            tooltip=_("Ajouter le numéro étranger, ou pourquoi il manque"), id="procedure.complete",
        ),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la fiche")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._procedures: dict[str, Procedure] = {}
        self._appointments: list[Appointment] = []
        self._elsewhere: dict[str, Elsewhere] = {}
        self._warned: str | None = None
        """The démarche of another site that the next Enter confirms."""

    def compose(self) -> ComposeResult:
        """The filter and the list; beside them, the démarche under the cursor."""
        yield Top(self._post, _("Médiation"))
        yield Trail(1)
        yield Label(describe.name(self._draft.person), id="subject", markup=False)
        with Horizontal():
            with Vertical(id="choice"):
                yield Input(
                    self._draft.filter,
                    placeholder=_("Filtrer les démarches"),
                    max_length=40,
                    select_on_focus=False,
                )
                yield RowsView(_COLUMNS, empty=_("Aucune démarche de ce nom."))
            with VerticalScroll(classes="panel", can_focus=False):
                yield Static("", id="detail")
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Read the démarches."""
        self.query_one(Input).focus()
        self._reload()

    def _reload(self) -> None:
        self._procedures = {}  # until it is known again where the person depends, none is chosen
        mediation, person = self._post.station.mediation, self._draft.person
        background(
            self,
            lambda: (
                mediation.procedures(),
                mediation.appointments_of(person),
                mediation.elsewhere(person),
            ),
            self._read,
            group="procedures",
        )

    def _read(
        self, answer: tuple[list[Procedure], list[Appointment], dict[str, Elsewhere]]
    ) -> None:
        procedures, self._appointments, self._elsewhere = answer
        self._procedures = {procedure.code: procedure for procedure in procedures}
        self._show()
        if self._draft.procedure is not None:
            self.query_one(RowsView).select(self._draft.procedure.code)
        self._tell()

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        self._draft.filter = event.value
        self._show()

    def _show(self) -> None:
        words = search_words(self._draft.filter)
        self.query_one(RowsView).set_rows(
            [
                Row(
                    procedure.code,
                    (procedure.label, _("{n} min").format(n=procedure.minutes)),
                    "warn"
                    if _obstacle(procedure, self._draft.person) or procedure.code in self._elsewhere
                    else "",
                )
                for procedure in self._procedures.values()
                if matches(words, match_key(procedure.label, procedure.code))
            ]
        )

    @property
    def _current(self) -> Procedure | None:
        return self._procedures.get(key_of(self) or "")

    @on(RowsView.Highlighted)
    def _tell(self) -> None:
        current = self._current
        self._warned = None
        self.refresh_bindings()
        self._say("")
        detail = self.query_one("#detail", Static)
        detail.update(self._detail(current) if current else "")

    def _detail(self, procedure: Procedure) -> Content:
        lines: list[Content | tuple[str, str]] = [
            Content.styled(procedure.label, "bold"),
            Content.styled(_("{n} minutes").format(n=procedure.minutes), "$muted"),
        ]
        other = self._elsewhere.get(procedure.code)
        if other is not None:
            depends = _("! Dépend d’un autre site\u00a0: {site} (commune\u00a0: {commune}).")
            told = depends.format(site=other.site.name, commune=other.commune)
            lines += [Content(""), Content.styled(told, "bold $warn"), Content(other.site.address)]
        if procedure.channel_note:
            lines += [Content(""), Content.styled(f"i {procedure.channel_note}", "$info")]
        lines += [Content(""), self._number(procedure)]
        active = self._active(procedure)
        if active is not None:
            known = _("! A déjà un rendez-vous : {when}.").format(
                when=describe.when(self._post, active.starts_at)
            )
            lines += [Content(""), Content.styled(known, "$warn")]
        lines += [Content(""), Content.styled(_("À apporter"), "bold")]
        lines += [Content(f"· {document}") for document in procedure.documents]
        return Content("\n").join(
            line if isinstance(line, Content) else Content.assemble(line) for line in lines
        )

    def _number(self, procedure: Procedure) -> Content:
        person = self._draft.person
        if not procedure.number_required:
            return Content.styled(_("Numéro étranger non exigé"), "$muted")
        if person.number is not None:
            return Content.styled(_("✓ Numéro étranger connu"), "$ok")
        if person.number_absent is not None:
            return Content.styled(_("! Numéro étranger exigé : absence motivée"), "$warn")
        return Content.styled(_("✗ Numéro étranger exigé. F7 : compléter la fiche."), "bold $bad")

    def _active(self, procedure: Procedure) -> Appointment | None:
        """The appointment that stands in the way of another of the same family, if any."""
        return next(
            (
                each
                for each in self._appointments
                if each.family == procedure.family and each.status is AppointmentStatus.BOOKED
            ),
            None,
        )

    # Actions ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The file is completed from here only when something is missing."""
        del parameters
        if action != "complete":
            return True
        current = self._current
        return current is not None and _obstacle(current, self._draft.person)

    def action_move(self, step: int) -> None:
        """Move in the list while typing goes on."""
        self.query_one(RowsView).action_move(step)

    @on(Input.Submitted)
    @on(RowsView.Selected)
    def action_choose(self) -> None:
        """Go on to the slots."""
        current = self._current
        if current is None or self.app.screen is not self:
            return
        if _obstacle(current, self._draft.person):
            self._say(_("Numéro étranger exigé : F7 pour compléter la fiche."), "bad")
            return
        other = self._elsewhere.get(current.code)
        if other is not None and self._warned != current.code:
            self._warned = current.code
            warning = _("Un autre site est compétent\u00a0: {town}. Entrée\u00a0: ses créneaux.")
            self._say(warning.format(town=describe.town(other.site)), "warn")
            return
        if other is not None:
            self._draft.site = other.site.number
        elif current != self._draft.procedure:
            self._draft.site = None
        self._draft.procedure = current
        self.app.push_screen(SlotChoice(self._post, self._draft))

    def action_complete(self) -> None:
        """Open the file at the number."""
        person = self._draft.person
        form = PersonForm(self._post, typed_of(person), person, at="number")
        self.app.push_screen(form, self._completed)

    def _completed(self, person: Person | None) -> None:
        if person is not None:
            self._draft.person = person
            self._draft.procedure = self._current or self._draft.procedure
            self._reload()

    def action_quiz(self) -> None:
        """Ask a few questions that lead to a démarche."""
        if self._procedures:
            name = describe.name(self._draft.person)
            self.app.push_screen(QuizScreen(self._post, name, self._procedures), self._advised)

    def _advised(self, code: str | None) -> None:
        if code is None:
            return
        self._draft.filter = self.query_one(Input).value = ""
        self._show()
        self.query_one(RowsView).select(code)

    def action_back(self) -> None:
        """Back to the file; the filter and the choice are kept."""
        self._draft.procedure = self._current or self._draft.procedure
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)


def _obstacle(procedure: Procedure, person: Person) -> bool:
    """Whether the person's file lacks what this démarche demands."""
    return procedure.number_required and person.number is None and person.number_absent is None
