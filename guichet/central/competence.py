"""Reading and replacing the matrix of competence: commune × démarche → site."""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, delete

from guichet.central import feed
from guichet.central.transactions import transact
from guichet.domain.competence import is_commune_code
from guichet.domain.model import Competence, Procedure, Site
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.store.engine import reading
from guichet.store.queries import everything
from guichet.store.records import TABLES

COLUMNS = ("commune", "name", "procedure", "site")
"""The header line; `procedure` is empty for all démarches, `site` the site's number."""

_TABLE = TABLES["competence"]


class Reason(StrEnum):
    """Why a line cannot be read."""

    COLUMNS = "columns"
    COMMUNE = "commune"
    NAME = "name"
    OTHER_NAME = "other_name"
    PROCEDURE = "procedure"
    SITE = "site"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class BadLine:
    """One thing wrong with a line of the file; `value` is what stands there."""

    number: int
    reason: Reason
    value: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many rows the matrix has now, and how many of them changed or went."""

    rows: int
    changed: int
    gone: int


def read(
    path: Path, sites: Collection[int], procedures: Collection[str]
) -> tuple[list[Competence], list[BadLine]]:
    """The matrix of a CSV file in UTF-8, and everything that is wrong with its lines.

    A spreadsheet's semicolons do as well as commas. Raises ConfigError when the file is no such
    table at all.
    """
    try:
        lines = _lines(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = _("{file} ne peut pas être lu\u00a0: il faut un fichier CSV en UTF-8.")
        raise ConfigError(message.format(file=path)) from error
    if not lines or tuple(lines[0][1]) != COLUMNS:
        message = _("La première ligne de {file} doit être\u00a0: {columns}")
        raise ConfigError(message.format(file=path, columns=",".join(COLUMNS)))
    if len(lines) == 1:
        raise ConfigError(_("{file} ne contient aucune commune.").format(file=path))
    return _checked(lines[1:], sites, procedures)


def replace(engine: Engine, path: Path) -> Replaced | list[BadLine]:
    """Put a file's matrix in the place of the known one, in every site's feed, or nothing at all.

    Raises ConfigError as `read` does, StoreError when the database fails.
    """
    with reading(engine) as connection:
        sites = {site.number for site in everything(connection, Site)}
        procedures = {procedure.code for procedure in everything(connection, Procedure)}
    matrix, bad = read(path, sites, procedures)
    return bad or transact(engine, lambda connection: _replace(connection, matrix))


def _replace(connection: Connection, matrix: list[Competence]) -> Replaced:
    started = feed.started(connection)
    for site in started:
        feed.lock(connection, site)
    known = {row.id: row for row in everything(connection, Competence)}
    gone = sorted(known.keys() - {row.id for row in matrix})
    changed = [row for row in matrix if known.get(row.id) != row]
    if gone:
        statement = delete(_TABLE).where(_TABLE.c.id == bindparam("gone"))
        connection.execute(statement, [{"gone": key} for key in gone])
    if changed:
        feed.publish_records(connection, started[0], changed)
    for site in started:
        feed.publish(connection, site, [("competence", key) for key in gone])
    return Replaced(len(matrix), len(changed), len(gone))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The cells of the lines that are not blank, numbered as an editor numbers them."""
    header = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",")
    lines = [(table.line_num, [cell.strip() for cell in cells]) for cells in table]
    return [(number, cells) for number, cells in lines if any(cells)]


def _checked(
    lines: list[tuple[int, list[str]]], sites: Collection[int], procedures: Collection[str]
) -> tuple[list[Competence], list[BadLine]]:
    known = {str(site) for site in sites}
    good: dict[str, Competence] = {}
    names: dict[str, str] = {}
    bad: list[BadLine] = []
    for number, cells in lines:
        if len(cells) != len(COLUMNS):
            bad.append(BadLine(number, Reason.COLUMNS, str(len(cells))))
            continue
        commune, name, procedure, site = cells
        key = f"{commune}:{procedure}"
        other = bool(name) and names.setdefault(commune, name) != name
        wrong = (
            (Reason.COMMUNE, not is_commune_code(commune), commune),
            (Reason.NAME, not name, name),
            (Reason.OTHER_NAME, other, name),
            (Reason.PROCEDURE, bool(procedure) and procedure not in procedures, procedure),
            (Reason.SITE, site not in known, site),
            (Reason.TWICE, key in good, commune),
        )
        found = [BadLine(number, why, value) for why, is_so, value in wrong if is_so]
        bad += found
        if not found:
            good[key] = Competence(key, commune, name, procedure, int(site))
    return list(good.values()), bad
