"""What goes with a booking: the accord, the documents shown, the searches that found nothing."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from guichet.domain.model import Appointment, Demand, Procedure
from guichet.domain.operations import (
    Applied,
    Operation,
    Present,
    RecordDemand,
    Refused,
    WithdrawAccord,
)
from guichet.store.records import get, put


def note(
    connection: Connection, operation: Operation, action: Present | WithdrawAccord | RecordDemand
) -> Applied | Refused:
    """Record what the mediator was told or shown."""
    match action:
        case Present():
            return _present(connection, action, operation.site)
        case WithdrawAccord():
            return _withdraw(connection, action, operation.site, operation.at)
        case RecordDemand(demand=demand):
            return _record(connection, demand, operation.site)


def _present(connection: Connection, action: Present, site: int) -> Applied | Refused:
    """Record the documents shown, of those the démarche asks for."""
    appointment = get(connection, Appointment, action.appointment)
    if appointment is None or appointment.site != site:
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
    appointment = get(connection, Appointment, action.appointment)
    if appointment is None or appointment.site != site:
        return Refused("unknown_appointment")
    if appointment.accord is None:
        return Refused("no_accord")
    if appointment.accord.withdrawn_at is None:
        accord = replace(appointment.accord, withdrawn_at=at)
        put(connection, replace(appointment, accord=accord))
    return Applied((("appointment", appointment.id),))


def _record(connection: Connection, demand: Demand, site: int) -> Applied | Refused:
    """Keep a search that found nothing, or what has changed about it."""
    known = get(connection, Demand, demand.id)
    if demand.site != site or (known is not None and known.site != site):
        return Refused("other_site")
    if get(connection, Procedure, demand.procedure) is None:
        return Refused("unknown_procedure")
    put(connection, demand)
    return Applied((("demand", demand.id),))
