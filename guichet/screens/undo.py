"""Why a check-in is taken back: one key."""

from collections.abc import Callable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from guichet.domain.lifecycle import UNDO_REASONS, UNDO_WITHIN
from guichet.domain.operations import Applied, Refused
from guichet.i18n import _
from guichet.screens.post import background
from guichet.screens.recent import Scan
from guichet.station import Station

CHOICES: dict[str, tuple[str, str]] = {
    "wrong_person": ("m", _("Mauvaise personne\u202f: ce n’est pas sa convocation")),
    "by_mistake": ("e", _("Erreur\u202f: personne n’était à enregistrer")),
    "gone_again": ("r", _("Repartie\u202f: la personne reviendra")),
    "other": ("a", _("Autre motif")),
}
"""For each reason its key and its words."""


class UndoScreen(ModalScreen[str | None]):
    """Asks why an arrival is taken back; None when the agent keeps it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(CHOICES[reason][0], f"dismiss('{reason}')", CHOICES[reason][1])
            for reason in UNDO_REASONS
        ),
        Binding("escape", "dismiss", _("Garder"), tooltip=_("Garder cette arrivée")),
    ]

    def __init__(self, who: str) -> None:
        super().__init__()
        self._who = who

    def compose(self) -> ComposeResult:
        """The reasons in a dialog."""
        with Vertical(classes="dialog"):
            yield Label(_("Annuler l’arrivée\u202f: pourquoi\u202f?"), classes="title")
            yield Label(self._who, markup=False, classes="subtitle")
            yield OptionList(
                *(
                    Option(f" {CHOICES[r][0].upper()}   {CHOICES[r][1]}", id=r)
                    for r in UNDO_REASONS
                ),
                markup=False,
                classes="gap",
            )
            yield Static(_("Une lettre suffit. Échap\u202f: garder l’arrivée."), classes="hint gap")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def ask(
    screen: Screen[Any],
    station: Station,
    scan: Scan,
    undone: Callable[[Scan, Applied | Refused], None],
    say: Callable[[str], None],
) -> None:
    """Ask why a check-in is taken back, and do it; `say` tells that it is too late."""
    visit = scan.reading.visit
    if visit is None:
        return

    def fresh() -> bool:
        if station.now() - scan.at <= UNDO_WITHIN:
            return True
        say(_("Trop tard pour annuler\u202f: une arrivée s’annule dans la minute."))
        return False

    def chosen(reason: str | None) -> None:
        if reason is not None and fresh():
            undo = station.reception.undo_check_in
            background(
                screen,
                lambda: undo(visit.id, reason),
                lambda outcome: undone(scan, outcome),
                group="undo",
            )

    if fresh():
        screen.app.push_screen(UndoScreen(f"{visit.ticket} {scan.view.name}".strip()), chosen)
