"""What screens say of filing windows, kept rights and urgency. Every code has words."""

from guichet.domain.continuation import Answer, ContinuationDoubt, Ground, Verdict
from guichet.domain.filing import Article, FilingDoubt, Timing, Title
from guichet.domain.urgency import PointCode
from guichet.i18n import _
from guichet.widgets.level import Level

TITLES: dict[Title, str] = {
    Title.FOUR_YEAR: _("Pluriannuelle de 4 ans"),
    Title.MULTI_YEAR: _("Pluriannuelle, autre durée"),
    Title.TEMPORARY: _("Temporaire (1 an)"),
    Title.RESIDENT: _("Carte de résident (10 ans)"),
    Title.RESIDENT_EU: _("Résident longue durée-UE"),
    Title.AGREEMENT: _("Accord international > 1 an"),
    Title.OTHER: _("Autre titre ou document"),
}
"""In the order they are offered; at most 27 cells."""

ANSWERS: dict[Answer, str] = {
    Answer.UNKNOWN: _("ne sait pas"),
    Answer.YES: _("oui"),
    Answer.NO: _("non"),
}

ARTICLES: dict[Article, str] = {
    Article.R431_5: _("R.\u00a0431-5"),
    Article.R431_5_1: _("R.\u00a0431-5, 1°"),
    Article.L433_3: _("L.\u00a0433-3"),
    Article.L433_3_FIRST: _("L.\u00a0433-3, 1er\u00a0alinéa"),
    Article.L433_3_SECOND: _("L.\u00a0433-3, 2e\u00a0alinéa"),
}

TIMINGS: dict[Timing, tuple[Level, str]] = {
    Timing.UNTESTED: ("idle", ""),
    Timing.NO_WINDOW: ("info", _("Cet article ne s’applique pas à cette carte.")),
    Timing.BEFORE: ("warn", _("Rendez-vous avant la période.")),
    Timing.INSIDE: ("ok", _("Rendez-vous dans la période.")),
    Timing.AFTER: ("warn", _("Rendez-vous après la période.")),
    Timing.EXPIRED: ("warn", _("Rendez-vous après l’expiration.")),
    Timing.LONG_EXPIRED: ("warn", _("Après plus de 6 mois\u00a0: autre démarche\u202f?")),
}

FILING_DOUBTS: dict[FilingDoubt, str] = {
    FilingDoubt.ONLINE_LIST: _("Liste ANEF\u00a0: lisez l’arrêté en vigueur."),
    FilingDoubt.ONE_SITE: _("Rendez-vous\u00a0: règle vue sur un seul site."),
    FilingDoubt.LATE_ONLINE: _(
        "Dépôt en ligne tardif\u202f? L’attestation de prolongation n’est plus de droit."
    ),
    FilingDoubt.MONTH_END: _("Mois plus court\u00a0: dernier jour retenu."),
    FilingDoubt.SCOPE: _("Titre cité par L.\u00a0411-1, 2° à 8°\u202f?"),
}

VERDICTS: dict[Verdict, tuple[Level, str]] = {
    Verdict.ACQUIRED: ("ok", _("acquis")),
    Verdict.CONDITIONAL: ("warn", _("conditionnel\u00a0: à confirmer")),
    Verdict.NONE: ("bad", _("non, par cet article")),
}

GROUNDS: dict[Ground, str] = {
    Ground.RENEWAL_ASKED: _("Le renouvellement est demandé."),
    Ground.RENEWAL_TO_ASK: _("Il faut demander le renouvellement."),
    Ground.RENEWAL_TO_CONFIRM: _("Le renouvellement est-il demandé\u202f?"),
    Ground.LISTED_AND_FILED: _("Département listé, demande déposée à temps."),
    Ground.LISTING_TO_CONFIRM: _("Le département est-il listé\u202f?"),
    Ground.FILING_TO_DO: _("Il faut déposer avant l’expiration."),
    Ground.FILING_TO_CONFIRM: _("A-t-on déposé avant l’expiration\u202f?"),
    Ground.UNLISTED: _("Ne joue que dans les départements listés."),
    Ground.NOT_FILED_IN_TIME: _("Demande non déposée avant l’expiration."),
    Ground.NOT_NAMED: _("L’article ne cite pas ce titre."),
    Ground.OVER: _("Les trois mois sont passés."),
}
"""Why the verdict, or what is missing, in the order that the domain gives."""

CONTINUATION_DOUBTS: dict[ContinuationDoubt, str] = {
    ContinuationDoubt.DEPARTMENTS: _("Liste des départements\u00a0: lisez l’arrêté."),
    ContinuationDoubt.LATE_REQUEST: _("Demande après l’expiration\u00a0: le texte n’en dit rien."),
    ContinuationDoubt.RESIDENT_EU: _("Le texte ne nomme pas «\u00a0longue durée-UE\u00a0»."),
    ContinuationDoubt.OTHER_RULES: _(
        "Un récépissé, une attestation ou un accord peuvent en décider autrement."
    ),
    ContinuationDoubt.MONTH_END: FILING_DOUBTS[FilingDoubt.MONTH_END],
}

POINTS: dict[PointCode, str] = {
    PointCode.EXPIRED: _("titre expiré"),
    PointCode.WITHIN_15_DAYS: _("titre expirant sous 15 jours"),
    PointCode.WITHIN_30_DAYS: _("titre expirant sous 30 jours"),
    PointCode.WITHIN_60_DAYS: _("titre expirant sous 60 jours"),
    PointCode.WORK_AT_RISK: _("emploi menacé"),
    PointCode.NO_INTERIM_DOCUMENT: _("ni récépissé ni attestation de prolongation"),
    PointCode.NO_CONTINUATION: _("droits non maintenus"),
    PointCode.MINORS: _("enfants mineurs"),
    PointCode.HUMAN: _("correction par une personne"),
}
"""Each line of an urgency's breakdown."""
