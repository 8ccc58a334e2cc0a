"""The appointment, and its convocation."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Label, Static

from guichet.domain.model import Appointment, AppointmentStatus, Person, Procedure
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens import describe
from guichet.screens.post import FactsChanged, Post, background
from guichet.screens.top import Top
from guichet.screens.trail import Trail
from guichet.station import Booked
from guichet.widgets.big import BigText
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class BookedScreen(Screen[None]):
    """The reference to read out, and the paper. `last`: it ends the work for this person.

    An appointment that central has not confirmed has no paper: the screen says so, and makes it
    as soon as central answers.
    """

    CSS_PATH = "booked.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", _("Ouvrir"), tooltip=_("Afficher la convocation"), id="booked.open"),
        Binding(
            "i", "print", _("Imprimer"), tooltip=_("Imprimer la convocation"), id="booked.print"
        ),
        Binding("enter", "finish", _("Terminer"), tooltip=_("Personne suivante")),
        Binding("escape", "finish", _("Terminer"), show=False, tooltip=_("Personne suivante")),
    ]

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
        self._person = person
        self._procedure = procedure
        self._last = last
        self._path: Path | None = None
        self._printer = False

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
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the appointment and write its convocation."""
        self.query_one("#page").focus()
        mediation = self._post.station.mediation
        background(self, mediation.printer_available, self._printer_found, group="printer")
        self._fill()
        if self._confirmed:
            self._write()

    def _fill(self) -> None:
        state = self.query_one("#state", Static)
        state.set_class(self._confirmed, "-ok")
        self.query_one(BigText).display = self._confirmed
        if self._confirmed:
            state.update(_("✓ Rendez-vous confirmé"))
        else:
            state.update(
                _(
                    "! Rien n’est encore certain : la centrale n’a pas répondu.\n"
                    "Ne remettez aucun papier ; la convocation viendra avec sa réponse."
                )
            )
        lines = [self._procedure.label] if self._procedure else []
        lines += [
            describe.when(self._post, self._appointment.starts_at),
            self._post.station.site.name,
        ]
        if self._procedure:
            count = len(self._procedure.documents)
            bring = ngettext("{n} document à apporter", "{n} documents à apporter", count)
            lines.append(bring.format(n=count) + _(" : la liste est sur la convocation"))
        self.query_one("#what", Static).update("\n".join(lines))

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
                _("✗ La centrale a refusé : il n’y a pas de rendez-vous. Choisissez-en un autre.")
            )

    # The paper ----------------------------------------------------------------------------------

    def _write(self) -> None:
        self.query_one("#paper", Static).update(_("Convocation en préparation…"))
        mediation, key = self._post.station.mediation, self._appointment.id
        background(
            self,
            lambda: mediation.convocation(key),
            self._written,
            group="convocation",
            failed=self._failed,
        )

    def _written(self, path: Path) -> None:
        self._path = path
        self.query_one("#paper", Static).update(_("Convocation : {path}").format(path=_short(path)))
        self.refresh_bindings()

    def _printer_found(self, found: bool) -> None:  # noqa: FBT001 - the worker's answer
        self._printer = found
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a paper to open, and a printer for it, or there is not."""
        del parameters
        if action == "print":
            return self._path is not None and self._printer
        return self._path is not None if action == "open" else True

    def action_open(self) -> None:
        """Show the convocation in the system's viewer."""
        mediation, path = self._post.station.mediation, self._path
        if path is not None:
            said = partial(self._done, _("La convocation est affichée."))
            self._say(_("Ouverture…"))
            background(self, lambda: mediation.open(path), said, group="paper", failed=self._failed)

    def action_print(self) -> None:
        """Send the convocation to the printer."""
        mediation, path = self._post.station.mediation, self._path
        if path is not None:
            said = partial(self._done, _("La convocation est envoyée à l’imprimante."))
            self._say(_("Envoi à l’imprimante…"))
            background(
                self, lambda: mediation.print(path), said, group="paper", failed=self._failed
            )

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


def _short(path: Path) -> str:
    """The path as people write it: ~ for the user's own folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
