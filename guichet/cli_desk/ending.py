"""The end of the day as plain commands: what remains, and how it is settled."""

from datetime import date
from typing import Any

from guichet.cli_desk import reads
from guichet.cli_desk.said import Answer, Line
from guichet.domain.calendar_fr import long_date
from guichet.domain.closing import Owed
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.station import Station

Outcome = Answer | Refused


def remains(station: Station) -> Outcome:
    """What remains to be settled: the visits that nobody has closed, and who has not come."""
    owed = station.ending.owed()
    closes = station.local(station.ending.closed_at())
    facts = {
        "closes_at": closes.isoformat(),
        "visits": [_facts(station, each) for each in owed if not each.absent],
        "absent": [_facts(station, each) for each in owed if each.absent],
    }
    head = [
        (_("fermeture aujourd’hui"), f"{closes:%H:%M}"),
        (_("passages à clore"), str(len(facts["visits"]))),
        (_("pas venus"), str(len(facts["absent"]))),
    ]
    return reads.read(station, facts, [head, *(_lines(station, each) for each in owed)])


def settle(station: Station, who: str, day: date | None, end: str, reason: str | None) -> Outcome:
    """Settle what remains of a ticket or a reference."""
    wanted = who.strip().upper()
    found = [
        each
        for each in station.ending.owed()
        if wanted in (each.row.ticket, each.row.reference) and day in (None, each.day)
    ]
    if not found:
        return Refused("not_owed", {"who": who})
    if len(found) > 1:
        days = ", ".join(each.day.isoformat() for each in found)
        return Refused("several_days", {"who": who, "days": days})
    (owed,) = found
    if owed.absent is not (end == "absent"):
        return Refused("did_not_come" if owed.absent else "came", {"who": who})
    if owed.absent:
        refused = next(iter(station.ending.absent([owed.row.appointment or ""])), None)
    else:
        refused = station.ending.settle(owed.row.visit or "", end, reason)
    if refused is not None:
        return refused
    facts = {**_facts(station, owed), "end": end, "reason": reason}
    return Answer(facts, [[*_lines(station, owed), (_("soldé"), end)]])


def all_absent(station: Station) -> Outcome:
    """Note that all who have not come are absent."""
    absent = [each for each in station.ending.owed() if each.absent]
    refused = station.ending.absent([each.row.appointment or "" for each in absent])
    if refused:
        return refused[0]
    facts = {"absent": [_facts(station, each) for each in absent]}
    return Answer(facts, [[(_("notés absents"), str(len(absent)))]])


def _facts(station: Station, owed: Owed) -> dict[str, Any]:
    row = owed.row
    at = row.starts_at or row.arrived_at
    return {
        "day": owed.day.isoformat(),
        "ticket": row.ticket or None,
        "reference": row.reference or None,
        "name": row.name,
        "procedure": row.procedure,
        "at": station.local(at).isoformat() if at else None,
        "state": row.state.value,
        "desk": row.desk or None,
    }


def _lines(station: Station, owed: Owed) -> list[Line]:
    from guichet.screens.words import STATES  # translated when imported

    row = owed.row
    at = row.starts_at or row.arrived_at
    return [
        (_("jour"), long_date(owed.day)),
        (_("heure"), f"{station.local(at):%H:%M}" if at else ""),
        (_("ticket"), row.ticket),
        (_("référence"), row.reference),
        (_("nom"), row.name),
        (_("démarche"), row.procedure),
        (_("état"), _("pas venu") if owed.absent else STATES[row.state][1]),
        (_("guichet"), row.desk),
    ]
