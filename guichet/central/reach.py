"""Which sites' feeds an operation reaches, when a person is booked at another site than theirs.

A record stays in every feed it was ever in. An appointment is in that of the site that booked it,
its person's, and in that of where it takes place; its person wherever it is: the one station prints
the convocation, the other calls the person by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import (
    ARRAY,
    Connection,
    Integer,
    String,
    any_,
    bindparam,
    select,
    union_all,
)

from guichet.central import feed
from guichet.central.feed import FEED
from guichet.central.words import CHANGES
from guichet.domain.model import Appointment
from guichet.domain.operations import Operation, Release, concerned
from guichet.domain.replicated import Record
from guichet.store.booking import SEAT
from guichet.store.prepared import Prepared
from guichet.store.records import Key, change_json
from guichet.store.visits import VISITS


def lock(connection: Connection, operations: Sequence[Operation]) -> None:
    """Lock every feed that the operations of a site may write to, always in the order of the sites.

    What one of them leads to and is not there yet, an earlier one makes, which names it. Should one
    of their records get into yet another feed meanwhile, `publish` locks that one late: at
    worst PostgreSQL ends a deadlock, and guichet.central.transactions tries again.
    """
    if connection.dialect.name == "sqlite" or not operations:  # SQLite has locked everything
        return
    actions = [operation.action for operation in operations]
    site = operations[0].site
    asked = {
        "site": site,
        "keys": [key for action in actions for _kind, key in concerned(action)],
        "visits": [action.visit for action in actions if hasattr(action, "visit")],
        "holds": [action.hold for action in actions if isinstance(action, Release)],
    }
    ways = tuple(name for name in ("keys", "visits", "holds") if asked[name])
    if (site,) not in _locked(ways).rows(connection, **asked):
        feed.lock(connection, site)


def publish(
    connection: Connection, site: int, changed: Iterable[Key], named: Sequence[Key] = ()
) -> list[str]:
    """Put the records that an operation of `site` has changed into every feed they belong in.

    The rows, in the feed of `site`, of what the operation has `named` and of what went there: JSON
    texts.
    """
    keys = dict.fromkeys(changed)
    records = feed.load(connection, list(keys))
    persons = [("person", r.person) for r in records.values() if isinstance(r, Appointment)]
    held = feed.rows_of(connection, [*keys, *persons, *named])
    by_feed = _by_feed(site, keys, records, held)
    late = {key for there in by_feed.values() for key in there} - keys.keys()
    records |= feed.load(connection, sorted(late))
    rows = {key: of[site] for key, of in held.items() if site in of}
    for number in sorted(by_feed):
        states = {key: records.get(key) for key in by_feed[number]}
        before = {key: held[key][number][1] for key in states if number in held.get(key, {})}
        told = feed.put_in(connection, number, states, before)
        rows |= told if number == site else {}
    wanted = dict.fromkeys([*named, *by_feed.get(site, ())])
    return [change_json(*key, *rows.get(key, (0, None))) for key in wanted]


def _by_feed(
    site: int,
    keys: Iterable[Key],
    records: Mapping[Key, Record],
    held: Mapping[Key, Mapping[int, object]],
) -> dict[int, list[Key]]:
    """By feed, what goes there: where a record is already, else `site`, and where it is due."""
    found = {key: set(held.get(key) or {site}) for key in keys}
    for record in records.values():
        if not isinstance(record, Appointment):
            continue
        due = found["appointment", record.id]
        due.add(record.site)
        person = ("person", record.person)
        # Where their record has not changed, it is sent only to whom it is new.
        found.setdefault(person, set()).update(due - set(held.get(person, ())))
    by_feed: dict[int, list[Key]] = {}
    for key, sites in found.items():
        for number in sites:
            by_feed.setdefault(number, []).append(key)
    return by_feed


_TEXTS = ARRAY(String)
_FOLLOWED = {
    "visits": select(VISITS.c.appointment).where(
        VISITS.c.id == any_(bindparam("visits", type_=_TEXTS))
    ),
    "holds": select(SEAT.c.slot).where(SEAT.c.hold == any_(bindparam("holds", type_=_TEXTS))),
}
"""What operations change without naming it: a visit's appointment, a held seat's slot."""


@cache
def _locked(ways: tuple[str, ...]) -> Prepared:
    """The statement for operations that lead to records in these ways.

    Each is a look-up of its own: joined by OR, PostgreSQL would read all changes there are.
    """
    keys = {"keys": CHANGES.c.key == any_(bindparam("keys", type_=_TEXTS))}
    keys |= {way: CHANGES.c.key.in_(followed) for way, followed in _FOLLOWED.items()}
    found = (select(CHANGES.c.site).where(keys[way]) for way in ways)
    holders = union_all(select(bindparam("site", type_=Integer())), *found)
    return Prepared(
        select(FEED.c.site).where(FEED.c.site.in_(holders)).order_by(FEED.c.site).with_for_update()
    )
