"""The last readings at this counter: seen again, taken up, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from guichet.domain.together import Arrival, together
from guichet.i18n import _
from guichet.screens import verdicts
from guichet.station import Reading, Station
from guichet.widgets.level import SIGNS
from guichet.widgets.rows import Column, Row, RowsView
from guichet.widgets.verdict import VerdictView

KEPT = 10
_COLUMNS = (
    Column("at", _("Heure"), width=5, min_terminal=120),  # the panel says it, too
    Column("word", _("Verdict"), width=16),  # the longest, whole
    Column("who", _("Usager"), flex=1),
    Column("ticket", _("Ticket"), width=6),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading as it was shown, at a UTC moment.

    `open`: it waits for the agent's word. `undone`: its check-in was taken back.
    """

    number: int
    at: datetime
    reading: Reading
    view: VerdictView
    open: bool = False
    undone: bool = False

    @property
    def checked_in(self) -> bool:
        """Whether there is an arrival to take back."""
        return self.reading.checked_in and not self.undone

    @property
    def about(self) -> str | None:
        """The appointment it is about, as far as the reading tells."""
        if self.reading.appointment is not None:
            return self.reading.appointment.id
        return self.reading.claims.appointment if self.reading.claims else None


class Recent:
    """The last ten readings, and besides every one that waits for the agent's word."""

    def __init__(self) -> None:
        self._scans: list[Scan] = []
        self._numbers = count(1)

    def __iter__(self) -> Iterator[Scan]:
        """The newest first."""
        return reversed(self._scans)

    @property
    def waiting(self) -> int:
        """How many wait for the agent's word."""
        return sum(scan.open for scan in self._scans)

    @property
    def last_in(self) -> Scan | None:
        """The last check-in, unless it was taken back."""
        return next((scan for scan in self if scan.checked_in), None)

    def numbered(self, number: int) -> Scan | None:
        """The reading of that number, while it is kept."""
        return next((scan for scan in self._scans if scan.number == number), None)

    def add(self, reading: Reading, view: VerdictView, at: datetime) -> Scan:
        """Keep a reading; it settles what waited for the agent's word about the same person."""
        is_open = verdicts.waiting_for_agent(reading)
        scan = Scan(next(self._numbers), at, reading, view, open=is_open)
        about = scan.about
        self._scans = [s for s in self._scans if not (s.open and about and s.about == about)]
        self._scans.append(scan)
        if reading.checked_in and len(tickets := self._tickets_together()) > 1:
            line = _("Même nom ou téléphone\u00a0: {tickets}").format(tickets=", ".join(tickets))
            scan = self.put(replace(scan, view=replace(view, lines=(*view.lines, line))))
        closed = [s.number for s in self._scans if not s.open]
        gone = set(closed[:-KEPT])
        self._scans = [s for s in self._scans if s.number not in gone]
        return scan

    def put(self, scan: Scan) -> Scan:
        """Keep this in place of what was kept under its number."""
        self._scans = [scan if s.number == scan.number else s for s in self._scans]
        return scan

    def _tickets_together(self) -> list[str]:
        arrivals = [
            Arrival(scan.at, person.family_name, person.phone, visit.ticket)
            for scan in self._scans
            if scan.checked_in
            and (visit := scan.reading.visit) is not None
            and (person := scan.reading.person) is not None
        ]
        return [arrival.ticket for arrival in together(arrivals)]


class RecentBox(Vertical):
    """The list of the last readings."""

    DEFAULT_CSS = """
    RecentBox > #recent-title { height: 1; padding: 0 1; color: $info; text-style: bold; }
    """

    class Chosen(Message):
        """A reading is to be seen again."""

        def __init__(self, scan: Scan) -> None:
            super().__init__()
            self.scan = scan

    class Moved(Message):
        """Another reading is under the cursor."""

    def __init__(self, station: Station) -> None:
        super().__init__()
        self._station = station
        self.recent = Recent()

    def compose(self) -> ComposeResult:
        """What it is, the list."""
        yield Static(_("Dernières lectures"), id="recent-title")
        yield RowsView(_COLUMNS, empty=_("Aucune lecture pour l’instant."))

    @property
    def under_cursor(self) -> Scan | None:
        """The reading under the cursor, while the list has the focus."""
        view = self.query_one_optional(RowsView)
        if view is None or not view.has_focus or view.key is None:
            return None
        return self.recent.numbered(int(view.key))

    @property
    def focused(self) -> bool:
        """Whether the list has the focus."""
        view = self.query_one_optional(RowsView)
        return view is not None and view.has_focus

    @property
    def to_undo(self) -> Scan | None:
        """The check-in to take back: the one under the cursor in the list, else the last one."""
        scan = self.under_cursor if self.focused else self.recent.last_in
        return scan if scan is not None and scan.checked_in else None

    def focus_list(self) -> None:
        """Let the agent choose, the newest first."""
        view = self.query_one(RowsView)
        view.action_first()
        view.focus()

    def renew(self) -> None:
        """Show what is kept now."""
        self.query_one(RowsView).set_rows([self._row(scan) for scan in self.recent])

    def _row(self, scan: Scan) -> Row:
        view = scan.view
        level = next((level for level, sign in SIGNS.items() if sign == view.sign), "idle")
        cells = (
            f"{self._station.local(scan.at):%H:%M}",
            _("Reprise") if scan.undone else view.word,  # as short as its column
            view.name or scan.reading.reference,
            "?" if scan.open else "" if scan.undone else view.ticket,
        )
        return Row(str(scan.number), cells, level, dim=scan.undone)

    def on_rows_view_selected(self, event: RowsView.Selected) -> None:
        """Enter, or a click."""
        event.stop()
        scan = self.recent.numbered(int(event.key))
        if scan is not None:
            self.post_message(self.Chosen(scan))

    def on_rows_view_highlighted(self, event: RowsView.Highlighted) -> None:
        """Other keys may work on another line."""
        event.stop()
        self.post_message(self.Moved())


def again(scan: Scan, station: Station) -> VerdictView:
    """What the panel says of a reading seen again."""
    when = _("Lecture de {time}").format(time=f"{station.local(scan.at):%H:%M}")
    return replace(scan.view, lines=(*scan.view.lines, when))
