"""What a desk asks, and what it says of the line: a key and words for every code of the domain."""

from collections.abc import Callable
from datetime import datetime

from guichet.domain.estimate import Wait, rounded
from guichet.domain.turn import Turn, Why
from guichet.i18n import _
from guichet.screens.ask import Choices

OUTCOMES: Choices = {
    "served": ("r", _("Reçu\u00a0: la démarche est faite")),
    "unsuccessful": ("i", _("Infructueux\u00a0: la démarche n’a pas pu se faire")),
    "left": ("p", _("Parti\u00a0: la personne n’est plus là")),
}

UNSUCCESSFUL: Choices = {
    "missing_document": ("p", _("Pièce manquante")),
    "wrong_procedure": ("d", _("Autre démarche que celle du rendez-vous")),
    "wrong_site": ("s", _("Autre site compétent")),
    "out_of_time": ("t", _("Trop tôt ou trop tard pour déposer")),
    "identity": ("i", _("Identité qui ne correspond pas")),
    "no_interpreter": ("l", _("Langue\u00a0: personne pour interpréter")),
    "breakdown": ("n", _("Panne technique")),
    "fingerprints": ("e", _("Empreintes impossibles à prendre")),
    "other": ("a", _("Autre motif")),
}

CALL_REASONS: Choices = {
    "frail": ("f", _("Personne fragile, à ce que vous voyez")),
    "young_child": ("j", _("Jeune enfant")),
    "urgent": ("u", _("Urgence")),
    "follow_up": ("s", _("Suite d’un passage précédent")),
    "family": ("v", _("Vient avec une personne déjà appelée")),
    "other": ("a", _("Autre motif")),
}

PARK_REASONS: Choices = {
    "photocopy": ("p", _("Photocopie")),
    "document": ("d", _("Document à aller chercher")),
    "interpreter": ("i", _("Interprète")),
    "colleague": ("c", _("Avis d’un collègue")),
    "other": ("a", _("Autre motif")),
}

WAITS_FOR: dict[str, str] = {
    "photocopy": _("photocopie"),
    "document": _("document"),
    "interpreter": _("interprète"),
    "colleague": _("collègue"),
    "other": _("autre"),
}
"""What somebody put aside waits for, within a line."""

STEP_UNDO_REASONS: Choices = {
    "wrong_person": ("m", _("Mauvaise personne")),
    "by_mistake": ("e", _("Erreur de touche")),
    "other": ("a", _("Autre motif")),
}
"""Of those, what an agent may say at the desk; desk_gone is the supervisor's."""

_WHY: dict[Why, tuple[str, str]] = {
    Why.APPOINTMENT: (_("RDV"), _("RDV {time}")),
    Why.LATE: (_("tard"), _("en retard")),
    Why.WALK_IN: (_("sans"), _("sans RDV")),
    Why.MISSED: (_("rap."), _("rappel")),
    Why.PRIORITY: (_("prio"), _("priorité")),
}

ALONE = _(
    "Hors ligne\u00a0: ce poste n’appelle que les personnes qu’il a reçues. "
    "Choisissez-en une dans la liste."
)
"""Why nobody is called while central is away, though some may wait."""


def why(turn: Turn, local: Callable[[datetime], datetime], *, short: bool = False) -> str:
    """By what somebody is due, in at most ten characters, or four."""
    word, words = _WHY[turn.why]
    return word if short else words.format(time=f"{local(turn.due):%H:%M}")


_LONG = 120
"""Minutes from which on only the hours are worth saying."""


def wait_words(wait: Wait | None) -> str:
    """How long somebody will wait, as it is announced; that no desk is open where none is."""
    if wait is None:
        return _("aucun guichet ouvert pour cette file")
    low, high = rounded(wait)
    if low >= _LONG:
        return _("plus de {hours} heures").format(hours=low // 60)
    if low == 0:
        return _("moins de {high} minutes").format(high=high)
    if low == high:
        return _("environ {low} minutes").format(low=low)
    return _("environ {low} à {high} minutes").format(low=low, high=high)


def wait_short(wait: Wait | None) -> str:
    """The same in minutes, for a column; nothing where there is nothing to announce."""
    if wait is None:
        return ""
    low, high = rounded(wait)
    if low >= _LONG:
        return _("> {hours} h").format(hours=low // 60)
    if low == high:
        return str(low)
    return f"< {high}" if low == 0 else f"{low}–{high}"
