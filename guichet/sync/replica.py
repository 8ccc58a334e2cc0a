"""What the station keeps of central's feed: how far it has read, and the days it holds."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from guichet.domain.settling import KEPT
from guichet.store.records import TABLES
from guichet.store.schema import METADATA
from guichet.sync import outbox

_SETTING = METADATA.tables["setting"]
_LEFT = ("outbox", "setting", "exchange", "ticket", "sign_in_failure")
"""What `wipe` leaves: the work not yet delivered, and tables that name nobody who came."""


def cursor(connection: Connection) -> str:
    """Where the next page of the feed starts; empty for the beginning."""
    value = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == "cursor")).scalar()
    return value or ""


def remember(connection: Connection, cursor: str) -> None:
    """Go on from here next time."""
    connection.execute(delete(_SETTING).where(_SETTING.c.name == "cursor"))
    connection.execute(insert(_SETTING).values(name="cursor", value=cursor))


def forget_order(connection: Connection) -> None:
    """Read everything again, and let it count whatever was known of its order."""
    for table in TABLES.values():
        connection.execute(update(table).values(sequence=0))
    remember(connection, "")


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

    Persons go with their last appointment here, unless they wait for one or are `under_way` (ids);
    central still finds them by name when asked.
    """
    touched = outbox.touched(connection)
    for kind in ("slot", "appointment", "visit", "report"):
        table = TABLES[kind]
        kept = [key for of, key in touched if of == kind]
        connection.execute(delete(table).where(table.c.day < before, table.c.id.not_in(kept)))
    settlement = TABLES["settlement"]
    connection.execute(delete(settlement).where(settlement.c.day < before - KEPT))
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
