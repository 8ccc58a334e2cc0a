"""Whether a site's line has become too long for its desks, from the facts alone.

Every station that knows the same facts says the same, and one that has just started too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter

from guichet.domain.desks import Desk, DeskState
from guichet.domain.model import Visit
from guichet.domain.passage import at_desks, waits

RAISED_AFTER = timedelta(minutes=10)
"""How long tension has to be at the threshold or above before it is an alert."""
CALM = 0.75
"""Below so much of the threshold an alert ends by itself; on the threshold it would come and go."""

_LINE = ""
"""Stands for the line where desks stand by their names."""
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tension:
    """How many minutes of work the line is for each desk: `waiting` × `each` ÷ `desks`.

    `each` is how many minutes one person takes. `since`: since when it has been at the `threshold`
    or above without a break; `alert`: it has been for ten minutes, and not been calm after that.
    """

    waiting: int
    desks: int
    each: float
    threshold: int
    since: datetime | None = None
    alert: bool = False

    @property
    def minutes(self) -> float | None:
        """The tension itself; None when people wait and no desk is open."""
        return _tension(self.waiting, self.desks, self.each)


def tension(
    visits: Iterable[Visit], desks: Iterable[Desk], each: float, threshold: int, now: datetime
) -> Tension:
    """The tension at `now` (UTC), from the visits of the day and its desks.

    A desk is open from when it was opened, and while somebody is called or received there: what it
    was before its last change of state is not kept, so before a pause it is taken to be open.
    """
    since: datetime | None = None
    alert, waiting, open_ = False, 0, 0
    for start, end, waiting, open_ in _spans(visits, desks, now):
        found = _tension(waiting, open_, each)
        if found is None or found >= threshold:
            since = since or start
            alert = alert or end - since >= RAISED_AFTER
        else:
            since = None
            alert = alert and found >= threshold * CALM
    return Tension(waiting, open_, each, threshold, since, alert)


def _tension(waiting: int, desks: int, each: float) -> float | None:
    if not waiting:
        return 0.0
    return waiting * each / desks if desks else None


def _spans(
    visits: Iterable[Visit], desks: Iterable[Desk], now: datetime
) -> Iterator[tuple[datetime, datetime, int, int]]:
    """From when until when so many waited and so many desks were open, up to `now`."""
    changes = sorted(
        (at, what, step)
        for what, start, end in _presences(visits, desks)
        for at, step in ((start, 1), (end, -1))
        if at is not None and at <= now
    )
    here: Counter[str] = Counter()
    moments = [(at, list(group)) for at, group in groupby(changes, key=itemgetter(0))]
    for (at, group), (until, _next) in pairwise([*moments, (now, [])]):
        for _at, what, step in group:
            here[what] += step
        open_ = sum(1 for name, count in here.items() if name != _LINE and count > 0)
        yield at, until, here[_LINE], open_


def _presences(
    visits: Iterable[Visit], desks: Iterable[Desk]
) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Who waited, and which desk was open, from when until when; None until now."""
    for visit in visits:
        for start, end in waits(visit):
            yield _LINE, start, end
        yield from at_desks(visit)
    for desk in desks:
        if desk.state is DeskState.OPEN:
            yield desk.name, desk.since, None
        else:
            yield desk.name, _EVER, desk.since
