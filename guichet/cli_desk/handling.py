"""What is done at a desk with who was called there, as plain commands."""

import click

from guichet.cli_desk import Asked, _at_desk
from guichet.cli_help import Command, missing, unfit
from guichet.domain.lifecycle import PARK_REASONS, STEP_UNDO_REASONS
from guichet.domain.model import Role
from guichet.i18n import _

_UNDO = click.Choice([each for each in STEP_UNDO_REASONS if each != "desk_gone"])


@click.command(cls=Command)
@click.argument("ticket")
@_at_desk
def recall(asked: Asked, ticket: str) -> int:
    """Rappeler qui a ce TICKET et n’est pas encore venu."""
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked, lambda at: counter.step(at, ticket, at.calling.recall), Role.COUNTER
    )


@click.command("no-answer", cls=Command)
@click.argument("ticket")
@_at_desk
def no_answer(asked: Asked, ticket: str) -> int:
    """Dire que ce TICKET ne vient pas\u00a0: dans la file, ou fini au dernier appel."""
    from guichet.cli_desk import counter, run

    return run.at_station(asked, lambda at: counter.step(at, ticket, at.calling.miss), Role.COUNTER)


@click.command(cls=Command)
@click.argument("ticket")
@_at_desk
def start(asked: Asked, ticket: str) -> int:
    """Recevoir qui a ce TICKET\u00a0: la personne est au guichet."""
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked, lambda at: counter.step(at, ticket, at.calling.start), Role.COUNTER
    )


@click.command(cls=Command)
@click.argument("ticket")
@click.argument("reason", metavar="MOTIF", type=click.Choice(PARK_REASONS))
@_at_desk
def park(asked: Asked, ticket: str, reason: str) -> int:
    """Mettre ce TICKET de côté, en attente de quelque chose.

    MOTIF\u00a0: photocopy, document, interpreter, colleague ou other.
    """
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked,
        lambda at: counter.step(at, ticket, lambda visit: at.calling.park(visit, reason)),
        Role.COUNTER,
    )


@click.command(cls=Command)
@click.argument("ticket")
@click.option("--lane", metavar="LETTRE", help=_("Vers cette file."))
@click.option("--desk", metavar="GUICHET", help=_("Vers ce guichet seulement."))
@_at_desk
def redirect(asked: Asked, ticket: str, lane: str | None, desk: str | None) -> int:
    """Rediriger ce TICKET vers une autre file, ou un guichet ouvert."""
    from guichet.cli_desk import counter, run

    if (lane is None) is (desk is None):
        raise missing("lane") if lane is None else unfit("desk")
    return run.at_station(asked, lambda at: counter.redirect(at, ticket, lane, desk), Role.COUNTER)


@click.command(cls=Command)
@click.argument("ticket")
@click.option("--reason", type=_UNDO, default="by_mistake", help=_("Pourquoi, by_mistake sinon."))
@_at_desk
def undo(asked: Asked, ticket: str, reason: str) -> int:
    """Annuler la dernière étape de ce TICKET, dans la minute."""
    from guichet.cli_desk import counter, run

    return run.at_station(
        asked,
        lambda at: counter.step(at, ticket, lambda visit: at.calling.undo(visit, reason)),
        Role.COUNTER,
    )


COMMANDS: tuple[click.Command, ...] = (recall, no_answer, start, park, redirect, undo)
"""For guichet.cli to add."""
