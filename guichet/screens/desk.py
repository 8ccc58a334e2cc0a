"""Who is at a desk, and calling the next person there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from guichet.domain.day import DayRow, DayState, next_to_call
from guichet.domain.operations import Refused

if TYPE_CHECKING:
    from guichet.station.reception import Reception


class Called(NamedTuple):
    """Who was called, None when nobody waits; and why not, where a rule says no."""

    row: DayRow | None
    refused: Refused | None = None


def at_desk(rows: Sequence[DayRow], desk: str) -> DayRow | None:
    """The person called to the desk or received there."""
    states = (DayState.CALLED, DayState.SERVING)
    return next((row for row in rows if row.desk == desk and row.state in states), None)


def call_next(reception: "Reception", desk: str) -> Called:
    """Call the next waiting person to the desk, unless somebody is there already. Blocks."""
    rows = reception.day()
    row = at_desk(rows, desk)
    if row is not None:
        return Called(row)
    row = next_to_call(rows)
    if row is None or row.visit is None:
        return Called(None)
    return Called(row, reception.call(row.visit, desk))


def who(row: DayRow) -> str:
    """A person by ticket and name."""
    return f"{row.ticket} {row.name}".strip()
