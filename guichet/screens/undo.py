"""Why a check-in is taken back: one key."""

from collections.abc import Callable
from dataclasses import replace
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
from guichet.screens import verdicts
from guichet.screens.post import background
from guichet.screens.recent import RecentBox
from guichet.screens.words import refusal
from guichet.station import Station
from guichet.widgets.verdict import VerdictView

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
    box: RecentBox,
    show: Callable[[VerdictView], None],
    say: Callable[[str], None],
) -> None:
    """Ask why the check-in chosen in the last readings is taken back, do it, and show it.

    `say` tells why not: it is too late, or the person was called meanwhile.
    """
    scan = box.to_undo
    if scan is None or (visit := scan.reading.visit) is None:
        return

    def fresh() -> bool:
        if station.now() - scan.at <= UNDO_WITHIN:
            return True
        say(_("Trop tard pour annuler\u202f: une arrivée s’annule dans la minute."))
        return False

    def undone(outcome: Applied | Refused) -> None:
        if isinstance(outcome, Refused):
            say(refusal(outcome))
            return
        view = verdicts.undone_view(visit, outcome.detail.get("stands", ""))
        box.recent.put(replace(scan, view=replace(view, name=scan.view.name), undone=True))
        say("")
        show(view)

    def chosen(reason: str | None) -> None:
        if reason is not None and fresh():
            undo = station.reception.undo_check_in
            background(screen, lambda: undo(visit.id, reason), undone, group="undo")

    if fresh():
        screen.app.push_screen(UndoScreen(f"{visit.ticket} {scan.view.name}".strip()), chosen)
