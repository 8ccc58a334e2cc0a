"""What the commands say otherwise than the screens, whose words stand for every other reason.

Translated when imported.
"""

from guichet.i18n import _

OWN: dict[str, str] = {
    "accord_required": _(
        "L’accord de la personne est nécessaire\u00a0: lisez-lui le texte, puis ajoutez "
        "--accord aloud (lu à voix haute) ou --accord paper (lu sur papier)."
    ),
    "pin_missing": _(
        "Il manque le PIN\u00a0: tapez-le quand il est demandé, ou donnez-le sur la "
        "première ligne de l’entrée standard."
    ),
    "wrong_pin": _("Code ou PIN incorrect\u00a0: vérifiez les deux, puis recommencez."),
    "central_unavailable": _(
        "La centrale est injoignable\u00a0: aucune place ne peut être gardée, rien n’est "
        "réservé. Recommencez quand elle répond."
    ),
    "unconfirmed": _(
        "La centrale n’a pas encore répondu pour {reference}\u00a0: rien n’est certain, ne "
        "remettez aucun papier. Quand elle répond, lancez "
        "«\u00a0guichet convocation {reference}\u00a0»."
    ),
    "unknown_person": _(
        "Cette fiche n’est pas sur ce poste\u00a0: cherchez-la avec «\u00a0guichet person "
        "find\u00a0»\u202f; si elle vient de la centrale, ajoutez --search et le texte cherché."
    ),
    "unknown_procedure": _("Cette démarche n’existe pas. Les codes sont\u00a0: {known}."),
    "unknown_language": _("Cette langue n’est pas proposée. Les codes sont\u00a0: {known}."),
    "unknown_slot": _(
        "Ce créneau n’existe pas, ou plus, pour cette démarche\u00a0: choisissez-en un avec "
        "«\u00a0guichet slots\u00a0»."
    ),
    "slot_full": _(
        "Ce créneau est complet\u00a0: choisissez-en un autre avec «\u00a0guichet slots\u00a0»."
    ),
    "unknown_ticket": _(
        "Personne n’a ce ticket aujourd’hui sur ce poste\u00a0: «\u00a0guichet queue\u00a0» "
        "dit ceux qui attendent."
    ),
    "arrived_long_ago": _(
        "Trop tard pour annuler\u00a0: une arrivée s’annule dans la minute. Si la personne est "
        "partie, «\u00a0guichet finish\u00a0» avec left."
    ),
    "garbled": _(
        "Code illisible\u00a0: le lecteur est réglé sur un autre clavier, ou Verr. Maj est "
        "active. Tapez la référence."
    ),
    "no_code": _("Aucun code dans ce fichier\u00a0: une autre photo, ou tapez la référence."),
    "several_codes": _("Plusieurs codes dans ce fichier\u00a0: une photo de chacun."),
    "unreadable": _("Ce fichier ne peut pas être lu\u00a0: {why}"),
    "bad_identity": _(
        "Donnez number (10 chiffres), ou name et year (4 chiffres), lus sur la pièce."
    ),
    "bad_input": _("L’entrée standard n’est pas un objet JSON de ces champs\u00a0: {known}."),
    "bad_field": _("Le champ {field} ne convient pas\u00a0: {why}."),
    "maybe_known": _(
        "Cette personne a peut-être déjà une fiche\u00a0: prenez la sienne, ou ajoutez --new "
        "si c’est une autre. Rien n’est enregistré."
    ),
    "nothing_to_report": _("Rien à signaler ici\u00a0: cherchez par référence ou par nom."),
    "nobody_named": _(
        "Personne de ce nom aujourd’hui\u00a0: essayez une partie du nom, ou la référence."
    ),
    "many_named": _("{n} personnes de ce nom aujourd’hui\u00a0: tapez-le en entier."),
    "choose": _("Relancez avec la référence de la personne\u00a0: guichet arrive REFERENCE."),
    "not_recorded": _("Rien n’est enregistré."),
    "desk_not_open": _("Ce guichet n’est pas ouvert. Les guichets ouverts\u00a0: {known}."),
    "unknown_lane": _("Cette file n’existe pas. Les files sont\u00a0: {known}."),
    "not_owed": _(
        "Rien ne reste à solder pour {who}\u00a0: «\u00a0guichet end-of-day\u00a0» dit ce qui "
        "reste, une fois le site fermé."
    ),
    "several_days": _("{who} reste de plusieurs jours\u00a0: ajoutez --day ({days})."),
    "came": _("{who} est venu\u00a0: dites comment son passage a fini, pas absent."),
    "did_not_come": _("{who} n’est pas venu\u00a0: la seule issue est absent."),
    "nobody_waits": _("Personne n’attend."),
    "nobody_of_here": _(
        "Hors ligne\u00a0: ce poste n’appelle que les personnes qu’il a reçues. "
        "Donnez le ticket de la personne à appeler."
    ),
    "reason_to_call": _("Ce n’est pas son tour\u00a0: dites pourquoi avec --reason ({known})."),
    "desk_taken": _("Le ticket {ticket} est déjà à ce guichet\u00a0: terminez-le d’abord."),
    "unknown_opening": _(
        "Cette règle n’existe pas\u00a0: «\u00a0guichet openings list\u00a0» dit les règles."
    ),
    "unknown_closure": _(
        "Cette fermeture n’existe pas, ou plus\u00a0: «\u00a0guichet openings list\u00a0»."
    ),
    "unknown_template": _(
        "Ce modèle n’existe pas\u00a0: «\u00a0guichet openings list\u00a0» dit les modèles."
    ),
    "nothing_proposed": _(
        "Rien n’est proposé pour cette règle\u00a0: la durée convient, ou il manque des mesures "
        "({missing})."
    ),
    "opening_values": _("Le champ {field} n’a pas une valeur possible."),
    "no_slot": _(
        "Aucun créneau libre pour cette démarche\u00a0: recommencez plus tard, ou sans --after."
    ),
}
"""By reason code; the blanks are a refusal's details."""
