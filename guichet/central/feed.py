"""The feed of each site: the newest state of every record its stations replicate, in order.

A site's counter row is locked by whoever writes for that site until they commit. So sequences
become visible in their order and a reader never skips one, and the operations of one site are
judged one after another, while those of other sites go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from guichet.central import words
from guichet.central.words import CHANGES, GONE
from guichet.domain.closing import OWED
from guichet.domain.keys import PublicKey
from guichet.domain.lifecycle import UNFINISHED
from guichet.domain.model import (
    Appointment,
    AppointmentStatus,
    Competence,
    Person,
    Procedure,
    Site,
    Slot,
    Visit,
)
from guichet.domain.openings import Closure, Opening
from guichet.domain.replicated import RECORDS, Record
from guichet.domain.reports import Report
from guichet.domain.settling import KEPT, Settlement
from guichet.store.prepared import Prepared
from guichet.store.queries import everything
from guichet.store.records import (
    KINDS,
    TABLES,
    Key,
    get,
    key_column,
    key_of,
    put,
    records,
    remembered,
    to_json,
)
from guichet.store.schema import METADATA
from guichet.store.seats import provide_seats
from guichet.store.upsert import insert_into

Shared = Site | Procedure | PublicKey | Competence
"""What every site's feed holds."""

FEED = METADATA.tables["feed"]

_CHUNK = 500  # keys in one IN (…): SQLite takes 32,766 parameters, and the plan is cached by length


def lock(connection: Connection, site: int) -> None:
    """Wait until no other transaction writes for the site. Call it before reading what will change.

    SQLite has locked everything when the transaction began. The counter row is made if absent.
    """
    if connection.dialect.name == "sqlite":
        return
    if _LOCKED.first(connection, site=site) is None:
        _advance(connection, site, 0)


def publish(connection: Connection, site: int, changed: Iterable[Key]) -> int:
    """Put the records named by `changed` (kind, key) into the site's feed as they are now.

    The sequence of the last one; the counter as it stands when nothing has changed.
    """
    keys = list(dict.fromkeys(changed))
    found = load(connection, keys)
    return _publish(connection, site, [(kind, key, found.get((kind, key))) for kind, key in keys])


def put_in(
    connection: Connection,
    site: int,
    states: Mapping[Key, Record | None],
    before: Mapping[Key, str],
) -> dict[Key, tuple[int, str]]:
    """Put the records into the site's feed as they are here; the sequence and body of each row.

    `before`: the bodies of those that were in the feed already.
    """
    rows = _rows(site, _advance(connection, site, len(states)), states)
    news = {}
    for row, record in zip(rows, states.values(), strict=True):
        key = row["kind"], row["key"]
        if isinstance(record, Person) and before.get(key) != row["body"]:
            news[key[1]] = record
    if news:
        said = [before["person", key] for key in news if ("person", key) in before]
        words.index(connection, site, said, list(news.values()))
    _KEPT.run(connection, *rows)
    return {(row["kind"], row["key"]): (row["sequence"], row["body"]) for row in rows}


def publish_records(
    connection: Connection, site: int, records: Sequence[Record], now: datetime | None = None
) -> int:
    """Write many records and publish them in the site's feed; the feed's counter afterwards.

    What all sites share goes to every feed; the feed of a new site starts with all there is. Slots
    get their seats, there to be booked from `now` on if it is said, and appointments that are not
    cancelled take one each.
    """
    shared = [r for r in records if isinstance(r, Shared)]
    own = [r for r in records if not isinstance(r, Shared | Slot)]
    for number in sorted({site, *(started(connection) if shared else ())}):
        lock(connection, number)
    put(connection, *records)
    slots = [record for record in records if isinstance(record, Slot)]
    appointments = [record for record in records if isinstance(record, Appointment)]
    recounted = provide_seats(connection, slots, appointments, now)
    _share(connection, site, shared)
    _publish(connection, site, [(KINDS[type(r)], key_of(r), r) for r in own])
    return publish(connection, site, [("slot", slot) for slot in recounted])


def rows_of(connection: Connection, keys: Iterable[Key]) -> dict[Key, dict[int, tuple[int, str]]]:
    """By record, its row in the feed of each site that has it: sequence and body."""
    wanted = set(keys)
    if not wanted:
        return {}
    found: dict[Key, dict[int, tuple[int, str]]] = {}
    named = sorted({key for _kind, key in wanted})
    asked = {f"key_{place}": key for place, key in enumerate(named)}
    for kind, key, site, sequence, body in _with_keys(len(named)).rows(connection, **asked):
        found.setdefault((kind, key), {})[site] = sequence, body
    return found


def sequence_of(connection: Connection, site: int) -> int:
    """The counter of the site's feed; 0 when it has none."""
    return _COUNTER.value(connection, site=site) or 0


def sequences(connection: Connection) -> dict[int, int]:
    """The counter of every site's feed."""
    rows = connection.execute(select(FEED.c.site, FEED.c.sequence))
    return {row.site: row.sequence for row in rows}


