"""A site, one of its appointments and lines of its day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from guichet.domain.claims import Claims
from guichet.domain.day import DayRow, DayState
from guichet.domain.model import Appointment, AppointmentStatus, Site

BOBIGNY = Site(93, "Bobigny", "1 esplanade Jean-Moulin", "Europe/Paris", 30, 15)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
APPOINTMENT = Appointment(
    "00000000aa000001", "0000-01A8-1", 93, "s1", date(2026, 11, 23), START, 20, "renew", "permit",
    "p-ada", AppointmentStatus.BOOKED, 2, "G1:…", START, "MARTIN", None, None,
)  # fmt: skip
CLAIMS = Claims(APPOINTMENT.id, 2, 93, START, b"abcd")


def line(key: str, state: DayState = DayState.WAITING, **values: Any) -> DayRow:
    """A line of the day, expected and arrived at START."""
    made = DayRow(
        key=key, state=state, starts_at=START, name="DIALLO Aïssatou", procedure="Renouvellement",
        reference="7K4Q-92XD-3", appointment=key, visit=f"v-{key}", ticket="B101",
        arrived_at=START, called_at=None, desk="", needs=(), anomaly=None, confirmed=True,
    )  # fmt: skip
    return replace(made, **values)
