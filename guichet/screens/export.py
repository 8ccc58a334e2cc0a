"""Asks where a table is to be written, writes it, and may be stopped meanwhile."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _
from guichet.screens.post import Post, background
from guichet.screens.statistics_words import day_list
from guichet.screens.words import refusal
from guichet.station.tables import Table
from guichet.widgets.choice import Tick
from guichet.widgets.level import Level
from guichet.widgets.said import Said


class ExportDialog(ModalScreen[None]):
    """`table` makes the table, with names if it is told so, which `names` lets one ask for."""

    CSS_PATH = "statistics.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "write", _("Écrire"), tooltip=_("Écrire le fichier")),
        Binding("f6", "print", _("Imprimer"), tooltip=_("Imprimer la liste")),
        Binding("escape", "stop", _("Retour"), tooltip=_("Arrêter, ou revenir"), priority=True),
    ]

    def __init__(
        self, post: Post, name: str, table: Callable[[bool], Table], *, names: bool
    ) -> None:
        super().__init__()
        self._post = post
        self._file = name
        self._table = table
        self._asks_names = names
        self._stopped: Event | None = None
        self._named = False

    def compose(self) -> ComposeResult:
        """Where to, and with names or not."""
        with Vertical(classes="dialog"):
            yield Static(_("Écrire un fichier"), classes="title")
            yield Static(_("Sa fin dit sa sorte\u00a0: .xlsx, .csv ou .pdf."), classes="subtitle")
            yield Input(value=str(Path.home() / self._file), id="path", select_on_focus=False)
            if self._asks_names:
                yield Tick(_("Avec les noms des usagers"), value=False, id="named")
            yield Said()
            yield Static(_("F9 écrire   F6 imprimer   Échap retour"), classes="subtitle")

    def on_mount(self) -> None:
        """The path is ready to be changed."""
        self.query_one(Input).focus()

    def action_write(self) -> None:
        """Write the file where it was asked."""
        path = Path(self.query_one("#path", Input).value.strip()).expanduser()
        self._work(lambda going: self._written(path, going), _("Écrit\u00a0: {name}"), path.name)

    def action_print(self) -> None:
        """Print the table; what is printed stays on this computer until tomorrow, no longer."""
        papers = self._post.station.papers
        path = papers.folder / Path(self._file).with_suffix(".pdf")

        def printed(going: Callable[[float], bool]) -> bool | Refused:
            done = self._written(path, going)
            if done is True:
                papers.print(path)
            return done

        self._work(printed, _("Envoyé à l’imprimante."), "")

    def _written(self, path: Path, going: Callable[[float], bool]) -> bool | Refused:
        return self._post.station.figures.write(self._table(self._named), path, going)

    def _work(
        self, job: Callable[[Callable[[float], bool]], bool | Refused], done: str, name: str
    ) -> None:
        if self._stopped is not None:
            return
        stopped = self._stopped = Event()
        ticks = self.query(Tick)
        self._named = bool(ticks) and ticks.first().value
        self._say(_("Écriture…"), "info")

        def going(part: float) -> bool:
            self.app.call_later(self._say_part, stopped, part)
            return not stopped.is_set()

        def ended(outcome: bool | Refused) -> None:  # noqa: FBT001 - what the job gives
            self._stopped = None
            if isinstance(outcome, Refused):
                self._say(refusal(outcome), "bad")
            elif outcome:
                self._say(done.format(name=name), "ok")
            else:
                self._say(_("Arrêté\u00a0: rien n’a été écrit."), "warn")

        def failed(error: GuichetError) -> None:
            self._stopped = None
            self._say(str(error), "bad")

        background(self, lambda: job(going), ended, group="export", failed=failed)

    def _say_part(self, of: Event, part: float) -> None:
        if self._stopped is of and not of.is_set():
            self._say(_("Écriture\u00a0: {n}\u00a0%").format(n=round(100 * part)), "info")

    def _say(self, text: str, level: Level) -> None:
        self.query_one(Said).say(text, level)

    def action_stop(self) -> None:
        """Stop what is being written; else go back."""
        if self._stopped is not None:
            self._stopped.set()
        else:
            self.dismiss()


def list_of_the_day(post: Post) -> ExportDialog:
    """What asks where to write the day's list, or prints it."""
    station = post.station

    def table(named: bool) -> Table:  # noqa: FBT001 - the dialog's only question
        day = station.today()
        return day_list(station.reception.day(), day, station.local, named=named)

    return ExportDialog(post, f"journee-{station.today()}.pdf", table, names=True)
