"""From the call to the outcome. What happened in the room is recorded, never refused by central.

Save two things: who is called already is not called again, for two desks would wait for them; and
what a desk says of somebody who is another's by now, it cannot do for that one.
What a desk did with somebody before another settled their visit, and is heard of after, takes the
settlement back: it was there.
"""

from dataclasses import replace

from sqlalchemy import Connection

from guichet.domain.desks import Desk, DeskState, Ended, desk_id
from guichet.domain.lifecycle import (
    CALL_REASONS,
    OUTCOMES,
    PARK_REASONS,
    STEP_UNDO_REASONS,
    UNSUCCESSFUL,
    VISIT,
)
from guichet.domain.model import Site, Visit, VisitStatus
from guichet.domain.operations import (
    Applied,
    Call,
    Complete,
    Miss,
    Operation,
    Park,
    Recall,
    Redirect,
    Refused,
    SetDesk,
    Start,
    UndoStep,
)
from guichet.domain.passage import (
    found_again,
    given_back,
    left_desk,
    lost,
    missed,
    reopened,
    undone,
)
from guichet.store.records import get, put
from guichet.store.visits import known, refused, visit_of

Stepping = Call | Recall | Miss | Start | Park | Redirect | Complete | UndoStep


def step(connection: Connection, operation: Operation, action: Stepping) -> Applied | Refused:
    """Take a visit one step further or back, as the table in domain.lifecycle allows."""
    visit = known(connection, operation, action.visit)
    if visit is None:
        return Refused("unknown_visit")
    wrong = _unknown(action)
    if wrong is not None:
        return Refused(wrong)
    if not isinstance(action, Call | UndoStep) and _at_that_desk(connection, operation, visit):
        visit = found_again(visit)
    changed = [("visit", visit.id)]
    if isinstance(action, Call | Complete) and visit.status is VisitStatus.DUPLICATE:
        visit = _preferred(connection, visit, changed)
    if isinstance(action, Complete) and _said(visit, action):
        return Applied(tuple(changed), {"ticket": visit.ticket})
    if visit.settled_at is not None and operation.at < visit.settled_at:
        visit = reopened(visit)
    status = VISIT[visit.status, action.kind]
    if not isinstance(status, VisitStatus):
        return refused(status, visit)
    if _anothers(connection, operation, action, visit):
        return refused("called_elsewhere", visit)
    stepped = _stepped(connection, operation, action, visit, status)
    if isinstance(stepped, str):
        return refused(stepped, visit)
    put(connection, stepped)
    return Applied(tuple(changed), {"ticket": visit.ticket})


def _said(visit: Visit, action: Complete) -> bool:
    """Whether who settles the visit says what is known of it: no conflict."""
    done = visit.status is VisitStatus.DONE
    return action.afterwards and done and visit.outcome == action.outcome


def _unknown(action: Stepping) -> str | None:
    """Why an action's word is none of those it may be, if it is not."""
    match action:
        case Call(reason=str(reason)) if reason not in CALL_REASONS:
            return "unknown_reason"
        case Park(reason=reason) if reason not in PARK_REASONS:
            return "unknown_reason"
        case UndoStep(reason=reason) if reason not in STEP_UNDO_REASONS:
            return "unknown_reason"
        case Complete(outcome=outcome) if outcome not in OUTCOMES:
            return "unknown_outcome"
        case Complete(outcome="unsuccessful", reason=reason) if reason not in UNSUCCESSFUL:
            return "reason_required"
        case _:
            return None


def _stepped(
    connection: Connection, operation: Operation, action: Stepping, visit: Visit, to: VisitStatus
) -> Visit | str:
    """The visit after the action, or why it cannot be done."""
    at = operation.at
    match action:
        case Call(desk=desk):
            return replace(visit, status=to, called_at=at, desk=desk, calls=1)
        case Recall():
            return replace(visit, calls=visit.calls + 1, recalled_at=at)
        case Miss():
            site = get(connection, Site, operation.site)
            return "unknown_site" if site is None else missed(visit, at, site.turns)
        case Start():
            return replace(visit, status=to, started_at=at)
        case Park(reason=reason):
            return left_desk(visit, to, Ended.PARKED, at, reason)
        case Redirect(lane=lane, desk=desk):
            sent = left_desk(visit, to, Ended.REDIRECTED, at)
            return replace(sent, lane=lane, for_desk=desk)
        case Complete():
            return replace(
                visit,
                status=to,
                ended_at=None if action.afterwards else at,
                outcome=action.outcome,
                reason=action.reason,
                missing=action.missing,
                settled_at=at if action.afterwards else None,
                settled_by=operation.agent if action.afterwards else None,
            )
        case UndoStep(reason="desk_gone") if visit.status is VisitStatus.CALLED:
            return given_back(visit, at)
        case UndoStep():
            return undone(visit)


def _at_that_desk(connection: Connection, operation: Operation, visit: Visit) -> bool:
    """Whether the operation comes from the desk that was thought to have vanished with them."""
    step = lost(visit)
    desk = get(connection, Desk, desk_id(visit.site, step.desk)) if step else None
    return desk is not None and desk.station == operation.station


def _anothers(connection: Connection, operation: Operation, action: Stepping, visit: Visit) -> bool:
    """Whether they are called or received at the desk of another station, or were after this.

    Then it is late: of somebody whom their desk had lost, or had called while it was cut off. Who
    gives them back or settles their visit speaks for no desk.
    """
    match action:
        case Call() | UndoStep(reason="desk_gone") | Complete(afterwards=True):
            return False
    last = visit.steps[-1] if visit.steps else None
    if visit.status in (VisitStatus.CALLED, VisitStatus.SERVING):
        name = visit.desk
    elif last is not None and last.started_at is not None and last.started_at > operation.at:
        name = last.desk
    else:
        return False
    desk = get(connection, Desk, desk_id(visit.site, name or ""))
    return desk is not None and desk.station not in (None, operation.station)


def _preferred(connection: Connection, visit: Visit, changed: list[tuple[str, str]]) -> Visit:
    """Of two arrivals the one whose ticket was called counts, if the other's has not been.

    A station that did not know of the other has received the person with this one.
    """
    other = visit_of(connection, visit.appointment or "", visit.site)
    if other is None or other.status is not VisitStatus.WAITING or other.day != visit.day:
        return visit
    put(connection, replace(other, status=VisitStatus.DUPLICATE, anomaly="double"))
    changed.append(("visit", other.id))
    return replace(visit, status=VisitStatus.WAITING)


def set_desk(connection: Connection, operation: Operation, action: SetDesk) -> Applied | Refused:
    """Open, pause or close a desk of the site; the last word counts."""
    if action.state not in set(DeskState) or not action.desk.strip():
        return Refused("unknown_desk")
    desk = Desk(
        id=desk_id(operation.site, action.desk),
        site=operation.site,
        name=action.desk,
        lanes=action.lanes,
        state=DeskState(action.state),
        agent=None if action.state == DeskState.CLOSED else operation.agent,
        since=operation.at,
        station=operation.station,
    )
    put(connection, desk)
    return Applied((("desk", desk.id),))
