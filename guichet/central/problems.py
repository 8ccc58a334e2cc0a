"""What central answers when it does not do what was asked (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from guichet.i18n import _

TITLES = {
    "device_unknown": _("Ce poste n’est pas connu de la centrale. Enrôlez-le de nouveau."),
    "device_revoked": _("Ce poste a été révoqué. Adressez-vous à votre responsable."),
    "device_expired": _(
        "Ce poste n’a pas servi depuis longtemps. Demandez à votre responsable de le réadmettre."
    ),
    "display_unknown": _("Cette adresse d’écran n’est plus valable. Demandez-en une nouvelle."),
    "rate_limited": _("Trop de demandes à la fois. Réessayez dans un instant."),
    "other_site": _("Ce poste appartient à un autre site."),
    "cursor_unknown": _("La centrale a été restaurée\u00a0: ce poste doit tout relire."),
    "invalid_request": _("La demande est mal formée."),
    "too_slow": _("La demande a mis trop de temps à arriver. Réessayez."),
    "malformed_http": _("La demande n’est pas du HTTP lisible."),
    "unsupported_encoding": _("La centrale ne lit pas les demandes compressées."),
    "too_large": _("La demande est trop grande. Envoyez-la en plusieurs fois."),
    "protocol_too_old": _("Cette version de guichet est trop ancienne. Mettez le poste à jour."),
    "not_found": _("Cette adresse n’existe pas."),
    "method_not_allowed": _("Cette adresse ne répond pas à cette méthode."),
    "internal": _("La centrale a rencontré une panne. Réessayez dans un instant."),
    "unavailable": _("La base de la centrale ne répond pas. Réessayez dans un instant."),
    "not_ready": _("Ce serveur ne peut pas servir pour l’instant."),
    "enrol_code_unknown": _("Ce code n’existe pas. Vérifiez-le, puis saisissez-le de nouveau."),
    "enrol_code_expired": _("Ce code a expiré. Demandez-en un autre."),
    "enrol_code_used": _("Ce code a déjà servi. Demandez-en un autre."),
    "bad_period": _("Cette période ne convient pas\u00a0: trois ans et 400 lignes au plus."),
    "site_full": _("Ce site a déjà tous ses postes. Révoquez-en un avant d’en ajouter."),
}
"""A sentence for each reason."""


class Problem(Exception):
    """Ends a request with a problem document; `reason` is one of TITLES."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def problem_response(
    status: int,
    reason: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """The problem document; `errors` says what was wrong where, without repeating what was sent."""
    body: dict[str, Any] = {
        "type": f"urn:guichet:problem:{reason}",
        "title": TITLES[reason],
        "status": status,
        "reason": reason,
    }
    if errors:
        body["errors"] = list(errors)
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        dict(headers or {}),
        media_type="application/problem+json",
    )
