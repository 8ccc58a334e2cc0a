"""The waiting lists of training: at each site a few invented people found no slot."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from guichet.central.feed import publish, publish_records, started
from guichet.central.training import agent_code
from guichet.central.transactions import transact
from guichet.domain.model import AppointmentStatus, Demand, Role
from guichet.store.records import TABLES

AGO = (19, 12, 8, 3)
"""Days since each of them searched."""

_APPOINTMENT, _PERSON = TABLES["appointment"], TABLES["person"]


def wait(engine: Engine, now: datetime) -> int:
    """Let people wait at every site of training, for what is booked most there; how many do."""

    def enter(connection: Connection) -> int:
        found = {site: _demands(connection, site, now) for site in started(connection)}
        for site, demands in found.items():
            publish_records(connection, site, demands)
            publish(connection, site, [("person", each.person) for each in demands if each.person])
        return sum(map(len, found.values()))

    return transact(engine, enter)


def _demands(connection: Connection, site: int, now: datetime) -> list[Demand]:
    booked = (
        _APPOINTMENT.c.site == site,
        _APPOINTMENT.c.status == AppointmentStatus.BOOKED.value,
        _APPOINTMENT.c.starts_at > now + timedelta(days=1),
    )
    most = connection.execute(
        select(_APPOINTMENT.c.procedure)
        .where(*booked)
        .group_by(_APPOINTMENT.c.procedure)
        .order_by(func.count().desc(), _APPOINTMENT.c.procedure)
    ).scalar()
    persons = connection.execute(
        select(_PERSON.c.id)
        .where(_PERSON.c.site == site, _PERSON.c.id.not_in(select(_APPOINTMENT.c.person)))
        .order_by(_PERSON.c.id)
        .limit(len(AGO))
    ).scalars()
    return [
        Demand(
            id=f"training-{site}-{days}",
            site=site,
            procedure=most or "",
            person=person,
            at=now - timedelta(days=days),
            agent=agent_code(Role.MEDIATOR, site),
            waiting=True,
        )
        for days, person in zip(AGO, persons, strict=False)
        if most is not None
    ]
