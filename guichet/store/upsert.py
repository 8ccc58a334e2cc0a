"""INSERT … ON CONFLICT, which SQLAlchemy spells the same for both databases but keeps apart."""

from typing import Any

from sqlalchemy import Connection, Table


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT with `on_conflict_do_update`, for the connection's database.

    The dialect is imported here: PostgreSQL's takes a station a seventh of its start.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - as said

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert  # noqa: PLC0415 - as said

    return sqlite_insert(table)
