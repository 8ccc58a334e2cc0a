"""What the waiting room's display knows: read beside the application, which keeps the folder."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, event

from guichet.config import Enrolment, load_enrolment
from guichet.domain.display import DeskCall
from guichet.domain.estimate import NO_WAITS, Wait, Waits
from guichet.domain.estimate import waits as estimate
from guichet.domain.model import Site
from guichet.errors import ConfigError, StoreError
from guichet.i18n import _
from guichet.station import opening
from guichet.station.retention import DATABASE
from guichet.store import waits
from guichet.store.display import calls_of, waiting_count
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.records import get
from guichet.sync.exchanges import Exchange, recent


class Hears(StrEnum):
    """Whose calls a display hears of."""

    ALL = "all"
    HERE = "here"
    """Those made at this post: central does not answer it."""
    NOTHING = "nothing"
    """Nobody's: the application is closed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a display may show, at a moment by the site's clocks.

    `since`: since when it hears less than all calls.
    """

    at: datetime
    site: str
    calls: list[DeskCall]
    waiting: int
    hears: Hears
    since: datetime | None
    lanes: Mapping[str, Wait | None] = field(default_factory=dict)
    """How long who came now would wait, by lane; None where no desk is open."""


class Display:
    """Looks at a station's database without writing to it; blocks."""

    def __init__(self, folder: Path, enrolment: Enrolment, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._number = enrolment.site
        self._clock = clock
        self._path = folder / DATABASE
        self._file = self._path.stat().st_ino
        self._engine = open_engine(sqlite_url(self._path), enrolment.key)
        event.listen(self._engine, "connect", _only_read)
        self._alive_at: datetime | None = None
        self._waits: Waits = NO_WAITS
        self._waits_at: datetime | None = None

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def look(self) -> Look:
        """What there is to show now. Raises StoreError when the database fails."""
        self._follow()
        now = self._clock()
        with reading(self._engine) as connection:
            site = get(connection, Site, self._number)
            if site is None:
                raise StoreError(_("La base de ce poste n’a pas encore son site."))
            here = now.astimezone(ZoneInfo(site.time_zone))
            calls = calls_of(connection, site.number, here.date())
            waiting = waiting_count(connection, site.number, here.date())
            last = next(iter(recent(connection, 1)), None)
            lanes = self._lanes(connection, site, now)
        hears, since = self._hears(last, now)
        local = None if since is None else since.astimezone(here.tzinfo)
        return Look(here, site.name, calls, waiting, hears, local, lanes)

    def _lanes(
        self, connection: Connection, site: Site, now: datetime
    ) -> Mapping[str, Wait | None]:
        before = self._waits_at
        if before is None or not timedelta(0) <= now - before < waits.EVERY:
            day = now.astimezone(ZoneInfo(site.time_zone)).date()
            self._waits = estimate(waits.facts(connection, site, day), now)
            self._waits_at = now
        return self._waits.lanes

    def _follow(self) -> None:
        """Look at the file that has the database's name now: a damaged one is replaced."""
        try:
            file = self._path.stat().st_ino
        except FileNotFoundError as error:
            raise StoreError(_("La base de ce poste a disparu.")) from error
        if file != self._file:
            self._engine.dispose()
            self._file = file

    def _hears(self, last: Exchange | None, now: datetime) -> tuple[Hears, datetime | None]:
        if not opening.in_use(self._folder):
            return Hears.NOTHING, self._alive_at or (last.at if last else now)
        self._alive_at = now
        if last is not None and last.problem:
            return Hears.HERE, last.first_at
        return Hears.ALL, None


def _only_read(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


@contextmanager
def displaying(folder: Path, clock: Callable[[], datetime]) -> Iterator[Display]:
    """What a station's folder has to show; the application may be open on it, and should be.

    Raises ConfigError when the folder is no enrolled station, or has no data yet.
    """
    enrolment = load_enrolment(folder)
    if enrolment is None or not (folder / DATABASE).exists():
        raise ConfigError(
            _(
                "Ce dossier n’est pas celui d’un poste enrôlé\u00a0: indiquez avec --dir celui où "
                "«\u00a0guichet\u00a0» est ouvert."
            )
        )
    display = Display(folder, enrolment, clock)
    try:
        yield display
    finally:
        display.close()
