"""What a person must settle: work of this station that central saw otherwise, and how it ended."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from guichet.domain.model import Agent, Appointment, Demand, Person, Slot, Visit
from guichet.domain.names import display_name
from guichet.domain.operations import Applied, Operation, Refused, Register, Settle
from guichet.domain.settling import KEPT, REDONE, How, Settlement
from guichet.station.core import Core
from guichet.store.engine import reading, writing
from guichet.store.records import get
from guichet.store.reports import settlements_of
from guichet.store.visits import visit_of
from guichet.store.wire import read_operation
from guichet.sync import outbox
from guichet.sync.outbox import Queued

_PATIENCE = 8.0
"""Seconds central has to answer before what is tried again is left to the outbox."""


@dataclass(frozen=True, slots=True)
class Unsettled(Queued):
    """A refused or flagged operation: whose work it was, and whom it is about, as known here.

    `about` is a ticket or a reference; `agent`, `name` and `about` may be empty. `starts_at` is
    when the person expects to be received, `stands` the ticket that counts of two.
    """

    agent: str
    name: str
    about: str
    person: Person | None = None
    starts_at: datetime | None = None
    stands: str = ""

    @property
    def took_effect(self) -> bool:
        """Whether it happened all the same, only not as it was meant."""
        return self.state == "flagged"

    @property
    def may_be_redone(self) -> bool:
        """Whether trying it again makes sense."""
        return not self.took_effect and self.kind in REDONE


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled, with the names of who did the work, of who settled it and of the person."""

    settlement: Settlement
    made_by: str
    agent: str
    name: str


class Settling:
    """The conflicts of this station, and the trace of how those of the site were settled."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def waiting(self) -> list[Unsettled]:
        """What waits for a person, in the order it was done."""
        with reading(self._core.engine) as connection:
            return [_explained(connection, queued) for queued in outbox.to_settle(connection)]

    def settle(self, operation: str, how: How = How.ACCEPTED) -> Refused | None:
        """A person has dealt with it: the line goes, its trace stays, and central hears of it."""
        with writing(self._core.engine) as connection:
            found = _found(connection, operation)
            if found is None:
                return None  # somebody was quicker
            known = _explained(connection, found)
            trace = self._core.operation(
                Settle(
                    operation=operation,
                    of=known.kind,
                    reason=known.reason or "",
                    made_at=known.created_at,
                    made_by=_author(found),
                    about=known.about,
                    person=known.person.id if known.person else None,
                    how=how.value,
                )
            )
            outcome = self._core.perform(connection, trace)
            if isinstance(outcome, Refused):
                return outcome
            outbox.forget(connection, operation)
        self._core.journal.judged([operation], [operation] if known.took_effect else [])
        self._core.sync.recount()
        self._core.left()
        return None

    def redo(self, operation: str) -> Refused | None:
        """Try it again as a new operation, with what is known now; settled unless refused anew."""
        with reading(self._core.engine) as connection:
            found = _found(connection, operation)
        old = None if found is None else _read(found)
        if old is None:
            return Refused("invalid_request") if found else None
        outcome, _confirmed = self._core.confirm(old.action, _PATIENCE)
        return self.settle(operation, How.REDONE) if isinstance(outcome, Applied) else outcome

    def history(self) -> list[Settled]:
        """What was settled at this site lately, on whichever station, the latest first."""
        since = self._core.today() - KEPT
        with reading(self._core.engine) as connection:
            found = settlements_of(connection, self._core.enrolment.site, since)
            return [
                Settled(
                    each,
                    _agent(connection, each.made_by),
                    _agent(connection, each.agent),
                    _name(get(connection, Person, each.person or "")),
                )
                for each in found
            ]


def _found(connection: Connection, operation: str) -> Queued | None:
    waiting = outbox.to_settle(connection)
    return next((queued for queued in waiting if queued.operation == operation), None)


def _read(queued: Queued) -> Operation | None:
    """The operation, unless what central could not read cannot be read here either."""
    try:
        return read_operation(queued.body)
    except ValueError:
        return None


def _author(queued: Queued) -> str:
    operation = _read(queued)
    return operation.agent if operation else ""


def _explained(connection: Connection, queued: Queued) -> Unsettled:
    """The operation with the names of its agent and its person."""
    known = {field.name: getattr(queued, field.name) for field in fields(Queued)}
    operation = _read(queued)
    if operation is None:
        return Unsettled(**known, agent="", name="", about="")
    action = operation.action
    named: str = getattr(action, "appointment", None) or ""
    person, about = _subject(connection, action)
    slot = get(connection, Slot, getattr(action, "slot", None) or "")
    appointment = get(connection, Appointment, named)
    counts = visit_of(connection, named, operation.site) if queued.reason == "double" else None
    return Unsettled(
        **known,
        agent=_agent(connection, operation.agent),
        name=_name(person),
        about=about,
        person=person,
        starts_at=slot.starts_at if slot else appointment.starts_at if appointment else None,
        stands=counts.ticket if counts else "",
    )


def _agent(connection: Connection, code: str) -> str:
    agent = get(connection, Agent, code)
    return agent.name if agent else code


def _name(person: Person | None) -> str:
    return display_name(person.family_name, person.given_names) if person else ""


def _subject(connection: Connection, action: Any) -> tuple[Person | None, str]:
    """Whom an action is about, and the ticket or reference that names it."""
    if isinstance(action, Register):
        return action.person, ""
    visit = get(connection, Visit, getattr(action, "visit", None) or "")
    appointment = get(
        connection,
        Appointment,
        getattr(action, "appointment", None) or (visit and visit.appointment) or "",
    )
    named = getattr(action, "demand", None)
    demand = named if isinstance(named, Demand) else get(connection, Demand, named or "")
    known = getattr(action, "person", None) or next(
        (found.person for found in (visit, appointment, demand) if found and found.person), ""
    )
    ticket = getattr(action, "ticket", None) or (visit and visit.ticket)
    return get(connection, Person, known), ticket or (appointment.reference if appointment else "")
