"""In what order the day's table stands."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from guichet.domain.day import DayRow, DayState
from guichet.domain.names import canonical
from guichet.domain.turn import Turn


class Order(StrEnum):
    """By which column."""

    TIME = "time"
    TURN = "turn"
    """As they will be called."""
    TICKET = "ticket"
    NAME = "name"
    PROCEDURE = "procedure"
    STATE = "state"
    WAITING = "waiting"
    """Who has waited longest first."""
    DESK = "desk"


_STATES = {state: place for place, state in enumerate(DayState)}


def ordered(
    rows: Sequence[DayRow],
    by: Order,
    turns: Mapping[str, Turn],
    now: datetime,
    *,
    backwards: bool = False,
) -> list[DayRow]:
    """The rows by a column, those with nothing there last, of equals the earlier one first.

    `turns` are those who wait, by the key of their line; `now` is UTC.
    """
    by_time = sorted(rows, key=lambda row: (row.starts_at or row.arrived_at or now, row.key))
    key = _key(by, turns, now)
    known = [(found, row) for row in by_time if (found := key(row)) is not None]
    empty = [row for row in by_time if key(row) is None]
    known.sort(key=lambda pair: pair[0], reverse=backwards)
    return [*(row for _found, row in known), *empty]


def _key(by: Order, turns: Mapping[str, Turn], now: datetime) -> Callable[[DayRow], Any]:
    """What rows are compared by; None for a row with nothing there."""
    match by:
        case Order.TIME:
            return lambda row: row.starts_at or row.arrived_at or now
        case Order.TURN:
            return lambda row: turns.get(row.key)
        case Order.TICKET:
            return lambda row: row.ticket or None
        case Order.NAME:
            return lambda row: canonical(row.name) or None
        case Order.PROCEDURE:
            return lambda row: canonical(row.procedure) or None
        case Order.STATE:
            return lambda row: _STATES[row.state]
        case Order.WAITING:
            return lambda row: _waits(row, now)
        case Order.DESK:
            return lambda row: (len(row.desk), row.desk) if row.desk else None


def _waits(row: DayRow, now: datetime) -> timedelta | None:
    return row.waiting_since - now if row.waiting_since else None
