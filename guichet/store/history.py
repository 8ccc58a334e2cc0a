"""What is known of a person's comings to a site."""

from sqlalchemy import Connection, select

from guichet.domain.history import History
from guichet.domain.model import Visit, VisitStatus
from guichet.store.queries import appointments_of
from guichet.store.records import TABLES, records

_VISIT = TABLES["visit"]
_HIDDEN = (VisitStatus.DUPLICATE.value, VisitStatus.UNDONE.value)


def history(connection: Connection, site: int, person: str) -> History:
    """All that is known here. A visit is somebody's by its appointment, be it of another site."""
    booked = appointments_of(connection, person)
    statement = select(_VISIT).where(
        _VISIT.c.appointment.in_([each.id for each in booked]),
        _VISIT.c.site == site,
        _VISIT.c.status.not_in(_HIDDEN),
    )
    return History(
        [each for each in booked if each.site == site], records(connection, Visit, statement)
    )
