"""The keys of central, shown, renewed and revoked from the shell."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from guichet.domain.keys import WARN_BEFORE, PublicKey, Standing, good_until, standing
from guichet.errors import ConfigError
from guichet.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Engine

_STANDINGS = {
    Standing.GOOD: _("valable"),
    Standing.ENDED: _("terminée"),
    Standing.FUTURE: _("à venir"),
}


def add(engine: "Engine", now: datetime, begins: datetime | None) -> None:
    """Make a new key, which signs from that day (UTC) or at once."""
    from guichet.central.keyring import new_key

    if begins is not None and begins.replace(tzinfo=UTC) < now:
        raise ConfigError(_("Ce jour est passé\u00a0: donnez un jour à venir."))
    new_key(engine, now, begins.replace(tzinfo=UTC) if begins else None)


def revoke(engine: "Engine", kid: str, now: datetime) -> None:
    """Revoke a key, and say what follows."""
    from guichet.central.revocation import revoke as withdraw

    done = withdraw(engine, kid.lower(), now)
    if done is None:
        raise ConfigError(
            _("Aucune clé {kid}\u00a0: «\u00a0guichet central keys\u00a0» les montre.").format(
                kid=kid
            )
        )
    click.echo(
        _(
            "Clé révoquée. Les postes l’apprennent à leur prochaine synchronisation\u202f; "
            "la clé {signer} signe désormais.\n"
            "Rendez-vous à venir signés à nouveau\u00a0: {n}. Les convocations déjà remises "
            "demandent une vérification d’identité\u00a0: réimprimez-les si vous pouvez."
        ).format(signer=done.signer, n=done.signed_anew)
    )


def show(keys: Iterable[PublicKey], now: datetime) -> None:
    """One line a key, the oldest first, and a warning when a new one is due."""
    known = sorted(keys, key=lambda key: (key.not_before, key.kid))
    for key in known:
        state = (
            _("révoquée le {day}").format(day=f"{key.revoked_at:%d/%m/%Y}")
            if key.revoked_at
            else _STANDINGS[standing(key, now)]
        )
        dates = f"{key.not_before:%d/%m/%Y} → {key.not_after:%d/%m/%Y}"
        click.echo(f"{key.kid}  {dates}  {state}  {key.public}")
    end = good_until(known, now)
    if end is None:
        sentence = _(
            "Aucune clé n’est valable\u00a0: la prochaine réservation en fera une. "
            "Faites-la maintenant\u00a0: «\u00a0guichet central keys --new\u00a0»."
        )
    elif end - now < WARN_BEFORE:
        sentence = _(
            "Plus de clé après le {day}\u00a0: faites la suivante dès maintenant, que les postes "
            "la connaissent à temps\u00a0: «\u00a0guichet central keys --new --from {iso}\u00a0»."
        ).format(day=f"{end:%d/%m/%Y}", iso=f"{max(end - WARN_BEFORE / 2, now):%Y-%m-%d}")
    else:
        return
    click.echo(f"! {sentence}", err=True)
