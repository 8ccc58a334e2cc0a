"""Keeping the catalogue of a préfecture: what a file changes of it, in every site's feed.

The file is the whole truth: what it does not say has its default, and what is not in it any more
goes, unless something still needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, String, Table, cast, delete, select

from guichet.central import feed
from guichet.central.catalogue_file import Bad, Catalogue, Reason, ordered
from guichet.central.transactions import transact
from guichet.central.words import CHANGES
from guichet.domain.model import Procedure, Site
from guichet.store.engine import reading
from guichet.store.queries import everything
from guichet.store.records import TABLES, key_column
from guichet.store.schema import METADATA

_FEEDS = ("feed", "change")
"""What a site has before anybody has done anything there."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the file changes of a "site" or a "procedure", which is "new", "changed" or "gone".

    `fields` says of one that is changed from what to what, as JSON has it.
    """

    kind: str
    key: str
    how: str
    fields: Mapping[str, tuple[Any, Any]]


def present(connection: Connection) -> Catalogue:
    """The catalogue as central keeps it."""
    sites, procedures = everything(connection, Site), everything(connection, Procedure)
    return ordered(Catalogue(tuple(sites), tuple(procedures)))


def replace(engine: Engine, wanted: Catalogue, *, check: bool = False) -> list[Change] | list[Bad]:
    """Have the wanted catalogue in the place of the known one, in every site's feed; or nothing.

    What changes, or why it cannot. With `check` only that. Raises StoreError when the database
    fails.
    """

    def change(connection: Connection) -> list[Change] | list[Bad]:
        feed.lock(connection, 0)  # of no site: which there are is what changes
        for site in feed.started(connection):
            feed.lock(connection, site)
        bad = _refused(connection, wanted)
        if bad:
            return bad
        changes = _changes(present(connection), wanted)
        enter(connection, wanted)
        return changes

    if not check:
        return transact(engine, change)
    with reading(engine) as connection:
        return _refused(connection, wanted) or _changes(present(connection), wanted)


def enter(connection: Connection, wanted: Catalogue) -> None:
    """Write what is not as wanted and take away what is not wanted: nothing may need that."""
    known = _records(present(connection))
    records = _records(wanted)
    gone = known.keys() - records.keys()
    for kind, key in sorted(gone):
        _take_away(connection, kind, key)
    for site in feed.started(connection):
        feed.publish(connection, site, sorted(gone))
    changed = [record for name, record in records.items() if known.get(name) != record]
    if changed:
        feed.publish_records(connection, wanted.sites[0].number, changed)


def _records(catalogue: Catalogue) -> dict[tuple[str, str], Site | Procedure]:
    sites = {("site", str(each.number)): each for each in catalogue.sites}
    return {**sites, **{("procedure", each.code): each for each in catalogue.procedures}}


def _flat(record: Site | Procedure | None) -> dict[str, Any]:
    row: dict[str, Any] = {} if record is None else msgspec.to_builtins(record)
    turns = row.pop("turns", {})
    return row | {f"turns.{name}": value for name, value in turns.items()}


def _changes(known: Catalogue, wanted: Catalogue) -> list[Change]:
    before, after = _records(known), _records(wanted)
    made = []
    for kind, key in dict.fromkeys([*after, *before]):
        old, new = before.get((kind, key)), after.get((kind, key))
        if old == new:
            continue
        how = "new" if old is None else "gone" if new is None else "changed"
        ours, theirs = _flat(old), _flat(new)
        fields = {name: (ours[name], theirs[name]) for name in ours if how == "changed"}
        differ = {name: pair for name, pair in fields.items() if pair[0] != pair[1]}
        made.append(Change(kind, key, how, differ))
    return made


def _refused(connection: Connection, wanted: Catalogue) -> list[Bad]:
    """What goes and is needed, and sites moved to another time zone with their slots."""
    known, records = _records(present(connection)), _records(wanted)
    bad = []
    for kind, key in sorted(known.keys() - records.keys()):
        used = _used(connection, kind, key)
        if used:
            bad.append(Bad(f"{kind}s", key, 0, "", Reason.USED, ",".join(used)))
    for site in wanted.sites:
        before = known.get(("site", str(site.number)))
        moved = isinstance(before, Site) and before.time_zone != site.time_zone
        if moved and {"opening", "slot"} & set(_used(connection, "site", str(site.number))):
            key = str(site.number)
            bad.append(Bad("sites", key, 0, "time_zone", Reason.ZONE, site.time_zone))
    return bad


def _used(connection: Connection, kind: str, key: str) -> list[str]:
    """The tables that have something of it."""
    found = []
    for name, table in sorted(METADATA.tables.items()):
        condition = _needs(table, kind, key)
        if condition is None or name in _FEEDS:
            continue
        if connection.execute(select(1).select_from(table).where(condition).limit(1)).first():
            found.append(name)
    return found


def _needs(table: Table, kind: str, key: str) -> ColumnElement[bool] | None:
    """Whether a row of the table has something of a site or a démarche; None when none can."""
    if kind == "site":
        return table.c.site == int(key) if "site" in table.c else None
    if "procedure" in table.c:
        return table.c.procedure == key
    if "procedures" in table.c:
        return cast(table.c.procedures, String).contains(f'"{key}"', autoescape=True)
    return None


def _take_away(connection: Connection, kind: str, key: str) -> None:
    """Delete a record, and with a site its feed, which no station reads."""
    value = int(key) if kind == "site" else key
    connection.execute(delete(TABLES[kind]).where(key_column(kind) == value))
    if kind == "site":
        for table in (CHANGES, feed.FEED):
            connection.execute(delete(table).where(table.c.site == value))
