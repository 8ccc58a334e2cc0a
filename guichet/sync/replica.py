"""What the station keeps of central's feed: how far it has read, and the days it holds."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from guichet.store.records import TABLES, key_column
from guichet.store.schema import METADATA
from guichet.sync import outbox

_SETTING = METADATA.tables["setting"]
_DEFERRED = METADATA.tables["deferred"]
_AGAIN = "reading_again"
"""Set while the feed is read again from its start."""


def cursor(connection: Connection) -> str:
    """Where the next page of the feed starts; empty for the beginning."""
    value = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == "cursor")).scalar()
    return value or ""


def remember(connection: Connection, cursor: str) -> None:
    """Go on from here next time."""
    _set(connection, "cursor", cursor)


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(_SETTING).where(_SETTING.c.name == name))
    connection.execute(insert(_SETTING).values(name=name, value=value))


def forget_order(connection: Connection) -> None:
    """Read everything again, and let it count whatever was known of its order."""
    for table in TABLES.values():
        connection.execute(update(table).values(sequence=0))
    connection.execute(delete(_DEFERRED))  # their order is the old one
    remember(connection, "")
    _set(connection, _AGAIN, "1")


def read_to_the_end(connection: Connection) -> None:
    """The feed has been read to its end. Read again from the start: what it has not named is gone.

    Save what waits for central's word.
    """
    if not connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == _AGAIN)).scalar():
        return
    touched = outbox.touched(connection)
    for kind, table in TABLES.items():
        kept = [int(key) if kind == "site" else key for of, key in touched if of == kind]
        key = key_column(kind)
        connection.execute(delete(table).where(table.c.sequence == 0, key.not_in(kept)))
    connection.execute(delete(_SETTING).where(_SETTING.c.name == _AGAIN))


def purge(connection: Connection, before: date, under_way: Collection[str] = ()) -> None:
    """Drop the days before that one from the replica, save what waits for central's word.

    Persons go with their last appointment here, unless they wait for one or are `under_way` (ids);
    central still finds them by name when asked.
    """
    touched = outbox.touched(connection)
    for kind in ("slot", "appointment", "visit", "report"):
        table = TABLES[kind]
        kept = [key for of, key in touched if of == kind]
        connection.execute(delete(table).where(table.c.day < before, table.c.id.not_in(kept)))
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
