"""One person: who they are, their appointments, and what may be done with these."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Button, Footer, Label, Static

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.booked import BookedScreen
from guichet.screens.cancellation import CancelDialog
from guichet.screens.draft import Draft
from guichet.screens.person_form import PersonForm
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.procedure_choice import ProcedureChoice
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import Typed, typed_of
from guichet.screens.words import refusal
from guichet.station import Booked
from guichet.widgets.level import Level
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.said import Said

_COLUMNS = (
    Column("when", _("Rendez-vous"), width=16),
    Column("procedure", _("Démarche"), flex=1),
    Column("reference", _("Référence"), width=11),
    Column("state", _("État"), width=12),
)
_UNCONFIRMED = _("en attente")


class PersonFile(Screen[None]):
    """The person's file. `draft` is what is under way for them; `typed`, changes not yet saved."""

    CSS_PATH = "person_file.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f6,n", "book", _("Rendez-vous"), key_display="F6",
            tooltip=_("Prendre un rendez-vous"), id="file.book",
        ),
        Binding("e", "edit", _("Modifier"), tooltip=_("Modifier la fiche"), id="file.edit"),
        Binding(
            "r", "reprint", _("Réimprimer"),
            tooltip=_("Refaire la convocation du rendez-vous choisi"), id="file.reprint",
        ),
        Binding(
            "d", "move", _("Déplacer"),
            tooltip=_("Choisir un autre créneau pour ce rendez-vous"), id="file.move",
        ),
        Binding(
            "a", "cancel", _("Annuler"),
            tooltip=_("Annuler le rendez-vous choisi"), id="file.cancel",
        ),
        Binding("down", "move_cursor(1)", show=False, tooltip=_("Rendez-vous suivant")),
        Binding("up", "move_cursor(-1)", show=False, tooltip=_("Rendez-vous précédent")),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la recherche")),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, typed: Typed) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._form = typed
        self._appointments: dict[str, Appointment] = {}
        self._procedures: dict[str, Procedure] = {}

    def compose(self) -> ComposeResult:
        """Who they are, over their appointments."""
        yield Top(self._post, _("Médiation"))
        yield Trail(0)
        with Vertical(id="who"):
            yield Label("", id="name", markup=False)
            yield Static("", id="summary", markup=False)
            yield Button(_("Prendre un rendez-vous"), variant="primary", id="book")
        yield RowsView(_COLUMNS, empty=_("Aucun rendez-vous connu ici."))
        yield Said()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Most people come for a new appointment: Enter begins it."""
        self._fill()
        self.query_one("#book", Button).focus()

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        mediation, person = self._post.station.mediation, self._draft.person
        background(
            self,
            lambda: (mediation.appointments_of(person), mediation.procedures()),
            self._read,
            group="appointments",
            exclusive=True,
        )

    def _fill(self) -> None:
        self.query_one("#name", Label).update(describe.name(self._draft.person))
        self.query_one("#summary", Static).update(describe.summary(self._draft.person))

    def _read(self, answer: tuple[list[Appointment], list[Procedure]]) -> None:
        appointments, procedures = answer
        self._appointments = {appointment.id: appointment for appointment in appointments}
        self._procedures = {procedure.code: procedure for procedure in procedures}
        self.query_one(RowsView).set_rows([self._row(each) for each in appointments])
        self.refresh_bindings()

    def _row(self, appointment: Appointment) -> Row:
        local = self._post.station.local(appointment.starts_at)
        procedure = self._procedures.get(appointment.procedure)
        level, word = describe.APPOINTMENTS[appointment.status]
        if appointment.status is AppointmentStatus.BOOKED and appointment.token is None:
            level, word = "warn", _UNCONFIRMED
        cells = (
            f"{local:%d/%m/%Y %H:%M}",
            procedure.label if procedure else appointment.procedure,
            appointment.reference,
            word,
        )
        return Row(appointment.id, cells, level, dim=level == "bad")

    @property
    def _current(self) -> Appointment | None:
        return self._appointments.get(self.query_one(RowsView).key or "")

    @on(RowsView.Highlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the appointment under the cursor."""
        del parameters
        if action not in ("reprint", "move", "cancel"):
            return True
        current = self._current if self.is_mounted else None
        if current is None or current.status is not AppointmentStatus.BOOKED:
            return False
        return action == "cancel" or current.token is not None

    # Actions ------------------------------------------------------------------------------------

    def action_move_cursor(self, step: int) -> None:
        """Move in the appointments wherever the focus is."""
        self.query_one(RowsView).action_move(step)

    @on(Button.Pressed, "#book")
    def action_book(self) -> None:
        """Go on to the démarche."""
        self.app.push_screen(ProcedureChoice(self._post, self._draft))

    def action_edit(self) -> None:
        """Change the file; unfinished changes wait in it."""
        person = self._draft.person
        resumed = self._form != typed_of(person)
        form = PersonForm(self._post, self._form, person, resumed=resumed)
        self.app.push_screen(form, self._edited)

    def _edited(self, person: Person | None) -> None:
        if person is not None:
            self._draft.person = person
            self._form.update(typed_of(person))
            self._fill()
            self._say(_("La fiche est à jour."), "ok")

    @on(RowsView.Selected)
    def action_reprint(self) -> None:
        """Make the convocation again."""
        current = self._current
        if current is None or not self.check_action("reprint", ()):
            return
        procedure = self._procedures.get(current.procedure)
        booked = Booked(current, confirmed=True)
        self.app.push_screen(BookedScreen(self._post, booked, self._draft.person, procedure))

    def action_move(self) -> None:
        """Choose another slot for the appointment."""
        current = self._current
        procedure = self._procedures.get(current.procedure) if current else None
        if current is None or procedure is None:
            return
        moving = Draft(self._draft.person, procedure=procedure, moving=current)
        self.app.push_screen(SlotChoice(self._post, moving))

    def action_cancel(self) -> None:
        """Ask why, then cancel."""
        current = self._current
        if current is not None:
            words = describe.when(self._post, current.starts_at)
            self.app.push_screen(CancelDialog(words), partial(self._cancel, current))

    def _cancel(self, appointment: Appointment, by: str | None) -> None:
        if by is None:
            return
        self._say(_("Annulation…"))
        background(
            self,
            lambda: self._post.station.mediation.cancel(appointment, by),
            self._cancelled,
            group="cancel",
            failed=self._failed,
        )

    def _cancelled(self, outcome: Booked | Refused) -> None:
        if isinstance(outcome, Refused):
            self._say(refusal(outcome), "bad")
        elif outcome.confirmed:
            self._say(_("Rendez-vous annulé. La place est rendue."), "ok")
        else:
            self._say(_("Annulé sur ce poste ; la centrale n’a pas encore confirmé."), "warn")
        self._reload()

    def _failed(self, error: GuichetError) -> None:
        self._say(str(error), "bad")

    def action_back(self) -> None:
        """Back to the search."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
