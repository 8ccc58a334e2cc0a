"""What counters report, kept for the supervisors of the site."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from guichet.domain.identity import Check
from guichet.domain.model import Site
from guichet.domain.operations import Applied, FileReport, NoteScan, Operation, Refused
from guichet.domain.reports import Report, Seen
from guichet.domain.verdicts import Finding
from guichet.store.records import TABLES, get, put, records

_REPORT = TABLES["report"]


def note(
    connection: Connection, operation: Operation, action: NoteScan | FileReport
) -> Applied | Refused:
    """Keep the report, which must say something that was seen; a scan leaves its operation only."""
    if isinstance(action, NoteScan):
        return Applied()
    site = get(connection, Site, operation.site)
    if site is None:
        return Refused("unknown_site")
    if get(connection, Report, action.report) is not None:
        return Refused("duplicate_id")
    known = action.finding in set(Finding) and (
        action.identity is None or action.identity in set(Check)
    )
    if not action.seen or not set(action.seen) <= set(Seen) or not known:
        return Refused("unknown_reason")
    report = Report(
        id=action.report,
        site=operation.site,
        day=operation.at.astimezone(ZoneInfo(site.time_zone)).date(),
        at=operation.at,
        agent=operation.agent,
        finding=action.finding,
        appointment=action.appointment,
        visit=action.visit,
        identity=action.identity,
        seen=tuple(sorted(set(action.seen))),
        note=action.note,
    )
    put(connection, report)
    return Applied((("report", report.id),))


def reports_of(connection: Connection, site: int, day: date) -> list[Report]:
    """The reports of a site's day, the latest first."""
    statement = (
        select(_REPORT)
        .where(_REPORT.c.site == site, _REPORT.c.day == day)
        .order_by(_REPORT.c.at.desc(), _REPORT.c.id)
    )
    return records(connection, Report, statement)
