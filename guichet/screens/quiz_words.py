"""What the questions to find a démarche say. Every code has words; a test checks it."""

from guichet.domain.quiz import Note, Way
from guichet.i18n import _
from guichet.widgets.level import Level

QUESTIONS: dict[str, str] = {
    "need": _("Que vient faire la personne\u202f?"),
    "ground": _("Pour quel motif demande-t-elle un premier titre\u202f?"),
    "regularisation": _("Comment la préfecture reçoit-elle les demandes de régularisation\u202f?"),
    "title": _("Quel titre a-t-elle\u202f?"),
    "online": _("Cette démarche est-elle sur l’ANEF pour son titre\u202f?"),
    "changed": _("Depuis son titre actuel, qu’est-ce qui a changé\u202f?"),
    "event": _("Que s’est-il passé\u202f?"),
    "stage": _("Où en est son dossier\u202f?"),
    "document": _("Quel document demande-t-elle\u202f?"),
    "protection": _("Où en est sa demande de protection\u202f?"),
    "naturalisation": _("Où en est sa demande de nationalité\u202f?"),
}
"""By code of question."""

ANSWERS: dict[tuple[str, str], str] = {
    ("need", "first"): _("Demander un premier titre de séjour"),
    ("need", "renewal"): _("Renouveler un titre de séjour"),
    ("need", "status"): _("Changer de statut (un autre motif de séjour)"),
    ("need", "change"): _("Signaler une perte, un vol, une nouvelle adresse ou situation"),
    ("need", "file"): _("Retirer un titre, prolonger un récépissé, donner ses empreintes"),
    ("need", "travel"): _("Obtenir un document de voyage ou de circulation"),
    ("need", "protection"): _("Demander l’asile, ou une carte après la décision de l’OFPRA"),
    ("need", "nationality"): _("Demander la nationalité française"),
    ("need", "help"): _("Être aidée pour une démarche en ligne, ou ne sait pas"),
    ("ground", "student"): _("Études"),
    ("ground", "talent"): _("Passeport talent"),
    ("ground", "visitor"): _("Visiteur, travail saisonnier"),
    ("ground", "european"): _("Citoyen de l’Union européenne"),
    ("ground", "family"): _("Famille de Français, regroupement familial"),
    ("ground", "other"): _("Autre motif"),
    ("ground", "none"): _("Sans titre\u00a0: régularisation (admission exceptionnelle)"),
    ("ground", "unknown"): _("Ne sait pas"),
    ("regularisation", "appointment"): _("Sur rendez-vous"),
    ("regularisation", "form"): _("En ligne, par Démarches simplifiées"),
    ("regularisation", "unknown"): _("Ne sait pas"),
    ("title", "listed"): _("Étudiant, passeport talent, visiteur, saisonnier, citoyen UE"),
    ("title", "family"): _("Famille de Français, regroupement familial"),
    ("title", "card"): _("Autre carte temporaire ou pluriannuelle"),
    ("title", "resident"): _("Carte de résident (10 ans)"),
    ("title", "protected"): _("Réfugié, protection subsidiaire"),
    ("title", "unknown"): _("Ne sait pas"),
    ("online", "yes"): _("Oui"),
    ("online", "no"): _("Non"),
    ("online", "unknown"): _("Ne sait pas"),
    ("changed", "nothing"): _("Rien de ce qui suit, et le titre est encore valable"),
    ("changed", "address"): _("L’adresse"),
    ("changed", "family"): _("La situation familiale"),
    ("changed", "ground"): _("Le motif du séjour\u00a0: travail, études, ressources"),
    ("changed", "civil_status"): _("L’état civil ou la nationalité"),
    ("changed", "late"): _("Le titre est déjà expiré"),
    ("changed", "unknown"): _("Ne sait pas"),
    ("event", "lost"): _("Titre perdu"),
    ("event", "stolen"): _("Titre volé"),
    ("event", "address"): _("Nouvelle adresse"),
    ("event", "civil_status"): _("État civil changé (mariage, nom…)"),
    ("stage", "told"): _("Le titre est prêt\u00a0: un SMS l’a annoncé"),
    ("stage", "not_told"): _("Elle attend son titre, sans SMS"),
    ("stage", "receipt"): _("Son récépissé va finir"),
    ("stage", "fingerprints"): _("Ses empreintes ou sa photo sont à prendre"),
    ("document", "minor"): _("Document de circulation d’un mineur (DCEM)"),
    ("document", "protected"): _("Titre de voyage de réfugié ou de protégé"),
    ("document", "other"): _("Titre d’identité et de voyage"),
    ("protection", "ask"): _("Elle veut demander l’asile"),
    ("protection", "granted"): _("L’OFPRA l’a accordée\u00a0: elle demande sa carte"),
    ("naturalisation", "file"): _("Elle veut déposer sa demande"),
    ("naturalisation", "interview"): _("Elle attend l’entretien"),
}
"""By codes of question and answer; at most 68 cells."""

