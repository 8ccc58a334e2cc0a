"""What a person must settle: the operations that central refused, told in terms they know."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection

from guichet.domain.model import Agent, Appointment, Demand, Person, Visit
from guichet.domain.names import display_name
from guichet.domain.operations import Register
from guichet.store.records import get
from guichet.store.wire import read_operation
from guichet.sync.outbox import Queued


@dataclass(frozen=True, slots=True)
class Unsettled(Queued):
    """A refused operation: whose work it was, and whom it is about, as far as known here.

    `about` is a ticket or a reference; `agent`, `name` and `about` may be empty.
    """

    agent: str
    name: str
    about: str


def explained(connection: Connection, queued: Queued) -> Unsettled:
    """The refused operation with the names of its agent and its person."""
    known = {field.name: getattr(queued, field.name) for field in fields(Queued)}
    try:
        operation = read_operation(queued.body)
    except ValueError:  # what central could not read need not be readable here either
        return Unsettled(**known, agent="", name="", about="")
    action = operation.action
    agent = get(connection, Agent, operation.agent)
    person, about = _subject(connection, action)
    return Unsettled(
        **known,
        agent=agent.name if agent else operation.agent,
        name=display_name(person.family_name, person.given_names) if person else "",
        about=about,
    )


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
