"""People invited from a list: each line is told of, convocations and whom to call are written."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from guichet.cli_desk.said import Answer, Line
from guichet.domain.operations import Refused
from guichet.errors import ConfigError
from guichet.i18n import _
from guichet.station import Station
from guichet.station.inviting import Guest, Occasion


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to invite (a file), to which day, for which of its démarches."""

    file: Path
    day: date
    code: str | None
    skip_bad: bool
    dry: bool


def invited(station: Station, wanted: Wanted) -> Answer | Refused:
    """Book those of the list: all or none, or with `skip_bad` those who can be.

    Raises ConfigError when the file cannot be read, DocumentError, CentralUnavailable and its kin.
    """
    inviting = station.inviting
    occasion = inviting.occasion(wanted.day, wanted.code)
    if isinstance(occasion, Refused):
        return occasion
    guests = inviting.found(_lines(wanted.file), occasion)
    bad = any(each.refused for each in guests)
    if wanted.dry or (bad and not wanted.skip_bad):
        return _told(guests, occasion, [])
    guests = inviting.invite(guests, occasion)
    return _told(guests, occasion, _papers(station, guests, occasion))


def _lines(path: Path) -> list[tuple[int, str]]:
    """The first cell of each line that is not blank, by an editor's number; no header."""
    try:
        text = path.read_text("utf-8-sig")
        table = csv.reader(io.StringIO(text.replace(";", ","), newline=""), strict=True)
        cells = [(table.line_num, row[0].strip()) for row in table if row and row[0].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = _("{file} ne peut pas être lu\u00a0: il faut un fichier CSV en UTF-8.")
        raise ConfigError(message.format(file=path)) from error
    # A column's title has no digit, a reference or a number some.
    return [each for each in cells if each[0] > 1 or any(map(str.isdigit, each[1]))]


def _papers(station: Station, guests: Sequence[Guest], occasion: Occasion) -> list[Path]:
    from guichet.screens import describe  # translated when imported
    from guichet.screens.languages import language

    rows = [
        [
            _("Référence"), _("Usager"), _("Téléphone"), _("Langue"), _("Démarche"),
            _("Rendez-vous"),
        ]
    ]  # fmt: skip
    booked = [(e.person, e.appointment, e.confirmed) for e in guests if e.person and e.appointment]
    for person, appointment, _confirmed in booked:
        rows.append(
            [
                appointment.reference,
                describe.name(person),
                describe.phone(person),
                language(person.language),
                occasion.procedure.label,
                f"{station.local(appointment.starts_at):%d/%m/%Y %H:%M}",
            ]
        )
    if not booked:
        return []
    papers = station.papers
    signed = [appointment.id for _person, appointment, confirmed in booked if confirmed]
    letters = [papers.convocations(signed)] if signed else []
    return [*letters, papers.contact_sheet(rows), papers.contacts(rows)]


def _told(guests: Sequence[Guest], occasion: Occasion, papers: Sequence[Path]) -> Answer:
    from guichet.screens.opening_words import NOT_INVITED  # translated when imported
    from guichet.screens.words import refusal

    done = [each.appointment.reference for each in guests if each.appointment]
    bad = [(each.line, each.refused) for each in guests if each.refused]
    facts: dict[str, Any] = {
        "procedure": occasion.procedure.code,
        "found": sum(each.person is not None and not each.refused for each in guests),
        "invited": done,
        "bad": [{"line": line, "reason": reason} for line, reason in bad],
        "papers": [str(path) for path in papers],
    }
    lines: list[Line] = [
        (_("démarche"), occasion.procedure.label),
        (_("trouvés"), str(facts["found"])),
        (_("invités"), str(len(done))),
    ]
    for line, reason in bad:
        told = NOT_INVITED.get(reason) or refusal(Refused(reason))
        lines.append((_("ligne {n}").format(n=line), told))
    lines += [(_("papier"), str(path)) for path in papers]
    return Answer(facts, [lines], code=1 if bad else 0)