def started(connection: Connection) -> list[int]:
    """The sites whose feed has begun, in the order to lock them in."""
    statement = select(CHANGES.c.site).where(CHANGES.c.kind == "site").distinct()
    return sorted(connection.execute(statement).scalars())


def _publish(
    connection: Connection, site: int, states: Sequence[tuple[str, str, Record | None]]
) -> int:
    counter = _advance(connection, site, len(states))
    if not states:
        return counter
    by_key = {(kind, key): record for kind, key, record in states}
    persons = {key: record for kind, key, record in states if kind == "person"}
    now = [record for record in persons.values() if isinstance(record, Person)]
    words.index(connection, site, words.said(connection, site, list(persons)), now)
    _KEPT.run(connection, *_rows(site, counter, by_key))
    return counter


def _rows(site: int, counter: int, states: Mapping[Key, Record | None]) -> list[dict[str, Any]]:
    return [
        {
            "site": site,
            "kind": kind,
            "key": key,
            "sequence": sequence,
            "day": _day(record),
            "body": GONE if record is None else to_json(record),
        }
        for sequence, ((kind, key), record) in enumerate(states.items(), counter - len(states) + 1)
    ]


def _advance(connection: Connection, site: int, steps: int) -> int:
    counter: int = _ADVANCED.value(connection, site=site, sequence=steps, steps=steps)
    return counter


def _share(connection: Connection, site: int, records: Sequence[Shared]) -> None:
    """Publish what all sites share: the news to every feed, and all of it to a feed that is new."""
    known = set(started(connection))
    new = ({r.number for r in records if isinstance(r, Site)} | {site}) - known
    kinds: tuple[type[Shared], ...] = (Site, Procedure, PublicKey, Competence)
    whole = [record for kind in kinds for record in everything(connection, kind)] if new else []
    for number in sorted(known | new):
        news = whole if number in new else records
        _publish(connection, number, [(KINDS[type(r)], key_of(r), r) for r in news])


def load(connection: Connection, keys: Sequence[Key]) -> dict[Key, Record]:
    """The records of these keys that exist."""
    found: dict[Key, Record] = {}
    memory = remembered(connection)
    for kind in dict.fromkeys(kind for kind, _key in keys):
        model, column = RECORDS[kind], key_column(kind)
        named = [key for k, key in keys if k == kind]
        found |= {
            (kind, key): known for key in named if (known := memory.get((kind, key))) is not None
        }
        named = [key for key in named if (kind, key) not in memory]
        wanted = [int(key) if kind == "site" else key for key in named]
        if len(wanted) == 1:
            one = get(connection, model, wanted[0])
            found |= {} if one is None else {(kind, str(wanted[0])): one}
            continue
        for start in range(0, len(wanted), _CHUNK):
            statement = select(TABLES[kind]).where(column.in_(wanted[start : start + _CHUNK]))
            for record in records(connection, model, statement):
                found[kind, key_of(record)] = record
    return found


def _day(record: Record | None) -> date | None:
    """The day until whose morrow stations keep a record, None for always.

    What nobody has settled they keep longer, and once it is, as if it were of that day.
    """
    match record:
        case Settlement(day=day):
            return day + KEPT
        case Closure(last=last) | Opening(exceptional=True, last=last):
            return last
        case Appointment(day=day, status=AppointmentStatus.BOOKED):
            return day + OWED
        case Visit(day=day, status=status) if status in UNFINISHED:
            return day + OWED
        case Appointment(day=day, absent_at=datetime() as at):
            return max(day, at.date())
        case Visit(day=day, settled_at=datetime() as at):
            return max(day, at.date())
        case Slot(day=day) | Appointment(day=day) | Visit(day=day) | Report(day=day):
            return day
        case _:
            return None


# The statements, made once: that takes longer than the database does to answer ------------------

_COUNTED = select(FEED.c.sequence).where(FEED.c.site == bindparam("site"))
_COUNTER, _LOCKED = Prepared(_COUNTED), Prepared(_COUNTED.with_for_update())


@cache
def _with_keys(number: int) -> Prepared:
    """The rows with so many keys."""
    held = (CHANGES.c[name] for name in ("kind", "key", "site", "sequence", "body"))
    keys: list[BindParameter[Any]] = [bindparam(f"key_{place}") for place in range(number)]
    return Prepared(select(*held).where(CHANGES.c.key.in_(keys)))


def _advanced(connection: Connection) -> Any:
    statement = insert_into(connection, FEED).values(
        site=bindparam("site"), sequence=bindparam("sequence")
    )
    return statement.on_conflict_do_update(
        index_elements=[FEED.c.site], set_={"sequence": FEED.c.sequence + bindparam("steps")}
    ).returning(FEED.c.sequence)


def _upsert(connection: Connection) -> Any:
    statement = insert_into(connection, CHANGES)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[CHANGES.c.site, CHANGES.c.kind, CHANGES.c.key],
        set_={"sequence": new.sequence, "day": new.day, "body": new.body},
    )


_ADVANCED, _KEPT = Prepared(_advanced), Prepared(_upsert)
