"""What a scanned or typed convocation means at this counter, now.

One decision for every way in: webcam, keyboard scanner, typed reference, name search. The facts
are gathered here; guichet.domain.verdicts has the table that decides.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from guichet.domain.claims import Claims
from guichet.domain.keys import Standing
from guichet.domain.model import Appointment, AppointmentStatus, Site, Visit, VisitStatus
from guichet.domain.verdicts import (
    MEANINGS,
    Admit,
    Day,
    Facts,
    Finding,
    Known,
    Meaning,
    Paper,
    Place,
    Proof,
    Stay,
    Time,
    finding_of,
)

__all__ = ["ADMIT", "Admit", "Decision", "Finding", "decide", "local_day", "unverified"]

ADMIT: dict[Finding, Admit] = {finding: meaning.admit for finding, meaning in MEANINGS.items()}
"""Whether the person is checked in, for each finding."""


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
    def meaning(self) -> Meaning:
        """What the finding means."""
        return MEANINGS[self.finding]

    @property
    def admit(self) -> Admit:
        """Whether the person is checked in."""
        return self.meaning.admit


def unverified(reason: str) -> Decision:
    """The decision for a text whose signature did not verify (reasons of convocation.token)."""
    nothing = (Known.UNKNOWN, Paper.SAME, Place.HERE, Day.TODAY, Time.ON_TIME, Stay.NONE)
    return Decision(finding_of(Facts(Proof(reason), *nothing)))


def decide(
    claims: Claims | None,
    appointment: Appointment | None,
    site: Site,
    now: datetime,
    *,
    key: Standing = Standing.GOOD,
    visit: Visit | None = None,
) -> Decision:
    """Decide about a token whose signature holds (`claims`), a typed reference or name (None).

    `appointment` and `visit` are what this station knows of it, None when nothing; `now` is UTC;
    `key` is how the token's key stands. A token newer than what is known here speaks for itself:
    the appointment was moved, the news is on its way. Of one whose key is revoked only the
    appointment's id is taken, to find the record that counts.
    """
    proof = Proof.TYPED if claims is None else _PROOFS[key]
    paper = _paper(claims, appointment)
    speaks = proof is not Proof.REVOKED_KEY and (appointment is None or paper is Paper.NEWER)
    counts = claims if speaks else appointment
    if counts is None:
        facts = Facts(proof, _known(appointment), paper, *_NOWHERE, _stay(visit))
        return Decision(finding_of(facts))
    off = math.floor((now - counts.starts_at).total_seconds() / 60)
    facts = Facts(
        proof,
        _known(appointment),
        paper,
        Place.HERE if counts.site == site.number else Place.ELSEWHERE,
        Day.TODAY if local_day(counts.starts_at, site) == local_day(now, site) else Day.OTHER,
        _time(off, site),
        _stay(visit),
    )
    return Decision(finding_of(facts), counts.site, counts.starts_at, off)


def local_day(moment: datetime, site: Site) -> date:
    """The day it is at the site at a UTC moment."""
    return moment.astimezone(ZoneInfo(site.time_zone)).date()


_PROOFS = {
    Standing.GOOD: Proof.VALID,
    Standing.ENDED: Proof.ENDED_KEY,
    Standing.FUTURE: Proof.FUTURE_KEY,
    Standing.REVOKED: Proof.REVOKED_KEY,
}
_NOWHERE = (Place.HERE, Day.TODAY, Time.ON_TIME)
_STAYS = {
    VisitStatus.WAITING: Stay.WAITING,
    VisitStatus.CALLED: Stay.CALLED,
    VisitStatus.SERVING: Stay.SERVING,
    VisitStatus.PARKED: Stay.WAITING,  # with the ticket they have
    VisitStatus.DONE: Stay.DONE,
}


def _known(appointment: Appointment | None) -> Known:
    if appointment is None:
        return Known.UNKNOWN
    if appointment.status is AppointmentStatus.BOOKED and appointment.token is None:
        return Known.UNCONFIRMED
    return Known(appointment.status.value)


def _paper(claims: Claims | None, appointment: Appointment | None) -> Paper:
    if claims is None or appointment is None or claims.revision == appointment.revision:
        return Paper.SAME
    return Paper.OLDER if claims.revision < appointment.revision else Paper.NEWER


def _stay(visit: Visit | None) -> Stay:
    """A visit taken back, or one of two that does not count, is none."""
    return Stay.NONE if visit is None else _STAYS.get(visit.status, Stay.NONE)


def _time(off: int, site: Site) -> Time:
    if off < -site.early_minutes:
        return Time.EARLY
    return Time.LATE if off > site.late_minutes else Time.ON_TIME
