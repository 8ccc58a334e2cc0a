"""The queue as the counter shows it, and calling the next person to a desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from guichet.domain.day import DayRow, DayState, next_to_call
from guichet.domain.needs import Need
from guichet.domain.operations import Refused
from guichet.i18n import _
from guichet.screens.verdicts import needs_of
from guichet.screens.words import STATES
from guichet.widgets.rows import Column, Row

if TYPE_CHECKING:
    from guichet.station import Station
    from guichet.station.reception import Reception

_WIDE = 100
COLUMNS = (
    Column("ticket", _("Ticket"), width=6),
    Column("time", _("Heure"), width=5, min_terminal=_WIDE),
    Column("name", _("Usager"), flex=3),
    Column("procedure", _("Démarche"), flex=3, min_terminal=_WIDE),
    Column("needs", _("Besoins"), flex=2, min_terminal=_WIDE),
    Column("state", _("État"), width=10),
)
_HERE = (DayState.CALLED, DayState.SERVING, DayState.WAITING)


class Called(NamedTuple):
    """Who was called, if anybody waits, and why not, if central's rules say no."""

    row: DayRow | None
    refused: Refused | None = None


def at_desk(rows: Iterable[DayRow], desk: str) -> DayRow | None:
    """The person called to the desk or received there."""
    states = (DayState.CALLED, DayState.SERVING)
    return next((row for row in rows if row.desk == desk and row.state in states), None)


def call_next(reception: "Reception", desk: str) -> Called:
    """Call the next waiting person to the desk, unless somebody is there already. Blocks."""
    rows = reception.day()
    row = at_desk(rows, desk)
    if row is not None:
        return Called(row)
    row = next_to_call(rows)
    if row is None or row.visit is None:
        return Called(None)
    return Called(row, reception.call(row.visit, desk))


def here(rows: Iterable[DayRow]) -> list[DayRow]:
    """Those who are in the building, the ones called first."""
    return sorted((row for row in rows if row.state in _HERE), key=lambda row: _HERE.index(row.state))


def lines(rows: Sequence[DayRow], station: "Station") -> list[Row]:
    """The rows as the list shows them."""
    now = station.now()
    return [_line(row, station, now) for row in rows]


def desk_line(rows: Sequence[DayRow], desk: str) -> str:
    """Who is at the desk, else who is next and by which priority."""
    row = at_desk(rows, desk)
    if row is not None:
        said = _("Appelé") if row.state is DayState.CALLED else _("Au guichet")
        return _("{said}\u202f: {who}").format(said=said, who=who(row))
    row = next_to_call(rows)
    if row is None:
        return _("Personne n’attend.")
    card = _(" (carte prioritaire)") if Need.PRIORITY_CARD in row.needs else ""
    return _("Prochain\u202f: {who}{card}").format(who=who(row), card=card)


def who(row: DayRow) -> str:
    """A person by ticket and name."""
    return f"{row.ticket} {row.name}".strip()


def _line(row: DayRow, station: "Station", now: datetime) -> Row:
    level, word = STATES[row.state]
    waits = row.waiting_since
    if waits is not None:
        # Nearly everybody in this list waits: a sign on each line would say nothing.
        level, word = "idle", _("{n} min").format(n=max(0, int((now - waits).total_seconds() // 60)))
    elif row.state in (DayState.CALLED, DayState.SERVING):
        word = _("guichet {desk}").format(desk=row.desk)
    time = f"{station.local(row.starts_at):%H:%M}" if row.starts_at else ""
    if row.state is DayState.EXPECTED and time:
        word = time
    cells = (row.ticket, time, row.name, row.procedure, needs_of(row.needs), word)
    return Row(row.key, cells, level, dim=row.state is DayState.EXPECTED)
