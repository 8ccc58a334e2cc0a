"""What a site sets for its day: by what its line is made, when it closes, what is too much.

Read, and changed for all of its stations.
"""

from collections.abc import Callable, Mapping
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
    return change_site(
        engine, site, lambda known: replace(known, turns=replace(known.turns, **given))
    ).turns


def change_site(engine: Engine, site: int, wanted: Callable[[Site], Site]) -> Site:
    """The site as it is wanted, known to every station from now on.

    Raises LookupError when there is no such site.
    """

    def changed(connection: Connection) -> Site:
        for number in sorted({site, *feed.started(connection)}):  # a site is in every feed
            feed.lock(connection, number)
        known = get(connection, Site, site)
        if known is None:
            raise LookupError(site)
        made = wanted(known)
        if made != known:
            feed.publish_records(connection, site, [made])
        return made

    return transact(engine, changed)
