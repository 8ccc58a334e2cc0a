"""Statements that are run again and again: compiled once, then given to the driver itself.

SQLAlchemy sets up an execution and a result for each run, which costs more than most of these
statements cost the database (docs/adr/0020).
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect

_Processor = Callable[[Any], Any] | None


class Prepared:
    """A statement, or what makes one for the connection's database where they spell it apart.

    It holds no list of varying length, and an INSERT is given whole rows. Each run needs the value
    of every named parameter. Raises what SQLAlchemy raises: DBAPIError and its kind.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def rows(self, connection: Connection, /, **values: Any) -> Sequence[Any]:
        """All rows, as named tuples."""
        made = self._for(connection)
        if _listened_to(connection):
            return connection.execute(made.statement, values).all()
        return made.read(_sent(connection, made.sql, made.bound(values)).fetchall())

    def first(self, connection: Connection, /, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self.rows(connection, **values)), None)

    def value(self, connection: Connection, /, **values: Any) -> Any:
        """The first row's first value, or None."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def run(self, connection: Connection, *rows: Mapping[str, Any]) -> int:
        """Write with each of these values; of one, how many rows it touched."""
        made = self._for(connection)
        if not rows:
            return 0
        if _listened_to(connection):
            return int(connection.execute(made.statement, list(rows)).rowcount)
        bound = [made.bound(values) for values in rows]
        if len(bound) == 1:
            return int(_sent(connection, made.sql, bound[0]).rowcount)
        return int(_sent(connection, made.sql, bound, many=True).rowcount)

    def _for(self, connection: Connection) -> "_Made":
        name = connection.dialect.name
        made = self._made.get(name)
        if made is None:
            statement = self._statement
            if not hasattr(statement, "compile"):
                statement = statement(connection)
            made = self._made[name] = _Made(statement, connection.dialect)
        return made


class _Made:
    """A statement as one database is told it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise TypeError("a statement whose text depends on its values cannot be prepared")
        self.statement = statement
        self.sql: str = compiled.string
        self._positional: bool = compiled.positional
        order = compiled.positiontup if self._positional else compiled.bind_names.values()
        self._parameters = [_parameter(name, compiled.binds[name], dialect) for name in order]
        columns = list(getattr(statement, "exported_columns", ()))
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        processors = [kind.result_processor(dialect, None) for kind in kinds]
        self._processors = [(at, each) for at, each in enumerate(processors) if each is not None]
        names = [column.key for column in columns]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - known here only
        self._row = row._make

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them."""
        if self._positional:
            return [
                fixed if key is None else process(values[key]) if process else values[key]
                for _name, key, process, fixed in self._parameters
            ]
        return {
            name: fixed if key is None else process(values[key]) if process else values[key]
            for name, key, process, fixed in self._parameters
        }

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """What the driver gave, as SQLAlchemy would give it."""
        if not self._processors:
            return [self._row(row) for row in rows]
        read = []
        for row in rows:
            values = list(row)
            for at, process in self._processors:
                values[at] = process(values[at])
            read.append(self._row(values))
        return read


def _parameter(name: str, bind: Any, dialect: Dialect) -> tuple[str, str | None, _Processor, Any]:
    """Its name in the text, the key of its value or None when that is fixed, and how it is sent."""
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return name, bind.key, process, None
    fixed = bind.effective_value
    return name, None, None, process(fixed) if process else fixed


def _listened_to(connection: Connection) -> bool:
    """Whether somebody listens to what the engine sends: SQLAlchemy's own way tells them."""
    return bool(connection.engine.dispatch.before_cursor_execute)


def _sent(connection: Connection, sql: str, bound: Any, *, many: bool = False) -> Any:
    """The driver's cursor after the statement."""
    if not connection.in_transaction():
        connection.begin()  # as SQLAlchemy does by itself
    driver: Any = connection.connection.driver_connection
    try:
        if many:
            cursor = driver.cursor()
            cursor.executemany(sql, bound)
            return cursor
        return driver.execute(sql, bound)
    except connection.dialect.loaded_dbapi.Error as error:
        # It has no public name, and is all that turns a driver's error into SQLAlchemy's and gives
        # up connections that are lost.
        connection._handle_dbapi_exception(error, sql, None, None, None)  # noqa: SLF001 - see above
