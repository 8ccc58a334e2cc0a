"""Is it the person who was booked? What is read on the ID is compared, and kept nowhere."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from guichet.domain.foreigner_number import form
from guichet.domain.identity import Check, Shown
from guichet.domain.names import display_name, search_words
from guichet.domain.verdicts import Finding
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens import checks
from guichet.screens.post import Post, background
from guichet.screens.report import ReportDialog
from guichet.station import Reading
from guichet.widgets.field import IDLE, Field, FieldState
from guichet.widgets.level import Level
from guichet.widgets.said import Said

_REPORTED_ONLY = {Finding.FORGED, Finding.REVOKED_UNKNOWN}
"""Nobody to compare with, and something to report."""


class Checked(NamedTuple):
    """The reading with what checking gave, and whether the agent wants to report."""

    reading: Reading
    report: bool


def possible(reading: Reading | None) -> bool:
    """Whether there is somebody to compare with, or something to report."""
    if reading is None:
        return False
    known = reading.claims is not None or reading.appointment is not None
    return known or reading.decision.finding in _REPORTED_ONLY


def identify(
    screen: Screen[None], post: Post, reading: Reading, done: Callable[[Reading, bool], None]
) -> None:
    """Check who stands before the agent, and report if they want to.

    `done` gets the reading with what checking gave, and whether a report was sent.
    """

    def reported(checked: Reading) -> Callable[[bool | None], None]:
        return lambda sent: done(checked, bool(sent))

    def closed(answer: Checked | None) -> None:
        if answer is None:
            return
        if answer.report:
            screen.app.push_screen(ReportDialog(post, answer.reading), reported(answer.reading))
        else:
            done(answer.reading, False)

    if reading.decision.finding in _REPORTED_ONLY:
        closed(Checked(reading, report=True))
    else:
        screen.app.push_screen(IdentityDialog(post, reading), closed)


class IdentityDialog(ModalScreen[Checked]):
    """Compares the ID shown with the convocation; dismissed with what it gave."""

    CSS_PATH = "identity.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "check", _("Comparer"), tooltip=_("Comparer avec la convocation")),
        Binding("f7", "correct", _("Corriger"), tooltip=_("Prendre le numéro proposé")),
        Binding("f9", "report", _("Signaler"), tooltip=_("Signaler ce qui ne va pas")),
        Binding("down", "app.focus_next", show=False, tooltip=_("Champ suivant")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("Champ précédent")),
        Binding("escape", "leave", _("Retour"), tooltip=_("Revenir au verdict")),
    ]

    def __init__(self, post: Post, reading: Reading) -> None:
        super().__init__()
        self._post = post
        self._reading = reading
        self._busy = False

    def compose(self) -> ComposeResult:
        """What to copy from the ID."""
        person = self._reading.person
        with Vertical(classes="dialog"):
            yield Static(_("Vérifier l’identité"), classes="title")
            if person is not None:
                name = display_name(person.family_name, person.given_names)
                yield Static(name, markup=False, classes="subtitle")
            yield Static(
                _(
                    "Recopiez le numéro de la pièce présentée, ou le nom et l’année. "
                    "Rien de ce que vous tapez n’est gardé."
                )
            )
            yield Field(_("Numéro étranger"), validate=checks.number, id="number")
            yield Field(_("Nom et prénoms"), validate=checks.name, id="name")
            yield Field(_("Année de naissance"), validate=checks.year, max_length=4, id="year")
            yield Said()
            yield Static(
                _("Entrée\u00a0: comparer · F9\u00a0: signaler · Échap\u00a0: retour"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Type at once."""
        self._field("number").focus()

    def action_correct(self) -> None:
        """Take the number proposed instead of the one typed."""
        field = self._field("number")
        suggestion = form(field.value).suggestion
        if suggestion:
            field.value = suggestion

    def action_leave(self) -> None:
        """Back to the verdict, with the last answer."""
        self.dismiss(Checked(self._reading, report=False))

    def action_report(self) -> None:
        """Report what does not fit."""
        self.dismiss(Checked(self._reading, report=True))

    @on(Field.Submitted)
    def action_check(self) -> None:
        """Compare what is typed."""
        shown = self._shown()
        if shown is None or self._busy:
            return
        self._busy = True
        identification, reading = self._post.station.identification, self._reading
        background(
            self,
            lambda: identification.check(reading, shown),
            lambda checked: self._checked(checked, shown),
            group="identity",
            failed=self._failed,
        )

    def _checked(self, reading: Reading, shown: Shown) -> None:
        self._busy = False
        self._reading = reading
        match reading.identity:
            case Check.MATCHED:
                self.dismiss(Checked(reading, report=False))
            case Check.MISMATCHED:
                self._say(_("Ne correspond pas. Relisez la pièce\u202f; F9\u00a0: signaler."))
            case _:
                self._say(_not_bound(shown), "warn")

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error))

    def _shown(self) -> Shown | None:
        """What is typed; what must be done before it can be compared is said, and gives None."""
        problem = self._problem()
        if problem is not None:
            field, sentence = problem
            field.set_state(checks.final(field.state))
            field.focus()
            self._say(sentence)
            return None
        number, name, year = self._typed()
        return Shown(form(number.value).value, name.value.strip(), year.value.strip())

    def _problem(self) -> tuple[Field, str] | None:
        number, name, year = self._typed()
        for field in (number, name, year):
            if field.value.strip() and not _usable(field.state):
                return field, _("Corrigez d’abord cette ligne.")
        if name.value.strip() and not year.value.strip():
            return year, _("Tapez aussi l’année de naissance.")
        if year.value.strip() and not name.value.strip():
            return name, _("Tapez aussi le nom.")
        if not number.value.strip() and not name.value.strip():
            return number, _("Tapez le numéro, ou le nom et l’année.")
        return None

    def _typed(self) -> tuple[Field, Field, Field]:
        return self._field("number"), self._field("name"), self._field("year")

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _say(self, sentence: str, level: Level = "bad") -> None:
        self.query_one(Said).say(sentence, level)


def _usable(state: FieldState) -> bool:
    """Whether a line may be compared: it is right, or nothing is thought of it."""
    return state == IDLE or state.level in ("ok", "info")


def _not_bound(shown: Shown) -> str:
    """Why nothing could be compared, and what to do then."""
    if not search_words(shown.name):
        return _("Convocation faite sans ce numéro\u00a0: tapez le nom et l’année.")
    if not shown.number:
        return _("Impossible à dire par le nom seul\u00a0: tapez aussi le numéro.")
    return _("Rien à comparer ici\u00a0: fiez-vous au nom affiché, et au superviseur.")
