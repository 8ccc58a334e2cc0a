"""The line in front of the desks: everybody who waits, in the order in which they are called."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Site
from guichet.domain.tickets import is_of
from guichet.domain.turn import Turn, turn_of

AT_DESK = (DayState.CALLED, DayState.SERVING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, and when they are due."""

    row: DayRow
    turn: Turn


def line(rows: Iterable[DayRow], site: Site) -> list[Waiting]:
    """Everybody who waits, by the site's rule: the same wherever it is read."""
    waiting = [
        Waiting(
            row,
            turn_of(
                row.visit,
                row.arrived_at,
                row.starts_at,
                row.needs,
                row.missed_at,
                site.late_minutes,
                site.turns,
            ),
        )
        for row in rows
        if row.state is DayState.WAITING and row.visit is not None and row.arrived_at is not None
    ]
    return sorted(waiting, key=lambda each: each.turn)


def at_desk(rows: Sequence[DayRow], desk: str) -> DayRow | None:
    """The person called to the desk or received there."""
    here = [row for row in rows if row.desk == desk and row.state in AT_DESK]
    # Of a family called together, the one who is received.
    return min(here, key=lambda row: row.state is not DayState.SERVING, default=None)


def callable_at(
    waiting: Sequence[Waiting], desk: str, lanes: Collection[str] = (), station: int | None = None
) -> list[Waiting]:
    """Those of the line whom a desk calls: of its lanes, all when there is none, in their order.

    Who was sent to one desk is called there alone. `station` is the number of one that is cut off
    from central: it calls only those it has received itself, for any other may be called elsewhere
    at this moment.
    """
    return [
        each
        for each in waiting
        if (not lanes or each.row.lane in lanes)
        and each.row.for_desk in (None, desk)
        and (station is None or is_of(each.row.ticket, station))
    ]
