"""The search's words, kept in step with the persons that a site's feed holds."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from guichet.domain.model import Person
from guichet.store import search
from guichet.store.schema import METADATA

CHANGES = METADATA.tables["change"]

GONE = "null"
"""The body of a record that exists no more: stations get a tombstone."""

_CHUNK = 500  # keys in one IN (…): SQLite takes 32,766 parameters, and the plan is cached by length


def said(connection: Connection, site: int, keys: Sequence[str]) -> list[str]:
    """What the site's feed still says of these persons: JSON texts."""
    found: list[str] = []
    for start in range(0, len(keys), _CHUNK):
        bodies = select(CHANGES.c.body).where(
            CHANGES.c.site == site,
            CHANGES.c.kind == "person",
            CHANGES.c.key.in_(keys[start : start + _CHUNK]),
        )
        found += connection.execute(bodies).scalars()
    return found


def index(
    connection: Connection, site: int, said: Sequence[str], persons: Sequence[Person]
) -> None:
    """Keep the search's words in step; how persons were is what the feed said of them.

    Only the site's own persons: who comes from another one is found by their appointment.
    """
    before = [msgspec.json.decode(body, type=Person) for body in said if body != GONE]
    own_before = [person for person in before if person.site == site]
    own = [person for person in persons if person.site == site]
    search.index(connection, site, own_before, own)
