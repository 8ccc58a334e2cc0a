"""What went wrong between a station and central, as the faults of guichet.errors."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from guichet.errors import (
    CentralRefused,
    CentralUnavailable,
    DeviceRejected,
    GuichetError,
    ProtocolError,
    UpdateRequired,
)
from guichet.i18n import _
from guichet.store.wire import nonsense
from guichet.sync.tls import not_trusted


def fault(response: httpx.Response) -> GuichetError:
    """The fault of an error answer: later, never for this device, or a reasoned no."""
    status = response.status_code
    later = _retry_after(response.headers.get("Retry-After"), response.headers.get("Date"))
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return CentralUnavailable(
            _("Trop de demandes à la fois. Nouvel essai automatique dans un instant."), later
        )
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return CentralUnavailable(
            _("La centrale est surchargée ou en panne. Nouvel essai automatique."), later
        )
    try:
        problem = response.json()
        reason, title = str(problem["reason"]), str(problem["title"])
    except (ValueError, KeyError, TypeError):
        return nonsense()
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return DeviceRejected(title, reason, status)
    if status == httpx.codes.UPGRADE_REQUIRED:
        return UpdateRequired(title, reason, status)
    return CentralRefused(title, reason, status)


def _retry_after(value: str | None, stated: str | None) -> float | None:
    """Seconds of a Retry-After header: a number, or a date by the clock that stated the other."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        asked = parsedate_to_datetime(value)
        now = parsedate_to_datetime(stated) if stated else datetime.now(UTC)
        return max(0.0, (asked - now).total_seconds())
    except (TypeError, ValueError):
        return None


def unreachable(error: Exception) -> CentralUnavailable:
    """The fault of a central that was not reached, or not believed to be central."""
    if not_trusted(error):
        return CentralUnavailable(
            _(
                "Le certificat de la centrale n’est pas reconnu. Vérifiez la date de cet "
                "ordinateur, ou faites-y installer le certificat de votre administration. "
                "Le travail continue sur ce poste."
            )
        )
    return CentralUnavailable(
        _(
            "La centrale est injoignable. Le travail continue sur ce poste "
            "et partira dès son retour."
        )
    )


def bad_address(url: str) -> ProtocolError:
    """The fault of an address that no central can have."""
    return ProtocolError(
        _(
            "«\u00a0{url}\u00a0» n’est pas une adresse de centrale, par exemple https://centrale.exemple.fr"
        ).format(url=url)
    )
