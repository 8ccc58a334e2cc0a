"""How far the announced waits are off, on simulated days, beside what others announce."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from statistics import fmean, median

from bench.estimate_day import DESKS, SITE, Day, World
from bench.figures import Figure, p95
from guichet.central.training_catalogue import PROCEDURES
from guichet.domain.day import DayRow
from guichet.domain.desks import DeskState
from guichet.domain.estimate import Facts, rounded, waits
from guichet.domain.line import line
from guichet.domain.pace import Held

_SEEDS = range(201, 209)
"""None of those the rule was made with."""
_DAY = date(2026, 11, 24)
_MINUTE = timedelta(minutes=1)
_PLANNED = {procedure.label: procedure.minutes for procedure in PROCEDURES}
_MEAN = fmean(_PLANNED.values())
_LANES = tuple(sorted({procedure.lane for procedure in PROCEDURES}))
_LAST = 10


@dataclass
class Told:
    """What was announced to each person, in minutes: ours, and two simple rules'."""

    yesterday: Sequence[Held]
    ours: dict[str, tuple[int, int]] = field(default_factory=dict)
    configured: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def ask(self, day: Day, row: DayRow) -> None:
        """Announce to who has just come."""
        desks = list(day.desks.values())
        facts = Facts(
            SITE, list(day.rows.values()), desks, _PLANNED, [*self.yesterday, *day.held], _LANES
        )
        begun = time.perf_counter()
        wait = waits(facts, day.now).visits[row.key]
        self.seconds.append(time.perf_counter() - begun)
        if wait is None:
            return  # no desk is open yet: that is said instead
        self.ours[row.key] = rounded(wait)
        self._peers(day, row)

    def _peers(self, day: Day, row: DayRow) -> None:
        in_line = line(day.rows.values(), SITE)
        able = [
            name for name, lanes in DESKS.items()
            if (not lanes or row.lane in lanes)
            and name in day.desks and day.desks[name].state is DeskState.OPEN
        ]  # fmt: skip
        ahead = next(n for n, each in enumerate(in_line) if each.row.key == row.key)
        lanes = {each for name in able for each in DESKS[name] or _LANES}
        ahead = sum(1 for each in in_line[:ahead] if each.row.lane in lanes)
        self.configured[row.key] = _MEAN * ahead / max(1, len(able))
        called = sorted(
            (at, key) for key, at in day.called.items() if day.rows[key].lane == row.lane
        )[-_LAST:]
        waited = [(at - (day.rows[key].arrived_at or at)) / _MINUTE for at, key in called]
        self.last[row.key] = fmean(waited) if waited else 0.0


@dataclass
class Kind:
    """A kind of day: how full, and how many times longer everything takes from an hour on."""

    name: str
    load: float
    slower: tuple[float, float] | None = None
    after: float | None = None
    """Only who comes from this hour on is counted."""


KINDS = (
    Kind("usual days", 0.93),
    Kind("full days", 1.06),
    Kind("days that double at 11:00", 0.9, (11.0, 2.0)),
    Kind("the same, from 12:00", 0.9, (11.0, 2.0), 12.0),
)


@dataclass
class Off:
    """By how many minutes each ticket was told wrongly (told - came), and what came."""

    came: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    configured: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    wide: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, day: Day, told: Told, after: float | None) -> None:
        """Count a day that has been played."""
        self.seconds += told.seconds
        for key, (low, high) in told.ours.items():
            came, called = day.rows[key].arrived_at, day.called.get(key)
            if called is None or came is None or (after and came < day.at(after)):
                continue
            wait = (called - came) / _MINUTE
            self.came.append(wait)
            self.ours.append((low + high) / 2 - wait)
            self.configured.append(told.configured[key] - wait)
            self.last.append(told.last[key] - wait)
            self.inside.append(low <= wait <= high)
            self.wide.append(high - low)


def played(kind: Kind, seeds: Iterable[int]) -> Off:
    """Days of a kind, each after another one that is measured too."""
    off = Off()
    for seed in seeds:
        world = World(Random(seed))  # noqa: S311 - no secret
        before = Day(world, _DAY - timedelta(days=1), lambda _day, _row: None)
        before.play()
        told = Told(before.held)
        day = Day(world, _DAY, told.ask, load=kind.load, slower=kind.slower)
        day.play()
        off.add(day, told, kind.after)
    return off


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        off = played(kind, _SEEDS)
        peers = (("configured mean", off.configured), ("last waits", off.last))
        yield Figure(f"{kind.name}: tickets told", len(off.ours), "")
        yield Figure(f"{kind.name}: wait, median", median(off.came), "min")
        yield Figure(f"{kind.name}: wait, p90", sorted(off.came)[len(off.came) * 9 // 10], "min")
        for peer, theirs in peers:
            yield Figure(
                f"{kind.name}: median error",
                median(map(abs, off.ours)), "min", median(map(abs, theirs)), peer, 1.0,
                of_ratio=True,
            )  # fmt: skip
        for peer, theirs in peers:
            yield Figure(
                f"{kind.name}: mean error",
                fmean(map(abs, off.ours)), "min", fmean(map(abs, theirs)), peer, 1.0,
                of_ratio=True,
            )  # fmt: skip
        yield Figure(f"{kind.name}: bias (told - came)", fmean(off.ours), "min")
        for peer, theirs in peers:
            yield Figure(f"{kind.name}: bias of {peer}", fmean(theirs), "min")
        yield Figure(f"{kind.name}: inside what was told", 100 * fmean(off.inside), "%")
        yield Figure(f"{kind.name}: width told, median", median(off.wide), "min")
        yield Figure(f"{kind.name}: one estimate, p95", p95(off.seconds), "ms", limit=50)