WAYS: dict[Way, tuple[Level, str, str]] = {
    Way.APPOINTMENT: ("ok", _("Sur rendez-vous"), ""),
    Way.ANEF: (
        "warn",
        _("Cette démarche se fait en ligne\u00a0: ANEF"),
        _("Aucun créneau n’est à prendre pour elle."),
    ),
    Way.NATALI: (
        "warn",
        _("Cette démarche se fait en ligne\u00a0: NATALI"),
        _("Aucun créneau n’est à prendre\u00a0: la préfecture convoque à l’entretien."),
    ),
    Way.FORM: (
        "warn",
        _("Cette démarche se fait en ligne\u00a0: Démarches simplifiées"),
        _("Aucun créneau n’est à prendre pour elle."),
    ),
    Way.CONVOCATION: (
        "warn",
        _("Sur convocation de la préfecture seulement"),
        _("Aucun créneau n’est à prendre avant."),
    ),
    Way.ASYLUM: (
        "warn",
        _("Demande d’asile\u00a0: par la SPADA, puis le guichet unique (GUDA)"),
        _("Ce n’est pas un rendez-vous de préfecture\u00a0: orientez vers la SPADA."),
    ),
    Way.HELP: ("ok", _("Aide au point d’accès numérique"), ""),
}
"""For each way: its level, its words, and what follows for the appointment."""

ONLINE = frozenset({Way.ANEF, Way.NATALI, Way.FORM})
WAY_OUT = (
    _("Si la personne n’y arrive pas seule\u00a0: de l’aide humaine."),
    _("· Au point d’accès numérique, sur place (Entrée pour un rendez-vous)."),
    _("· Au téléphone\u00a0: centre de contact (CCC), 0\u202f806\u202f001\u202f620, gratuit."),
)

NOTES: dict[Note, str] = {
    Note.BY_TITLE: _("Peut être sur l’ANEF selon le titre\u00a0: vérifiez avant de réserver."),
    Note.ANEF_LIST: _("Listes de 2023-2024, changées par arrêté\u00a0: vérifiez sur l’ANEF."),
    Note.BY_PREFECTURE: _("Ou Démarches simplifiées, selon la préfecture\u00a0: vérifiez."),
    Note.TWO_MONTHS: _(
        "Dans les 2 mois de l’entrée en France, sauf exceptions (R.\u00a0431-4)\u00a0: vérifiez."
    ),
    Note.BEFORE_EXPIRY: _("Avant l’expiration du titre."),
    Note.LAST_TWO_MONTHS: _(
        "Hors ANEF\u00a0: dans les 2 mois avant l’expiration. F7 de la fiche\u00a0: les délais."
    ),
    Note.SHORT_LANE: _("Circuit court\u00a0: critères proposés, à fixer par la préfecture."),
    Note.POLICE: _("Vol\u00a0: la déclaration à la police est demandée."),
    Note.AFTER_SMS: _("Le rendez-vous de remise se prend après le SMS qui l’annonce."),
    Note.RECEIPT_END: _("Avant la fin du récépissé."),
    Note.OFPRA: _("Il faut la décision de l’OFPRA."),
}
"""What to check or to say besides the way."""
