"""What screens say for the codes of the domain. Every code has words; a test checks it.

Those of a person's file are in person_words, those of a reading in finding_words.
"""

from guichet.domain.day import DayState
from guichet.domain.identity import Check
from guichet.domain.model import Role
from guichet.domain.needs import Need
from guichet.domain.operations import Refused
from guichet.domain.reports import Seen
from guichet.i18n import _
from guichet.widgets.level import Level

MODES: dict[Role, str] = {
    Role.MEDIATOR: _("Médiation"),
    Role.COUNTER: _("Guichet"),
    Role.SUPERVISOR: _("Supervision"),
}

REFUSALS: dict[str, str] = {
    "bad_period": _("Cette période ne convient pas\u00a0: trois ans et 400 lignes au plus."),
    "no_days_here": _(
        "La centrale est injoignable et ce poste n’a plus ces jours. Recommencez à son retour."
    ),
    "unknown_format": _("Ce nom de fichier ne convient pas\u00a0: .csv, .xlsx ou .pdf."),
    "not_allowed": _("Votre rôle ne permet pas cette action. Appelez le superviseur."),
    "supervisor_only": _(
        "Seul un superviseur peut le décider. Appelez-le, ou choisissez autrement."
    ),
    "gone": _("La centrale a refusé\u00a0: il n’y a pas de rendez-vous."),
    "unknown_quota": _("Cette réserve de places n’existe pas. Prévenez le support."),
    "unknown_document": _("Ce document n’est pas demandé pour cette démarche."),
    "unknown_procedure": _("Cette démarche n’existe plus. Choisissez-en une autre."),
    "unknown_demand": _("Cette attente n’est plus connue. Revenez à la liste d’attente."),
    "unknown_answer": _("Cette réponse n’existe pas. Prévenez le support."),
    "not_waiting": _("Cette personne n’attend plus\u00a0: elle est sortie de la liste."),
    "offer_over": _("Cette place n’est plus proposée à cette personne. Relisez la liste."),
    "no_accord": _("Aucun accord n’est noté pour ce rendez-vous\u00a0: il n’y a rien à retirer."),
    "other_site": _("Cette fiche appartient à un autre site\u00a0: ouvrez-la depuis ce site."),
    "unknown_slot": _("Ce créneau n’existe plus. Choisissez-en un autre dans la liste."),
    "unknown_person": _("Cette fiche n’est plus connue. Recherchez la personne à nouveau."),
    "unknown_appointment": _("Ce rendez-vous n’est pas connu ici. Recherchez la personne."),
    "unknown_visit": _("Ce passage n’est pas connu ici. Actualisez la liste."),
    "unknown_site": _("Le site n’est pas encore connu de ce poste. Attendez la synchronisation."),
    "unknown_reason": _("Ce motif n’existe pas. Choisissez-en un dans la liste."),
    "id_taken": _("Cette référence existe déjà. Recommencez : une autre sera tirée."),
    "reason_required": _("Dites pourquoi la démarche n’a pas pu se faire."),
    "unknown_desk": _("Ce guichet n’a pas de nom. Donnez-en un."),
    "not_started": _("Cette personne n’a pas encore été reçue. Recevez-la d’abord."),
    "nothing_to_undo": _("Il n’y a rien à annuler pour ce passage."),
    "too_late": _("Trop tard pour annuler\u00a0: une étape s’annule dans la minute."),
    "unknown_outcome": _("Cette issue n’existe pas. Choisissez-en une dans la liste."),
    "central_only": _("Seule la centrale peut réserver une place. Attendez son retour."),
    "slot_past": _("Ce créneau est passé. Choisissez-en un autre."),
    "slot_full": _(
        "Ce créneau vient d’être pris. Choisissez-en un autre\u00a0: votre saisie est gardée."
    ),
    "number_required": _(
        "Cette démarche demande le numéro étranger, ou le motif de son absence. Complétez la fiche."
    ),
    "already_booked": _(
        "Cette personne a déjà un rendez-vous pour ce type de démarche. "
        "Gardez-le, déplacez-le ou annulez-le."
    ),
    "already_arrived": _("La personne est déjà arrivée\u00a0: le rendez-vous ne change plus."),
    "already_absent": _("La personne a été notée absente\u00a0: prenez un nouveau rendez-vous."),
    "already_cancelled": _("Ce rendez-vous est déjà annulé."),
    "not_arrived": _("Cette personne n’a pas été enregistrée comme arrivée."),
    "not_absent": _("Cette personne n’est pas notée absente."),
    "not_closed": _(
        "Personne n’est absent avant la fermeture du site et la tolérance\u00a0: attendez, la "
        "personne peut encore venir."
    ),
    "not_called": _("Appelez d’abord cette personne."),
    "already_called": _("Cette personne est déjà appelée."),
    "called_elsewhere": _(
        "Cette personne a été appelée d’un autre poste entre-temps\u00a0: ce qui a été fait ici "
        "n’est pas enregistré. Voyez avec ce guichet comment son passage a fini."
    ),
    "already_started": _("Cette personne est déjà reçue."),
    "already_done": _("Ce passage est déjà terminé."),
    "duplicate": _("Cette arrivée a été enregistrée deux fois\u00a0: utilisez l’autre ticket."),
    "undone": _("Cette arrivée a été annulée."),
    "duplicate_id": _("Cette opération a déjà été envoyée par un autre poste."),
    "wrong_pin": _("Code ou PIN incorrect. Vérifiez les deux\u202f; votre code est conservé."),
    "catching_up": _(
        "Ce poste relit les données de la centrale et ne connaît pas encore ce code. Réessayez "
        "dans un instant."
    ),
    "revoked": _(
        "Ce poste a été retiré par la centrale\u00a0: les données des personnes y sont effacées, "
        "ce qui n’est pas parti est gardé. Prévenez votre responsable."
    ),
    "silent": _(
        "Poste verrouillé\u00a0: il n’a pas joint la centrale depuis trop longtemps. "
        "Reconnectez-le au réseau\u00a0: il s’ouvrira de lui-même, rien n’est perdu."
    ),
    "expired": _(
        "Poste verrouillé et vidé\u00a0: un mois sans joindre la centrale. Reconnectez-le au "
        "réseau\u00a0: elle lui rendra ses données\u202f; ce qui n’est pas parti est gardé."
    ),
    "invalid_request": _(
        "La centrale n’a pas su lire cette opération. Refaites-la, et prévenez le support."
    ),
    "invalid_operation": _(
        "La centrale n’a pas su lire cette opération. Refaites-la, et prévenez le support."
    ),
    "failed": _(
        "La centrale n’a pas pu traiter cette opération. Refaites-la, et prévenez le support."
    ),
    "opening_values": _("Cette valeur n’est pas possible ici. Corrigez ce champ."),
    "opening_hours": _("La fin doit venir après le début."),
    "slot_length": _("Les créneaux de cette durée ne remplissent pas la plage."),
    "opening_shares": _("Il y a plus de places réservées que de places."),
    "opening_days": _("Le dernier jour ne va pas avec le premier."),
    "opening_past": _("Un jour passé ne change plus."),
    "opening_far": _("C’est trop loin\u00a0: trois ans au plus."),
    "public_holiday": _("C’est un jour férié. Choisissez un autre jour, ou donnez un motif."),
    "no_exceptional_day": _("Ce jour n’est pas une journée exceptionnelle du site."),
    "opening_overlap": _("Une autre ouverture reçoit déjà cette démarche à cette heure."),
    "version_taken": _("Cette ouverture vient d’être changée par quelqu’un. Relisez-la."),
    "closure_past": _("Une fermeture ne se met pas dans le passé."),
    "closure_days": _("Le dernier jour de fermeture vient avant le premier."),
    "closure_hours": _("L’heure de reprise doit venir après l’heure de fermeture."),
    "closure_withdrawn": _("Cette fermeture a été levée. Faites-en une nouvelle."),
    "too_large": _("La centrale a trouvé cette opération trop longue. Prévenez le support."),
}


