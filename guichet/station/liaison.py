"""How this station stands with central, in facts, for a screen, the commands and monitoring."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from guichet.config import load_enrolment, load_settings, write_private
from guichet.domain.silence import WIPE_AFTER
from guichet.errors import GuichetError, StoreError
from guichet.station import opening
from guichet.station.core import Core
from guichet.station.retention import DATABASE, Retention
from guichet.store.engine import migrate, open_engine, reading, sqlite_url, writing
from guichet.sync import outbox, replica
from guichet.sync.exchanges import Exchange, heard_at, reason, recent
from guichet.sync.outbox import Queued
from guichet.sync.state import Link

__all__ = ["Exchange", "Facts", "Liaison", "Queued", "Standing", "Waiting", "liaison"]

SKEW = 60.0
"""Seconds by which clocks may differ: beyond, early and late are judged wrong."""


class Standing(StrEnum):
    """How the station stands with central, the gravest first."""

    REVOKED = "revoked"
    LOCKED = "locked"
    TOO_OLD = "too_old"
    REJECTED = "rejected"
    TO_SETTLE = "to_settle"
    OFFLINE = "offline"
    CONFUSED = "confused"
    BEHIND = "behind"
    IN_STEP = "in_step"


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many operations of one kind in one state of the outbox; when the oldest was made."""

    kind: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All there is to tell. Moments are UTC; `problem` is a reason code, `message` its sentence.

    `locks_at` and `wipes_at`: when the station's silence has these effects. `encrypted`: whether
    the local database is. `skew`: as in SyncState.
    """

    standing: Standing
    problem: str
    message: str
    heard_at: datetime | None
    locks_at: datetime | None
    wipes_at: datetime | None
    skew: float | None
    encrypted: bool
    waiting: tuple[Waiting, ...]
    exchanges: tuple[Exchange, ...]

    def count(self, *states: str) -> int:
        """How many operations are in these states of the outbox."""
        return sum(each.count for each in self.waiting if each.state in states)

    @property
    def clock_wrong(self) -> bool:
        """Whether this computer's clock is off by more than a minute."""
        return clock_wrong(self.skew)


def clock_wrong(skew: float | None) -> bool:
    """Whether a clock so many seconds ahead of central's misjudges who is early or late."""
    return skew is not None and abs(skew) > SKEW


class Liaison:
    """What waits for central, and what it answered last. Every method may raise StoreError."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.enrolment = core.enrolment

    def facts(
        self, problem: str | None = None, message: str = "", *, behind: bool = False
    ) -> Facts:
        """The facts, by this application's own link.

        Without one (a command): by the `problem` that was found, and whether it was `behind`.
        """
        state = self._core.sync.state
        with reading(self._core.engine) as connection:
            queued = outbox.all_of_it(connection)
            exchanges = tuple(recent(connection))
            heard = heard_at(connection)
        if problem is None:
            problem, message = state.reason, state.problem
            behind = state.link is Link.STARTING
        heard = max(filter(None, (heard, self._core.sync.exchanges.heard_at)), default=None)
        skew = state.skew
        if skew is None and exchanges:
            skew = exchanges[0].skew
        return Facts(
            standing=self._standing(problem, queued, behind=behind),
            problem=problem,
            message=message,
            heard_at=heard,
            locks_at=heard + self._core.lock_after if heard else None,
            wipes_at=heard + WIPE_AFTER if heard else None,
            skew=skew,
            encrypted=bool(self.enrolment.key),
            waiting=_by_kind(queued),
            exchanges=exchanges,
        )

    def _standing(self, problem: str, queued: Sequence[Queued], *, behind: bool) -> Standing:
        known = {
            "device_revoked": Standing.REVOKED,
            "protocol_too_old": Standing.TOO_OLD,
            "device_unknown": Standing.REJECTED,
            "device_expired": Standing.REJECTED,
        }
        if problem in known:
            return known[problem]
        if self._core.barred() is not None:
            return Standing.LOCKED
        if any(each.state != "pending" for each in queued):
            return Standing.TO_SETTLE
        if problem == "unavailable":
            return Standing.OFFLINE
        if problem:
            return Standing.CONFUSED
        return Standing.BEHIND if queued or behind else Standing.IN_STEP

    def looked(self) -> Facts:
        """The facts, after asking central, which changes nothing on either side."""
        with reading(self._core.engine) as connection:
            cursor = replica.cursor(connection)
        try:
            page = self._core.client().pull(cursor, limit=1)
        except StoreError:
            raise
        except GuichetError as error:
            return self.facts(reason(error), str(error))
        return self.facts("", behind=bool(page.changes))

    def exchanged(self, progress: Callable[[float], None]) -> Facts:
        """The facts, after pushing and pulling now; `progress` as of Core.exchange."""
        problem, message = "", ""
        try:
            self._core.exchange(progress)
        except StoreError:
            raise
        except GuichetError as error:
            problem, message = reason(error), str(error)
            self._core.sync.failed(error)
        self._core.sync.upkeep()
        return self.facts(problem, message)

    def wake(self) -> None:
        """Have the application exchange now."""
        self._core.sync.wake()

    def outbox(self) -> list[Queued]:
        """What waits to leave, or for a person, in the order it was made."""
        with reading(self._core.engine) as connection:
            return outbox.all_of_it(connection)

    def exchanges(self, limit: int) -> list[Exchange]:
        """The last exchanges, the latest first."""
        with reading(self._core.engine) as connection:
            return recent(connection, limit)

    def retry(self, operation: str | None = None) -> int:
        """Queue what was refused or set aside again, or that one only; how many there were."""
        with writing(self._core.engine) as connection:
            count = outbox.retry(connection, operation)
        if count:
            self._core.sync.recount()
            self._core.sync.wake()
            self._core.changed()
        return count

    def export(self, path: Path) -> int:
        """Write what central has not accepted, one operation a line as it is sent; how many.

        It holds personal data: the file is its owner's only. Raises ConfigError.
        """
        waiting = [each for each in self.outbox() if each.state in outbox.UNACCEPTED]
        write_private(path, "".join(f"{each.body}\n" for each in waiting))
        return len(waiting)


@contextmanager
def liaison(folder: Path, clock: Callable[[], datetime]) -> Iterator[Liaison]:
    """A station's link with central for a command, beside the open application or without it.

    Raises ConfigError when the folder is no enrolled station, StoreError when its database fails.
    """
    enrolment = load_enrolment(folder)
    path = folder / DATABASE
    if enrolment is None or not path.exists():
        raise opening.not_enrolled()
    engine = open_engine(sqlite_url(path), enrolment.key)
    core = Core(engine, enrolment, clock)
    try:
        migrate(engine)
        core.lock_after = timedelta(days=load_settings(folder).lock_days)
        core.sync.upkeep = Retention(core, folder).upkeep
        yield Liaison(core)
    finally:
        core.close()
        engine.dispose()


def _by_kind(queued: Sequence[Queued]) -> tuple[Waiting, ...]:
    """What waits, by kind: first what somebody has to see to, then what has waited longest."""
    groups: dict[tuple[str, str], list[datetime]] = {}
    for each in queued:
        groups.setdefault((each.state, each.kind), []).append(each.created_at)
    waiting = [Waiting(kind, state, len(made), min(made)) for (state, kind), made in groups.items()]
    return tuple(sorted(waiting, key=lambda each: (each.state == "pending", each.oldest)))
