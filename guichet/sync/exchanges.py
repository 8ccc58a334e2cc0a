"""The recent exchanges with central, for whoever asks how it goes: counts and reason codes only.

Also how long central has not been heard, by a clock that nobody can turn back.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from guichet.domain.silence import silence
from guichet.errors import CentralRefused, CentralUnavailable, GuichetError, ProtocolError
from guichet.store.engine import reading, writing
from guichet.store.schema import METADATA

logger = logging.getLogger(__name__)

_EXCHANGE = METADATA.tables["exchange"]
_SETTING = METADATA.tables["setting"]
_KEPT = 200
_SELDOM = 60.0
"""Seconds between two writes about exchanges alike that moved nothing: an idle station rests."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange, or `times` of them in a row, alike, that moved nothing.

    `first_at` and `at` are when the first and the last began, `ms` is what the last took; `problem`
    is a reason code, empty when it went well; `skew` as in SyncState.
    """

    first_at: datetime
    at: datetime
    times: int = 1
    ms: int = 0
    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    problem: str = ""
    skew: float | None = None

    @property
    def moved(self) -> bool:
        """Whether anything went over."""
        return bool(self.pushed or self.pulled)


@dataclass(slots=True)
class Tally:
    """What an exchange has moved so far."""

    pushed: int = 0
    pulled: int = 0
    refused: int = 0


class Exchanges:
    """Notes a station's exchanges in its database, the last 200. For one thread, save `heard`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._last: Exchange | None = None
        self._row: int | None = None
        self._written = 0.0
        self._written_at: datetime | None = None
        self._kept = -math.inf
        self._heard: datetime | None = None
        self._latest: datetime | None = None

    @contextmanager
    def one(self, skew: Callable[[], float | None]) -> Iterator[Tally]:
        """An exchange, noted when it ends, well or by a fault, which goes on its way."""
        at, started, tally = self._clock(), time.monotonic(), Tally()

        def ended(problem: str) -> None:
            ms = round((time.monotonic() - started) * 1000)
            self._note(
                Exchange(at, at, 1, ms, **asdict(tally), problem=problem, skew=skew()),
            )

        try:
            yield tally
        except GuichetError as error:
            try:
                ended(reason(error))
            except GuichetError as second:  # of the two faults the first is the one to be told
                logger.warning("the exchange is not noted: %s", second)
            raise
        ended("")

    def silence(self) -> timedelta:
        """How long central has not been heard; from now on for a station that never looked."""
        now = self._clock()
        if self._heard is None:
            with reading(self._engine) as connection:
                self._heard = _moment(connection, "heard_at")
                self._latest = _moment(connection, "latest_at")
            if self._heard is None:
                self._heard = now
                with writing(self._engine) as connection:
                    self._keep(connection, now, heard=True)
        self._latest = max(now, self._latest or now)
        return silence(self._heard, self._latest, now)

    @property
    def heard_at(self) -> datetime | None:
        """When central was last heard, as far as this program knows."""
        return self._heard

    def heard(self) -> None:
        """Central has spoken outside an exchange; from any thread. Raises StoreError."""
        # Central's word resets a clock that had run ahead.
        self._heard = self._latest = now = self._clock()
        if time.monotonic() < self._kept + _SELDOM:
            return
        with writing(self._engine) as connection:
            self._keep(connection, now, heard=True)
        self._kept = time.monotonic()

    def _note(self, made: Exchange) -> None:
        last = self._last
        alike = (
            last is not None and not (last.moved or made.moved) and (last.problem == made.problem)
        )
        if last is not None and alike:
            made = replace(made, first_at=last.first_at, times=last.times + 1)
        self._last = made
        self.silence()
        if not made.problem:
            # Central's word resets a clock that had run ahead.
            self._heard = self._latest = self._clock()
        if alike and time.monotonic() < self._written + _SELDOM and self._close_to(made.at):
            return
        with writing(self._engine) as connection:
            self._write(connection, made, alike=alike)
            self._keep(connection, self._clock(), heard=not made.problem)
        self._written, self._written_at = time.monotonic(), made.at

    def _close_to(self, at: datetime) -> bool:
        """Whether the computer has neither slept nor had its clock changed since the last write."""
        return self._written_at is not None and abs(at - self._written_at) < timedelta(minutes=2)

    def _write(self, connection: Connection, made: Exchange, *, alike: bool) -> None:
        if alike:
            same = update(_EXCHANGE).where(_EXCHANGE.c.id == self._row).values(asdict(made))
            if connection.execute(same).rowcount:
                return
        added = insert(_EXCHANGE).values(asdict(made)).returning(_EXCHANGE.c.id)
        self._row = connection.execute(added).scalar_one()
        newest = select(func.max(_EXCHANGE.c.id)).scalar_subquery()
        connection.execute(delete(_EXCHANGE).where(_EXCHANGE.c.id <= newest - _KEPT))

    def _keep(self, connection: Connection, now: datetime, *, heard: bool) -> None:
        latest = now if heard else max(now, self._latest or now)
        _set(connection, "latest_at", latest)
        if heard:
            _set(connection, "heard_at", now)


def recent(connection: Connection, limit: int = _KEPT) -> list[Exchange]:
    """The last exchanges, the latest first."""
    rows = connection.execute(select(_EXCHANGE).order_by(_EXCHANGE.c.id.desc()).limit(limit))
    return [
        Exchange(**{name: value for name, value in row._mapping.items() if name != "id"})  # noqa: SLF001 - SQLAlchemy's public name
        for row in rows
    ]


def heard_at(connection: Connection) -> datetime | None:
    """When central was last heard, within a minute; None: never."""
    return _moment(connection, "heard_at")


def reason(error: GuichetError) -> str:
    """The reason code of a fault of an exchange."""
    match error:
        case CentralRefused():
            return error.reason
        case CentralUnavailable():
            return "unavailable"
        case ProtocolError():
            return "protocol"
        case _:
            return "database"


def _moment(connection: Connection, name: str) -> datetime | None:
    kept = connection.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar()
    return datetime.fromisoformat(kept) if kept else None


def _set(connection: Connection, name: str, moment: datetime) -> None:
    connection.execute(delete(_SETTING).where(_SETTING.c.name == name))
    connection.execute(insert(_SETTING).values(name=name, value=moment.isoformat()))
