"""How long a station leaves central alone: between looks, after failures, between two streams.

`jitter` is drawn anew each time, 0 to 1: three thousand stations must not come back together. All
are seconds.
"""

import random

CALM = 0.3
"""Between two pulls, so that a busy site's changes come in handfuls; what this station has to send
does not wait for it."""
POLL = 15.0
"""Between two looks at central when nothing wakes the thread and nothing is heard."""
HEARD_POLL = 1800.0
"""The same, give or take a tenth, while the event stream is open: it tells what has moved, and
three thousand stations that looked every 15 s would cost central a third of a core."""
DESK_POLL = 180.0
"""The same while a desk is open here: central takes the silence of its station for that of a desk
that has vanished, and gives back who is there (guichet.domain.desks)."""
MAX_WAIT = 10.0
"""Between two tries after many failures, at most."""
_FIRST_WAIT = 0.5
LONGEST_ASKED = 300.0
"""What central may ask to be left alone for."""


def drawn() -> float:
    """A jitter."""
    return random.random()  # noqa: S311 - no secret


def next_look(jitter: float, *, listening: bool, at_desk: bool = False) -> float:
    """Until the next look after one that went well, unless the thread is woken."""
    heard = DESK_POLL if at_desk else HEARD_POLL
    return heard * (0.9 + jitter / 5) if listening else POLL


def rest(failures: int, retry_after: float | None, jitter: float) -> tuple[float, float]:
    """After so many failures in a row, 1 or more: how long nothing wakes the thread, and then how
    long it waits to be woken.

    Work done meanwhile cuts no wait that central asked for, and others by half at most: agents at
    work must not hammer a central in trouble.
    """
    if retry_after is not None:
        return min(retry_after, LONGEST_ASKED) * (1 + jitter / 5), 0.0
    half = min(MAX_WAIT, _FIRST_WAIT * 2 ** min(failures, 8)) / 2
    return half, half * jitter


def listen_again(retry_after: float | None, jitter: float) -> float:
    """Between the end of an event stream, or a failure to open one, and the next try."""
    return 0.5 + jitter + min(retry_after or 0.0, LONGEST_ASKED)
