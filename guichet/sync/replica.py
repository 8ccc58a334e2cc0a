"""What the station keeps of central's feed: how far it has read, and the days it holds."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, delete, insert, or_, select, update

from guichet.domain.closing import OWED
from guichet.domain.lifecycle import UNFINISHED
from guichet.domain.model import AppointmentStatus
from guichet.domain.settling import KEPT
from guichet.store.records import TABLES, key_column
from guichet.store.schema import METADATA
from guichet.sync import outbox

_SETTING = METADATA.tables["setting"]
_LEFT = ("outbox", "setting", "exchange", "ticket", "sign_in_failure")
"""What `wipe` leaves: the work not yet delivered, and tables that name nobody who came."""
_DEFERRED = METADATA.tables["deferred"]
_AGAIN = "reading_again"
"""Set while the feed is read from its start."""
_UNCONFIRMED = -1
"""The sequence of what central told before and has not told again yet."""
_OWED = {
    "appointment": (AppointmentStatus.BOOKED.value,),
    "visit": tuple(status.value for status in UNFINISHED),
}
"""Where appointments and visits of days that are over stand until somebody settles them."""
_PURGED = "purged"
"""The first day that was kept at the last purge."""


def cursor(connection: Connection) -> str:
    """Where the next page of the feed starts; empty for the beginning."""
    return _get(connection, "cursor")


def remember(connection: Connection, cursor: str) -> None:
    """Go on from here next time."""
    _set(connection, "cursor", cursor)


def _get(connection: Connection, name: str) -> str:
    value = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar()
    return value or ""


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(_SETTING).where(_SETTING.c.name == name))
    connection.execute(insert(_SETTING).values(name=name, value=value))


def forget_order(connection: Connection) -> None:
    """Read everything again, and let it count whatever was known of its order."""
    for table in TABLES.values():
        connection.execute(update(table).where(table.c.sequence > 0).values(sequence=_UNCONFIRMED))
    connection.execute(delete(_DEFERRED))  # their order is the old one
    remember(connection, "")
    read_from_the_start(connection)


def read_from_the_start(connection: Connection) -> None:
    """The first page of the feed has come: until the last one, some of it is missing here."""
    _set(connection, _AGAIN, "1")


def catching_up(connection: Connection) -> bool:
    """Whether the feed is read from its start, and has not been read to its end yet."""
    return not cursor(connection) or bool(_get(connection, _AGAIN))


def read_to_the_end(connection: Connection) -> None:
    """The feed has been read to its end. Read again from the start: what it has not named is gone.

    Save what waits for central's word.
    """
    if not _get(connection, _AGAIN):
        return
    touched = outbox.touched(connection)
    for kind, table in TABLES.items():
        kept = [int(key) if kind == "site" else key for of, key in touched if of == kind]
        key = key_column(kind)
        connection.execute(delete(table).where(table.c.sequence == _UNCONFIRMED, key.not_in(kept)))
    connection.execute(delete(_SETTING).where(_SETTING.c.name == _AGAIN))


def known_to_journal(connection: Connection, *, now: bool = False) -> bool:
    """Whether the journal has been brought to agree with this very database; `now` it has."""
    if now:
        _set(connection, "journal", "1")
    return _get(connection, "journal") == "1"


def wipe(connection: Connection) -> bool:
    """Drop all that central can give again and what agents had under way; whether there was any.

    What central has not accepted yet stays, and what makes no sense without this station.
    """
    if not cursor(connection):
        return False
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    for table in METADATA.tables.values():
        if table.name not in _LEFT:
            connection.execute(delete(table))
    waiting = METADATA.tables["outbox"].c.state.in_(outbox.UNACCEPTED)
    connection.execute(delete(METADATA.tables["outbox"]).where(~waiting))
    remember(connection, "")
    return True


def purge(connection: Connection, before: date, under_way: Collection[str] = ()) -> None:
    """Drop the days before that one from the replica, save what waits for central's word.

    What nobody has settled stays for as long as it may be (guichet.domain.closing.OWED).
    Persons go with their last appointment here, unless they wait for one or are `under_way` (ids);
    central still finds them by name when asked. When the clock has been set back since the last
    time, days that were dropped too early are read again.
    """
    last = _get(connection, _PURGED)
    if last and before.isoformat() < last:
        forget_order(connection)
    _set(connection, _PURGED, before.isoformat())
    touched = outbox.touched(connection)
    for kind in ("slot", "appointment", "visit", "report"):
        table = TABLES[kind]
        kept = [key for of, key in touched if of == kind]
        over = table.c.day < before
        if kind in _OWED:
            over &= or_(table.c.status.not_in(_OWED[kind]), table.c.day < before - OWED)
        connection.execute(delete(table).where(over, table.c.id.not_in(kept)))
    settlement = TABLES["settlement"]
    connection.execute(delete(settlement).where(settlement.c.day < before - KEPT))
    closure, opening = TABLES["closure"], TABLES["opening"]
    connection.execute(delete(closure).where(closure.c.last < before))
    # A rule's last version stays, though it be over: without it an older one would hold again.
    past = (opening.c.exceptional.is_(True), opening.c.last < before)
    connection.execute(delete(opening).where(*past))
    person = TABLES["person"]
    kept = [key for of, key in touched if of == "person"]
    expected = select(TABLES["appointment"].c.person)
    demand = TABLES["demand"]
    waiting = select(demand.c.person).where(demand.c.person.is_not(None))
    connection.execute(
        delete(person).where(
            person.c.id.not_in(expected),
            person.c.id.not_in(waiting),
            person.c.id.not_in([*kept, *under_way]),
            person.c.sequence > 0,
        )
    )
