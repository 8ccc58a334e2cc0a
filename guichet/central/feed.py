"""The feed of each site: the newest state of every record its stations replicate, in order.

A site's counter row is locked by whoever writes for that site until they commit. So sequences
become visible in their order and a reader never skips one, and the operations of one site are
judged one after another, while those of other sites go on.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from sqlalchemy import Connection, or_, select, tuple_

from guichet.domain.keys import PublicKey
from guichet.domain.model import (
    RECORDS,
    Appointment,
    Competence,
    Person,
    Procedure,
    Record,
    Site,
    Slot,
    Visit,
)
from guichet.domain.reports import Report
from guichet.domain.settling import KEPT, Settlement
from guichet.store import search
from guichet.store.queries import everything
from guichet.store.records import (
    KINDS,
    TABLES,
    change_json,
    key_column,
    key_of,
    put,
    records,
    to_json,
)
from guichet.store.schema import METADATA
from guichet.store.seats import provide_seats
from guichet.store.upsert import insert_into

Shared = Site | Procedure | PublicKey | Competence
"""What every site's feed holds."""

FEED = METADATA.tables["feed"]
CHANGES = METADATA.tables["change"]

GONE = "null"
"""The body of a record that exists no more: stations get a tombstone."""

_DIGITS = 20  # more than any sequence has
_CHUNK = 500  # keys in one IN (…): SQLite takes 32,766 parameters, and the plan is cached by length


def lock(connection: Connection, site: int) -> int:
    """Wait until no other transaction writes for the site; its feed's counter.

    The counter row is made if absent. Call it before reading what is about to change.
    """
    return _advance(connection, site, 0)


def publish(connection: Connection, site: int, changed: Iterable[tuple[str, str]]) -> int:
    """Put the records named by `changed` (kind, key) into the site's feed as they are now.

    The sequence of the last one; the counter as it stands when nothing has changed.
    """
    keys = list(dict.fromkeys(changed))
    found = _load(connection, keys)
    return _publish(connection, site, [(kind, key, found.get((kind, key))) for kind, key in keys])


def publish_records(connection: Connection, site: int, records: Sequence[Record]) -> int:
    """Write many records and publish them in the site's feed; the feed's counter afterwards.

    What all sites share goes to every feed; the feed of a new site starts with all there is. Slots
    get their seats, and appointments that are not cancelled take one each.
    """
    shared = [r for r in records if isinstance(r, Shared)]
    own = [r for r in records if not isinstance(r, Shared | Slot)]
    for number in sorted({site, *(started(connection) if shared else ())}):
        lock(connection, number)
    put(connection, *records)
    slots = [record for record in records if isinstance(record, Slot)]
    appointments = [record for record in records if isinstance(record, Appointment)]
    recounted = provide_seats(connection, slots, appointments)
    _share(connection, site, shared)
    _publish(connection, site, [(KINDS[type(r)], key_of(r), r) for r in own])
    return publish(connection, site, [("slot", slot) for slot in recounted])


def changes_json(
    connection: Connection, site: int, since: int, limit: int, from_day: date
) -> tuple[str, int, bool]:
    """A page of the site's feed: JSON array text, the sequence to go on from, whether more follows.

    Rows of days before `from_day` are left out.
    """
    # Read first: whatever the rows below miss for being written meanwhile comes after it.
    counter = sequence_of(connection, site)
    rows = connection.execute(
        select(CHANGES.c.kind, CHANGES.c.key, CHANGES.c.sequence, CHANGES.c.body)
        .where(
            CHANGES.c.site == site,
            CHANGES.c.sequence > since,
            or_(CHANGES.c.day.is_(None), CHANGES.c.day >= from_day),
        )
        .order_by(CHANGES.c.sequence)
        .limit(limit + 1)
    ).all()
    more = len(rows) > limit
    page = rows[:limit]
    last = page[-1].sequence if page else since
    text = ",".join(change_json(row.kind, row.key, row.sequence, row.body) for row in page)
    return f"[{text}]", last if more else max(last, counter), more


