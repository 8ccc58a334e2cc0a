"""What a station reads of its site's feed: a page at a time, from a cursor on.

A country that waits asks for nothing new all the time, so the answer to that is one statement.
"""

import base64
import binascii
import json
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from guichet.central.feed import FEED
from guichet.central.problems import Problem
from guichet.central.words import CHANGES, GONE
from guichet.domain.closing import OWED
from guichet.store.prepared import Prepared
from guichet.store.schema import METADATA

SETTINGS = METADATA.tables["setting"]
SITES = METADATA.tables["site"]

_DIGITS = 20  # more than any sequence has


def page(connection: Connection, site: int, since: str | None, limit: int, now: datetime) -> str:
    """A page of the site's feed after the cursor `since`, as JSON text; yesterday and later only.

    Raises Problem (410) when the cursor is of no feed that is known now.
    """
    # Read first: whatever the rows miss for being written meanwhile comes after it.
    end, epoch, zone = _standing(connection, site)
    start = 0 if since is None else _start(since, epoch, end)
    rows, last, more = "[]", end, False
    if start < end:
        today = (now.astimezone(ZoneInfo(zone)) if zone else now).date()
        rows, last, more = rows_json(connection, site, start, limit, today - timedelta(days=1))
        last = last if more else max(last, end)
    cursor, at = json.dumps(encode_cursor(epoch, last)), json.dumps(now.isoformat())
    said = f'"cursor":{cursor},"more":{json.dumps(more)},"end":{end},"now":{at}'
    return f'{{{said},"changes":{rows}}}'


def rows_json(
    connection: Connection, site: int, since: int, limit: int, from_day: date
) -> tuple[str, int, bool]:
    """Rows of the site's feed: JSON array text, the sequence of the last, whether more follow.

    Those of days before `from_day` are left out. To a station that has read before they are gone,
    as far back as one may have kept what was owed: it may not have heard how that ended.
    """
    text, last, number = _PAGE.first(
        connection,
        site=site,
        since=since,
        from_day=from_day,
        gone_day=from_day - OWED if since else from_day,
        limit=limit,
        most=limit + 1,
    )
    return f"[{text or ''}]", last or since, number > limit


def known(connection: Connection, site: int, cursor: str) -> None:
    """Raises Problem (410) when the cursor is of no feed that is known now."""
    end, epoch, _zone = _standing(connection, site)
    _start(cursor, epoch, end)


def _standing(connection: Connection, site: int) -> Any:
    """The counter of the site's feed, what cursors begin with, and the site's time zone."""
    counter, epoch, zone = _STANDING.first(connection, site=site)
    return counter or 0, epoch or "", zone


def _start(cursor: str, epoch: str, end: int) -> int:
    start = decode_cursor(cursor, epoch)
    if start is None or start > end:
        raise Problem(410, "cursor_unknown")
    return start


def encode_cursor(epoch: str, sequence: int) -> str:
    """The opaque text that stations give back to go on from `sequence`."""
    return base64.urlsafe_b64encode(f"{epoch}:{sequence}".encode()).decode().rstrip("=")


def decode_cursor(text: str, epoch: str) -> int | None:
    """The sequence of a cursor; None when it is none of ours, or of another epoch."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    named, _colon, sequence = plain.partition(":")
    digits = sequence.isascii() and sequence.isdecimal() and len(sequence) < _DIGITS
    return int(sequence) if named == epoch and digits else None


_KEPT = or_(CHANGES.c.day.is_(None), CHANGES.c.day >= bindparam("from_day"))


def _page(connection: Connection) -> Select[Any, Any, Any]:
    """The rows as one text, which the database puts together: each row that is read by itself is
    a turn at Python's lock. Then the last one's sequence, and how many there are, one more counted.
    """
    sqlite = connection.dialect.name == "sqlite"
    quoted, joined = (
        (func.json_quote, func.group_concat) if sqlite else (func.to_json, func.string_agg)
    )
    parts: list[ColumnElement[Any]] = [
        literal('{"kind":"'),
        CHANGES.c.kind,
        literal('","key":'),
        cast(quoted(CHANGES.c.key), Text),
        literal(',"sequence":'),
        cast(CHANGES.c.sequence, Text),
        literal(',"record":'),
        case((_KEPT, CHANGES.c.body), else_=GONE),
        literal("}"),
    ]
    place = func.row_number().over(order_by=CHANGES.c.sequence).label("place")
    owed = and_(
        CHANGES.c.day >= bindparam("gone_day"),
        or_(CHANGES.c.kind == "appointment", CHANGES.c.kind == "visit"),
    )
    found = (
        select(reduce(add, parts).label("row"), CHANGES.c.sequence, place)
        .where(
            CHANGES.c.site == bindparam("site"),
            CHANGES.c.sequence > bindparam("since"),
            or_(_KEPT, owed),
        )
        .order_by(CHANGES.c.sequence)
        .limit(bindparam("most"))
        .subquery()
    )
    told = found.c.place <= bindparam("limit")
    return select(
        joined(case((told, found.c.row)), literal(",")),
        func.max(case((told, found.c.sequence))),
        func.count(),
    ).select_from(found)


_PAGE = Prepared(_page)
_STANDING = Prepared(
    select(
        select(FEED.c.sequence).where(FEED.c.site == bindparam("site")).scalar_subquery(),
        select(SETTINGS.c.value).where(SETTINGS.c.name == "epoch").scalar_subquery(),
        select(SITES.c.time_zone).where(SITES.c.number == bindparam("site")).scalar_subquery(),
    )
)
