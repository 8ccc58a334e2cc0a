"""What may stay on this computer: days that are over go, and all of it when the station may not."""

import contextlib
import logging
import math
import time
from datetime import date, timedelta
from pathlib import Path

from guichet.errors import GuichetError
from guichet.station.core import Bar, Core
from guichet.station.drafts import Drafts, persons_under_way
from guichet.store.engine import compact, writing
from guichet.sync.replica import purge, wipe

logger = logging.getLogger(__name__)

DATABASE = "station.sqlite3"
PAPERS = "convocations"
_KEPT = timedelta(days=1)
"""How long a finished day, and what was printed on it, stays: until the end of the next one."""


class Retention:
    """Deletes what may stay here no longer, for the thread that keeps in step with central."""

    def __init__(self, core: Core, folder: Path) -> None:
        self._core = core
        self._folder = folder
        self._papers = folder / PAPERS
        self._kept: date | None = None
        self._wiped = False
        self._remains = False
        """Whether what was deleted may still be found in the file, or in its log."""

    def upkeep(self) -> None:
        """Look after each exchange with central, whether it went well or not."""
        try:
            if self._core.barred() in (Bar.REVOKED, Bar.EXPIRED):
                self._wipe()
            elif self._core.site is not None and self._core.today() != self._kept:
                if self._kept is not None:  # opening has just done it: who is being recorded stays
                    self.purge()
                    self._core.journal.purge()
                Drafts(self._core).purge()
                self._drop_papers(time.time() - _KEPT.total_seconds())
                compact(self._core.engine)
                self._kept = self._core.today()
        except (GuichetError, OSError) as error:  # the disk: tried again after the next exchange
            logger.warning("upkeep: %s", type(error).__name__)

    def purge(self) -> None:
        """Drop the days of the site that are over. Raises StoreError."""
        with writing(self._core.engine) as connection:
            before = self._core.today() - _KEPT
            purge(connection, before, persons_under_way(connection))

    def _wipe(self) -> None:
        with writing(self._core.engine) as connection:
            wiped = wipe(connection)
        if wiped:
            logger.warning("the local copy was deleted: %s", self._core.barred())
            self._core.agent = None
            self._remains = True
            self._core.changed()
        if wiped or not self._wiped:
            self._core.journal.wipe()
            self._wiped = True
        self._drop_papers(math.inf)
        for copy in self._folder.glob(f"{DATABASE}.*"):  # older or damaged ones, set aside
            copy.unlink(missing_ok=True)
        if self._remains:
            self._remains = not compact(self._core.engine, always=True)

    def _drop_papers(self, before: float) -> None:
        """Delete the documents written before that moment, in seconds since 1970."""
        if not self._papers.is_dir():
            return
        for path in self._papers.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another program was quicker
                if path.stat().st_mtime < before:
                    path.unlink()
