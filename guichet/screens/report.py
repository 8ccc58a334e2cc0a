"""Reporting what does not fit, and the day's reports. Nobody is refused by a report."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from guichet.domain.day import DayRow
from guichet.domain.identity import Check
from guichet.domain.operations import Refused
from guichet.domain.reports import Seen
from guichet.domain.verdicts import Finding
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.finding_words import FINDINGS
from guichet.screens.post import Post, background
from guichet.screens.words import IDENTITIES, SEEN, refusal
from guichet.station import Reading
from guichet.station.identification import Reported
from guichet.widgets.cells import printable
from guichet.widgets.choice import Tick
from guichet.widgets.said import Said

_LONGEST = 200


class ReportDialog(ModalScreen[bool]):
    """Asks what was seen; dismissed with whether it was reported."""

    CSS_PATH = "identity.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "send", _("Signaler"), tooltip=_("Envoyer au superviseur")),
        Binding("down", "app.focus_next", show=False, tooltip=_("Ligne suivante")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("Ligne précédente")),
        Binding("escape", "dismiss(False)", _("Retour"), tooltip=_("Ne rien signaler")),
    ]

    def __init__(self, post: Post, reading: Reading) -> None:
        super().__init__()
        self._post = post
        self._reading = reading
        self._busy = False

    def compose(self) -> ComposeResult:
        """What may have been seen, one line each, and a note."""
        with Vertical(classes="dialog"):
            yield Static(_("Signaler"), classes="title")
            yield Static(
                _("Cochez ce que vous avez vu. La personne n’est pas refusée pour autant."),
                classes="subtitle",
            )
            with VerticalScroll(id="seen", can_focus=False):
                for seen in Seen:
                    yield Tick(SEEN[seen], value=self._likely(seen), id=f"seen-{seen}")
            yield Input(placeholder=_("Précision, sans nom ni numéro"), max_length=_LONGEST)
            yield Said()
            yield Static(
                _("F9\u00a0: signaler · Espace\u00a0: cocher · Échap\u00a0: retour"),
                classes="hint",
            )

    def on_mount(self) -> None:
        """Begin with the first line."""
        self.query(Tick).first().focus()

    def _likely(self, seen: Seen) -> bool:
        return seen is Seen.ALTERED and self._reading.decision.finding is Finding.FORGED

    @on(Input.Submitted)
    def action_send(self) -> None:
        """Report what is ticked."""
        seen = [each for each in Seen if self.query_one(f"#seen-{each}", Tick).value]
        if self._busy:
            return
        if not seen:
            self._say(_("Cochez au moins une ligne."))
            return
        self._busy = True
        identification, reading = self._post.station.identification, self._reading
        note = self.query_one(Input).value
        background(
            self,
            lambda: identification.report(reading, seen, note),
            self._sent,
            group="report",
            failed=self._failed,
        )

    def _sent(self, refused: Refused | None) -> None:
        self._busy = False
        if refused is None:
            self.dismiss(True)
        else:
            self._say(refusal(refused))

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error))

    def _say(self, sentence: str) -> None:
        self.query_one(Said).say(sentence, "bad")


class ReportsDialog(ModalScreen[None]):
    """The day's reports of the site, the latest first."""

    CSS_PATH = "identity.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", _("Retour"), tooltip=_("Revenir à la journée")),
    ]

    def __init__(self, post: Post) -> None:
        super().__init__()
        self._post = post

    def compose(self) -> ComposeResult:
        """The list, empty until it is read."""
        with Vertical(classes="dialog"):
            yield Static(_("Signalements du jour"), classes="title")
            yield Static(
                _("Un signalement ne refuse personne\u00a0: à vous de dire si l’on reçoit."),
                classes="subtitle",
            )
            with VerticalScroll(id="reports"):
                yield Static(_("Lecture…"), markup=False)
            yield Said()
            yield Static(_("Échap\u00a0: retour"), classes="hint")

    def on_mount(self) -> None:
        """Read them."""
        self.query_one("#reports").focus()
        identification = self._post.station.identification
        background(self, identification.reports, self._read, group="reports", failed=self._not_read)

    def _read(self, reports: list[Reported]) -> None:
        text = "\n\n".join("\n".join(self._lines(each)) for each in reports)
        self.query_one("#reports > Static", Static).update(text or _("Aucun signalement."))

    def _not_read(self, error: GuichetError) -> None:
        self.query_one(Said).say(str(error), "bad")

    def _lines(self, reported: Reported) -> Iterator[str]:
        report, row = reported.report, reported.row
        time = f"{self._post.station.local(report.at):%H:%M}"
        yield "  ".join(
            filter(None, (time, _who(row), _("par {agent}").format(agent=report.agent)))
        )
        yield "  ! " + ", ".join(SEEN[seen] for seen in Seen if seen in report.seen)
        verdict = FINDINGS[Finding(report.finding)][0]
        told = [_("verdict\u00a0: {word}").format(word=verdict)]
        if report.identity is not None:
            told.append(IDENTITIES[Check(report.identity)])
        yield "  " + " · ".join(told)
        if report.note:
            yield "  «\u00a0" + printable(report.note) + "\u00a0»"


def _who(row: DayRow | None) -> str:
    if row is None:
        return _("(rendez-vous inconnu ici)")
    return " ".join(filter(None, (row.ticket, row.name or row.reference)))
