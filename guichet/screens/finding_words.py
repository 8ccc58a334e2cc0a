"""What is said of a reading at the counter, and of a typed reference that cannot be right."""

from guichet.domain.admission import Finding
from guichet.domain.reference import ReferenceProblem
from guichet.i18n import _

FINDINGS: dict[Finding, tuple[str, str]] = {
    Finding.EXPECTED: (_("Attendu"), _("Donnez le ticket et faites patienter.")),
    Finding.UNKNOWN_HERE: (
        _("Admis à vérifier"),
        _("Convocation authentique, pas encore connue ici. Donnez le ticket."),
    ),
    Finding.EARLY: (
        _("En avance"),
        _("Entrée\u00a0: recevoir maintenant. Échap\u00a0: attendre."),
    ),
    Finding.LATE: (
        _("En retard"),
        _("Entrée\u00a0: recevoir quand même. Échap\u00a0: ne rien faire."),
    ),
    Finding.UNCONFIRMED: (
        _("Non confirmé"),
        _("La centrale n’a pas encore répondu. Entrée\u00a0: recevoir quand même."),
    ),
    Finding.KEY_NOT_YET: (
        _("Date à vérifier"),
        _("Ce poste n’a pas la bonne date. Corrigez-la, puis Entrée\u00a0: recevoir."),
    ),
    Finding.OLD_KEY: (
        _("Ancienne clé"),
        _(
            "Signature ancienne, rendez-vous inconnu ici. Vérifiez l’identité (Ctrl+O), "
            "puis Entrée\u00a0: recevoir."
        ),
    ),
    Finding.REVOKED_KEY: (
        _("Clé retirée"),
        _(
            "La personne n’y est pour rien. Vérifiez l’identité (Ctrl+O), "
            "avec le superviseur Entrée\u00a0: recevoir."
        ),
    ),
    Finding.ALREADY_IN: (_("Déjà arrivé"), _("Le ticket ci-dessus reste valable.")),
    Finding.ALREADY_CALLED: (_("Déjà appelé"), _("Indiquez-lui le guichet ci-dessus.")),
    Finding.ALREADY_RECEIVED: (
        _("Déjà au guichet"),
        _("Quelqu’un est déjà reçu à ce titre. Vérifiez l’identité (Ctrl+O)."),
    ),
    Finding.ALREADY_DONE: (
        _("Déjà reçu"),
        _("S’il manque quelque chose, voyez le superviseur ou le PAN."),
    ),
    Finding.WRONG_DAY: (
        _("Autre jour"),
        _("Indiquez la date\u202f; proposez le PAN pour déplacer."),
    ),
    Finding.WRONG_SITE: (_("Autre site"), _("Indiquez l’adresse du bon site.")),
    Finding.CANCELLED: (
        _("Annulé"),
        _("Ce rendez-vous n’existe plus\u00a0: proposez le PAN pour en prendre un autre."),
    ),
    Finding.SUPERSEDED: (
        _("Remplacé"),
        _("Rendez-vous déplacé\u00a0: suivez la date ci-dessus, réimprimez la convocation."),
    ),
    Finding.FORGED: (
        _("Faux ou modifié"),
        _("Signature fausse. Restez courtois, cherchez par nom, appelez le superviseur."),
    ),
    Finding.REVOKED_UNKNOWN: (
        _("Clé retirée"),
        _(
            "Rien ici ne confirme ce papier. Restez courtois, cherchez par nom, "
            "appelez le superviseur."
        ),
    ),
    Finding.UNKNOWN_KEY: (
        _("Clé inconnue"),
        _("Signature d’une clé inconnue ici. Tapez la référence ou cherchez par nom."),
    ),
    Finding.NOT_OURS: (
        _("Autre QR code"),
        _("Ce n’est pas une convocation. Demandez la convocation, ou cherchez par nom."),
    ),
    Finding.NOT_FOUND: (
        _("Introuvable"),
        _("Référence inconnue ici. Vérifiez-la, ou cherchez par nom."),
    ),
}
"""For each finding: its word, and what to do next. Its level is the domain's (MEANINGS)."""

REFERENCE_PROBLEMS: dict[ReferenceProblem, str] = {
    ReferenceProblem.LENGTH: _(
        "Une référence a 9 caractères, comme 7K4Q-92XD-1\u00a0: complétez-la, ou cherchez par nom."
    ),
    ReferenceProblem.CHARACTER: _(
        "Une référence n’a que des lettres et des chiffres, comme 7K4Q-92XD-1\u00a0: corrigez-la."
    ),
    ReferenceProblem.CHECK: _(
        "Un caractère de cette référence est faux\u00a0: relisez-la sur la convocation."
    ),
}
"""What to do about a typed reference that cannot be right."""
