"""Opening a desk: which one, for which lanes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from guichet.domain.desks import Desk, DeskState
from guichet.domain.tickets import UNKNOWN_LANE
from guichet.i18n import _
from guichet.widgets.choice import Tick
from guichet.widgets.said import Said

_LONGEST = 12


class Wanted(NamedTuple):
    """A desk as the agent wants it; no lanes: all of them."""

    name: str
    lanes: tuple[str, ...]
    state: DeskState


class DeskDialog(ModalScreen[Wanted]):
    """Dismissed with what is wanted, or nothing. `desk` is the one this agent has open already."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", _("Ouvrir"), priority=True, tooltip=_("Ouvrir ce guichet")),
        Binding("ctrl+d", "close", _("Fermer"), priority=True, tooltip=_("Fermer ce guichet")),
        Binding("down", "app.focus_next", show=False, tooltip=_("File suivante")),
        Binding("up", "app.focus_previous", show=False, tooltip=_("File précédente")),
        Binding("escape", "dismiss", _("Revenir"), tooltip=_("Ne rien changer")),
    ]

    def __init__(
        self,
        name: str,
        desk: Desk | None,
        lanes: Mapping[str, Sequence[str]],
        since: datetime | None,
    ) -> None:
        super().__init__()
        self._number = name
        self._desk = desk
        self._lanes = lanes
        self._since = since

    def compose(self) -> ComposeResult:
        """The number, and the lanes with what each is for."""
        served = self._desk.lanes if self._desk else ()
        with Vertical(classes="dialog"):
            title = _("Ouvrir le guichet") if self._desk is None else _("Votre guichet")
            yield Static(title, classes="title")
            with Horizontal(id="number"):
                yield Static(_("Numéro"))
                yield Input(self._number, max_length=_LONGEST, id="desk-name")
            yield Static(_("Files appelées"), classes="subtitle")
            for letter in self._lanes:
                yield Tick(Content(self._lane(letter)), value=not served or letter in served)
            yield Said()
            keys = _("Entrée\u00a0: ouvrir · Espace\u00a0: cocher · Échap\u00a0: revenir")
            if self._desk is not None:
                keys = _("Entrée\u00a0: garder ainsi · Ctrl+D\u00a0: fermer · Échap\u00a0: revenir")
            yield Static(keys, classes="hint")

    def _lane(self, letter: str) -> str:
        procedures = ", ".join(self._lanes[letter])
        if letter == UNKNOWN_LANE:
            procedures = _("démarche inconnue, ou autre")
        return f"{letter}  {procedures}"

    def on_mount(self) -> None:
        """Begin with the lanes: the number seldom changes."""
        self.query(Tick).first().focus()
        if self._desk is not None and self._since is not None:
            told = _("Ouvert depuis {time}.").format(time=f"{self._since:%H:%M}")
            self.query_one(Said).say(told, "info")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only an open desk is closed."""
        if action == "close":
            return self._desk is not None
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """The desk is open for what is ticked."""
        name = self.query_one("#desk-name", Input).value.strip()
        ticks = list(zip(self._lanes, self.query(Tick), strict=True))
        lanes = tuple(letter for letter, tick in ticks if tick.value)
        if not name:
            self.query_one(Said).say(_("Donnez le numéro du guichet."), "bad")
        elif not lanes:
            self.query_one(Said).say(_("Cochez au moins une file."), "bad")
        else:
            everything = len(lanes) == len(ticks)
            self.dismiss(Wanted(name, () if everything else lanes, DeskState.OPEN))

    def action_close(self) -> None:
        """The desk receives nobody any more."""
        self.dismiss(Wanted(self._number, (), DeskState.CLOSED))
