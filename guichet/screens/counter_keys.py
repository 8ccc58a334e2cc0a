"""The counter's keys, and which of them work now."""

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from guichet.domain.day import DayState
from guichet.domain.desks import DeskState
from guichet.i18n import _

KEYS: list[BindingType] = [
    Binding("enter", "admit", _("Admettre"), priority=True, tooltip=_("Recevoir quand même")),
    Binding("f5,a", "desk('call')", _("Appeler"), tooltip=_("Appeler la personne suivante")),
    Binding("f5,a", "desk('recall')", _("Rappeler"), tooltip=_("Appeler encore une fois")),
    Binding("f6,r", "desk('start')", _("Recevoir"), tooltip=_("La personne appelée est là")),
    Binding(
        "ctrl+n,n", "desk('miss')", _("Pas venu"), tooltip=_("La personne appelée ne vient pas")
    ),
    Binding("f6,t", "desk('finish')", _("Terminer"), tooltip=_("Clore ce passage")),
    Binding(
        "shift+f6,m", "desk('park')", _("De côté"),
        tooltip=_("Mettre de côté, le temps d’une photocopie…"),
    ),
    Binding(
        "ctrl+r,o", "desk('redirect')", _("Rediriger"),
        tooltip=_("Envoyer à une autre file, à un autre guichet"),
    ),
    Binding(
        "shift+f5,e", "desk('this')", _("Celle-ci"),
        tooltip=_("Appeler la personne choisie dans la liste"),
    ),
    Binding("ctrl+z,u", "undo", _("Annuler"), tooltip=_("Annuler ce qui vient d’être fait")),
    Binding("ctrl+t", "desk('pause')", _("Pause"), tooltip=_("Ne plus recevoir un moment")),
    Binding("ctrl+t", "desk('resume')", _("Reprendre"), tooltip=_("Recevoir de nouveau")),
    Binding(
        "ctrl+g,g", "desk('open')", _("Guichet"),
        tooltip=_("Numéro et files de ce guichet, l’ouvrir, le fermer"),
    ),
    Binding("f7,c", "camera", _("Caméra"), show=False, tooltip=_("Ouvrir ou fermer la caméra")),
    Binding("shift+f7,k", "choose_camera", _("Choisir la caméra"), show=False),
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

    `desk`: how far the person at the desk is; `open`: whether the desk receives, None when it has
    not been opened; `chosen`: somebody who may be called is under the cursor of the list;
    `pending`: the reading shown waits for the agent's word; `typed`: something stands in the line;
    `in_recent`: the last readings have the focus; `undo`: there is a check-in to take back, `step`:
    something done at the desk; `identity`: somebody to compare an ID with; `practice`: the camera
    is the practice one; `family`: the one under the cursor has come with who is at the desk.
    """

    desk: DayState | None
    open: DeskState | None
    chosen: bool
    pending: bool
    typed: bool
    in_recent: bool
    undo: bool
    step: bool
    identity: bool
    practice: bool
    family: bool


def offered(action: str, parameters: tuple[object, ...], now: Situation) -> bool | None:
    """Whether the action can be done now; None for one that always can, or is not the counter's."""
    match action:
        case "admit":
            # Enter is for what stands in the line, when something does, or for the list.
            return now.pending and not now.typed and not now.in_recent
        case "desk":
            return _at_desk(str(parameters[0]), now)
        case "undo":
            free = not now.pending and now.desk is not DayState.CALLED
            return (now.step and not now.in_recent) or (now.undo and (free or now.in_recent))
        case "identity":
            return now.identity
        case "present":
            return now.practice
        case _:
            return None


def _at_desk(what: str, now: Situation) -> bool:
    match what:
        case "call" | "open":
            return now.desk is None
        case "this":
            return now.chosen and (now.desk is None or now.family)
        case "start" | "recall" | "miss":
            return now.desk is DayState.CALLED
        case "finish" | "park":
            return now.desk is DayState.SERVING
        case "redirect":
            return now.desk is not None
        case "pause":
            return now.desk is None and now.open is DeskState.OPEN
        case _:
            return now.desk is None and now.open is DeskState.PAUSED
