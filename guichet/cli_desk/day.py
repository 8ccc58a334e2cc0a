"""The end of the day as a plain command, declared beside the desks'."""

from datetime import datetime

import click

from guichet.cli_desk import _DAY, Asked, _at_desk
from guichet.cli_help import Command, missing, unfit
from guichet.domain.lifecycle import OUTCOMES, UNSUCCESSFUL
from guichet.domain.model import Role
from guichet.i18n import _


@click.command("end-of-day", cls=Command)
@click.argument("who", metavar="[QUI]", required=False)
@click.argument("end", metavar="[ISSUE]", type=click.Choice((*OUTCOMES, "absent")), required=False)
@click.option("--reason", type=click.Choice(UNSUCCESSFUL), help=_("Pourquoi infructueux."))
@click.option("--day", metavar="DATE", type=_DAY, help=_("Le jour, si QUI reste de plusieurs."))
@click.option(
    "--all-absent", is_flag=True, help=_("Noter absents tous ceux qui ne sont pas venus.")
)
@_at_desk
def end_of_day(
    asked: Asked,
    *,
    who: str | None,
    end: str | None,
    reason: str | None,
    day: datetime | None,
    all_absent: bool,
) -> int:
    """Dire ce qui reste à solder, ou solder un passage ou une absence.

    QUI est un ticket ou une référence\u202f; ISSUE served, unsuccessful, left ou absent.
    """
    from guichet.cli_desk import ending, run

    if who is not None and all_absent:
        raise unfit("all_absent")
    if who is not None and end is None:
        raise missing("end")
    if all_absent:
        return run.at_station(asked, ending.all_absent, Role.COUNTER)
    if who is None or end is None:
        return run.at_station(asked, ending.remains, Role.COUNTER)
    of = day.date() if day else None
    return run.at_station(
        asked, lambda station: ending.settle(station, who, of, end, reason), Role.COUNTER
    )
