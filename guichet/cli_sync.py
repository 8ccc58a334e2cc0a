"""``guichet sync`` and ``guichet outbox``: how this station stands with central, from the shell.

Docs: docs/commands.md. They run beside the open application and without it.
"""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guichet.cli_help import FOLDER, Commands, station_folder
from guichet.cli_progress import progress
from guichet.i18n import _, ngettext

if TYPE_CHECKING:
    from guichet.station.liaison import Exchange, Facts, Liaison, Queued

_WAITS, _ACT = 3, 4
"""Exit codes: what mends by itself, and what somebody has to see to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """At which station, and how the answer is wanted."""

    folder: Path | None
    as_json: bool


def _asking(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of all these commands, given to it as one `Asked`."""

    @functools.wraps(command)
    def asked(*, folder: Path | None, as_json: bool, **rest: Any) -> int:
        return command(Asked(folder, as_json), **rest)

    for option in (
        click.option("--json", "as_json", is_flag=True, help=_("Répondre en JSON.")),
        click.option(
            "--dir",
            "folder",
            metavar="DOSSIER",
            type=FOLDER,
            help=_("Dossier du poste (sinon GUICHET_DIR, ou celui prévu)."),
        ),
    ):
        asked = option(asked)
    return asked


@contextmanager
def _liaison(asked: Asked) -> "Iterator[Liaison]":
    from guichet.config import clock
    from guichet.station.liaison import liaison

    with liaison(station_folder(asked.folder), clock()) as opened:
        yield opened


@click.group(cls=Commands, subcommand_metavar="COMMANDE…")
def sync() -> None:
    """Dire où en sont les échanges avec la centrale."""


@sync.command()
@_asking
def status(asked: Asked) -> int:
    """Dire si ce poste est à jour, après avoir interrogé la centrale."""
    with _liaison(asked) as opened:
        return _say_facts(opened, opened.looked(), asked)


@sync.command()
@_asking
def now(asked: Asked) -> int:
    """Échanger maintenant, puis dire où l’on en est."""
    with _liaison(asked) as opened:
        with progress(_("Lecture du site"), hidden=asked.as_json) as told:
            facts = opened.exchanged(told)
        return _say_facts(opened, facts, asked)


@sync.command()
@click.option("-n", "count", metavar="N", type=click.IntRange(1, 200), default=20)
@_asking
def log(asked: Asked, count: int) -> int:
    """Dire les derniers échanges, le plus récent d’abord."""
    with _liaison(asked) as opened:
        recent = opened.exchanges(count)
    if asked.as_json:
        for each in recent:
            click.echo(json.dumps(_exchange(each), ensure_ascii=False))
        return 0
    from guichet.screens.liaison_words import exchange_line  # all of Textual

    lines = [exchange_line(each, _local(each.at)) for each in recent]
    click.echo("\n".join(lines) or _("Aucun échange n’est encore noté."))
    return 0


@click.group(cls=Commands, subcommand_metavar="COMMANDE…")
def outbox() -> None:
    """Voir et relancer ce que la centrale n’a pas accepté."""


@outbox.command("list")
@_asking
def list_(asked: Asked) -> int:
    """Dire les opérations qui attendent, dans leur ordre."""
    with _liaison(asked) as opened:
        waiting = opened.outbox()
    if asked.as_json:
        for each in waiting:
            click.echo(json.dumps(_operation(each), ensure_ascii=False))
    else:
        click.echo("\n".join(map(_operation_line, waiting)) or _("Rien n’attend."))
    return 0


@outbox.command()
@click.argument("operation", metavar="ID", required=False)
@_asking
def retry(asked: Asked, operation: str | None) -> int:
    """Renvoyer ce qui a été refusé ou mis de côté\u00a0: tout, ou l’opération ID.

    La centrale répète toujours son verdict\u00a0: une opération qu’elle a refusée le sera encore.
    """
    with _liaison(asked) as opened:
        count = opened.retry(operation)
    missing = operation is not None and not count
    if asked.as_json:
        click.echo(json.dumps({"queued": count}))
    elif not missing:
        click.echo(
            ngettext(
                "{n} opération attend de nouveau.", "{n} opérations attendent de nouveau.", count
            ).format(n=count)
        )
    if missing:
        click.echo(
            _("Aucune opération refusée n’a cet identifiant\u00a0: guichet outbox list."), err=True
        )
    return int(missing)


