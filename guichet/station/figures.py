"""Statistics for the supervisor: central's, or what this station can count; and their exports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guichet.domain.masking import masked as as_told
from guichet.domain.model import Role
from guichet.domain.operations import Refused
from guichet.domain.statistics import By, Statistics, nonsense
from guichet.errors import CentralUnavailable
from guichet.i18n import _
from guichet.station.core import Core
from guichet.station.tables import Table
from guichet.store.engine import reading
from guichet.store.statistics import first_day, statistics


@dataclass(frozen=True, slots=True)
class Told:
    """Statistics, and why they are this station's own when central did not answer ("" else)."""

    statistics: Statistics
    silent: str = ""


class Figures:
    """What the supervisor's statistics ask for."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def of(self, first: date, last: date, by: By, *, masked: bool = False) -> Told | Refused:
        """What a period was like at this site, as central says.

        Without central, what is known here of the days that this station has: `complete` is False
        then. Raises the faults of guichet.errors but CentralUnavailable.
        """
        if nonsense(first, last, by):
            return Refused("bad_period")
        agent = self._core.agent
        if agent is None or Role.SUPERVISOR not in agent.roles:
            return Refused("not_allowed")
        try:
            return Told(self._core.client().statistics(first, last, by, masked=masked))
        except CentralUnavailable as error:
            here = self._here(first, last, by)
            if here is None:
                return Refused("no_days_here")
            return Told(as_told(here) if masked or by is By.SITE else here, str(error))

    def _here(self, first: date, last: date, by: By) -> Statistics | None:
        site, now = self._core.known_site(), self._core.clock()
        with reading(self._core.engine) as connection:
            since = first_day(connection, site.number)
            if since is None or since > last:
                return None
            start = max(first, since)
            return statistics(connection, [site], start, last, by, now, history=False)

    def write(
        self,
        table: Table,
        path: Path,
        going: Callable[[float], bool] = lambda _part: True,
    ) -> bool | Refused:
        """Write a table as CSV, XLSX or PDF, by the file's ending; False when it was stopped.

        `going` is told the part that is done, 0 to 1, and says whether to go on. A table with
        names is for supervisors only. Raises DocumentError.
        """
        from guichet.station import exports  # noqa: PLC0415 - what writes spreadsheets is slow

        agent = self._core.agent
        if agent is None or (table.named and Role.SUPERVISOR not in agent.roles):
            return Refused("not_allowed")
        if path.suffix.lower() not in exports.WRITERS:
            return Refused("unknown_format")
        issued = self._core.local(self._core.clock())
        foot = _("{site}, {moment}").format(
            site=self._core.known_site().name, moment=f"{issued:%d/%m/%Y %H:%M}"
        )
        return exports.write(table, path, foot, issued, going)
