"""What is said to the person before a booking, and how their answer is noted."""

from guichet.domain.model import AccordMode
from guichet.domain.provenance import Provenance, Through
from guichet.i18n import _

MODES = (
    (AccordMode.READ_ALOUD, _("Lu à voix haute")),
    (AccordMode.PRINTED, _("Lu sur papier")),
)
ACCORD = _(
    "Je vais prendre un rendez-vous pour vous à la préfecture.\n"
    "J’écris votre nom, votre date de naissance et vos contacts.\n"
    "Ils servent à ce rendez-vous, et à rien d’autre.\n"
    "C’est gratuit. N’achetez jamais un rendez-vous.\n"
    "Vous pouvez changer d’avis quand vous voulez.\n"
    "Êtes-vous d’accord\u202f?"
)
"""Short sentences, one idea each; each fits a line of 80 columns."""
FAMILY_ACCORD = _(
    "Je vais prendre {n} rendez-vous à la préfecture, pour vous tous.\n"
    "J’écris vos noms, vos dates de naissance et vos contacts.\n"
    "Ils servent à ces rendez-vous, et à rien d’autre.\n"
    "C’est gratuit. N’achetez jamais un rendez-vous.\n"
    "Vous pouvez changer d’avis quand vous voulez.\n"
    "Êtes-vous d’accord\u202f?"
)
LENT = _("Place gardée par ce poste, à confirmer")
MOVE = _(
    "Je déplace votre rendez-vous.\n"
    "L’ancienne date ne sera plus valable.\n"
    "La référence reste la même\u202f; l’ancien papier ne sert plus.\n"
    "Êtes-vous d’accord\u202f?"
)
PROVENANCES: dict[Provenance, str] = {
    (Through.PERSON, None): _("La personne elle-même"),
    (Through.RELATIVE, None): _("Un proche"),
    (Through.ASSOCIATION, None): _("Une association"),
    (Through.INTERMEDIARY, False): _("Un intermédiaire, sans paiement"),
    (Through.INTERMEDIARY, True): _("Un intermédiaire, payé"),
    (Through.INTERMEDIARY, None): _("Un intermédiaire, paiement non dit"),
}
"""In the order in which they are offered."""
