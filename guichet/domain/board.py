"""What a supervisor sees of the moment: who waits, which desks receive, how fast it goes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.domain.desks import Desk, DeskState
from guichet.domain.model import Visit, VisitStatus
from guichet.domain.passage import at_desks, waits_since
from guichet.domain.tension import Tension, tension

LATELY = timedelta(hours=1)
_ENOUGH = 5
"""How many visits tell how long one takes."""
_USUAL = 15.0
"""Minutes that one takes, until enough of the day are over."""
_MOST = 0.9
_MINUTE = timedelta(minutes=1)
_RECEIVED = ("served", "unsuccessful")


@dataclass(frozen=True, slots=True)
class Board:
    """A site at one moment. Waits are those of who waits now, for the desk they wait for.

    `p90`: nine of ten wait no longer. `open`, `paused`: desks; `received` in the last hour, `each`
    minutes on average, None when nobody was. `owed`: what remains of the days before.
    """

    waiting: int
    longest: timedelta | None
    p90: timedelta | None
    open: int
    paused: int
    received: int
    each: float | None
    tension: Tension
    owed: int = 0


def board(
    visits: Sequence[Visit], desks: Sequence[Desk], threshold: int, now: datetime, owed: int = 0
) -> Board:
    """The board at `now` (UTC), from the visits of the day and its desks."""
    waiting = [each for each in visits if each.status is VisitStatus.WAITING]
    waits = sorted(max(timedelta(0), now - waits_since(each)) for each in waiting)
    lately = _held([each for each in visits if _received(each, now - LATELY)])
    today = _held([each for each in visits if _received(each)])
    each = sum(today) / len(today) if len(today) >= _ENOUGH else _USUAL
    found = tension(visits, desks, each, threshold, now)
    return Board(
        waiting=len(waits),
        longest=waits[-1] if waits else None,
        p90=waits[math.ceil(_MOST * len(waits)) - 1] if waits else None,
        open=found.desks,
        paused=sum(1 for desk in desks if desk.state is DeskState.PAUSED),
        received=len(lately),
        each=sum(lately) / len(lately) if lately else None,
        tension=found,
        owed=owed,
    )


def _received(visit: Visit, since: datetime | None = None) -> bool:
    """Whether somebody was received, and was seen to go: since then, if it is said."""
    if visit.outcome not in _RECEIVED or visit.ended_at is None or visit.called_at is None:
        return False
    return since is None or visit.ended_at > since


def _held(visits: Sequence[Visit]) -> list[float]:
    """For how many minutes in all each of them held a desk, in the same order on every station."""
    spans = [[end - start for _desk, start, end in at_desks(each) if end] for each in visits]
    return sorted(sum(each, timedelta(0)) / _MINUTE for each in spans)
