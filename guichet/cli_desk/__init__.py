"""The desks as plain commands, for screen readers, braille lines and scripts.

Those of the mediator, then those of the counter.

What they take is declared here; the other modules of this package do it, imported
once a command runs.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from guichet.cli_help import FOLDER, Command, Commands, missing, unfit
from guichet.domain.lifecycle import CALL_REASONS, OUTCOMES, UNSUCCESSFUL
from guichet.domain.model import Role
from guichet.i18n import _

ACCORDS = click.Choice(["aloud", "paper"])
CANCELLED_BY = click.Choice(["person", "service", "mistake"])

_DAY = click.DateTime(["%Y-%m-%d"])
_MOMENT = click.DateTime(
    ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, at which station, and how they want the answer.

    The PIN is none of it: it is typed, or read from the standard input, never an argument nor a
    variable of the environment, which other users of the computer may read.
    """

    agent: str
    pin_stdin: bool
    folder: Path | None
    as_json: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The slot wanted: this one, or with `slot` None the first free one from `after` on.

    A naive `after` is the site's local time.
    """

    slot: str | None
    after: datetime | None = None


_OPTIONS = (
    click.option(
        "--agent",
        metavar="CODE",
        envvar="GUICHET_AGENT",
        required=True,
        help=_("Code de l’agent (sinon GUICHET_AGENT). Le PIN est demandé."),
    ),
    click.option("--pin-stdin", is_flag=True, help=_("Lire le PIN sur la 1re ligne de l’entrée.")),
    click.option("--json", "as_json", is_flag=True, help=_("Répondre par un objet JSON.")),
    click.option(
        "--dir",
        "folder",
        metavar="DOSSIER",
        type=FOLDER,
        help=_("Dossier du poste (sinon GUICHET_DIR, ou celui prévu)."),
    ),
)


def _at_desk(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of every command of the desk, given to it as one `Asked`."""

    @functools.wraps(command)
    def asked(
        *, agent: str, pin_stdin: bool, folder: Path | None, as_json: bool, **rest: Any
    ) -> int:
        return command(Asked(agent, pin_stdin, folder, as_json), **rest)

    for option in reversed(_OPTIONS):
        asked = option(asked)
    return asked


