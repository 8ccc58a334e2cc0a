"""The stations of central, a site's screens, and what is switched on there, from the shell."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from guichet.cli_central import central, check_site
from guichet.cli_help import missing
from guichet.cli_server import created, where
from guichet.domain.model import Site
from guichet.errors import ConfigError
from guichet.i18n import _, ngettext

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from guichet.central.devices import Listed

_STANDINGS = {
    "good": _("✓ admis"),
    "device_expired": _("! silencieux depuis trop longtemps"),
    "device_revoked": _("✗ révoqué"),
}
_LEAST = 6
"""Characters of a station's id that must be given."""


@central.command()
@click.option("--site", type=int, help=_("Numéro d’un site, sinon tous."))
@click.option("--json", "as_json", is_flag=True, help=_("Réponse en JSON."))
@where
def stations(site: int | None, folder: Path | None, database: str | None, *, as_json: bool) -> None:
    """Lister les postes.

    Leur dernier contact (à deux minutes près), leur version, leur état.
    """
    found = _listed(created(folder, database), site)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
        return
    for each in found:
        seen = f"{each.seen_at:%d/%m/%Y %H:%M} UTC" if each.seen_at else _("jamais")
        said = _STANDINGS[each.standing]
        version = each.version or "–"
        click.echo(f"{each.id}  {each.site}/{each.number}  {seen}  {version}  {said}  {each.name}")
    if not found:
        click.echo(_("Aucun poste."))


@central.command()
@click.argument("station", metavar="POSTE")
@where
def revoke(station: str, folder: Path | None, database: str | None) -> None:
    """Ne plus admettre un POSTE.

    POSTE est son identifiant, ou le début. Le refus vaut dès sa prochaine demande.
    """
    from guichet.central import registry
    from guichet.config import clock

    engine = created(folder, database)
    known = _one(engine, station)
    if not registry.revoke(engine, known.id, clock()()):
        raise ConfigError(_("Ce poste est déjà révoqué."))
    click.echo(_("Le poste {name} n’est plus admis.").format(name=known.name))


@central.command()
@click.argument("station", metavar="POSTE")
@where
def readmit(station: str, folder: Path | None, database: str | None) -> None:
    """Admettre de nouveau un POSTE resté silencieux trop longtemps."""
    from guichet.central import devices
    from guichet.config import clock

    engine = created(folder, database)
    known = _one(engine, station)
    if not devices.readmit(engine, known.id, clock()()):
        raise ConfigError(_("Ce poste est révoqué\u00a0: enrôlez-le de nouveau."))
    click.echo(_("Le poste {name} est admis de nouveau.").format(name=known.name))


@central.command()
@click.argument("site", type=int)
@click.argument("name", metavar="[NOM]", required=False)
@click.argument("state", metavar="[on|off]", required=False, type=click.Choice(["on", "off"]))
@where
def flag(
    site: int, name: str | None, state: str | None, folder: Path | None, database: str | None
) -> None:
    """Activer ou désactiver quelque chose pour un SITE.

    Les autres sites n’en sont pas changés. Sans NOM, montrer ce qui est actif.
    """
    from guichet.central import flags
    from guichet.domain.flags import FLAGS
    from guichet.store import cooling
    from guichet.store.engine import reading

    engine = created(folder, database)
    check_site(engine, site)
    if name is not None:
        if state is None:
            raise missing("state")
        if not flags.switch(engine, site, name, enabled=state == "on"):
            raise ConfigError(
                _("«\u00a0{name}\u00a0» n’existe pas\u202f; il y a\u00a0: {known}.").format(
                    name=name, known=", ".join(FLAGS)
                )
            )
    with reading(engine) as connection:
        for known, enabled in cooling.flags(connection, site).items():
            click.echo(f"{known} {'on' if enabled else 'off'}")


