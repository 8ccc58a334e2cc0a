"""The documents a person shows, ticked off for their convocation; no judgement of the file."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from guichet.domain.model import Appointment, Procedure
from guichet.domain.operations import Refused
from guichet.errors import GuichetError
from guichet.i18n import _, ngettext
from guichet.screens.post import Post, background
from guichet.screens.words import refusal
from guichet.widgets.choice import Tick
from guichet.widgets.said import Said

_SAVE = _("F9 : enregistrer · Espace : cocher · Échap : ne rien changer")


class DocumentTick(Tick):
    """A document to tick; the whole of its name is shown, on as many lines as it takes."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines its name takes in that width."""
        del container, viewport
        return len(self.render().wrap(width))


class DocumentsDialog(ModalScreen[tuple[str, ...]]):
    """Records what is ticked; dismissed with the documents presented, or nothing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "record", _("Enregistrer"), tooltip=_("Enregistrer les pièces cochées")),
        Binding("down", "app.focus_next", show=False, tooltip=_("Pièce suivante")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("Pièce précédente")),
        Binding("escape", "dismiss", _("Retour"), tooltip=_("Ne rien changer")),
    ]

    def __init__(self, post: Post, appointment: Appointment, procedure: Procedure) -> None:
        super().__init__()
        self._post = post
        self._appointment = appointment
        self._procedure = procedure
        self._busy = False

    def compose(self) -> ComposeResult:
        """One document a line, and what a tick means."""
        with Vertical(classes="dialog"):
            yield Static(_("Pièces présentées"), classes="title")
            yield Static(self._procedure.label, markup=False, classes="subtitle")
            yield Static(
                _(
                    "Cochez ce que la personne vous montre : la convocation le dira. "
                    "Cela ne dit pas que le dossier est complet."
                )
            )
            with VerticalScroll(id="documents", can_focus=False):
                for name in self._procedure.documents:
                    yield DocumentTick(Content(name), value=name in self._appointment.presented)
            yield Said()
            yield Static(_SAVE, classes="hint")

    def on_mount(self) -> None:
        """Begin with the first document."""
        self.query(Tick).first().focus()

    def action_record(self) -> None:
        """Record what is ticked."""
        if self._busy:
            return
        self._busy = True
        assistance, appointment = self._post.station.assistance, self._appointment
        ticks = zip(self._procedure.documents, self.query(Tick), strict=True)
        shown = tuple(name for name, tick in ticks if tick.value)

        def recorded(refused: Refused | None) -> None:
            self._busy = False
            if refused is None:
                self.dismiss(shown)
            else:
                self._say(refusal(refused))

        background(
            self,
            lambda: assistance.present(appointment, shown),
            recorded,
            group="present",
            failed=self._failed,
        )

    def _failed(self, error: GuichetError) -> None:
        self._busy = False
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.query_one(Said).say(text, "bad")


def presentable(appointment: Appointment, procedure: Procedure | None) -> bool:
    """Whether documents can be ticked: central has confirmed the appointment, and asks for some."""
    return appointment.token is not None and procedure is not None and bool(procedure.documents)


def presented(appointment: Appointment, procedure: Procedure) -> str:
    """How many documents the person has to bring, and has shown."""
    count = len(procedure.documents)
    shown = len(set(procedure.documents) & set(appointment.presented))
    bring = ngettext("{n} document à apporter", "{n} documents à apporter", count).format(n=count)
    if not shown:
        return bring
    return bring + ngettext(", {n} déjà présenté", ", {n} déjà présentés", shown).format(n=shown)
