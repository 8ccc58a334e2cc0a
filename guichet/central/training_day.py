"""How a training day goes: who has come by now, who is called, who is done."""

import heapq
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from guichet.central.training_catalogue import LANES, PROCEDURES
from guichet.domain.lifecycle import OUTCOMES
from guichet.domain.model import Appointment, AppointmentStatus, Site, Visit, VisitStatus
from guichet.domain.tickets import ticket

RECEPTION = 1
"""The number of the station that gave the tickets of training."""

_ABSENT = 0.06
_LATE = 0.13
_LANE_OF = {procedure.code: procedure.lane for procedure in PROCEDURES}
_OUTCOME_WEIGHTS = (90, 8, 2)


def received(
    rng: Random, site: Site, appointments: Iterable[Appointment], now: datetime
) -> tuple[list[Appointment], list[Visit]]:
    """The appointments as they stand at `now` (UTC), and the visits of those who have come.

    Each lane calls by appointment time as its desks become free, so that some wait as they would.
    """
    changed: list[Appointment] = []
    visits: list[Visit] = []
    first_desk = 2  # desk 1 is left to whoever opens the demo
    come = _arrivals(rng, appointments, now)
    for lane in LANES:
        desks = lane.desks(site.number)
        queue = [pair for pair in come if _LANE_OF[pair[1].procedure] == lane.letter]
        served = _served(rng, site, lane.letter, queue, range(first_desk, first_desk + desks), now)
        visits += served
        changed += [replace(pair[1], status=AppointmentStatus.ARRIVED) for pair in queue]
        first_desk += desks
    return changed, visits


def _arrivals(
    rng: Random, appointments: Iterable[Appointment], now: datetime
) -> list[tuple[datetime, Appointment]]:
    """When those who have come by now came, in that order."""
    come = []
    for appointment in appointments:
        chance = rng.random()
        early = -rng.randint(2, 14) if chance < _LATE else rng.triangular(3, 28, 12)
        arrived = appointment.starts_at - timedelta(seconds=round(early * 60))
        if chance >= _ABSENT and arrived <= now:
            come.append((arrived, appointment))
    return sorted(come, key=lambda pair: (pair[0], pair[1].id))


def _served(
    rng: Random,
    site: Site,
    lane: str,
    queue: Iterable[tuple[datetime, Appointment]],
    desks: Iterable[int],
    now: datetime,
) -> list[Visit]:
    free = [(datetime.min.replace(tzinfo=now.tzinfo), desk) for desk in desks]
    tickets = count(1)
    waiting = [(pair, ticket(lane, RECEPTION, next(tickets))) for pair in queue]
    visits = []
    for (arrived, appointment), number in sorted(
        waiting, key=lambda entry: (max(entry[0][0], entry[0][1].starts_at), entry[0][1].id)
    ):
        since, desk = heapq.heappop(free)
        ready = max(arrived + timedelta(minutes=1), appointment.starts_at)
        called = max(since, ready) + timedelta(seconds=rng.randint(5, 120))
        started = called + timedelta(seconds=rng.randint(20, 90))
        ended = started + timedelta(minutes=appointment.minutes * rng.uniform(0.8, 1.4))
        heapq.heappush(free, (ended, desk))
        late = arrived - appointment.starts_at > timedelta(minutes=site.late_minutes)
        visit = Visit(
            id=str(UUID(int=rng.getrandbits(128), version=4)),
            site=site.number,
            day=appointment.day,
            appointment=appointment.id,
            person=appointment.person,
            procedure=appointment.procedure,
            ticket=number,
            status=VisitStatus.WAITING,
            arrived_at=arrived,
            called_at=None,
            started_at=None,
            ended_at=None,
            desk=None,
            outcome=None,
            anomaly="late" if late else None,
        )
        (outcome,) = rng.choices(OUTCOMES, _OUTCOME_WEIGHTS)
        if called <= now:
            visit = replace(visit, status=VisitStatus.CALLED, called_at=called, desk=str(desk))
        if started <= now:
            visit = replace(visit, status=VisitStatus.SERVING, started_at=started)
        if ended <= now:
            ended = ended.replace(microsecond=0)
            visit = replace(visit, status=VisitStatus.DONE, ended_at=ended, outcome=outcome)
        visits.append(visit)
    return visits
