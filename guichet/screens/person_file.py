"""One person: who they are, their appointments, and what may be done with these."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import ScreenResume
from textual.screen import Screen
from textual.widgets import Button, Label, Static

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure, Site
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe, history
from guichet.screens.booked import BookedScreen
from guichet.screens.cancellation import CancelDialog
from guichet.screens.documents import DocumentsDialog, presentable
from guichet.screens.draft import Draft
from guichet.screens.family import FamilyScreen
from guichet.screens.person_form import PersonForm
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.procedure_choice import ProcedureChoice
from guichet.screens.rights import RightsScreen
from guichet.screens.slot_choice import SlotChoice
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.screens.typed import Typed, typed_of
from guichet.screens.withdrawal import WithdrawDialog, withdrawable
from guichet.screens.words import refusal
from guichet.station.mediation import Booked
from guichet.widgets.foot import TwoRows
from guichet.widgets.level import Level
from guichet.widgets.rows import RowsView, key_of
from guichet.widgets.said import Said


class PersonFile(Screen[None]):
    """The person's file. `draft` is what is under way for them; `typed`, changes not yet saved."""

    CSS_PATH = "person_file.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f6,n", "book", _("Rendez-vous"), key_display="F6",
            tooltip=_("Prendre un rendez-vous"), id="file.book",
        ),
        Binding(
            "g", "family", _("Famille"),
            tooltip=_("Des rendez-vous qui se suivent, à plusieurs"), id="file.family",
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
        Binding(
            "p", "documents", _("Pièces"),
            tooltip=_("Cocher les pièces que la personne présente"), id="file.documents",
        ),
        Binding(
            "w", "withdraw", _("Accord"),
            tooltip=_("Retirer l’accord d’accompagnement de ce rendez-vous"), id="file.withdraw",
        ),
        Binding("down", "move_cursor(1)", show=False, tooltip=_("Rendez-vous suivant")),
        Binding("up", "move_cursor(-1)", show=False, tooltip=_("Rendez-vous précédent")),
        Binding("escape", "back", _("Retour"), tooltip=_("Revenir à la recherche")),
        Binding(
            "f7", "rights", _("Délais"),
            tooltip=_("Quand déposer, et les droits après l’expiration du titre"), id="file.rights",
        ),
    ]  # fmt: skip

    def __init__(self, post: Post, draft: Draft, typed: Typed) -> None:
        super().__init__()
        self._post = post
        self._draft = draft
        self._form = typed
        self._appointments: dict[str, Appointment] = {}
        self._procedures: dict[str, Procedure] = {}
        self._sites: dict[int, Site] = {}

    def compose(self) -> ComposeResult:
        """Who they are, over their appointments."""
        yield Top(self._post, _("Médiation"))
        yield Trail(0)
        with Vertical(id="who"):
            yield Label("", id="name", markup=False)
            yield Static("", id="summary", markup=False)
            yield Button(_("Prendre un rendez-vous"), variant="primary", id="book")
        yield RowsView(history.COLUMNS, empty=_("Aucun rendez-vous connu ici."))
        yield Static("", id="detail", markup=False)
        yield Said()
        yield TwoRows()

    def on_mount(self) -> None:
        """Most people come for a new appointment: Enter begins it."""
        self._fill()
        self._say(_("F7\u00a0: quand déposer, et les droits après l’expiration du titre."))
        self.query_one("#book", Button).focus()

    @on(FactsChanged)
    @on(ScreenResume)
    def _reload(self) -> None:
        station, person = self._post.station, self._draft.person
        mediation, sites = station.mediation, station.assistance.sites
        background(
            self,
            lambda: (mediation.appointments_of(person), mediation.procedures(), sites()),
            self._read,
            group="appointments",
            exclusive=True,
        )

    def _fill(self) -> None:
        self.query_one("#name", Label).update(describe.name(self._draft.person))
        self.query_one("#summary", Static).update(describe.summary(self._draft.person))

    def _read(self, answer: tuple[list[Appointment], list[Procedure], dict[int, Site]]) -> None:
        appointments, procedures, self._sites = answer
        self._appointments = {appointment.id: appointment for appointment in appointments}
        self._procedures = {procedure.code: procedure for procedure in procedures}
        self.query_one(RowsView).set_rows(
            [
                history.row(self._post, each, self._procedures.get(each.procedure))
                for each in appointments
            ]
        )
        self._highlighted()

    @property
    def _current(self) -> Appointment | None:
        return self._appointments.get(key_of(self) or "")

    @on(RowsView.Highlighted)
    def _highlighted(self) -> None:
        current = self._current
        procedure = self._procedures.get(current.procedure) if current else None
        said = history.detail(self._post, current, procedure, self._sites) if current else ""
        self.query_one("#detail", Static).update(said)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What may be done with the appointment under the cursor."""
        del parameters
        if action not in ("reprint", "move", "cancel", "documents", "withdraw"):
            return True
        current = self._current
        if current is None:
            return False
        if action == "withdraw":
            return withdrawable(current)
        if current.status is not AppointmentStatus.BOOKED:
            return False
        if action == "documents":
            return presentable(current, self._procedures.get(current.procedure))
        return action == "cancel" or current.token is not None

    # Actions ------------------------------------------------------------------------------------

    def action_move_cursor(self, step: int) -> None:
        """Move in the appointments wherever the focus is."""
        self.query_one(RowsView).action_move(step)

    @on(Button.Pressed, "#book")
    def action_book(self) -> None:
        """Go on to the démarche."""
        self.app.push_screen(ProcedureChoice(self._post, self._draft))

    def action_family(self) -> None:
        """Book for several who come together."""
        self.app.push_screen(FamilyScreen(self._post, self._draft))

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

    def action_documents(self) -> None:
        """Tick the documents the person shows for the appointment."""
        current = self._current
        procedure = self._procedures.get(current.procedure) if current else None
        if current is not None and procedure is not None:
            dialog = DocumentsDialog(self._post, current, procedure)
            self.app.push_screen(dialog, self._presented)

    def _presented(self, documents: tuple[str, ...] | None) -> None:
        if documents is not None:
            self._say(_("Pièces notées : R pour refaire la convocation, qui le dit."), "ok")

    def action_withdraw(self) -> None:
        """Say what it changes, then end the accord of the appointment."""
        current = self._current
        if current is not None and current.accord is not None:
            dialog = WithdrawDialog(self._post, current, current.accord)
            self.app.push_screen(dialog, partial(self._withdraw, current))

    def _withdraw(self, appointment: Appointment, agreed: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
        if agreed:
            background(
                self,
                lambda: self._post.station.assistance.withdraw_accord(appointment),
                self._withdrawn,
                group="withdraw",
                failed=self._failed,
            )

    def _withdrawn(self, refused: Refused | None) -> None:
        if refused is not None:
            self._say(refusal(refused), "bad")
        else:
            self._say(_("Accord retiré. L’aide s’arrête ; le rendez-vous reste."), "ok")
        self._reload()

    def _failed(self, error: GuichetError) -> None:
        self._say(str(error), "bad")

    def action_rights(self) -> None:
        """Compute filing windows and kept rights, for the appointment under the cursor."""
        current = self._current
        booked = current is not None and current.status is AppointmentStatus.BOOKED
        day = self._post.station.local(current.starts_at).date() if current and booked else None
        self.app.push_screen(RightsScreen(self._post, self._draft.rights, day))

    def action_back(self) -> None:
        """Back to the search."""
        self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