@central.command()
@click.argument("site", type=int)
@click.option("--walk-in", type=click.IntRange(0, 480), help=_("Sans rendez-vous\u00a0: dû après…"))
@click.option("--priority", type=click.IntRange(0, 1440), help=_("Carte prioritaire\u00a0: avant…"))
@click.option("--missed", type=click.IntRange(0, 240), help=_("Pas venu à l’appel\u00a0: après…"))
@click.option("--calls", type=click.IntRange(0, 20), help=_("Appels sans réponse, 0 sans fin."))
@click.option("--json", "as_json", is_flag=True, help=_("Réponse en JSON."))
@where
def turns(
    site: int, folder: Path | None, database: str | None, *, as_json: bool, **wanted: int | None
) -> None:
    """Montrer ou régler l’ordre de la file d’un SITE.

    Les durées sont en minutes. Les postes suivent la règle dès qu’ils la reçoivent.
    """
    from guichet.central import turns as central_turns

    engine = created(folder, database)
    check_site(engine, site)
    given = {name: value for name, value in wanted.items() if value is not None}
    rules = central_turns.change(engine, site, given)
    if as_json:
        click.echo(json.dumps({"site": site, **asdict(rules)}))
        return
    for words, value in (
        (_("sans rendez-vous, dû {n} min après l’arrivée"), rules.walk_in),
        (_("carte prioritaire, {n} min plus tôt"), rules.priority),
        (_("pas venu à l’appel, dû {n} min après"), rules.missed),
    ):
        click.echo(words.format(n=value))
    ending = ngettext(
        "{n} appel sans réponse termine le passage",
        "{n} appels sans réponse terminent le passage",
        rules.calls,
    )
    click.echo(ending.format(n=rules.calls) if rules.calls else _("aucun appel ne le termine"))


@central.command("day")
@click.argument("site", type=int)
@click.option(
    "--closes",
    metavar="HEURE",
    type=click.DateTime(["%H:%M"]),
    help=_("Heure de fermeture, à l’heure du site."),
)
@click.option("--last-slot", is_flag=True, help=_("Fermer après le dernier créneau."))
@click.option(
    "--tension",
    type=click.IntRange(5, 480),
    help=_("Alerte à partir de tant de minutes de travail par guichet."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Réponse en JSON."))
@where
def day_rules(
    site: int,
    folder: Path | None,
    database: str | None,
    *,
    closes: datetime | None,
    last_slot: bool,
    tension: int | None,
    as_json: bool,
) -> None:
    """Montrer ou régler la fermeture et le seuil de tension d’un SITE.

    Personne n’est absent avant la fermeture, et la journée se solde après elle.
    """
    from guichet.central.turns import change_site

    engine = created(folder, database)
    check_site(engine, site)
    hour = None if closes is None else f"{closes:%H:%M}"

    def wanted(known: Site) -> Site:
        at = None if last_slot else hour or known.closes
        return replace(known, closes=at, tension=tension or known.tension)

    made = change_site(engine, site, wanted)
    if as_json:
        click.echo(json.dumps({"site": site, "closes": made.closes, "tension": made.tension}))
        return
    late = _("{n} min après la fin du dernier créneau").format(n=made.late_minutes)
    click.echo(_("fermeture\u00a0: {at}").format(at=made.closes or late))
    click.echo(_("alerte de tension dès {n} min par guichet").format(n=made.tension))


@central.command("display")
@click.argument("site", type=int)
@click.option(
    "--url",
    metavar="ADRESSE",
    default="http://127.0.0.1:8460",
    show_default=True,
    help=_("Adresse de la centrale, telle que l’écran la joint."),
)
@click.option("--revoke", is_flag=True, help=_("Ne plus rien montrer aux écrans du site."))
@where
def display_key(
    site: int, url: str, folder: Path | None, database: str | None, *, revoke: bool
) -> None:
    """Donner l’adresse de la page d’appel d’un SITE.

    Pour l’écran d’une salle d’attente\u00a0: des numéros et des guichets, jamais un nom. Elle
    contient une clé et n’est donnée qu’une fois\u202f; celle d’avant ne vaut plus.
    """
    from guichet.central import display
    from guichet.config import clock

    engine = created(folder, database)
    check_site(engine, site)
    if revoke:
        if not display.revoke_key(engine, site):
            raise ConfigError(_("Ce site n’a pas d’adresse d’écran."))
        click.echo(_("L’adresse d’écran du site {site} ne vaut plus.").format(site=site))
        return
    key, replaced = display.make_key(engine, site, clock()())
    click.echo(f"{url.rstrip('/')}/display/{site}#{key}")
    if replaced:
        click.echo(_("L’adresse donnée avant ne vaut plus."), err=True)


def _listed(engine: "Engine", site: int | None = None) -> "list[Listed]":
    from guichet.central import devices
    from guichet.central.budgets import Protection
    from guichet.config import clock

    return devices.listed(engine, clock()(), Protection.from_environment().unused_days, site)


def _one(engine: "Engine", station: str) -> "Listed":
    """The one station whose id is, or begins with, what was typed. Raises ConfigError."""
    wanted = station.strip().lower()
    found = [each for each in _listed(engine) if each.id.startswith(wanted)]
    if len(wanted) < _LEAST or len(found) != 1:
        raise ConfigError(
            _(
                "Aucun poste, ou plusieurs, dont l’identifiant commence par "
                "«\u00a0{typed}\u00a0»\u00a0: «\u00a0guichet central stations\u00a0» les montre."
            ).format(typed=station)
        )
    return found[0]
