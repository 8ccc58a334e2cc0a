"""What periods were like, as plain commands for the supervisor."""

from datetime import datetime
from pathlib import Path

import click

from guichet.cli_desk import _DAY, Asked, _at_desk
from guichet.cli_help import Command
from guichet.domain.model import Role
from guichet.i18n import _

_BYS = click.Choice(["day", "week", "month", "quarter", "year", "site", "procedure", "channel"])
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=Command)
@click.option("--from", "first", metavar="DATE", type=_DAY, help=_("Premier jour\u00a0: du mois."))
@click.option("--to", "last", metavar="DATE", type=_DAY, help=_("Dernier jour\u00a0: aujourd’hui."))
@click.option("--by", type=_BYS, default="month", help=_("Une ligne par\u00a0: month si rien."))
@click.option("--masked", is_flag=True, help=_("Comme on peut le dire hors du site."))
@click.option("--csv", metavar="FICHIER.csv", type=_FILE, help=_("Écrire un tableau CSV."))
@click.option("--xlsx", metavar="FICHIER.xlsx", type=_FILE, help=_("Écrire un classeur XLSX."))
@_at_desk
def stats(
    asked: Asked,
    *,
    first: datetime | None,
    last: datetime | None,
    by: str,
    masked: bool,
    csv: Path | None,
    xlsx: Path | None,
) -> int:
    """Dire les statistiques du site, sans nom et sans chiffre par agent."""
    from guichet.cli_desk import figures, run
    from guichet.domain.statistics import By

    given = ((csv, ".csv"), (xlsx, ".xlsx"))
    if any(path is not None and path.suffix.lower() != ending for path, ending in given):
        return run.refuse(asked, "unknown_format")
    files = tuple(path for path, _ending in given if path is not None)
    start, end = (each.date() if each else None for each in (first, last))
    return run.at_station(
        asked,
        lambda station: figures.stats(station, start, end, By(by), files, masked=masked),
        Role.SUPERVISOR,
    )


@click.command(cls=Command)
@click.option("--from", "first", metavar="DATE", type=_DAY, help=_("Premier jour\u00a0: lundi."))
@_at_desk
def week(asked: Asked, *, first: datetime | None) -> int:
    """Dire les sept jours de chaque site en chiffres."""
    from guichet.cli_desk import figures, run

    start = first.date() if first else None
    return run.at_station(asked, lambda station: figures.week(station, start), Role.SUPERVISOR)