def refusal(refused: Refused) -> str:
    """One sentence for a refusal: what is wrong and what to do next."""
    if refused.reason == "wait":
        return _("Trop d’essais\u00a0: attendez {seconds} s, puis recommencez.").format(
            seconds=refused.detail.get("seconds", "")
        )
    said = REFUSALS.get(refused.reason) or _("Refusé par la centrale ({code}).").format(
        code=refused.reason
    )
    if "nearest" in refused.detail:
        said += " " + _("Au plus près\u00a0: {nearest}.").format(nearest=refused.detail["nearest"])
    return said


STATES: dict[DayState, tuple[Level, str]] = {
    DayState.EXPECTED: ("idle", _("attendu")),
    DayState.WAITING: ("warn", _("en attente")),
    DayState.CALLED: ("info", _("appelé")),
    DayState.SERVING: ("info", _("au guichet")),
    DayState.PARKED: ("warn", _("mis de côté")),
    DayState.DONE: ("ok", _("reçu")),
    DayState.LEFT: ("warn", _("parti")),
    DayState.ABSENT: ("bad", _("absent")),
    DayState.CANCELLED: ("bad", _("annulé")),
}

OPERATIONS: dict[str, str] = {
    "hold": _("Place gardée"),
    "release": _("Place rendue"),
    "register": _("Fiche d’usager"),
    "book": _("Rendez-vous pris"),
    "move": _("Rendez-vous déplacé"),
    "cancel": _("Rendez-vous annulé"),
    "present": _("Pièces montrées"),
    "withdraw_accord": _("Accord retiré"),
    "record_demand": _("Recherche sans créneau"),
    "answer_offer": _("Réponse à une offre"),
    "check_in": _("Arrivée"),
    "undo_check_in": _("Arrivée annulée"),
    "mark_absent": _("Absence notée"),
    "undo_absent": _("Absence annulée"),
    "call": _("Appel au guichet"),
    "recall": _("Nouvel appel"),
    "miss": _("Appel sans réponse"),
    "start": _("Début d’entretien"),
    "park": _("Mise de côté"),
    "redirect": _("Renvoi vers une file"),
    "complete": _("Fin d’entretien"),
    "undo_step": _("Étape annulée"),
    "set_desk": _("État du guichet"),
    "note_scan": _("Lecture refusée"),
    "note_identity": _("Identité vérifiée"),
    "file_report": _("Signalement"),
    "settle": _("Conflit réglé"),
    "set_openings": _("Ouvertures changées"),
    "set_closure": _("Fermeture"),
}
"""For each kind of operation: what the agent did."""

