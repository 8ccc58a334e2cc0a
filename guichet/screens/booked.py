"""The appointment, and its convocation."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Label, Static

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.booked_words import Known, known, place, short
from guichet.screens.documents import DocumentsDialog, presentable, presented
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.station.mediation import Booked
from guichet.widgets.big import BigText
from guichet.widgets.foot import Foot
from guichet.widgets.level import Level
from guichet.widgets.said import Said

_CONFIRMED = _("✓ Rendez-vous confirmé")
_UNCERTAIN = _(
    "! Rien n’est encore certain\u00a0: la centrale n’a pas répondu.\n"
    "Ne remettez aucun papier\u202f; la convocation viendra avec sa réponse."
)
_LENT = _(
    "! À confirmer\u00a0: place gardée par ce poste, la centrale répondra plus tard.\n"
    "Remettez la feuille «\u00a0à confirmer\u00a0»\u202f; la convocation viendra ensuite."
)


class BookedScreen(Screen[None]):
    """The reference to read out, and the paper. `last`: it ends the work for this person.

    An appointment that central has not confirmed has no convocation: the screen says so, and makes
    it as soon as central answers. On a lent seat there is a paper that says that it is to be.
    """

    CSS_PATH = "booked.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", _("Ouvrir"), tooltip=_("Afficher la convocation"), id="booked.open"),
        Binding(
            "i", "print", _("Imprimer"), tooltip=_("Imprimer la convocation"), id="booked.print"
        ),
        Binding(
            "g", "large", _("Gros caractères"),
            tooltip=_("La convocation en gros caractères, ou de nouveau en taille normale"),
            id="booked.large",
        ),
        Binding(
            "d", "documents", _("Pièces"),
            tooltip=_("Cocher les pièces que la personne présente"), id="booked.documents",
        ),
        Binding(
            "c", "calendar", _("Agenda"),
            tooltip=_("Écrire le rendez-vous pour l’agenda d’un téléphone (.ics), sans nom"),
            id="booked.calendar",
        ),
        Binding("enter", "finish", _("Terminer"), tooltip=_("Personne suivante")),
        Binding("escape", "finish", _("Terminer"), show=False, tooltip=_("Personne suivante")),
    ]  # fmt: skip

    def __init__(
        self,
        post: Post,
        booked: Booked,
        person: Person,
        procedure: Procedure | None,
        *,
        last: bool = False,
    ) -> None:
        super().__init__()
        self._post = post
        self._appointment = booked.appointment
        self._confirmed = booked.confirmed
        self._lent = booked.lent
        self._person = person
        self._procedure = procedure
        self._last = last
        self._large = False
        self._path: Path | None = None
        self._calendar: Path | None = None
        self._facts: Known | None = None

    def compose(self) -> ComposeResult:
        """The reference large, when and where, what to bring, where the paper is."""
        yield Top(self._post, _("Médiation"))
        yield Trail(4)
        with VerticalScroll(id="page"):
            yield Static("", id="state", markup=False)
            yield BigText(self._appointment.reference)
            yield Label(describe.name(self._person), id="name", markup=False)
            yield Static("", id="what", markup=False)
            yield Static("", id="paper", markup=False)
        yield Said()
        yield Foot()

    def on_mount(self) -> None:
        """Show the appointment and write its convocation."""
        self.query_one("#page").focus()
        background(
            self,
            lambda: known(self._post, self._appointment, self._person),
            self._learned,
            group="booked",
        )
        self._fill()
        if self._confirmed or self._lent:
            self._write()

    def _fill(self) -> None:
        state = self.query_one("#state", Static)
        state.set_class(self._confirmed, "-ok")
        self.query_one(BigText).display = self._confirmed or self._lent
        state.update(_CONFIRMED if self._confirmed else _LENT if self._lent else _UNCERTAIN)
        procedure, sites = self._procedure, self._facts.sites if self._facts else {}
        lines = [procedure.label] if procedure else []
        lines += [
            describe.when(self._post, self._appointment.starts_at),
            place(self._post, self._appointment.site, sites),
        ]
        if procedure and procedure.documents:
            bring = presented(self._appointment, procedure)
            lines.append(bring + _(" : la liste est sur la convocation"))
        self.query_one("#what", Static).update("\n".join(lines))
        self.refresh_bindings()

    def _learned(self, facts: Known) -> None:
        self._facts = facts
        self._procedure = self._procedure or facts.procedure
        self._fill()
        self._show_paper()

    @on(FactsChanged)
    def _facts_changed(self) -> None:
        if not self._confirmed:
            mediation, person = self._post.station.mediation, self._person
            background(
                self,
                lambda: mediation.appointments_of(person),
                self._heard,
                group="appointments",
                exclusive=True,
            )

    def _heard(self, appointments: list[Appointment]) -> None:
        wanted = self._appointment.id
        found = next((each for each in appointments if each.id == wanted), None)
        if found is not None and found.token is not None:
            self._appointment = found
            self._confirmed = True
            self._fill()
            self._write()
        elif found is None or found.status is not AppointmentStatus.BOOKED:
            self.query_one("#state", Static).update(
                _("✗ La centrale a refusé : il n’y a pas de rendez-vous. Choisissez-en un autre.")
            )

    # The paper ----------------------------------------------------------------------------------

    def _write(self) -> None:
        self._path = None
        self.refresh_bindings()
        self.query_one("#paper", Static).update(_("Feuille en préparation…"))
        papers, key, large = self._post.station.papers, self._appointment.id, self._large
        confirmed = self._confirmed
        background(
            self,
            lambda: papers.convocation(key, large=large) if confirmed else papers.unconfirmed(key),
            self._written,
            group="convocation",
            failed=self._failed,
            exclusive=True,
        )

    def _written(self, path: Path) -> None:
        self._path = path
        self._show_paper()
        self.refresh_bindings()

    def _show_paper(self) -> None:
        if self._path is None or self._facts is None:
            return
        paper = _("Convocation en gros caractères") if self._large else _("Convocation")
        lines = [f"{paper} · {self._facts.languages}", short(self._path)]
        if not self._confirmed:
            lines[0] = _("Feuille «\u00a0à confirmer\u00a0», qui n’est pas une convocation")
        if self._calendar is not None:
            lines.append(_("Agenda : {path}").format(path=short(self._calendar)))
        self.query_one("#paper", Static).update("\n".join(lines))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a paper, a printer for it, a list of documents, or there is not."""
        del parameters
        match action:
            case "open":
                return self._path is not None
            case "print":
                return self._path is not None and self._facts is not None and self._facts.printer
            case "large" | "calendar":
                return self._confirmed
            case "documents":
                return presentable(self._appointment, self._procedure)
        return True

    def action_open(self) -> None:
        """Show the convocation in the system's viewer."""
        papers, path = self._post.station.papers, self._path
        if path is not None:
            said = partial(self._done, _("La convocation est affichée."))
            self._say(_("Ouverture…"))
            background(self, lambda: papers.open(path), said, group="paper", failed=self._failed)

    def action_print(self) -> None:
        """Send the convocation to the printer."""
        papers, path = self._post.station.papers, self._path
        if path is not None:
            said = partial(self._done, _("La convocation est envoyée à l’imprimante."))
            self._say(_("Envoi à l’imprimante…"))
            background(self, lambda: papers.print(path), said, group="paper", failed=self._failed)

    def action_large(self) -> None:
        """Make the convocation in large type, or in its usual size again."""
        self._large = not self._large
        self._write()

    def action_calendar(self) -> None:
        """Write the appointment for a calendar, and say where it is."""
        papers, key = self._post.station.papers, self._appointment.id

        def written(path: Path) -> None:
            self._calendar = path
            self._show_paper()
            self._say(_("Rendez-vous écrit pour l’agenda d’un téléphone, sans nom."), "ok")

        background(
            self,
            lambda: papers.calendar(key),
            written,
            group="calendar",
            failed=self._failed,
        )

    def action_documents(self) -> None:
        """Tick the documents the person shows."""
        if self._procedure is not None:
            dialog = DocumentsDialog(self._post, self._appointment, self._procedure)
            self.app.push_screen(dialog, self._presented)

    def _presented(self, documents: tuple[str, ...] | None) -> None:
        if documents is None:
            return
        self._appointment = replace(self._appointment, presented=documents)
        self._fill()
        self._write()
        self._say(_("Pièces notées : la nouvelle convocation le dit, réimprimez-la."), "ok")

    def _done(self, sentence: str, _nothing: None) -> None:
        self._say(sentence, "ok")

    def _failed(self, error: GuichetError) -> None:
        if self._path is None:
            self.query_one("#paper", Static).update("")
        self._say(str(error), "bad")

    def action_finish(self) -> None:
        """Back to the search for the next person, or to the file."""
        if self._last:
            self.app.screen_stack[0].pop_until_active()
        else:
            self.dismiss(None)

    def _say(self, text: str, level: Level = "idle") -> None:
        self.query_one(Said).say(text, level)
