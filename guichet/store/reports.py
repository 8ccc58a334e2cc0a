"""What counters report and how conflicts were settled, kept for the supervisors of the site."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from guichet.domain.identity import Check
from guichet.domain.model import Site
from guichet.domain.operations import Applied, FileReport, NoteScan, Operation, Refused, Settle
from guichet.domain.reports import Report, Seen
from guichet.domain.settling import How, Settlement
from guichet.domain.verdicts import Finding
from guichet.store.records import TABLES, get, put, records

_REPORT = TABLES["report"]
_SETTLEMENT = TABLES["settlement"]


def note(
    connection: Connection, operation: Operation, action: NoteScan | FileReport | Settle
) -> Applied | Refused:
    """Keep the report, which must say something that was seen; a scan leaves its operation only."""
    if isinstance(action, NoteScan):
        return Applied()
    site = get(connection, Site, operation.site)
    if site is None:
        return Refused("unknown_site")
    day = operation.at.astimezone(ZoneInfo(site.time_zone)).date()
    if isinstance(action, Settle):
        return _settle(connection, operation, action, day)
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
        day=day,
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


def _settle(
    connection: Connection, operation: Operation, action: Settle, day: date
) -> Applied | Refused:
    """Keep how the conflict was settled; settled twice, the first time counts."""
    if action.how not in set(How):
        return Refused("unknown_reason")
    known = get(connection, Settlement, action.operation)
    if known is not None:
        same = known.site == operation.site
        return Applied((("settlement", known.id),)) if same else Refused("other_site")
    settlement = Settlement(
        id=action.operation,
        site=operation.site,
        day=day,
        kind=action.of,
        reason=action.reason,
        made_at=action.made_at,
        made_by=action.made_by,
        about=action.about,
        person=action.person,
        how=action.how,
        at=operation.at,
        agent=operation.agent,
    )
    put(connection, settlement)
    return Applied((("settlement", settlement.id),))


def settlements_of(connection: Connection, site: int, since: date) -> list[Settlement]:
    """What was settled at a site since a day, the latest first."""
    statement = (
        select(_SETTLEMENT)
        .where(_SETTLEMENT.c.site == site, _SETTLEMENT.c.day >= since)
        .order_by(_SETTLEMENT.c.at.desc(), _SETTLEMENT.c.id)
    )
    return records(connection, Settlement, statement)


def reports_of(connection: Connection, site: int, day: date) -> list[Report]:
    """The reports of a site's day, the latest first."""
    statement = (
        select(_REPORT)
        .where(_REPORT.c.site == site, _REPORT.c.day == day)
        .order_by(_REPORT.c.at.desc(), _REPORT.c.id)
    )
    return records(connection, Report, statement)
