"""What a command asks besides the PIN: typed after a label, or given on the standard input.

Names in the command line would be seen by whoever else uses the computer.
"""

import json
import sys
from collections.abc import Collection, Sequence
from typing import Any

import click

from guichet.domain.operations import Refused
from guichet.i18n import _


def interactive(*, pin_stdin: bool) -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and not pin_stdin


def line(label: str) -> str:
    """What is typed after the label, or the next line of the standard input; it may be empty.

    Raises click.Abort at the end of the input: nobody answers.
    """
    if sys.stdin.isatty():
        typed: str = click.prompt(
            label, default="", show_default=False, err=True, prompt_suffix="\u00a0: "
        )
        return typed.strip()
    text = sys.stdin.readline()
    if not text:
        raise click.Abort
    return text.strip()


def tell(sentence: str) -> None:
    """Say something between two questions; the answer alone goes to the standard output."""
    click.echo(sentence, err=True)


def chosen(label: str, choices: Sequence[tuple[str, str]], *, optional: bool = False) -> str:
    """The code of a closed list, asked until it is one of them, or with `optional` nothing.

    `choices` are codes and their words; a code is typed by its rank.
    """
    while True:
        codes = several(label, choices)
        if len(codes) == 1 or (optional and not codes):
            return "".join(codes)
        tell(_("Tapez un numéro de 1 à {n}.").format(n=len(choices)))


def several(label: str, choices: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The same for any number of codes, separated by commas or spaces; none when nothing is."""
    by_rank = {str(rank): code for rank, (code, _words) in enumerate(choices, 1)}
    ranked = ", ".join(f"{rank} {words}" for rank, (_code, words) in enumerate(choices, 1))
    while True:
        typed = line(f"{label} ({ranked})").replace(",", " ").split()
        if set(typed) <= set(by_rank):
            return tuple(by_rank[rank] for rank in by_rank if rank in typed)
        tell(_("Tapez des numéros de 1 à {n}, ou rien.").format(n=len(choices)))


def given(fields: Collection[str]) -> dict[str, Any] | Refused:
    """The JSON object on what remains of the standard input, of these fields and no others."""
    try:
        found = json.loads(sys.stdin.read())
    except ValueError:
        found = None
    if not isinstance(found, dict) or not set(found) <= set(fields):
        return Refused("bad_input", {"known": ", ".join(fields)})
    return found
