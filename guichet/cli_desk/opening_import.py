"""Openings read from a table: each bad line is told, and nothing is taken unless it was asked."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guichet.cli_desk.said import Answer, Line
from guichet.cli_desk.steering import opened
from guichet.domain.opening_text import FIELDS
from guichet.domain.opening_text import read as read_opening
from guichet.domain.openings import Opening
from guichet.domain.operations import Refused
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.station import Station

_TEMPLATE = "template"
"""The column of those that are part of a model."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with a line of a file: its number, the field, a code; nothing of the line."""

    number: int
    field: str
    reason: str
    nearest: str = ""


def imported(station: Station, path: Path, *, skip_bad: bool, dry: bool) -> Answer | Refused:
    """The openings of a file: all or none, or with `skip_bad` those of good lines.

    Raises ConfigError when it is no such table.
    """
    good: list[Opening] = []
    bad: list[BadLine] = []
    for number, cells, surplus in _table(path):
        if surplus:
            bad.append(BadLine(number, surplus, "surplus"))
            continue
        made = read_opening(cells, station.site.number, station.steering.new_rule(), 1)
        if isinstance(made, dict):
            bad += [BadLine(number, field, why) for field, why in made.items()]
            continue
        made = replace(made, template=cells.get(_TEMPLATE) or None)
        found = station.steering.preview_openings([*good, made])
        if isinstance(found, Refused):
            field, nearest = (found.detail.get(name, "") for name in ("field", "nearest"))
            bad.append(BadLine(number, field, found.reason, nearest))
        else:
            good.append(made)
    told = [
        {"line": each.number, "field": each.field, "reason": each.reason, "nearest": each.nearest}
        for each in bad
    ]
    if (bad and not skip_bad) or not good:
        return Answer({"imported": 0, "bad": told}, [_bad_lines(bad, 0)], code=1)
    outcome = opened(station, good, dry=dry)
    if isinstance(outcome, Refused):
        return outcome
    facts = {**outcome.facts, "imported": 0 if dry else len(good), "bad": told}
    blocks = [_bad_lines(bad, 0 if dry else len(good)), *outcome.blocks]
    return Answer(facts, blocks, code=1 if bad else 0)


def _table(path: Path) -> list[tuple[int, dict[str, str], str]]:
    """The lines of the file that are not blank, by an editor's number.

    Of a line with more cells than there are columns, the last column: what follows it is nobody's.
    """
    try:
        text = path.read_text("utf-8-sig")
        header = text.partition("\n")[0]
        table = csv.reader(
            io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True
        )
        lines = [(table.line_num, [cell.strip() for cell in cells]) for cells in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = _("{file} ne peut pas être lu\u00a0: il faut un fichier CSV en UTF-8.")
        raise ConfigError(message.format(file=path)) from error
    names = lines[0][1] if lines else []
    if not set(FIELDS) <= set(names) <= {*FIELDS, _TEMPLATE}:
        message = _("La première ligne de {file} doit être\u00a0: {columns}")
        raise ConfigError(message.format(file=path, columns=",".join(FIELDS)))
    return [
        (
            number,
            dict(zip(names, cells, strict=False)),
            names[-1] if any(cells[len(names) :]) else "",
        )
        for number, cells in lines[1:]
        if any(cells)
    ]


def _bad_lines(bad: Sequence[BadLine], number: int) -> list[Line]:
    from guichet.screens.opening_words import WRONG  # translated when imported
    from guichet.screens.words import refusal

    told = [(_("ouvertures importées"), str(number))]
    for each in bad:
        near = {"nearest": each.nearest} if each.nearest else {}
        why = WRONG.get(each.reason) or refusal(Refused(each.reason, near))
        told.append((_("ligne {n}, {field}").format(n=each.number, field=each.field), why))
    return told
