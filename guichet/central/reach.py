"""Which sites' feeds an operation reaches, when a person is booked at another site than theirs.

A record stays in every feed it was ever in. An appointment is in that of the site that booked it,
its person's, and in that of where it takes place; its person wherever it is: the one station prints
the convocation, the other calls the person by name.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from guichet.central import feed
from guichet.domain.operations import Operation, Release, concerned
from guichet.store.booking import APPOINTMENTS, SEAT
from guichet.store.visits import VISITS

Key = tuple[str, str]

_CHANGE, _FEED = feed.CHANGES, feed.FEED


def lock(connection: Connection, operation: Operation) -> None:
    """Lock every feed that the operation may write to, always in the order of the sites.

    Should one of its records get into yet another feed meanwhile, `publish` locks that one late:
    at worst PostgreSQL ends a deadlock, and guichet.central.transactions tries again.
    """
    held = _holders(connection, [*concerned(operation.action), *_followed(connection, operation)])
    for site in sorted({operation.site}.union(*held.values())):
        feed.lock(connection, site)


def publish(connection: Connection, site: int, changed: Iterable[Key]) -> list[Key]:
    """Put the records that an operation of `site` has changed into every feed they belong in.

    Those that went into the feed of `site`.
    """
    by_feed: dict[int, list[Key]] = {}
    for key, sites in _destinations(connection, site, list(dict.fromkeys(changed))).items():
        for number in sites:
            by_feed.setdefault(number, []).append(key)
    for number in sorted(by_feed):
        feed.publish(connection, number, by_feed[number])
    return by_feed.get(site, [])


def _followed(connection: Connection, operation: Operation) -> list[Key]:
    """What an operation changes without naming it: a held seat's slot, a visit's appointment."""
    action = operation.action
    if isinstance(action, Release):
        slots = connection.execute(select(SEAT.c.slot).where(SEAT.c.hold == action.hold))
        return [("slot", key) for key in slots.scalars()]
    visit = getattr(action, "visit", None)
    if visit is None:
        return []
    found = connection.execute(select(VISITS.c.appointment).where(VISITS.c.id == visit)).scalar()
    return [("appointment", found)] if found is not None else []


def _destinations(connection: Connection, site: int, keys: Sequence[Key]) -> dict[Key, set[int]]:
    """By record, the feeds it goes to: where it is already, else `site`, and where it is due."""
    appointments = [key for kind, key in keys if kind == "appointment"]
    where = select(APPOINTMENTS.c.id, APPOINTMENTS.c.site, APPOINTMENTS.c.person).where(
        APPOINTMENTS.c.id.in_(appointments)
    )
    placed = connection.execute(where).all() if appointments else []
    held = _holders(connection, [*keys, *(("person", row.person) for row in placed)])
    found = {key: set(held.get(key, {site})) for key in keys}
    for row in placed:
        due = found["appointment", row.id]
        due.add(row.site)
        person = ("person", row.person)
        # Where their record has not changed, it is sent only to whom it is new.
        found.setdefault(person, set()).update(due - held.get(person, set()))
    return found


def _holders(connection: Connection, keys: Iterable[Key]) -> dict[Key, set[int]]:
    """By record, the sites in whose feeds it is."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = connection.execute(
        select(_CHANGE.c.kind, _CHANGE.c.key, _CHANGE.c.site).where(
            # The sites lead the index; each is looked up in it, and nothing is scanned.
            _CHANGE.c.site.in_(select(_FEED.c.site)),
            _CHANGE.c.kind.in_(sorted({kind for kind, _key in wanted})),
            _CHANGE.c.key.in_(sorted({key for _kind, key in wanted})),
        )
    )
    found: dict[Key, set[int]] = {}
    for kind, key, site in rows:
        found.setdefault((kind, key), set()).add(site)
    return found
