"""The commands of the central server."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from guichet.cli_help import Commands
from guichet.cli_server import COMMANDS, created, where
from guichet.errors import ConfigError
from guichet.i18n import _, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Commands, subcommand_metavar="COMMANDE…")
def central() -> None:
    """Administrer et servir la centrale."""


for _command in COMMANDS:
    central.add_command(_command)


@central.command("enrol-code")
@click.argument("site", type=int)
@click.option(
    "--minutes",
    type=click.IntRange(1, 7 * 24 * 60),
    default=60,
    show_default=True,
    help=_("Durée de validité."),
)
@where
def enrol_code(site: int, minutes: int, folder: Path | None, database: str | None) -> None:
    """Donner un code à usage unique pour enrôler un poste du SITE (son numéro)."""
    from guichet.central.registry import add_enrol_code
    from guichet.config import clock

    engine = created(folder, database)
    check_site(engine, site)
    click.echo(add_enrol_code(engine, site, clock()(), minutes))


@central.command()
@click.option("--new", is_flag=True, help=_("Signer désormais avec une nouvelle clé."))
@click.option(
    "--from",
    "begins",
    metavar="AAAA-MM-JJ",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("Avec --new\u00a0: seulement à partir de ce jour."),
)
@click.option("--revoke", metavar="CLÉ", help=_("Ne plus croire ce que cette clé a signé."))
@where
def keys(
    *,
    new: bool,
    begins: "datetime | None",
    revoke: str | None,
    folder: Path | None,
    database: str | None,
) -> None:
    """Montrer les clés publiques des convocations, en ajouter, en révoquer."""
    from guichet import cli_keys
    from guichet.central import keyring
    from guichet.config import clock

    engine, now = created(folder, database), clock()()
    if new:
        cli_keys.add(engine, now, begins)
    if revoke:
        cli_keys.revoke(engine, revoke, now)
    cli_keys.show(keyring.keys(engine), now)


@central.command("add-agent")
@click.argument("code")
@click.argument("name", metavar="NOM")
@click.option("--site", type=int, required=True, help=_("Numéro de son site."))
@click.option(
    "--role",
    "roles",
    type=click.Choice(["mediator", "counter", "supervisor"]),
    multiple=True,
    required=True,
    help=_("Ce qu’il peut faire\u202f; plusieurs fois s’il le faut."),
)
@where
def add_agent(
    *,
    code: str,
    name: str,
    site: int,
    roles: tuple[str, ...],
    folder: Path | None,
    database: str | None,
) -> None:
    """Ajouter un agent, ou remplacer celui qui a ce CODE. Demande son code secret."""
    from guichet.central.feed import publish_records
    from guichet.central.transactions import transact
    from guichet.domain.model import Agent, Role
    from guichet.domain.signin import valid_pin
    from guichet.store.pins import hash_pin

    engine = created(folder, database)
    check_site(engine, site)
    pin = click.prompt(
        _("Code secret (4 à 8 chiffres)"),
        hide_input=True,
        confirmation_prompt=_("Le même, encore une fois"),
        prompt_suffix="\u00a0: ",
    )
    if not valid_pin(pin):
        raise ConfigError(_("Un code secret a de 4 à 8 chiffres\u00a0: recommencez."))
    agent = Agent(
        code=code.strip().upper(),
        name=name,
        site=site,
        roles=tuple(Role(role) for role in roles),
        pin_hash=hash_pin(pin),
        active=True,
    )
    transact(engine, lambda connection: publish_records(connection, site, [agent]))
    click.echo(_("{code} peut travailler au site {site}.").format(code=agent.code, site=site))


@central.command()
@click.argument("file", metavar="FICHIER.csv", type=_FILE)
@where
def competence(file: Path, folder: Path | None, database: str | None) -> None:
    """Remplacer le tableau qui donne à chaque commune son site, par démarche."""
    from guichet.central.competence import Reason, replace

    words = {
        Reason.COLUMNS: _("4 colonnes attendues, {value} trouvées"),
        Reason.COMMUNE: _("«\u00a0{value}\u00a0» n’est pas un code INSEE de commune"),
        Reason.NAME: _("le nom de la commune manque"),
        Reason.OTHER_NAME: _(
            "cette commune avait un autre nom plus haut que «\u00a0{value}\u00a0»"
        ),
        Reason.PROCEDURE: _("démarche inconnue\u00a0: {value}"),
        Reason.SITE: _("site inconnu\u00a0: «\u00a0{value}\u00a0»"),
        Reason.TWICE: _("la commune {value} est déjà plus haut pour cette démarche"),
    }
    done = replace(created(folder, database), file)
    if isinstance(done, list):
        for bad in done:
            why = words[bad.reason].format(value=bad.value)
            line = _("Ligne {number}\u00a0: {why}.").format(number=bad.number, why=why)
            click.echo(line, err=True)
        raise ConfigError(_("Rien n’a été importé\u00a0: corrigez ces lignes, puis recommencez."))
    told = (
        ngettext("{n} ligne\u00a0:", "{n} lignes\u00a0:", done.rows).format(n=done.rows),
        ngettext("{n} nouvelle ou modifiée,", "{n} nouvelles ou modifiées,", done.changed).format(
            n=done.changed
        ),
        ngettext("{n} retirée.", "{n} retirées.", done.gone).format(n=done.gone),
    )
    click.echo(" ".join(told))


@central.command()
@click.option("--site", type=int, help=_("Numéro d’un site, sinon tous."))
@click.option("--json", "as_json", is_flag=True, help=_("Réponse en JSON."))
@where
def provenances(
    site: int | None, folder: Path | None, database: str | None, *, as_json: bool
) -> None:
    """Compter par qui les rendez-vous ont été demandés.

    Un nombre inférieur à 5 n’est pas dit, car il pourrait désigner une personne.
    """
    import json

    from guichet.domain.provenance import FEW, counted
    from guichet.screens.accord_words import PROVENANCES
    from guichet.store.engine import reading
    from guichet.store.queries import provenances as asked

    with reading(created(folder, database)) as connection:
        found = counted(asked(connection, site))
    if as_json:
        rows = [
            {"through": through.value, "paid": paid, "count": number}
            for (through, paid), number in found.items()
        ]
        click.echo(json.dumps(rows))
        return
    for who, number in found.items():
        said = _("moins de {few}").format(few=FEW) if number is None else str(number)
        click.echo(f"{PROVENANCES[who]}\u00a0: {said}")
    if not found:
        click.echo(_("Aucun rendez-vous pris avec un accord."))


def check_site(engine: "Engine", number: int) -> None:
    """Raises ConfigError, which names those there are, when there is no such site."""
    from guichet.domain.model import Site
    from guichet.store.engine import reading
    from guichet.store.queries import everything

    with reading(engine) as connection:
        known = sorted(site.number for site in everything(connection, Site))
    if not known:
        raise ConfigError(
            _(
                "La centrale n’a encore aucun site\u00a0: entrez-les avec "
                "«\u00a0guichet central catalogue import FICHIER.toml\u00a0»."
            )
        )
    if number not in known:
        listed = ", ".join(map(str, known))
        raise ConfigError(
            _("Le site {number} n’existe pas\u202f; sites connus\u00a0: {known}.").format(
                number=number, known=listed
            )
        )
