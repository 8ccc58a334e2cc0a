"""People wait at the sites of training, so that a cancellation there has somebody to go to."""

from sqlalchemy import select

from guichet.central.training_waiting import AGO, wait
from guichet.domain.model import Appointment, Role
from guichet.store.engine import reading
from guichet.store.queries import waiting
from guichet.store.records import TABLES, record
from tests.posts import World
from tests.waiting import until


def test_a_cancellation_in_training_is_offered_to_who_waits(world: World) -> None:
    assert wait(world.engine, world.clock()) == 3 * len(AGO)
    station = world.station("pan", Role.MEDIATOR)
    first, *others = until(station.assistance.waiting)
    assert len(others) == len(AGO) - 1
    assert all(each.person is not None and each.procedure is not None for each in [first, *others])
    appointment = TABLES["appointment"]
    statement = (
        select(appointment)
        .where(
            appointment.c.site == 1,
            appointment.c.status == "booked",
            appointment.c.procedure == first.demand.procedure,
        )
        .order_by(appointment.c.starts_at.desc())
    )
    with reading(world.engine) as connection:
        last = record(connection, Appointment, statement)
    assert last is not None
    station.mediation.cancel(last, "person")
    with reading(world.engine) as connection:
        assert [each.offered for each in waiting(connection, 1)] == [last.slot, None, None, None]
