"""How long those who wait will wait: the line played forward, from what was measured.

The line is played some tens of times, each with other durations, drawn by the person's own key: so
the same facts give the same answer on every station. What most of the times agree on is said.
"""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState
from guichet.domain.line import AT_DESK, line
from guichet.domain.model import Site
from guichet.domain.pace import Held, Pace, paces
from guichet.domain.turn import Turn, Why, turn_of

_DRAWS = 40
_LOW, _HIGH = 4, 35
"""Of the draws in order, those that are said: eight in ten lie between them."""
_PACE_SPREAD = 0.2
"""Of the logarithm of how fast it goes now: what is not known of it."""
_BETWEEN = 0.75
"""Minutes between the end of one and the call of the next."""
_PAUSE = timedelta(minutes=15)
"""How long a pause is taken to last."""
_COMES, _COMES_LATE = 0.92, 0.5
"""What share of those expected come: before their time, and of those not there at their time."""
_MINUTE = timedelta(minutes=1)
_NORMAL = NormalDist()


class Wait(NamedTuple):
    """In how many minutes somebody will be called: most of the draws lie between the two."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Waits:
    """What is to be told: by visit, and by lane to who would come now without an appointment.

    None is for those whom no open desk would call: that is told instead.
    """

    visits: Mapping[str, Wait | None]
    lanes: Mapping[str, Wait | None]


NO_WAITS = Waits({}, {})


@dataclass(frozen=True, slots=True)
class Facts:
    """What an estimate is made of. `planned`: minutes of each démarche, by label.

    `rows` and `desks` are the site's now, those opened on an earlier day left out; `held` what was
    measured these days. `lanes` are those that newcomers are told of.
    """

    site: Site
    rows: Sequence[DayRow]
    desks: Sequence[Desk]
    planned: Mapping[str, int]
    held: Sequence[Held]
    lanes: Collection[str]


# The line played forward ----------------------------------------------------------------------


class _Player(NamedTuple):
    """Somebody in the line, or who will be. `ready`: minutes until they are; `place`: of a queue.

    `holds` are their minutes at the desk in each draw, negative where they do not come; nobody for
    `of` None, who is only asked when they would be called.
    """

    turn: Turn
    ready: float
    place: tuple[str, str | None]
    holds: Sequence[float]
    of: str | None


class _Table(NamedTuple):
    """A desk: its name, its lanes, and in how many minutes it is free in each draw."""

    name: str
    lanes: tuple[str, ...]
    free: Sequence[float]


def waits(facts: Facts, now: datetime) -> Waits:
    """When those who wait, and who would come now, will be called."""
    busy = [
        (row.procedure, (now - row.called_at) / _MINUTE)
        for row in facts.rows
        if row.state in AT_DESK and row.called_at is not None
    ]
    pace = paces(facts.planned, facts.held, busy, now)
    speed = [math.exp(_PACE_SPREAD * z) for z in _shuffled("pace", _normals())]
    tables = _tables(facts, pace, speed, now)
    everybody = sorted(_players(facts, pace, speed, now), key=lambda each: each.turn)
    players = [each for each in everybody if any(_serves(table, each.place) for table in tables)]
    found: dict[int, list[float]] = {}
    for draw in range(_DRAWS):
        for rank, start in _played(players, tables, draw).items():
            found.setdefault(rank, []).append(start)
    said = {players[rank].turn: _middle(starts) for rank, starts in found.items()}
    here = [each for each in everybody if each.ready <= 0]
    return Waits(
        {each.of: said.get(each.turn) for each in here if each.of},
        {each.place[0]: said.get(each.turn) for each in here if each.of is None},
    )


def _middle(starts: list[float]) -> Wait:
    ordered = sorted(starts)
    return Wait(ordered[_LOW], ordered[_HIGH])


def _serves(table: _Table, place: tuple[str, str | None]) -> bool:
    lane, desk = place
    return (not table.lanes or lane in table.lanes) and desk in (None, table.name)


def _played(players: Sequence[_Player], tables: Sequence[_Table], draw: int) -> dict[int, float]:
    """In how many minutes each of the players who is here is called, in one draw, by rank."""
    queues: dict[tuple[str, str | None], list[int]] = {each.place: [] for each in players}
    coming: list[tuple[float, int]] = []
    left = 0
    for rank, each in enumerate(players):
        if each.ready > 0:
            if each.holds[draw] >= 0:
                coming.append((each.ready, rank))
        else:
            queues[each.place].append(rank)  # in order: a heap already
            left += 1
    heapq.heapify(coming)
    of_table = [[q for place, q in queues.items() if _serves(table, place)] for table in tables]
    free = [(table.free[draw], number) for number, table in enumerate(tables)]
    heapq.heapify(free)
    found: dict[int, float] = {}
    while free and left:
        at, number = free[0]
        while coming and coming[0][0] <= at:
            rank = heapq.heappop(coming)[1]
            heapq.heappush(queues[players[rank].place], rank)
        queue = min((q for q in of_table[number] if q), key=lambda q: q[0], default=None)
        if queue is None:
            if coming:
                heapq.heapreplace(free, (coming[0][0], number))  # until somebody else is here
            else:
                heapq.heappop(free)
            continue
        rank = heapq.heappop(queue)
        if players[rank].ready <= 0:
            found[rank] = at
            left -= 1
        if players[rank].of is not None:
            heapq.heapreplace(free, (at + players[rank].holds[draw] + _BETWEEN, number))
    return found


def _tables(
    facts: Facts, pace: Mapping[str, Pace], speed: Sequence[float], now: datetime
) -> list[_Table]:
    """The desks that will call: those open, and those where somebody is though nobody opened it."""
    busy: dict[str, list[DayRow]] = {}
    for row in sorted(facts.rows, key=lambda row: (row.state is DayState.CALLED, row.key)):
        if row.state in AT_DESK and row.desk:
            busy.setdefault(row.desk, []).append(row)
    known = {desk.name: desk for desk in facts.desks}
    tables = []
    for name in sorted({*busy, *known}):
        desk, there = known.get(name), busy.get(name, [])
        if desk is not None and desk.state is DeskState.CLOSED:
            continue
        lanes = desk.lanes if desk else (there[0].lane,)
        free = [0.0] * _DRAWS
        if there:
            free = _remaining(there[0], pace, speed, now)
            for row in there[1:]:  # a family called together
                free = [sum(pair) for pair in zip(free, _holds(row, pace, speed), strict=True)]
        elif desk is not None and desk.state is DeskState.PAUSED:
            free = [max(5.0, (desk.since + _PAUSE - now) / _MINUTE)] * _DRAWS
        tables.append(_Table(name, lanes, free))
    if all(known[t.name].state is DeskState.PAUSED for t in tables if t.name in known):
        tables = [table for table in tables if table.name not in known]
    return tables


def _remaining(
    row: DayRow, pace: Mapping[str, Pace], speed: Sequence[float], now: datetime
) -> list[float]:
    """How many minutes who is at a desk will still be there: long already, longer still."""
    middle, spread = pace.get(row.procedure) or pace[""]
    gone = max(0.0, (now - (row.called_at or now)) / _MINUTE)
    found = []
    for part, fast in zip(_shuffled(row.key, _parts()), speed, strict=True):
        passed = 0.0
        if gone > 0:
            passed = _NORMAL.cdf((math.log(gone / fast) - middle) / spread)
        z = _NORMAL.inv_cdf(min(0.9999, passed + part * (1 - passed)))
        found.append(max(0.0, math.exp(middle + spread * z) * fast - gone) + _BETWEEN)
    return found


def _players(
    facts: Facts, pace: Mapping[str, Pace], speed: Sequence[float], now: datetime
) -> list[_Player]:
    players = [
        _Player(
            each.turn,
            0.0,
            (each.row.lane, each.row.for_desk),
            _holds(each.row, pace, speed),
            each.turn.visit,
        )
        for each in line(facts.rows, facts.site)
    ]
    for row in facts.rows:
        if row.state is DayState.EXPECTED and row.starts_at is not None:
            players += _expected(row, row.starts_at, facts.site, _holds(row, pace, speed), now)
    due = now + timedelta(minutes=facts.site.turns.walk_in)
    players += [
        # "~" comes after every id: who is here already was here first.
        _Player(Turn(due, now, "~" + lane, Why.WALK_IN), 0.0, (lane, None), (), None)
        for lane in facts.lanes
    ]
    return players


def _holds(row: DayRow, pace: Mapping[str, Pace], speed: Sequence[float]) -> list[float]:
    middle, spread = pace.get(row.procedure) or pace[""]
    normals = _shuffled(row.key, _normals())
    return [math.exp(middle + spread * z) * f for z, f in zip(normals, speed, strict=True)]


def _expected(
    row: DayRow, starts_at: datetime, site: Site, holds: Sequence[float], now: datetime
) -> list[_Player]:
    """Who has an appointment and has not come: in most of the draws they do."""
    late = now > starts_at
    if now > starts_at + timedelta(minutes=site.late_minutes):
        return []
    ready = max(now + (5 if late else 1) * _MINUTE, starts_at - 5 * _MINUTE)
    comes = _shuffled("comes" + row.key, _parts())
    share = _COMES_LATE if late else _COMES
    held = [hold if part < share else -1.0 for hold, part in zip(holds, comes, strict=True)]
    turn = turn_of(row.key, ready, starts_at, row.needs, None, site.late_minutes, site.turns)
    return [_Player(turn, (ready - now) / _MINUTE, (row.lane, None), held, row.key)]


@cache
def _parts() -> tuple[float, ...]:
    return tuple((n + 0.5) / _DRAWS for n in range(_DRAWS))


@cache
def _normals() -> tuple[float, ...]:
    return tuple(_NORMAL.inv_cdf(part) for part in _parts())


def _shuffled(key: str, values: Sequence[float]) -> list[float]:
    """The values, one a draw, in an order of the key's own."""
    return Random(key).sample(values, len(values))  # noqa: S311 - no secret, and the same anywhere


# For people -----------------------------------------------------------------------------------

_STEP, _LONG, _LONG_STEP = 5, 60, 15


def rounded(wait: Wait) -> tuple[int, int]:
    """The interval in minutes as people say it: by 5, beyond an hour by 15; 0 to 5 at least."""
    low, high = _step(wait.low), _step(wait.high)
    return low * math.floor(wait.low / low), max(high, high * math.ceil(wait.high / high))


def _step(minutes: float) -> int:
    return _STEP if minutes <= _LONG else _LONG_STEP
