"""What screens say for the codes of a person's file. Every code has words; a test checks it."""

from guichet.domain.foreigner_number import AbsentReason
from guichet.domain.proofs import Proof
from guichet.domain.similar import Match, Reason
from guichet.i18n import _
from guichet.widgets.level import Level

NO_NUMBER: dict[AbsentReason, str] = {
    AbsentReason.NEVER_GIVEN: _("jamais attribué"),
    AbsentReason.DOCUMENT_LOST: _("document perdu"),
    AbsentReason.ILLEGIBLE: _("illisible"),
}

PROOFS: dict[Proof, str] = {
    Proof.PASSPORT: _("passeport"),
    Proof.RESIDENCE_PERMIT: _("titre de séjour"),
    Proof.CONSULAR_CARD: _("carte consulaire"),
    Proof.FOREIGN_ID_CARD: _("carte d’identité étrangère"),
    Proof.BIRTH_CERTIFICATE: _("acte de naissance"),
    Proof.OTHER: _("autre document"),
    Proof.NOTHING: _("rien à montrer"),
}

LIKENESS: dict[Reason, str] = {
    Reason.NUMBER: _("même numéro étranger"),
    Reason.NAME: _("même nom"),
    Reason.INVERTED: _("nom et prénom inversés"),
    Reason.USED_NAME: _("même nom d’usage"),
    Reason.SPELLING: _("nom voisin"),
    Reason.BIRTH: _("même naissance"),
    Reason.BIRTH_MAYBE: _("naissance compatible"),
    Reason.PHONE: _("même téléphone"),
    Reason.EMAIL: _("même adresse e-mail"),
    Reason.OTHER_NUMBER: _("autre numéro étranger"),
    Reason.OTHER_BIRTH: _("autre naissance"),
}
"""Why two persons may be one, or may not."""

MATCHES: dict[Match, tuple[Level, str, str]] = {
    Match.SAME: ("ok", "=", _("pareil")),
    Match.NEAR: ("info", "≈", _("voisin")),
    Match.DIFFERENT: ("bad", "≠", _("différent")),
    Match.UNKNOWN: ("idle", "?", _("inconnu")),
}
"""How one field of two persons compares: its level, its sign, its word."""

LABELS: dict[str, str] = {
    "family": _("Nom de naissance"),
    "used": _("Nom d’usage"),
    "given": _("Prénoms"),
    "birth": _("Date de naissance"),
    "commune": _("Commune de résidence"),
    "number": _("Numéro étranger"),
    "phone": _("Téléphone"),
    "email": _("Adresse e-mail"),
}
"""For each field of a person's form: its label."""
