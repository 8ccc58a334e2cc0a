"""What a desk is told once: whom it has lost while it gave no sign, who has come together."""

from collections.abc import Sequence

from guichet.domain.day import DayRow
from guichet.domain.desks import Step
from guichet.i18n import _


class Learns:
    """What has been told already, and who may join the person at the desk."""

    def __init__(self) -> None:
        self._lost: set[Step] = set()
        self.visits: set[str | None] = set()
        """Those who have come with the person at the desk, and wait."""

    def lost(self, rows: Sequence[DayRow], desk: str) -> list[DayRow]:
        """Who waits again because this desk had vanished, and is news to it."""
        found = [
            row for row in rows if row.lost and row.lost.desk == desk and row.lost not in self._lost
        ]
        self._lost.update(row.lost for row in found if row.lost)
        return found

    def family(self, rows: Sequence[DayRow]) -> bool:
        """Keep who has come with the person at the desk; whether somebody is news to it."""
        before, self.visits = self.visits, {row.visit for row in rows}
        return bool(self.visits - before)


def lost(row: DayRow) -> str:
    """What a desk is told that gave no sign for so long that its person was given back."""
    return _(
        "Ce guichet ne donnait plus signe\u00a0: {ticket} attend de nouveau, en tête. "
        "Terminez son passage si vous l’avez reçu."
    ).format(ticket=row.ticket)


def together(rows: Sequence[DayRow]) -> str:
    """Who may be called to the desk together with the person who is there."""
    tickets = ", ".join(row.ticket for row in rows)
    told = _("Viennent ensemble\u00a0: {tickets}. Maj+F5 dans la liste les appelle aussi.")
    return told.format(tickets=tickets)