@outbox.command()
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@_asking
def export(asked: Asked, path: Path) -> int:
    """Écrire ce qui attend dans un FICHIER, pour le support ou une clé USB.

    Il contient des données personnelles\u00a0: vous seul pouvez le lire, effacez-le ensuite.
    """
    with _liaison(asked) as opened:
        count = opened.export(path)
    if asked.as_json:
        click.echo(json.dumps({"operations": count, "file": str(path)}, ensure_ascii=False))
    else:
        click.echo(
            ngettext(
                "{n} opération écrite dans {path}.", "{n} opérations écrites dans {path}.", count
            ).format(n=count, path=path)
        )
        click.echo(
            _("Ce fichier contient des données personnelles\u00a0: effacez-le dès que possible."),
            err=True,
        )
    return 0


def _say_facts(opened: "Liaison", facts: "Facts", asked: Asked) -> int:
    from guichet.station.liaison import Standing

    if asked.as_json:
        click.echo(json.dumps(_facts(opened, facts), ensure_ascii=False))
    else:
        from guichet.screens.liaison_words import facts_lines  # all of Textual

        for label, value in facts_lines(facts, _local):
            click.echo(f"{label}\u00a0: {value}")
    if facts.standing in (Standing.BEHIND, Standing.OFFLINE):
        return _WAITS
    return _ACT if facts.standing is not Standing.IN_STEP or facts.clock_wrong else 0


def _facts(opened: "Liaison", facts: "Facts") -> dict[str, Any]:
    enrolment = opened.enrolment
    return {
        "standing": facts.standing.value,
        "problem": facts.problem or None,
        "message": facts.message or None,
        "central": enrolment.url,
        "site": enrolment.site,
        "station": enrolment.number,
        "heard_at": _iso(facts.heard_at),
        "locks_at": _iso(facts.locks_at),
        "wipes_at": _iso(facts.wipes_at),
        "skew_seconds": facts.skew,
        "encrypted": facts.encrypted,
        "waiting": [
            {
                "kind": each.kind,
                "state": each.state,
                "count": each.count,
                "oldest": each.oldest.isoformat(),
            }
            for each in facts.waiting
        ],
        "last_exchange": _exchange(facts.exchanges[0]) if facts.exchanges else None,
    }


def _exchange(each: "Exchange") -> dict[str, Any]:
    return {
        "first_at": each.first_at.isoformat(),
        "at": each.at.isoformat(),
        "times": each.times,
        "ms": each.ms,
        "pushed": each.pushed,
        "pulled": each.pulled,
        "refused": each.refused,
        "problem": each.problem or None,
        "skew_seconds": each.skew,
    }


def _operation(each: "Queued") -> dict[str, Any]:
    return {
        "id": each.operation,
        "kind": each.kind,
        "state": each.state,
        "reason": each.reason,
        "at": each.created_at.isoformat(),
    }


def _operation_line(each: "Queued") -> str:
    from guichet.domain.operations import Refused
    from guichet.screens.liaison_words import OUTBOX_STATES  # all of Textual
    from guichet.screens.words import OPERATIONS, refusal

    why = f" – {refusal(Refused(each.reason))}" if each.reason else ""
    when = f"{_local(each.created_at):%d/%m %H:%M}"
    what, state = OPERATIONS.get(each.kind, each.kind), OUTBOX_STATES[each.state]
    return f"{when}  {what}, {state}{why}  [{each.operation}]"


def _local(moment: datetime) -> datetime:
    """The moment as this computer's clock shows it; the site may not be known yet."""
    return moment.astimezone()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
