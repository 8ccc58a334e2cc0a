"""Who comes for the first time, and who comes through the door, as plain commands."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from guichet.cli_desk import Asked, _at_desk, person
from guichet.cli_help import Command, missing, unfit
from guichet.domain.lifecycle import UNDO_REASONS
from guichet.domain.model import Role
from guichet.domain.reports import Seen
from guichet.domain.tickets import MOST_PEOPLE
from guichet.i18n import _

if TYPE_CHECKING:
    from guichet.station import Station

_CODE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@person.command()
@click.option("--new", is_flag=True, help=_("C’est une autre personne que les fiches voisines."))
@click.option("--stdin", is_flag=True, help=_("Lire un objet JSON sur l’entrée, après le PIN."))
@_at_desk
def add(asked: Asked, *, new: bool, stdin: bool) -> int:
    """Créer la fiche d’une personne\u00a0: chaque champ est demandé."""
    from guichet.cli_desk import persons, run

    return run.at_station(asked, lambda station: persons.add(station, new=new, stdin=stdin))


@click.command(cls=Command)
@click.argument("reference", required=False)
@click.option(
    "--code",
    metavar="FICHIER",
    type=_CODE,
    help=_("Le QR code\u00a0: - pour un lecteur (ou l’entrée), sinon une image ou un PDF."),
)
@click.option("--name", "by_name", is_flag=True, help=_("Sans papier\u00a0: demander le nom."))
@click.option("--walk-in", metavar="DEMARCHE", help=_("Sans rendez-vous\u202f; - si inconnue."))
@click.option(
    "--people",
    metavar="N",
    type=click.IntRange(1, MOST_PEOPLE),
    help=_("Avec --walk-in\u00a0: à plusieurs sur un ticket."),
)
@click.option("--undo", metavar="TICKET", help=_("Annuler cette arrivée, dans la minute."))
@click.option(
    "--reason",
    type=click.Choice(UNDO_REASONS),
    default="by_mistake",
    help=_("Avec --undo\u00a0: pourquoi, by_mistake sinon."),
)
@click.option("--admit", is_flag=True, help=_("Recevoir même en avance, en retard, à vérifier."))
@click.option("--identity", is_flag=True, help=_("Comparer la pièce d’identité présentée."))
@click.option(
    "--report",
    type=click.Choice([each.value for each in Seen]),
    multiple=True,
    help=_("Signaler au superviseur ce qui ne va pas."),
)
@click.option("--stdin", is_flag=True, help=_("Ce qu’elle dit, en JSON sur l’entrée."))
@_at_desk
def arrive(
    asked: Asked,
    *,
    reference: str | None,
    code: Path | None,
    by_name: bool,
    walk_in: str | None,
    people: int | None,
    undo: str | None,
    reason: str,
    admit: bool,
    identity: bool,
    report: tuple[str, ...],
    stdin: bool,
) -> int:
    """Enregistrer une arrivée, par REFERENCE, code ou nom, ou sans rendez-vous.

    À signaler\u00a0: name, number (autres sur la pièce), photo, altered (convocation modifiée),
    copy (déjà venue), paid (rendez-vous payé), other.
    """
    from guichet.cli_desk import arriving, asking, run

    _one_of(reference=reference, code=code, by_name=by_name or None, walk_in=walk_in, undo=undo)
    if walk_in is None and people is not None:
        raise unfit("people")
    ask = not stdin and asking.interactive(pin_stdin=asked.pin_stdin)
    how = arriving.How(admit, identity or stdin, stdin, ask, tuple(map(Seen, report)))

    def job(station: "Station") -> "arriving.Outcome":
        if walk_in is not None:
            return arriving.walk_in(station, walk_in, people or 1)
        if undo is not None:
            return arriving.undo(station, undo, reason)
        if by_name:
            return arriving.by_name(station, how)
        if code is not None:
            return arriving.by_code(station, code, how)
        return arriving.by_reference(station, reference or "", how)

    return run.at_station(asked, job, Role.COUNTER)


def _one_of(**ways: object) -> None:
    """Raise what is wrong when not exactly one of these was said."""
    said = [name for name, value in ways.items() if value is not None]
    if not said:
        raise missing(next(iter(ways)))
    if len(said) > 1:
        raise unfit(said[-1])
