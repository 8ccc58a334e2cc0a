"""What screens and paper say of a conflict, to the agent and to the person."""

from guichet.domain.operations import Refused
from guichet.domain.settling import How
from guichet.i18n import _
from guichet.screens import describe
from guichet.screens.post import Post
from guichet.screens.words import refusal
from guichet.station import Unsettled

HOWS: dict[How, str] = {
    How.ACCEPTED: _("compris"),
    How.REDONE: _("refait"),
    How.TOLD: _("personne prévenue"),
}

_FLAGS = {
    "double": _(
        "Arrivée enregistrée aussi sur un autre poste. Le ticket {stands} compte\u202f; "
        "reprenez l’autre."
    ),
    "cancelled": _(
        "Rendez-vous annulé entre-temps. L’arrivée est enregistrée, la personne attend."
    ),
    "moved": _(
        "Rendez-vous déplacé entre-temps. L’arrivée est enregistrée\u202f; "
        "la personne reste attendue à l’autre date."
    ),
    "unknown_here": _("La centrale ne connaît pas ce rendez-vous. L’arrivée est enregistrée."),
}
"""For what took effect all the same, only not as it was meant."""

_ASK = _("Demandez-nous à quelle date vous êtes attendu.")
_ANOTHER = _("Nous pouvons chercher un autre rendez-vous ensemble.")
_TOLD: dict[tuple[str, str], tuple[str, str]] = {
    ("book", "already_booked"): (
        _("Vous avez déjà un rendez-vous pour cette démarche\u00a0: c’est lui qui compte."),
        _ASK,
    ),
    ("book", ""): (_("Le rendez-vous du {when} n’a pas pu être confirmé."), _ANOTHER),
    ("move", ""): (_("Votre rendez-vous n’a pas pu être déplacé au {when}."), _ASK),
    ("cancel", ""): (_("Votre rendez-vous n’a pas été annulé."), _ASK),
    ("check_in", "cancelled"): (_("Votre rendez-vous avait été annulé."), _ANOTHER),
    ("check_in", "moved"): (_("Votre rendez-vous avait été déplacé."), _ASK),
    ("check_in", "double"): (
        _("Vous avez reçu deux tickets. Le ticket {stands} compte."),
        _("Rendez l’autre à l’accueil."),
    ),
    ("record_demand", ""): (
        _("Votre demande n’a pas pu être enregistrée."),
        _("Nous pouvons la refaire ensemble."),
    ),
}
_OTHERWISE = (
    _("Ce qui avait été noté pour vous n’a pas pu être enregistré."),
    _("Demandez-nous ce qu’il en est."),
)


def reason(unsettled: Unsettled) -> str:
    """Why it waits to be settled, and what holds now."""
    code = unsettled.reason or ""
    flag = _FLAGS.get(code) if unsettled.took_effect else None
    if flag is not None:
        return flag.format(stands=unsettled.stands or "?")
    return refusal(Refused(code))


def reason_of(code: str) -> str:
    """The same in short, for what has been settled."""
    return refusal(Refused(code)) if code not in _FLAGS else _SHORT[code]


_SHORT = {
    "double": _("Arrivée enregistrée sur deux postes."),
    "cancelled": _("Arrivée pour un rendez-vous annulé entre-temps."),
    "moved": _("Arrivée pour un rendez-vous déplacé entre-temps."),
    "unknown_here": _("Arrivée pour un rendez-vous inconnu de la centrale."),
}


def to_tell(post: Post, unsettled: Unsettled) -> tuple[str, str]:
    """What the person is told: what has happened, and what they can do."""
    kind, code = unsettled.kind, unsettled.reason or ""
    what, advice = _TOLD.get((kind, code)) or _TOLD.get((kind, "")) or _OTHERWISE
    when = describe.when(post, unsettled.starts_at) if unsettled.starts_at else _("jour prévu")
    return what.format(when=when, stands=unsettled.stands or "?"), advice
