"""Writes guichet/store/schema.py from tables.py: ``python -m guichet.store.generate``."""

import json
from pathlib import Path

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import AutoString

from guichet.store.tables_own import METADATA

PATH = Path(__file__).with_name("schema.py")

_WIDTH = 95
"""What is left of a line for an index."""
_HEAD = '''"""Made from tables.py by ``make schema``, never by hand; a test keeps it true."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from guichet.store.types import UtcDateTime

METADATA = MetaData(
    naming_convention={
'''


def source() -> str:
    """The text of schema.py, formatted. Raises ValueError for what it does not know how to say."""
    convention = "".join(
        f"        {_literal(key)}: {_literal(name)},\n"
        for key, name in METADATA.naming_convention.items()
    )
    tables = "".join(_table(table) for table in METADATA.sorted_tables)
    return f"{_HEAD}{convention}    }}\n)\n{tables}"


def _table(table: Table) -> str:
    parts = [_literal(table.name), "METADATA", *map(_column, table.columns)]
    for constraint in sorted(table.constraints, key=lambda made: str(made.name)):
        if isinstance(constraint, UniqueConstraint):
            parts.append(f"UniqueConstraint({', '.join(map(_literal, constraint.columns.keys()))})")
        elif not isinstance(constraint, PrimaryKeyConstraint):
            raise ValueError(repr(constraint))  # noqa: TRY004 - no caller gave a wrong type
    parts += map(_index, sorted(table.indexes, key=lambda made: str(made.name)))
    parts += [f"{option}={value!r}" for option, value in table.dialect_kwargs.items()]
    return _call("Table", parts, "    ") + "\n"


def _column(column: Column[object]) -> str:
    kind = "String" if isinstance(column.type, AutoString) else repr(column.type)
    parts = [_literal(column.name), kind.removesuffix("()")]
    if column.primary_key:
        parts.append("primary_key=True")
    elif not column.nullable:
        parts.append("nullable=False")
    if isinstance(column.default, ScalarElementColumnDefault):
        parts.append(f"default={_literal(column.default.arg)}")
    elif column.default is not None or column.server_default is not None or column.foreign_keys:
        raise ValueError(repr(column))
    return f"Column({', '.join(parts)})"


def _index(index: Index) -> str:
    parts = [_literal(index.name), *map(_literal, index.columns.keys())]
    if index.unique:
        parts.append("unique=True")
    for option, value in index.dialect_kwargs.items():
        parts.append(f"{option}=text({_literal(str(value))})")
    short = f"Index({', '.join(parts)})"
    if not index.dialect_kwargs and len(short) <= _WIDTH:
        return short
    return _call("Index", parts, "        ")


def _call(name: str, parts: list[str], indent: str) -> str:
    lines = "".join(f"{indent}{part},\n" for part in parts)
    return f"{name}(\n{lines}{indent[4:]})"


def _literal(value: object) -> str:
    return str(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    PATH.write_text(source(), encoding="utf-8")
