"""What `guichet stats` and `guichet week` do: figures of a period, said or written to a file."""

from datetime import date, timedelta
from pathlib import Path

import msgspec

from guichet.cli_desk import reads
from guichet.cli_desk.said import Answer, Line
from guichet.domain.calendar_fr import long_date
from guichet.domain.operations import Refused
from guichet.domain.statistics import By
from guichet.domain.week import FEWEST, SiteDay
from guichet.i18n import _
from guichet.screens import statistics_words as words
from guichet.station import Station
from guichet.station.tables import Table, spoken

Outcome = Answer | Refused


def stats(
    station: Station,
    first: date | None,
    last: date | None,
    by: By,
    files: tuple[Path, ...],
    *,
    masked: bool,
) -> Outcome:
    """A period of the site, this month unless said otherwise."""
    last = last or station.today()
    first = first or (last - timedelta(days=last.day - 1))
    found = station.figures.of(first, last, by, masked=masked)
    if isinstance(found, Refused):
        return found
    names = words.Names.of(station.reception.procedures())
    table = words.table(found.statistics, names)
    for path in files:
        written = station.figures.write(table, path)
        if isinstance(written, Refused):
            return written
    facts = {
        "statistics": msgspec.to_builtins(found.statistics, str_keys=True),
        "files": [str(path) for path in files],
    }
    blocks = [[(_("période"), table.title)], *_blocks(table)]
    blocks.append([(why, number) for why, number in words.reasons(found.statistics.total)])
    blocks.append([(_("fichier"), str(path)) for path in files])
    return reads.read(station, facts, [each for each in blocks if each], found.silent)


def week(station: Station, first: date | None) -> Outcome:
    """Seven days of every site, of this one alone without central; this week unless said."""
    today = station.today()
    found = station.watch.week(first or today - timedelta(days=today.weekday()))
    silent = "" if found.online else _("Ce site seulement, et depuis hier.")
    facts = {"few": FEWEST, "days": msgspec.to_builtins(found.days)}
    towns = {number: site.name for number, site in found.sites.items()}
    return reads.read(station, facts, [_site_day(each, towns) for each in found.days], silent)


def _site_day(it: SiteDay, towns: dict[int, str]) -> list[Line]:
    numbers = (
        (_("places"), it.seats),
        (_("pris"), it.booked),
        (_("venus"), it.arrived),
        (_("absents"), it.absent),
        (_("à solder"), it.unsettled),
    )
    return [
        (_("jour"), long_date(it.day)),
        (_("site"), towns.get(it.site, str(it.site))),
        *((word, words.MASKED if number is None else str(number)) for word, number in numbers),
    ]


def _blocks(table: Table) -> list[list[Line]]:
    """Each line of the table as a block, without what is not known."""
    return [
        [
            (heading.label, spoken(cell, heading.kind))
            for cell, heading in zip(row, table.headings, strict=True)
            if cell is not None
        ]
        for row in table.rows
    ]
