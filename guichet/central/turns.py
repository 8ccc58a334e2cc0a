"""By what a site's line is made: read, and changed for all of its stations."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, Engine

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.domain.model import Site
from guichet.domain.turn import TurnRules
from guichet.store.records import get


def change(engine: Engine, site: int, given: Mapping[str, int]) -> TurnRules:
    """The rules of a site, after those `given` (TurnRules' own names) have been changed.

    Raises LookupError when there is no such site.
    """

    def changed(connection: Connection) -> TurnRules:
        for number in sorted({site, *feed.started(connection)}):  # a site is in every feed
            feed.lock(connection, number)
        known = get(connection, Site, site)
        if known is None:
            raise LookupError(site)
        rules = replace(known.turns, **given)
        if rules != known.turns:
            feed.publish_records(connection, site, [replace(known, turns=rules)])
        return rules

    return transact(engine, changed)