def _choosing(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that choose a slot, given to the command as one `Wanted`."""

    @functools.wraps(command)
    def chosen(
        *args: Any, slot: str | None, first: bool, after: datetime | None, **rest: Any
    ) -> int:
        if first is (slot is not None):
            raise unfit("first") if first else missing("slot")
        return command(*args, wanted=Wanted(slot, after), **rest)

    for option in (
        click.option(
            "--after", metavar="DATE", type=_MOMENT, help=_("Avec --first\u00a0: à partir de.")
        ),
        click.option("--first", is_flag=True, help=_("Prendre le premier créneau libre.")),
        click.option(
            "--slot", metavar="ID", help=_("Créneau, donné par «\u00a0guichet slots\u00a0».")
        ),
    ):
        chosen = option(chosen)
    return chosen


@click.group(cls=Commands, subcommand_metavar="COMMANDE…")
def person() -> None:
    """Retrouver ou créer la fiche d’une personne, sans écran."""


@person.command()
@click.argument("words", metavar="TEXTE…", nargs=-1, required=True)
@_at_desk
def find(asked: Asked, words: tuple[str, ...]) -> int:
    """Chercher par nom, téléphone ou numéro étranger, comme à l’écran."""
    from guichet.cli_desk import reads, run

    return run.at_station(asked, lambda station: reads.find(station, " ".join(words)))


@person.command()
@click.argument("key", metavar="FICHE")
@_at_desk
def show(asked: Asked, key: str) -> int:
    """Dire une FICHE et ses rendez-vous."""
    from guichet.cli_desk import reads, run

    return run.at_station(asked, lambda station: reads.show(station, key))


@click.command(cls=Command)
@_at_desk
def procedures(asked: Asked) -> int:
    """Dire les démarches et leurs codes."""
    from guichet.cli_desk import reads, run

    return run.at_station(asked, reads.procedures)


@click.command(cls=Command)
@click.argument("procedure", metavar="DEMARCHE")
@click.option("--day", metavar="DATE", type=_DAY, help=_("Premier jour, sinon aujourd’hui."))
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, 366),
    help=_("Nombre de jours\u00a0: 7, ou 1 avec --day."),
)
@_at_desk
def slots(asked: Asked, procedure: str, day: datetime | None, days: int | None) -> int:
    """Dire les créneaux libres d’une DEMARCHE (son code)."""
    from guichet.cli_desk import reads, run

    first = day.date() if day else None
    return run.at_station(asked, lambda station: reads.slots(station, procedure, first, days))


@click.command(cls=Command)
@click.option("--person", "key", metavar="FICHE", required=True, help=_("Fiche de la personne."))
@click.option("--procedure", metavar="CODE", required=True, help=_("Code de la démarche."))
@click.option(
    "--accord", type=ACCORDS, help=_("Accord donné\u00a0: lu à voix haute, ou sur papier.")
)
@click.option("--language", metavar="CODE", help=_("Langue de l’accord, sinon celle de la fiche."))
@click.option("--search", metavar="TEXTE", help=_("Recherche qui donne la fiche de la centrale."))
@_choosing
@_at_desk
def book(
    asked: Asked,
    *,
    key: str,
    procedure: str,
    accord: str | None,
    language: str | None,
    search: str | None,
    wanted: Wanted,
) -> int:
    """Prendre un rendez-vous et écrire sa convocation."""
    from guichet.cli_desk import changes, run

    if accord is None:
        return run.refuse(asked, "accord_required")
    given = changes.Given(accord, language)
    return run.at_station(
        asked, lambda station: changes.book(station, key, procedure, wanted, given, search)
    )


@click.command(cls=Command)
@click.argument("reference")
@_choosing
@_at_desk
def move(asked: Asked, reference: str, wanted: Wanted) -> int:
    """Déplacer un rendez-vous et refaire sa convocation."""
    from guichet.cli_desk import changes, run

    return run.at_station(asked, lambda station: changes.move(station, reference, wanted))


@click.command(cls=Command)
@click.argument("reference")
@click.option("--by", type=CANCELLED_BY, required=True, help=_("Qui le veut, ou pris par erreur."))
@_at_desk
def cancel(asked: Asked, reference: str, by: str) -> int:
    """Annuler un rendez-vous\u00a0: la place est rendue."""
    from guichet.cli_desk import changes, run

    return run.at_station(asked, lambda station: changes.cancel(station, reference, by))


@click.command(cls=Command)
@click.argument("reference")
@click.option("--print", "printing", is_flag=True, help=_("L’imprimer."))
@click.option("--open", "opening", is_flag=True, help=_("L’afficher dans le lecteur de PDF."))
@_at_desk
def convocation(asked: Asked, reference: str, *, printing: bool, opening: bool) -> int:
    """Écrire la convocation d’un rendez-vous confirmé."""
    from guichet.cli_desk import changes, run

    return run.at_station(
        asked,
        lambda station: changes.convocation(station, reference, printing=printing, opening=opening),
    )


@click.command(cls=Command)
@_at_desk
def queue(asked: Asked) -> int:
    """Dire la file\u00a0: qui attend, dans l’ordre, et pourquoi."""
    from guichet.cli_desk import counter, run

    return run.at_station(asked, counter.queue, Role.COUNTER)


@click.command(cls=Command)
@click.argument("ticket", required=False)
@click.option("--desk", metavar="GUICHET", help=_("Numéro du guichet, sinon celui du poste."))
@click.option("--reason", type=click.Choice(CALL_REASONS), help=_("Pourquoi avant son tour."))
@_at_desk
def call(asked: Asked, ticket: str | None, desk: str | None, reason: str | None) -> int:
    """Appeler la personne suivante, ou celle de ce TICKET."""
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked, lambda station: counter.call(station, ticket, desk, reason), Role.COUNTER
    )


@click.command(cls=Command)
@click.argument("ticket")
@click.argument("outcome", metavar="ISSUE", type=click.Choice(OUTCOMES))
@click.option("--reason", type=click.Choice(UNSUCCESSFUL), help=_("Pourquoi infructueux."))
@click.option("--missing", metavar="PIECE", multiple=True, help=_("Pièce qui manquait."))
@_at_desk
def finish(
    asked: Asked, ticket: str, outcome: str, reason: str | None, missing: tuple[str, ...]
) -> int:
    """Clore le passage de ce TICKET\u00a0: served, unsuccessful ou left."""
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked,
        lambda station: counter.finish(station, ticket, outcome, reason, missing),
        Role.COUNTER,
    )


COMMANDS: tuple[click.Command, ...] = (
    person, procedures, slots, book, move, cancel, convocation, queue, call, finish,
)  # fmt: skip
"""The commands of the desks, for guichet.cli to add."""
