"""The one write path: an operation either takes effect or is refused with a reason.

A station applies its own operations provisionally; central applies them again with authority.
"""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from guichet.domain.model import Agent, Role
from guichet.domain.operations import (
    AnswerOffer,
    Applied,
    Book,
    Cancel,
    CheckIn,
    FileReport,
    Hold,
    MarkAbsent,
    Move,
    NoteIdentity,
    NoteScan,
    Operation,
    Present,
    RecordDemand,
    Refused,
    Register,
    Release,
    SetClosure,
    SetDesk,
    SetOpenings,
    Settle,
    UndoAbsent,
    UndoCheckIn,
    WithdrawAccord,
)
from guichet.domain.rights import exceptional, may
from guichet.store import (
    absences,
    assistance,
    booking,
    reports,
    steering,
    steps,
    visits,
    waiting,
)
from guichet.store.booking import Authority
from guichet.store.records import forget, get


def apply(
    connection: Connection, operation: Operation, now: datetime, authority: Authority | None = None
) -> Applied | Refused:
    """Apply an operation inside the caller's transaction; a refusal has written nothing.

    `now` is UTC by the clock of who applies; `authority` is central's, None on a station. Rules
    read before they write: on PostgreSQL the caller locks the site's feed first.
    """
    agent = get(connection, Agent, operation.agent)
    if agent is None or not may(agent, operation.action.kind, operation.site):
        return Refused("not_allowed")
    if exceptional(operation.action) and Role.SUPERVISOR not in agent.roles:
        return Refused("supervisor_only")
    if not isinstance(operation.action, _UNDONE):
        return _effect(connection, operation, now, authority)
    try:
        with connection.begin_nested() as savepoint:
            outcome = _effect(connection, operation, now, authority)
            if isinstance(outcome, Refused):
                savepoint.rollback()
                forget(connection)
    except IntegrityError:
        forget(connection)
        # The only constraint an operation can meet: one active appointment a person and family.
        return Refused("already_booked")
    return outcome


_UNDONE = (Move, UndoCheckIn, UndoAbsent)
"""What may be refused after it has begun to write; all else is refused before, or never."""


def _effect(
    connection: Connection, operation: Operation, now: datetime, authority: Authority | None
) -> Applied | Refused:
    outcome = _dispatch(connection, operation, now, authority)
    if authority is not None and isinstance(outcome, Applied):
        return waiting.follow(connection, operation, outcome, now, authority)
    return outcome


def _dispatch(
    connection: Connection, operation: Operation, now: datetime, authority: Authority | None
) -> Applied | Refused:
    match operation.action:
        case Hold() as action:
            return booking.hold(connection, action, now, authority)
        case Release() as action:
            return booking.release(connection, action, now)
        case Register(person=person):
            return booking.register(connection, person, operation.site)
        case Book() as action:
            return booking.book(connection, operation, action, now, authority)
        case Move() as action:
            return booking.move(connection, action, operation.site, now, authority)
        case Cancel() as action:
            return booking.cancel(connection, action, operation.site, now)
        case SetOpenings() as action:
            return steering.set_openings(connection, operation, action, now, authority)
        case SetClosure() as action:
            return steering.set_closure(connection, operation, action, now, authority)
        case Present() | WithdrawAccord() | RecordDemand() | AnswerOffer() as action:
            return assistance.note(connection, operation, action)
        case action:
            return _received(connection, operation, action, final=authority is not None)


_Received = (
    CheckIn | UndoCheckIn | MarkAbsent | UndoAbsent | NoteIdentity | NoteScan | FileReport | Settle
    | SetDesk | steps.Stepping
)  # fmt: skip


def _received(
    connection: Connection, operation: Operation, action: _Received, *, final: bool
) -> Applied | Refused:
    """What happens at the counter."""
    match action:
        case CheckIn():
            return visits.check_in(connection, operation, action, final=final)
        case UndoCheckIn():
            return visits.undo_check_in(connection, operation, action)
        case MarkAbsent() | UndoAbsent():
            return absences.note(connection, operation, action)
        case NoteIdentity():
            return visits.note_identity(connection, operation, action)
        case NoteScan() | FileReport() | Settle():
            return reports.note(connection, operation, action)
        case SetDesk():
            return steps.set_desk(connection, operation, action)
        case _:
            return steps.step(connection, operation, action)
