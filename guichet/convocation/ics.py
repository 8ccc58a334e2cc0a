"""An appointment as a calendar file (iCalendar, RFC 5545), for a phone or a mail.

Calendars are shared and synchronised: it says where and when, and neither who nor what for.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guichet.convocation import press
from guichet.convocation.catalogue import Phrases, in_french
from guichet.domain.model import Appointment, AppointmentStatus, Site

_LONGEST = 75
"""Octets of a line, its end not counted (RFC 5545 §3.1)."""
_CONTROLS = {chr(code): None for code in (*range(9), *range(10, 32), 127)}
"""What no text may hold (RFC 5545 §3.1): every control character but the tabulation."""
_ESCAPES = str.maketrans(_CONTROLS | {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})


def event(
    appointment: Appointment, site: Site, now: datetime, second: Phrases | None = None
) -> bytes:
    """The appointment as one event; `now` is UTC.

    A newer revision replaces the event in the calendar, a cancelled one strikes it out. `second`:
    the words of the person's language, after the French.
    Raises ValueError for an appointment that central has not confirmed.
    """
    if appointment.token is None:
        raise ValueError("central has not confirmed this appointment")
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    end = appointment.starts_at + timedelta(minutes=appointment.minutes)
    place = f"{site.name}\n{site.address}"
    description = "\n".join(_description(appointment, second))
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//guichet//guichet//FR",
        "BEGIN:VEVENT",
        f"UID:{appointment.id}@guichet",
        f"SEQUENCE:{appointment.revision}",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{_instant(appointment.starts_at)}",
        f"DTEND:{_instant(end)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY;LANGUAGE=fr:{_text(in_french('event.title'))}",
        f"LOCATION:{_text(place)}",
        f"DESCRIPTION:{_text(description)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def write(
    appointment: Appointment,
    site: Site,
    now: datetime,
    folder: Path,
    second: Phrases | None = None,
) -> Path:
    """Write the file in `folder`, named by the reference only. Raises DocumentError."""
    name = f"rendez-vous-{appointment.reference}.ics"
    return press.put(folder, name, event(appointment, site, now, second))


def _description(appointment: Appointment, second: Phrases | None) -> Iterator[str]:
    values = {"reference": appointment.reference}
    keys = ("event.reference", "event.bring", "all.free")
    yield from (in_french(key, **values) for key in keys)
    if second is not None:
        said = (second.say(key, **values) for key in keys)
        yield from (text for text in said if text is not None)


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """The line and its end; what is too long goes on after a space, no character cut in two."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _LONGEST:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part, b""])
