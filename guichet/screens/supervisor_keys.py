"""The keys of the supervisor's day: in 80 columns the foot shows them as far as the week."""

from textual.binding import Binding, BindingType

from guichet.i18n import _

KEYS: list[BindingType] = [
    Binding(
        "slash", "filter", _("Filtrer"), key_display="/", id="day.filter",
        tooltip=_("Chercher un nom, un ticket, une référence, une démarche, un guichet"),
    ),
    Binding(
        "r", "give_back", _("Rendre"),
        tooltip=_("Rendre à la file qui fut appelé sans suite"), id="day.give_back",
    ),
    Binding(
        "escape", "clear", _("Tout montrer"), show=False, id="day.clear",
        tooltip=_("Effacer le filtre et montrer tous les états"),
    ),
    Binding(
        "i,ctrl+o", "reports", _("Signalés"), id="day.reports",
        tooltip=_("Ce que les guichets ont signalé aujourd’hui"),
    ),
    Binding("h", "openings", _("Ouvertures"), tooltip=_("Ouvertures, fermetures, calibrage"),
            id="day.openings"),
    Binding(
        "t", "statistics", _("Chiffres"),
        tooltip=_("Chiffres d’une période, exports, liste du jour"), id="day.statistics",
    ),
    Binding(
        "j", "print", _("Liste"), id="day.print",
        tooltip=_("Imprimer la liste du jour, ou l’écrire dans un fichier"),
    ),
    Binding(
        "O", "backwards", _("Trier à l’envers"), key_display="Maj+O",
        tooltip=_("Trier dans l’autre sens"), show=False, id="day.backwards",
    ),
    Binding(
        "e", "app.ending", _("Solder"),
        tooltip=_("Solder ce qui reste d’aujourd’hui et des jours d’avant"), id="day.ending",
    ),
    Binding(
        "w", "week", _("Semaine"), id="day.week",
        tooltip=_("Places, venues et absences de la semaine, par site"),
    ),
    Binding(
        "s", "group", _("État"), id="day.group",
        tooltip=_("Montrer tous, puis les attendus, puis ceux qui attendent…"),
    ),
    Binding(
        "o", "order", _("Trier"),
        tooltip=_("Trier par la colonne suivante"), id="day.order",
    ),
    Binding("down", "list", _("Aller à la liste"), show=False, id="day.list"),
]  # fmt: skip
