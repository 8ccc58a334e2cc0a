"""Bringing central's database to this version's schema, and when that is not done by itself."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from guichet.central import backup, registry
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.store.engine import HEAD, reading, revision


def prepare(engine: Engine, now: datetime) -> None:
    """Make the database ready for use, as every command but `migrate` needs it.

    A new one is made. An older SQLite file is migrated after a copy of it has been put beside it.
    An older PostgreSQL database is migrated by nobody but `guichet central migrate`, since other
    servers may be using it. Raises ConfigError then, StoreError when the database fails.
    """
    with reading(engine) as connection:
        found = revision(connection)
    if found not in (None, HEAD):
        if engine.dialect.name != "sqlite":
            raise ConfigError(
                _(
                    "La base est à la version {found} et ce guichet attend la version {head}. "
                    "Arrêtez les autres serveurs, faites une sauvegarde, puis lancez "
                    "«\u00a0guichet central migrate\u00a0»."
                ).format(found=found, head=HEAD)
            )
        _copy_aside(engine, found)
    registry.create(engine, now)


def migrate(engine: Engine, now: datetime) -> tuple[str | None, str]:
    """Bring the database to HEAD; from which revision (None: a new one) to which.

    Several may run at once: one works, the others find it done. Raises StoreError.
    """
    with reading(engine) as connection:
        found = revision(connection)
    if engine.dialect.name == "sqlite" and found not in (None, HEAD):
        _copy_aside(engine, found)
    registry.create(engine, now)
    return found, HEAD


def _copy_aside(engine: Engine, found: str | None) -> None:
    path = Path(engine.url.database or "")
    aside = path.with_name(f"{path.stem}-{found}{path.suffix}")
    if not aside.exists():  # two that start at once make one
        backup.backup(path, aside)
