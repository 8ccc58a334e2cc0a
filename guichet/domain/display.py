"""What a waiting room is shown: which ticket goes to which desk. Never a name, nor what for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from guichet.domain.model import Visit, VisitStatus

LAST = 8
"""So many calls are shown at most, besides those whose person has not come yet."""
AT_LEAST = timedelta(seconds=6)
"""How long a call stays alone in the middle when others come meanwhile."""

_CALLED = (VisitStatus.CALLED, VisitStatus.SERVING, VisitStatus.DONE)


@dataclass(frozen=True, slots=True)
class DeskCall:
    """A ticket called to a desk, at a moment (UTC), for the `times`-th time there.

    A recall is another one, at its own moment. `awaited`: the person has not come yet.
    """

    ticket: str
    desk: str
    at: datetime
    times: int
    awaited: bool = field(compare=False)


def desk_calls(visits: Iterable[Visit]) -> list[DeskCall]:
    """The calls to show, the latest first: all that are awaited, and of the others the last.

    A call that was taken back, that nobody came to, or whose person has left the desk for another
    one, is none any more.
    """
    calls = [
        DeskCall(
            each.ticket,
            each.desk,
            each.recalled_at or each.called_at,
            each.calls,
            each.status is _CALLED[0],
        )
        for each in visits
        if each.called_at is not None and each.desk and each.status in _CALLED
    ]
    calls.sort(key=lambda call: (call.at, call.times, call.ticket), reverse=True)
    return [call for place, call in enumerate(calls) if call.awaited or place < LAST]


@dataclass(frozen=True, slots=True)
class Board:
    """What stands on a display. `current` is in the middle, announced at `rung` if it has been.

    `queue` are to be announced after it; `seen` are the calls that this display knows.
    """

    current: DeskCall | None = None
    rung: datetime | None = None
    queue: tuple[DeskCall, ...] = ()
    seen: frozenset[DeskCall] = frozenset()


def opened(calls: Sequence[DeskCall]) -> Board:
    """A display that begins: what has been called before is shown, and not announced again."""
    return Board(calls[0] if calls else None, seen=frozenset(calls))


def turned(board: Board, calls: Sequence[DeskCall], now: datetime) -> Board:
    """The display once it has heard that these are the calls now.

    Each new call is announced once, the earliest first, as long as it is awaited; `rung` tells
    that one has just been. One that is a call no more makes room at once.
    """
    fresh = [call for call in reversed(calls) if call not in board.seen]
    awaited = {call for call in calls if call.awaited}
    queue = [call for call in (*board.queue, *fresh) if call in awaited]
    seen = board.seen.union(calls)
    current, rung = board.current, board.rung
    gone = current not in calls
    if queue and (gone or rung is None or not timedelta(0) <= now - rung < AT_LEAST):
        current, rung = queue.pop(0), now
    elif gone:
        current = next(iter(calls), None)
    return Board(current, rung, tuple(queue), seen)


def latest(board: Board, calls: Sequence[DeskCall]) -> list[DeskCall]:
    """The calls but the one in the middle, in their order: the same on every display."""
    return [call for call in calls if call != board.current]
