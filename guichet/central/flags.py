"""Switching something on or off for one site."""

from sqlalchemy import Connection, Engine

from guichet.central.transactions import transact
from guichet.domain.flags import FLAGS
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into

_FLAG = METADATA.tables["site_flag"]


def switch(engine: Engine, site: int, name: str, *, enabled: bool) -> bool:
    """Have the flag of that name hold, or not, at the site; False when there is no such flag."""
    if name not in FLAGS:
        return False

    def write(connection: Connection) -> None:
        statement = insert_into(connection, _FLAG).values(site=site, name=name, enabled=enabled)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_FLAG.c.site, _FLAG.c.name], set_={"enabled": enabled}
            )
        )

    transact(engine, write)
    return True
