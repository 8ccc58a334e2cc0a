"""Why a check-in is taken back: one key."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.screen import Screen

from guichet.domain.lifecycle import UNDO_WITHIN
from guichet.domain.operations import Applied, Refused
from guichet.i18n import _
from guichet.screens import verdicts
from guichet.screens.ask import AskScreen, Choices
from guichet.screens.post import background
from guichet.screens.recent import RecentBox
from guichet.screens.words import refusal
from guichet.station import Station
from guichet.widgets.verdict import VerdictView

CHOICES: Choices = {
    "wrong_person": ("m", _("Mauvaise personne\u00a0: ce n’est pas sa convocation")),
    "by_mistake": ("e", _("Erreur\u00a0: personne n’était à enregistrer")),
    "gone_again": ("r", _("Repartie\u00a0: la personne reviendra")),
    "other": ("a", _("Autre motif")),
}
"""For each reason its key and its words."""


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
        say(_("Trop tard pour annuler\u00a0: une arrivée s’annule dans la minute."))
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
        who = f"{visit.ticket} {scan.view.name}".strip()
        question = _("Annuler l’arrivée\u00a0: pourquoi\u202f?")
        screen.app.push_screen(AskScreen(question, who, CHOICES), chosen)
