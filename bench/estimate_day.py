"""A simulated day at a site, played through the real rules of the line: what is asked, what came.

Durations are lognormal by démarche around other medians than planned; persons come early, late or
not at all, some without appointment, some with a priority card; desks open late and pause.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from math import exp, log
from random import Random
from zoneinfo import ZoneInfo

from guichet.central.training_catalogue import PROCEDURES, SITES
from guichet.domain.day import DayRow, DayState
from guichet.domain.desks import Desk, DeskState, Ended, Step
from guichet.domain.line import callable_at, line
from guichet.domain.model import Procedure
from guichet.domain.pace import Held

SITE = SITES[0]
_MINUTE = timedelta(minutes=1)
_FROM, _UNTIL = 8.5, 15.5
_CLOSES = 18.0
_ABSENT, _WALK_INS, _PRIORITY, _UNANSWERED = 0.08, 0.2, 0.05, 0.03
DESKS: dict[str, tuple[str, ...]] = {
    **{str(n): ("A",) for n in range(1, 5)},
    **{str(n): ("B", "C") for n in range(5, 9)},
    **{str(n): () for n in range(9, 13)},
}
"""Twelve: four for a lane, four for two, four for all."""


@dataclass
class World:
    """How long things really take: which planners and estimates do not know."""

    rng: Random
    true: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.true = {p.label: p.minutes * self.rng.uniform(0.75, 1.35) for p in PROCEDURES}

    def holds(self, label: str) -> float:
        """Minutes at the desk for one person."""
        return exp(self.rng.gauss(log(self.true[label]), 0.5))


Asked = Callable[["Day", DayRow], None]


class Day:
    """One day; `asked` is called at each arrival, once the person is in the line."""

    def __init__(
        self,
        world: World,
        day: date,
        asked: Asked,
        *,
        load: float = 0.93,
        slower: tuple[float, float] | None = None,
    ) -> None:
        self.world, self.day, self._asked = world, day, asked
        self._load = load
        self._slower = slower
        """From which hour on everything takes so many times longer. `load`: which part of the
        desks' time is booked, or taken by who has no appointment, at the true durations."""
        self.now = self.at(_FROM)
        self.rows: dict[str, DayRow] = {}
        self.desks: dict[str, Desk] = {}
        self.held: list[Held] = []
        self.called: dict[str, datetime] = {}
        self._begun: dict[str, datetime] = {}
        self._free: set[str] = set()
        self._pausing: set[str] = set()
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def at(self, hour: float) -> datetime:
        """A moment of the day."""
        midnight = datetime(
            self.day.year, self.day.month, self.day.day, tzinfo=ZoneInfo(SITE.time_zone)
        )
        return midnight + timedelta(hours=hour)

    def play(self) -> None:
        """The whole day."""
        self._plan()
        while self._events:
            self.now, _number, event = heapq.heappop(self._events)
            event()
            self._call()

    def _on(self, at: datetime, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._count), event))

    # What is planned --------------------------------------------------------------------------

    def _plan(self) -> None:
        rng = self.world.rng
        room = self._load * len(DESKS) * (_UNTIL - _FROM) * 60
        for number in itertools.count():
            procedure = rng.choices(PROCEDURES, [3 if p.lane == "A" else 2 for p in PROCEDURES])[0]
            room -= self.world.true[procedure.label] * exp(0.125) + 1.5
            if room < 0:
                break
            if rng.random() < _WALK_INS:
                moment = self.at(rng.uniform(_FROM, _UNTIL))
                row = self._row(f"w{number}", procedure, None)
            else:
                moment = self.at(_FROM + int(rng.uniform(0, _UNTIL - _FROM) * 12) / 12)
                row = self._row(f"a{number}", procedure, moment)
                self.rows[row.key] = row
                late = rng.random() < 0.13
                early = -rng.uniform(2, 14) if late else rng.triangular(3, 28, 12)
                moment -= early * _MINUTE
                if rng.random() < _ABSENT:
                    continue
            self._on(moment, partial(self._arrives, row))
        for name, lanes in DESKS.items():
            opens = self.at(_FROM) + rng.choice((0, 0, 0, 10, 25)) * _MINUTE
            self._on(opens, partial(self._opens, name, lanes))
            for hour in (rng.uniform(9.8, 11), rng.uniform(13.8, 15)):
                self._on(self.at(hour), partial(self._pausing.add, name))

    def _row(self, key: str, procedure: Procedure, starts_at: datetime | None) -> DayRow:
        priority = self.world.rng.random() < _PRIORITY
        return DayRow(
            key=key, state=DayState.EXPECTED, starts_at=starts_at, name="", reference="",
            procedure=procedure.label, appointment=key if starts_at else None, visit=None,
            ticket="", arrived_at=None, called_at=None, desk="", anomaly=None, confirmed=True,
            needs=("priority_card",) if priority else (), lane=procedure.lane,
        )  # fmt: skip

    # What happens -----------------------------------------------------------------------------

    def _arrives(self, row: DayRow) -> None:
        here = replace(row, state=DayState.WAITING, visit=row.key, arrived_at=self.now)
        self.rows[row.key] = here
        self._asked(self, here)

    def _opens(self, name: str, lanes: tuple[str, ...]) -> None:
        self.desks[name] = Desk(name, SITE.number, name, lanes, DeskState.OPEN, "x", self.now)
        self._free.add(name)

    def _pauses(self, name: str) -> None:
        self._pausing.discard(name)
        self.desks[name] = replace(self.desks[name], state=DeskState.PAUSED, since=self.now)
        until = self.now + self.world.rng.uniform(10, 22) * _MINUTE
        self._on(until, partial(self._opens, name, DESKS[name]))

    def _call(self) -> None:
        for name in self.world.rng.sample(sorted(self._free), len(self._free)):
            if name in self._pausing:
                self._free.discard(name)
                self._pauses(name)
                continue
            found = callable_at(line(self.rows.values(), SITE), name, DESKS[name])
            if not found:
                continue
            self._free.discard(name)
            row = found[0].row
            self.rows[row.key] = replace(row, state=DayState.CALLED, called_at=self.now, desk=name)
            self.called.setdefault(row.key, self.now)
            self._on(self.now + self._lasts(row), partial(self._ends, name, row.key))

    def _lasts(self, row: DayRow) -> timedelta:
        rng = self.world.rng
        if rng.random() < _UNANSWERED:
            self._begun[row.key] = self.now
            return 2 * _MINUTE
        slower = 1.0
        if self._slower is not None and self.now >= self.at(self._slower[0]):
            slower = self._slower[1]
        return (rng.uniform(0.3, 1.2) + self.world.holds(row.procedure) * slower) * _MINUTE

    def _ends(self, name: str, key: str) -> None:
        row = self.rows[key]
        called_at = row.called_at or self.now
        if self._begun.pop(key, None) is not None:
            step = Step(name, row.lane, called_at, called_at, None, self.now, Ended.MISSED)
            self.rows[key] = replace(
                row, state=DayState.WAITING, called_at=None, desk="", last=step
            )
        else:
            self.rows[key] = replace(row, state=DayState.DONE)
            self.held.append(Held(row.procedure, called_at, self.now))
        rest = self.world.rng.uniform(0.2, 1.5) * _MINUTE
        self._on(self.now + rest, lambda: self._free.add(name))
