"""What goes with a booking: the accord, the documents shown, the searches that found nothing."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from guichet.domain.model import Demand, Person, Procedure
from guichet.domain.operations import (
    AnswerOffer,
    Applied,
    Operation,
    Present,
    RecordDemand,
    Refused,
    WithdrawAccord,
)
from guichet.domain.waiting import Answer, Ended, closed, withdrawn
from guichet.store.appointments import appointment_for
from guichet.store.records import get, put


def note(
    connection: Connection,
    operation: Operation,
    action: Present | WithdrawAccord | RecordDemand | AnswerOffer,
) -> Applied | Refused:
    """Record what the mediator was told or shown."""
    match action:
        case Present():
            return _present(connection, action, operation.site)
        case WithdrawAccord():
            return _withdraw(connection, action, operation.site, operation.at)
        case RecordDemand(demand=demand):
            return _record(connection, demand, operation.site)
        case AnswerOffer():
            return _answer(connection, action, operation.site, operation.at)


def _present(connection: Connection, action: Present, site: int) -> Applied | Refused:
    """Record the documents shown, of those the démarche asks for."""
    appointment = appointment_for(connection, action.appointment, site)
    if appointment is None:
        return Refused("unknown_appointment")
    procedure = get(connection, Procedure, appointment.procedure)
    if procedure is None or not set(action.documents) <= set(procedure.documents):
        return Refused("unknown_document")
    put(connection, replace(appointment, presented=action.documents))
    return Applied((("appointment", appointment.id),))


def _withdraw(
    connection: Connection, action: WithdrawAccord, site: int, at: datetime
) -> Applied | Refused:
    """End the accord of an appointment, which stands; asked twice, the first time counts."""
    appointment = appointment_for(connection, action.appointment, site)
    if appointment is None:
        return Refused("unknown_appointment")
    if appointment.accord is None:
        return Refused("no_accord")
    if appointment.accord.withdrawn_at is None:
        accord = replace(appointment.accord, withdrawn_at=at)
        put(connection, replace(appointment, accord=accord))
    return Applied((("appointment", appointment.id),))


def _record(connection: Connection, demand: Demand, site: int) -> Applied | Refused:
    """Keep a search that found nothing, or whether its person waits.

    What was offered is central's to say: the station that sends this may not know of it yet.
    """
    known = get(connection, Demand, demand.id)
    if demand.site != site or (known is not None and known.site != site):
        return Refused("other_site")
    if get(connection, Procedure, demand.procedure) is None:
        return Refused("unknown_procedure")
    if demand.waiting and get(connection, Person, demand.person or "") is None:
        return Refused("unknown_person")
    new = Demand(demand.id, site, demand.procedure, None, demand.at, demand.agent, waiting=False)
    kept = known or new
    if demand.waiting:
        kept = replace(
            kept,
            waiting=True,
            person=demand.person,
            agent=demand.agent,
            ended=None,
            wish=demand.wish,
            first_day=demand.first_day,
            last_day=demand.last_day,
        )
    elif kept.waiting:
        kept = closed(kept, Ended.LEFT)
    put(connection, kept)
    # A station that had forgotten the person must know whom to call.
    person = (("person", kept.person),) if kept.person is not None else ()
    return Applied((("demand", demand.id), *person))


def _answer(
    connection: Connection, action: AnswerOffer, site: int, at: datetime
) -> Applied | Refused:
    """Record what someone who waits said, or that nobody answered."""
    demand = get(connection, Demand, action.demand)
    if demand is None or demand.site != site:
        return Refused("unknown_demand")
    if action.answer not in set(Answer):
        return Refused("unknown_answer")
    if not demand.waiting:
        return Refused("not_waiting")
    if action.answer != Answer.LEFT and demand.offered != action.slot:
        return Refused("offer_over")
    match Answer(action.answer):
        case Answer.UNREACHED:
            demand = replace(demand, called_at=at)
        case Answer.DECLINED:
            demand = withdrawn(demand)
        case Answer.LEFT:
            demand = closed(demand, Ended.LEFT)
    put(connection, demand)
    return Applied((("demand", demand.id),))
