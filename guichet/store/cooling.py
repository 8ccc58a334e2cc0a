"""Seats that were given up and are nobody else's for a while (guichet.domain.cooldown).

Such a seat has `kept_for`: the person who may take it back, "" when nobody may; its `free_at` is
when it is everybody's. Whoever takes a seat clears `kept_for`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, update

from guichet.domain.cooldown import Rules, open_again
from guichet.domain.flags import holding
from guichet.store.schema import METADATA

_SEAT = METADATA.tables["seat"]
_SLOT = METADATA.tables["slot"]
_FLAG = METADATA.tables["site_flag"]


def flags(connection: Connection, site: int) -> dict[str, bool]:
    """Every flag as it holds at the site."""
    said = select(_FLAG.c.name, _FLAG.c.enabled).where(_FLAG.c.site == site)
    return holding({row.name: row.enabled for row in connection.execute(said)})


def cool(
    connection: Connection,
    seats: Iterable[tuple[str, int]],
    now: datetime,
    rules: Rules,
    draw: Callable[[float, float], float],
) -> None:
    """Keep back those of these seats (slot, number) that were given up and not offered to anybody.

    The caller counts the slots' seats again.
    """
    for slot, number in seats:
        still = (
            _SEAT.c.slot == slot,
            _SEAT.c.number == number,
            _SEAT.c.free_at == now,
            _SEAT.c.kept_for.is_not(None),
        )
        found = connection.execute(
            select(_SEAT.c.quota, _SLOT.c.site, _SLOT.c.starts_at)
            .join(_SLOT, _SLOT.c.id == _SEAT.c.slot)
            .where(*still)
        ).first()
        if found is None:
            continue
        until = now
        if flags(connection, found.site)["cooldown"]:
            until = open_again(found.quota, found.starts_at, now, rules, draw)
        later: dict[str, Any] = {"kept_for": None}
        if until > now:
            later = {"free_at": until, "published_at": until}
        connection.execute(update(_SEAT).where(*still).values(later))


def cooled(now: datetime) -> ColumnElement[bool]:
    """Which seats are everybody's again and have not been told of."""
    return and_(_SEAT.c.kept_for.is_not(None), _SEAT.c.free_at <= now)
