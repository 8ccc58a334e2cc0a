"""People invited from a list: each line is told of, convocations and whom to call are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from guichet.cli_desk.said import Answer, Line
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.station import Station
from guichet.station.inviting import Guest, Occasion, listed


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
    guests = inviting.found(listed(wanted.file), occasion)
    bad = any(each.refused for each in guests)
    if wanted.dry or (bad and not wanted.skip_bad):
        return _told(guests, occasion, [])
    guests = inviting.invite(guests, occasion)
    return _told(guests, occasion, _papers(station, guests, occasion))


def _papers(station: Station, guests: Sequence[Guest], occasion: Occasion) -> list[Path]:
    from guichet.screens.invited import papers_of  # translated when imported

    if not any(each.appointment for each in guests):
        return []
    return [path for path in papers_of(station, guests, occasion) if path is not None]


def _told(guests: Sequence[Guest], occasion: Occasion, papers: Sequence[Path]) -> Answer:
    from guichet.screens.invited import why_not  # translated when imported

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
        lines.append((_("ligne {n}").format(n=line), why_not(reason)))
    lines += [(_("papier"), str(path)) for path in papers]
    return Answer(facts, [lines], code=1 if bad else 0)
