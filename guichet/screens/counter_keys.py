"""The counter's keys, and which of them work now."""

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from guichet.domain.day import DayState
from guichet.i18n import _

KEYS: list[BindingType] = [
    Binding("enter", "admit", _("Admettre"), priority=True, tooltip=_("Recevoir quand même")),
    Binding("f5,a", "call", _("Appeler"), tooltip=_("Appeler la personne suivante")),
    Binding("ctrl+n,n", "absent", _("Absent"), tooltip=_("La personne appelée ne vient pas")),
    Binding("f6,r", "start", _("Recevoir"), tooltip=_("La personne appelée est là")),
    Binding("f6,t", "finish", _("Terminer"), tooltip=_("Clore ce passage")),
    Binding("f7,c", "camera", _("Caméra"), show=False, tooltip=_("Ouvrir ou fermer la caméra")),
    Binding("shift+f7,k", "choose_camera", _("Choisir la caméra"), show=False),
    Binding("ctrl+z,u", "undo", _("Annuler"), tooltip=_("Annuler l’arrivée enregistrée")),
    Binding("ctrl+l,d", "recent", _("Lectures"), tooltip=_("Revoir les dernières lectures")),
    Binding("ctrl+o,i", "identity", _("Identité"), tooltip=_("Vérifier l’identité, signaler")),
    Binding("f9,p", "present", _("Feuille"), tooltip=_("Présenter une feuille")),
    Binding(
        "shift+f9,s", "walk_in", _("Sans rendez-vous"),
        tooltip=_("Donner un ticket à qui vient sans rendez-vous"),
    ),
    Binding("escape", "take_away", _("Effacer"), show=False, tooltip=_("Ne rien faire")),
    Binding("down", "list", _("Aller à la liste"), show=False),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which keys work.

    `desk`: how far the person at the desk is; `pending`: the reading shown waits for the agent's
    word; `typed`: something stands in the line; `in_recent`: the last readings have the focus;
    `undo`: there is a check-in to take back; `identity`: somebody to compare an ID with;
    `practice`: the camera is the practice one.
    """

    desk: DayState | None
    pending: bool
    typed: bool
    in_recent: bool
    undo: bool
    identity: bool
    practice: bool


def offered(action: str, now: Situation) -> bool | None:
    """Whether the action can be done now; None for one that always can, or is not the counter's."""
    match action:
        case "admit":
            # Enter is for what stands in the line, when something does, or for the list.
            return now.pending and not now.typed and not now.in_recent
        case "call":
            return now.desk is None
        case "start" | "absent":
            return now.desk is DayState.CALLED
        case "finish":
            return now.desk is DayState.SERVING
        case "undo":
            free = not now.pending and now.desk is not DayState.CALLED
            return now.undo and (free or now.in_recent)
        case "identity":
            return now.identity
        case "present":
            return now.practice
        case _:
            return None
