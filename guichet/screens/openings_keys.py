"""The keys of the openings."""

from textual.binding import Binding, BindingType

from guichet.i18n import _

KEYS: list[BindingType] = [
    Binding("n", "new", _("Nouvelle"), tooltip=_("Une nouvelle ouverture"), id="openings.new"),
    Binding(
        "v", "version", _("Changer"), id="openings.version",
        tooltip=_("Une nouvelle version de cette ouverture"),
    ),
    Binding(
        "x", "end", _("Finir"), tooltip=_("Finir cette ouverture demain"), id="openings.end"
    ),
    Binding("f", "close", _("Fermer"), tooltip=_("Une fermeture"), id="openings.close"),
    Binding(
        "l", "lift", _("Lever"), tooltip=_("Lever la fermeture de ce jour"), id="openings.lift"
    ),
    Binding(
        "j", "exceptional", _("Journée"), id="openings.exceptional",
        tooltip=_("Une journée exceptionnelle, d’après un modèle"),
    ),
    Binding(
        "h", "invite", _("Inviter"), id="openings.invite",
        tooltip=_("Inviter les personnes d’une liste à cette journée exceptionnelle"),
    ),
    Binding(
        "m", "model", _("Modèle"), id="openings.model",
        tooltip=_("Faire de cette ouverture un modèle de journée exceptionnelle"),
    ),
    Binding(
        "c", "calibrate", _("Calibrer"), id="openings.calibrate",
        tooltip=_("Durées mesurées et durées proposées"),
    ),
    Binding(
        "d", "move", _("À déplacer"), id="openings.move",
        tooltip=_("Les rendez-vous qui tombent pendant une fermeture"),
    ),
    Binding("escape", "dismiss", _("Retour"), tooltip=_("Revenir à la journée")),
]  # fmt: skip
