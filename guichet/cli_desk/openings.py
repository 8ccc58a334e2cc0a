"""When the site receives, as plain commands for its supervisor."""

from datetime import datetime
from pathlib import Path

import click

from guichet.cli_desk import _DAY, Asked, _at_desk
from guichet.cli_help import Commands, missing, unfit
from guichet.domain.model import Role
from guichet.domain.opening_text import FIELDS
from guichet.domain.openings import ClosedFor
from guichet.i18n import _

DRY = click.option("--dry-run", is_flag=True, help=_("Dire ce qui changerait, sans rien changer."))
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Commands, subcommand_metavar="COMMANDE…")
def openings() -> None:
    """Ouvertures, fermetures et calibrage du site, sans écran."""


@openings.command("list")
@_at_desk
def list_(asked: Asked) -> int:
    """Dire les règles, les fermetures et les jours à venir."""
    from guichet.cli_desk import run, steering

    return run.at_station(asked, steering.listed, Role.SUPERVISOR)


@openings.command()
@click.argument("rule", metavar="REGLE")
@_at_desk
def show(asked: Asked, rule: str) -> int:
    """Dire toutes les versions d’une REGLE, la plus récente d’abord."""
    from guichet.cli_desk import run, steering

    return run.at_station(asked, lambda station: steering.show(station, rule), Role.SUPERVISOR)


@openings.command()
@click.argument("fields", metavar="CHAMP=VALEUR…", nargs=-1, required=True)
@click.option("--rule", metavar="REGLE", help=_("Nouvelle version de cette règle."))
@DRY
@_at_desk
def add(asked: Asked, fields: tuple[str, ...], rule: str | None, *, dry_run: bool) -> int:
    """Ajouter une ouverture, ou une version d’une règle.

    Les champs\u00a0: name, procedures, days, first, last, opens, closes, minutes, seats, pan et
    urgent.
    Une nouvelle version garde les champs qui ne sont pas dits\u202f; seats=0 la finit.
    """
    from guichet.cli_desk import run, steering

    cells = dict(each.partition("=")[::2] for each in fields)
    if not set(cells) <= set(FIELDS):
        raise unfit("fields")
    return run.at_station(
        asked, lambda station: steering.add(station, cells, rule, dry=dry_run), Role.SUPERVISOR
    )


@openings.command()
@click.argument("first", metavar="JOUR", type=_DAY, required=False)
@click.argument("last", metavar="JOUR", type=_DAY, required=False)
@click.option("--from", "opens", metavar="HEURE", default="", help=_("Seulement à partir de."))
@click.option("--to", "closes", metavar="HEURE", default="", help=_("Seulement jusqu’à."))
@click.option(
    "--reason", type=click.Choice([each.value for each in ClosedFor]), help=_("Pourquoi.")
)
@click.option("--lift", metavar="FERMETURE", help=_("Lever cette fermeture."))
@click.option("--move", is_flag=True, help=_("Déplacer les rendez-vous touchés, avec papiers."))
@DRY
@_at_desk
def close(
    asked: Asked,
    *,
    first: datetime | None,
    last: datetime | None,
    opens: str,
    closes: str,
    reason: str | None,
    lift: str | None,
    move: bool,
    dry_run: bool,
) -> int:
    """Fermer un jour, ou du premier JOUR au second.

    Sans jour, --lift lève une fermeture et --move déplace ceux qui restent à déplacer.
    """
    from guichet.cli_desk import run, steering

    if (first is not None and lift is not None) or (first is None and lift is None and not move):
        raise missing("first")
    if first is not None and reason is None:
        raise missing("reason")
    days = None if first is None else (first.date(), (last or first).date())
    wanted = steering.Wanted(days, opens, closes, reason or "", lift, move, dry_run)
    return run.at_station(asked, lambda station: steering.close(station, wanted), Role.SUPERVISOR)


@openings.command()
@click.argument("template", metavar="MODELE")
@click.argument("day", metavar="JOUR", type=_DAY)
@click.option(
    "--procedure", "codes", metavar="CODE", multiple=True, help=_("Cette démarche seule.")
)
@click.option("--override", metavar="MOTIF", help=_("Pourquoi malgré un jour férié."))
@DRY
@_at_desk
def exceptional(
    asked: Asked,
    *,
    template: str,
    day: datetime,
    codes: tuple[str, ...],
    override: str | None,
    dry_run: bool,
) -> int:
    """Ouvrir une journée exceptionnelle d’après un MODELE (son nom)."""
    from guichet.cli_desk import run, steering

    return run.at_station(
        asked,
        lambda station: steering.exceptional_day(
            station, template, day.date(), codes, override, dry=dry_run
        ),
        Role.SUPERVISOR,
    )


@openings.command()
@click.option("--apply", "rule", metavar="REGLE", help=_("Appliquer ce qui est proposé pour elle."))
@DRY
@_at_desk
def calibrate(asked: Asked, rule: str | None, *, dry_run: bool) -> int:
    """Dire les durées mesurées et la durée de créneau qui en découle."""
    from guichet.cli_desk import run, steering

    return run.at_station(
        asked, lambda station: steering.calibrate(station, rule, dry=dry_run), Role.SUPERVISOR
    )


@openings.command("import")
@click.argument("file", metavar="FICHIER", type=FILE)
@click.option("--skip-bad", is_flag=True, help=_("Prendre les bonnes lignes, laisser les autres."))
@DRY
@_at_desk
def import_(asked: Asked, file: Path, *, skip_bad: bool, dry_run: bool) -> int:
    """Lire des ouvertures d’un FICHIER CSV, toutes ou aucune.

    Chaque ligne fausse est dite\u202f; sans --skip-bad, une seule suffit pour ne rien prendre.
    Première ligne\u00a0: name, procedures, days, first, last, opens, closes, minutes, seats, pan,
    urgent, et template si l’on veut.
    """
    from guichet.cli_desk import opening_import, run

    return run.at_station(
        asked,
        lambda station: opening_import.imported(station, file, skip_bad=skip_bad, dry=dry_run),
        Role.SUPERVISOR,
    )


@openings.command()
@click.argument("file", metavar="FICHIER", type=FILE)
@click.argument("day", metavar="JOUR", type=_DAY)
@click.option("--procedure", "code", metavar="CODE", help=_("Laquelle des démarches du jour."))
@click.option("--skip-bad", is_flag=True, help=_("Inviter les autres, laisser les lignes fausses."))
@DRY
@_at_desk
def invite(
    asked: Asked, *, file: Path, day: datetime, code: str | None, skip_bad: bool, dry_run: bool
) -> int:
    """Inviter une liste de personnes à une journée exceptionnelle (JOUR).

    Chaque ligne du FICHIER porte une référence de rendez-vous ou un numéro étranger. Chacune qui ne
    convient pas est dite\u202f; sans --skip-bad, une seule suffit pour n’inviter personne.
    """
    from guichet.cli_desk import invitations, run

    wanted = invitations.Wanted(file, day.date(), code, skip_bad, dry_run)
    return run.at_station(
        asked, lambda station: invitations.invited(station, wanted), Role.SUPERVISOR
    )
