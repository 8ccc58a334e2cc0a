"""What the counter's commands do: the line, a call, the end of a visit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from guichet.cli_desk import reads
from guichet.cli_desk.said import Answer, Line
from guichet.config import load_settings
from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import DeskState
from guichet.domain.estimate import Waits, rounded
from guichet.domain.lifecycle import CALL_REASONS
from guichet.domain.line import Waiting, at_desk
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.station import Station
from guichet.station.calling import Missed

Outcome = Answer | Refused

_MINUTE = timedelta(minutes=1)


def queue(station: Station) -> Outcome:
    """Who waits, in the order in which they are called, then who is put aside."""
    line = station.calling.line()
    waits = station.calling.waits()
    aside = [row for row in station.reception.day() if row.parked is not None]
    facts = {
        "waiting": [_waiting_facts(station, each, waits) for each in line],
        "parked": [_parked_facts(station, row) for row in aside],
        "newcomers": {lane: wait and rounded(wait) for lane, wait in waits.lanes.items()},
    }
    blocks = [[(_("en attente"), str(len(line))), (_("mis de côté"), str(len(aside)))]]
    blocks += [_waiting_lines(station, each, waits) for each in line]
    blocks += [_parked_lines(station, row) for row in aside]
    return reads.read(station, facts, blocks)


def call(station: Station, ticket: str | None, desk: str | None, reason: str | None) -> Outcome:
    """Call the next person to a desk, or the one of a ticket: with a reason before their turn."""
    calling, name = station.calling, desk or load_settings(station.folder).desk
    rows = station.reception.day()
    there = at_desk(rows, name)
    if there is not None:
        return Refused("desk_taken", {"ticket": there.ticket})
    if ticket is None:
        called = calling.next(name)
        if called.row is None and called.refused is None:
            return Refused("nobody_of_here" if called.alone else "nobody_waits")
    else:
        row = _of(rows, ticket)
        if row is None:
            return Refused("unknown_ticket")
        if row.state is DayState.WAITING and reason is None and not calling.is_next(row, name):
            return Refused("reason_to_call", {"known": ", ".join(CALL_REASONS)})
        called = calling.this(row, name, reason)
    if called.refused is not None or called.row is None:
        return called.refused or Refused("nobody_waits")
    facts = {**_facts(station, called.row), "desk": name, "state": DayState.CALLED.value}
    return Answer(facts, [[*_lines(called.row), (_("appelé au guichet"), name)]])


def finish(
    station: Station, ticket: str, outcome: str, reason: str | None, missing: tuple[str, ...]
) -> Outcome:
    """Close the visit of a ticket."""
    from guichet.screens.desk_words import OUTCOMES  # translated when imported

    row = _of(station.reception.day(), ticket)
    if row is None:
        return Refused("unknown_ticket")
    refused = station.calling.finish(row.visit or "", outcome, reason, missing)
    if refused is not None:
        return refused
    facts = {"outcome": outcome, "reason": reason, "missing": list(missing)}
    lines = [*_lines(row), (_("issue"), OUTCOMES[outcome][1]), (_("manquait"), ", ".join(missing))]
    return Answer({**_facts(station, row), **facts, "state": DayState.DONE.value}, [lines])


def step(station: Station, ticket: str, do: Callable[[str], Refused | Missed | None]) -> Outcome:
    """Do something with who has this ticket, whose visit `do` is given; how they stand then."""
    from guichet.screens.words import STATES  # translated when imported

    row = ticket_of(station, ticket)
    if row is None:
        return Refused("unknown_ticket")
    done = do(row.visit or "")
    if isinstance(done, Refused):
        return done
    now = ticket_of(station, ticket) or row
    left = done.left if done else None
    calls = str(left) if done and not done.ended and left is not None else ""
    lines = [
        *_lines(now),
        (_("état"), STATES[now.state][1]),
        (_("file"), now.lane),
        (_("guichet"), now.desk or now.for_desk or ""),
        (_("appels restants"), calls),
    ]
    state = {"state": now.state.value, "desk": now.desk or None, "for_desk": now.for_desk}
    return Answer({**_facts(station, now), **state, "calls_left": left}, [lines])


def redirect(station: Station, ticket: str, lane: str | None, desk: str | None) -> Outcome:
    """Send somebody on to another lane, or to one desk that is open."""
    from guichet.screens.redirecting import lane_at  # translated when imported

    row = ticket_of(station, ticket)
    if row is None:
        return Refused("unknown_ticket")
    lanes = station.calling.lanes()
    to = lane.upper() if lane else row.lane
    if desk is not None:
        opened = [each for each in station.calling.desks() if each.state is DeskState.OPEN]
        found = next((each for each in opened if each.name == desk), None)
        if found is None:
            return Refused("desk_not_open", {"known": ", ".join(each.name for each in opened)})
        to = lane_at(found, row)
    if to not in lanes:
        return Refused("unknown_lane", {"known": ", ".join(lanes)})
    return step(station, ticket, lambda visit: station.calling.redirect(visit, to, desk))


def ticket_of(station: Station, ticket: str) -> DayRow | None:
    """Whose ticket it is today."""
    return _of(station.reception.day(), ticket)


def _of(rows: list[DayRow], ticket: str) -> DayRow | None:
    """Whose ticket it is today."""
    wanted = ticket.strip().upper()
    return next((row for row in rows if row.visit and row.ticket == wanted), None)


def _facts(station: Station, row: DayRow) -> dict[str, Any]:
    arrived = row.arrived_at
    return {
        "ticket": row.ticket,
        "name": row.name,
        "procedure": row.procedure,
        "reference": row.reference or None,
        "lane": row.lane,
        "needs": list(row.needs),
        "people": row.people,
        "arrived_at": station.local(arrived).isoformat() if arrived else None,
    }


def _lines(row: DayRow) -> list[Line]:
    from guichet.screens.verdicts import needs_of  # translated when imported

    return [
        (_("ticket"), row.ticket),
        (_("nom"), row.name),
        (_("démarche"), row.procedure),
        (_("besoins"), needs_of(row.needs)),
    ]


def _waiting_facts(station: Station, each: Waiting, waits: Waits) -> dict[str, Any]:
    wait = waits.visits.get(each.turn.visit)
    return {
        **_facts(station, each.row),
        "due": station.local(each.turn.due).isoformat(),
        "why": each.turn.why.value,
        "for_desk": each.row.for_desk,
        "waits_minutes": _minutes(station, each.row),
        "estimated_minutes": rounded(wait) if wait else None,
    }


def _waiting_lines(station: Station, each: Waiting, waits: Waits) -> list[Line]:
    from guichet.screens.desk_words import wait_words, why  # translated when imported

    due = _("{why}, à {time}").format(
        why=why(each.turn, station.local), time=f"{station.local(each.turn.due):%H:%M}"
    )
    so_far = _("{n} min").format(n=_minutes(station, each.row))
    return [
        *_lines(each.row),
        (_("file"), each.row.lane),
        (_("guichet seulement"), each.row.for_desk or ""),
        (_("son tour"), due),
        (_("attend depuis"), so_far),
        (_("attente estimée"), wait_words(waits.visits.get(each.turn.visit))),
    ]


def _minutes(station: Station, row: DayRow) -> int:
    since = row.waiting_since or station.now()
    return max(0, (station.now() - since) // _MINUTE)


def _parked_facts(station: Station, row: DayRow) -> dict[str, Any]:
    step = row.parked
    return {
        **_facts(station, row),
        "desk": step.desk if step else None,
        "reason": step.reason if step else None,
        "since": station.local(step.ended_at).isoformat() if step else None,
    }


def _parked_lines(station: Station, row: DayRow) -> list[Line]:
    from guichet.screens.desk_words import WAITS_FOR  # translated when imported

    step = row.parked
    if step is None:
        return []
    since = f"{station.local(step.ended_at):%H:%M}"
    return [
        *_lines(row),
        (_("mis de côté"), _("guichet {desk}, à {time}").format(desk=step.desk, time=since)),
        (_("attend"), WAITS_FOR[step.reason or "other"]),
    ]
