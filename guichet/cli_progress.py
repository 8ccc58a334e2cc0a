"""The bar that commands show on a terminal while central is read page after page."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

_STEPS = 1000


@contextmanager
def progress(label: str, *, hidden: bool = False) -> Iterator[Callable[[float], None]]:
    """A bar from the first part told on (0 to 1); none when `hidden` or nobody looks on."""
    hidden = hidden or not sys.stderr.isatty()
    with ExitStack() as shown:
        bars: list[Any] = []

        def told(part: float) -> None:
            if not bars:
                bar = click.progressbar(length=_STEPS, label=label, file=sys.stderr, hidden=hidden)
                bars.append(shown.enter_context(bar))
            bars[0].update(max(0, round(_STEPS * part) - bars[0].pos))

        yield told