def rows_json(connection: Connection, site: int, keys: Iterable[tuple[str, str]]) -> list[str]:
    """The site's row of each (kind, key) as JSON text; null and sequence 0 for what it has not."""
    wanted = list(dict.fromkeys(keys))
    rows = connection.execute(
        select(CHANGES.c.kind, CHANGES.c.key, CHANGES.c.sequence, CHANGES.c.body).where(
            CHANGES.c.site == site, tuple_(CHANGES.c.kind, CHANGES.c.key).in_(wanted)
        )
    )
    found = {(row.kind, row.key): (row.sequence, row.body) for row in rows}
    return [change_json(kind, key, *found.get((kind, key), (0, None))) for kind, key in wanted]


def sequence_of(connection: Connection, site: int) -> int:
    """The counter of the site's feed; 0 when it has none."""
    statement = select(FEED.c.sequence).where(FEED.c.site == site)
    return connection.execute(statement).scalar() or 0


def sequences(connection: Connection) -> dict[int, int]:
    """The counter of every site's feed."""
    rows = connection.execute(select(FEED.c.site, FEED.c.sequence))
    return {row.site: row.sequence for row in rows}


def started(connection: Connection) -> list[int]:
    """The sites whose feed has begun, in the order to lock them in."""
    statement = select(CHANGES.c.site).where(CHANGES.c.kind == "site").distinct()
    return sorted(connection.execute(statement).scalars())


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


def _publish(
    connection: Connection, site: int, states: Sequence[tuple[str, str, Record | None]]
) -> int:
    counter = _advance(connection, site, len(states))
    if not states:
        return counter
    _index(connection, site, states)
    first = counter - len(states) + 1
    statement = insert_into(connection, CHANGES)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[CHANGES.c.site, CHANGES.c.kind, CHANGES.c.key],
            set_={"sequence": new.sequence, "day": new.day, "body": new.body},
        ),
        [
            {
                "site": site,
                "kind": kind,
                "key": key,
                "sequence": sequence,
                "day": _day(record),
                "body": GONE if record is None else to_json(record),
            }
            for sequence, (kind, key, record) in enumerate(states, first)
        ],
    )
    return counter


def _index(
    connection: Connection, site: int, states: Sequence[tuple[str, str, Record | None]]
) -> None:
    """Keep the search's words in step; how persons were is what the feed still says of them.

    Only the site's own persons: who comes from another one is found by their appointment.
    """
    persons = {key: record for kind, key, record in states if kind == "person"}
    keys, before = list(persons), []
    for start in range(0, len(keys), _CHUNK):
        said = select(CHANGES.c.body).where(
            CHANGES.c.site == site,
            CHANGES.c.kind == "person",
            CHANGES.c.key.in_(keys[start : start + _CHUNK]),
            CHANGES.c.body != GONE,
        )
        bodies = connection.execute(said).scalars()
        before += [msgspec.json.decode(body, type=Person) for body in bodies]
    own_before = [person for person in before if person.site == site]
    own = [p for p in persons.values() if isinstance(p, Person) and p.site == site]
    search.index(connection, site, own_before, own)


def _advance(connection: Connection, site: int, steps: int) -> int:
    statement = insert_into(connection, FEED).values(site=site, sequence=steps)
    counter: int = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[FEED.c.site], set_={"sequence": FEED.c.sequence + steps}
        ).returning(FEED.c.sequence)
    ).scalar_one()
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


def _load(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Record]:
    found: dict[tuple[str, str], Record] = {}
    for kind in dict.fromkeys(kind for kind, _key in keys):
        model, column = RECORDS[kind], key_column(kind)
        wanted = [int(key) if kind == "site" else key for k, key in keys if k == kind]
        for start in range(0, len(wanted), _CHUNK):
            statement = select(TABLES[kind]).where(column.in_(wanted[start : start + _CHUNK]))
            for record in records(connection, model, statement):
                found[kind, key_of(record)] = record
    return found


def _day(record: Record | None) -> date | None:
    if isinstance(record, Settlement):
        return record.day + KEPT
    return record.day if isinstance(record, Slot | Appointment | Visit | Report) else None