ANOMALIES: dict[str, str] = {
    "early": _("arrivé en avance"),
    "late": _("arrivé en retard"),
    "unconfirmed": _("reçu avant la réponse de la centrale"),
    "unknown_here": _("rendez-vous inconnu de ce poste à l’arrivée"),
    "old_key": _("convocation d’une ancienne clé, inconnue de ce poste à l’arrivée"),
    "key_not_yet": _("arrivé à un poste dont la date était fausse"),
    "revoked_key": _("convocation dont la signature est retirée"),
    "cancelled": _("venu pour un rendez-vous annulé"),
    "double": _("arrivée enregistrée deux fois"),
    "moved": _("venu pour un rendez-vous déplacé entre-temps"),
}
"""What was unusual about an arrival."""

IDENTITIES: dict[Check, str] = {
    Check.MATCHED: _("identité vérifiée"),
    Check.MISMATCHED: _("l’identité ne correspond pas"),
    Check.NOT_BOUND: _("identité impossible à comparer"),
}

SEEN: dict[Seen, str] = {
    Seen.NAME: _("Un autre nom sur la pièce d’identité"),
    Seen.NUMBER: _("Un autre numéro étranger"),
    Seen.PHOTO: _("La photo n’est pas celle de la personne"),
    Seen.ALTERED: _("Convocation modifiée ou fausse"),
    Seen.COPY: _("Quelqu’un est déjà venu avec la même convocation"),
    Seen.PAID: _("La personne dit avoir payé ce rendez-vous"),
    Seen.OTHER: _("Autre chose, à préciser"),
}
"""What can be reported."""

NEEDS: dict[Need, str] = {
    Need.INTERPRETER: _("interprète"),
    Need.WHEELCHAIR: _("fauteuil roulant"),
    Need.SEAT: _("place assise"),
    Need.HEARING: _("entend mal"),
    Need.SIGHT: _("voit mal"),
    Need.PRIORITY_CARD: _("prioritaire (carte mobilité inclusion)"),
    Need.READING_HELP: _("aide à la lecture"),
    Need.YOUNG_CHILD: _("avec un jeune enfant"),
}
