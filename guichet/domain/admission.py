"""What a scanned or typed convocation means at this counter, now.

One decision for every way in: webcam, keyboard scanner, typed reference, name search.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from guichet.domain.claims import Claims
from guichet.domain.model import Appointment, AppointmentStatus, Site


class Finding(StrEnum):
    """What is found about a convocation. Each has its own word, sign, colour and next action."""

    EXPECTED = "expected"
    EARLY = "early"
    LATE = "late"
    WRONG_DAY = "wrong_day"
    WRONG_SITE = "wrong_site"
    ALREADY_IN = "already_in"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    NOT_OURS = "not_ours"
    UNKNOWN_HERE = "unknown_here"
    UNCONFIRMED = "unconfirmed"
    NOT_FOUND = "not_found"


class Admit(StrEnum):
    """Whether the person is checked in: at once, once the agent has agreed, or not."""

    NOW = "now"
    ASK = "ask"
    NO = "no"


ADMIT: dict[Finding, Admit] = {
    Finding.EXPECTED: Admit.NOW,
    Finding.UNKNOWN_HERE: Admit.NOW,
    Finding.EARLY: Admit.ASK,
    Finding.LATE: Admit.ASK,
    Finding.UNCONFIRMED: Admit.ASK,
    Finding.WRONG_DAY: Admit.NO,
    Finding.WRONG_SITE: Admit.NO,
    Finding.ALREADY_IN: Admit.NO,
    Finding.CANCELLED: Admit.NO,
    Finding.SUPERSEDED: Admit.NO,
    Finding.FORGED: Admit.NO,
    Finding.UNKNOWN_KEY: Admit.NO,
    Finding.NOT_OURS: Admit.NO,
    Finding.NOT_FOUND: Admit.NO,
}
"""Nobody is turned away by the machine alone: a late person is asked, and each refusal names a
way out."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The finding, and where and when the person is really expected, as far as is known.

    `site` is the number of the site named by the convocation; `starts_at` UTC; `minutes_off` is
    how early (negative) or late (positive) the person is, in minutes.
    """

    finding: Finding
    site: int | None = None
    starts_at: datetime | None = None
    minutes_off: int = 0

    @property
    def admit(self) -> Admit:
        """Whether the person is checked in."""
        return ADMIT[self.finding]


_UNVERIFIED: dict[str, Finding] = {
    "not_ours": Finding.NOT_OURS,
    "unknown_key": Finding.UNKNOWN_KEY,
    "malformed": Finding.FORGED,
    "bad_signature": Finding.FORGED,
}


def unverified(reason: str) -> Decision:
    """The decision for a text whose signature did not verify (reasons of convocation.token)."""
    return Decision(_UNVERIFIED[reason])


def decide(
    claims: Claims | None, appointment: Appointment | None, site: Site, now: datetime
) -> Decision:
    """Decide about a verified token (`claims`), or a typed reference or chosen name (None).

    `appointment` is what this station knows of it, None when nothing; `now` is UTC. A token newer
    than what is known here speaks for itself: the appointment was moved, the news is on its way.
    """
    if appointment is None or (claims is not None and claims.revision > appointment.revision):
        return _from_claims(claims, site, now)
    finding = _standing(claims, appointment, site)
    if finding is not None:
        return Decision(finding, appointment.site, appointment.starts_at)
    on_time = Finding.UNCONFIRMED if appointment.token is None else Finding.EXPECTED
    return _by_time(appointment.starts_at, site, now, on_time)


def local_day(moment: datetime, site: Site) -> date:
    """The day it is at the site at a UTC moment."""
    return moment.astimezone(ZoneInfo(site.time_zone)).date()


def _standing(claims: Claims | None, appointment: Appointment, site: Site) -> Finding | None:
    """What speaks against the appointment whatever the time, if anything."""
    if appointment.status is AppointmentStatus.CANCELLED:
        return Finding.CANCELLED
    if claims is not None and claims.revision < appointment.revision:
        return Finding.SUPERSEDED
    if appointment.site != site.number:
        return Finding.WRONG_SITE
    if appointment.status is AppointmentStatus.ARRIVED:
        return Finding.ALREADY_IN
    return None


def _from_claims(claims: Claims | None, site: Site, now: datetime) -> Decision:
    """Decide from the signature alone: genuine, but what became of it is not known here."""
    if claims is None:
        return Decision(Finding.NOT_FOUND)
    if claims.site != site.number:
        return Decision(Finding.WRONG_SITE, claims.site, claims.starts_at)
    return _by_time(claims.starts_at, site, now, Finding.UNKNOWN_HERE)


def _by_time(starts_at: datetime, site: Site, now: datetime, on_time: Finding) -> Decision:
    """Decide by the clock: another day, too early, late, or `on_time`."""
    off = math.floor((now - starts_at).total_seconds() / 60)
    if local_day(starts_at, site) != local_day(now, site):
        finding = Finding.WRONG_DAY
    elif off < -site.early_minutes:
        finding = Finding.EARLY
    elif off > site.late_minutes:
        finding = Finding.LATE
    else:
        finding = on_time
    return Decision(finding, site.number, starts_at, off)
