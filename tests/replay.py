"""A day of arrivals replayed: papers before a camera, decoded, verified, checked in, sent on."""

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import select

from guichet.central import feed
from guichet.central.registry import authority
from guichet.central.training_catalogue import PROCEDURES
from guichet.central.training_people import people
from guichet.central.transactions import transact
from guichet.domain.model import Appointment, AppointmentStatus, Person, Slot, Visit, VisitStatus
from guichet.domain.reference import reference_of
from guichet.scanner.decoder import Decoder
from guichet.scanner.frames import Frame
from guichet.scanner.sightings import Sightings
from guichet.station import Reading, Station
from guichet.store.engine import reading
from guichet.store.records import TABLES, records
from tests.posts import DAY, MORNING, World
from tests.scanner.samples import blurred, code, noisy, scene, tilted
from tests.waiting import until

FRAME = 1 / 30
_SHOWN = 30  # frames a paper is held for at most
_STILL = 3  # frames it is still in view after it was read
_BETWEEN = 75  # frames of nothing before the next paper: more than a sighting lasts
_EACH = timedelta(seconds=30)  # between two arrivals
_SLOTS = 40


@dataclass
class Replayed:
    """What became of the arrivals. `seconds`: from the frame that was read to the verdict."""

    readings: list[Reading] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Resident bytes after each arrival."""


def book(world: World, count: int, seed: int = 800) -> list[Appointment]:
    """So many more appointments of Bobigny on the day, published by central, in order of time.

    They start when the training data's moment is, half a minute apart, in slots of many seats; the
    seed is none of the training data's, whose appointments would be these.
    """
    rng = Random(seed)  # noqa: S311 - invented people
    per_slot = -(-count // _SLOTS)
    persons = [
        replace(person, id=f"replay-{rank}", site=1)
        for rank, person in enumerate(people(rng, count + 100, DAY.year)[-count:])
    ]
    slots = [_slot(rank, per_slot) for rank in range(_SLOTS)]
    sign = authority(world.engine, MORNING).sign
    made = [
        _appointment(f"{rng.getrandbits(64):016x}", slots[rank // per_slot], person, rank)
        for rank, person in enumerate(persons)
    ]
    made = [
        replace(each, token=sign(each, person)) for each, person in zip(made, persons, strict=True)
    ]
    all_: list[Person | Slot | Appointment] = [*persons, *slots, *made]
    transact(world.engine, lambda connection: feed.publish_records(connection, 1, all_))
    return made


def _slot(rank: int, seats: int) -> Slot:
    starts_at = MORNING + rank * seats * _EACH
    return Slot(
        id=f"replay-{rank}",
        site=1,
        day=DAY,
        starts_at=starts_at,
        minutes=15,
        procedures=tuple(procedure.code for procedure in PROCEDURES),
        seats=seats,
        free=seats,
    )


def _appointment(identity: str, slot: Slot, person: Person, rank: int) -> Appointment:
    procedure = PROCEDURES[0]
    return Appointment(
        id=identity,
        reference=reference_of(identity),
        site=1,
        slot=slot.id,
        day=DAY,
        starts_at=MORNING + rank * _EACH,
        minutes=procedure.minutes,
        procedure=procedure.code,
        family=procedure.family,
        person=person.id,
        status=AppointmentStatus.BOOKED,
        revision=1,
        token=None,
        booked_at=MORNING - timedelta(days=7),
        booked_by="MB1",
        accord=None,
        cancel_reason=None,
    )


def known(station: Station, made: list[Appointment]) -> None:
    """Wait until the station knows them all."""
    ids = {each.id for each in made}
    until(lambda: ids <= {row.appointment for row in station.reception.day()}, 60.0, "the day")


def replay(world: World, station: Station, made: list[Appointment]) -> Iterator[Replayed]:
    """Show each paper in its turn, as a camera sees it; after each, what there is so far.

    Each at its own time: in perspective, out of focus, in bad light, always in noise.
    """
    seen = Replayed()
    decoder, sightings = Decoder(), Sightings()
    now = 0.0
    nothing = np.full((720, 1280), 170, np.uint8)
    for number, appointment in enumerate(made):
        world.clock.now = max(world.clock.now, appointment.starts_at)
        paper = _filmed(appointment.token or "", number)
        left = _SHOWN
        read = False
        while left:
            now += FRAME
            left -= 1
            start = time.perf_counter()
            texts = [found.text for found in decoder.look(paper).codes]
            for text in sightings.fresh(texts, now):
                seen.readings.append(station.reception.scan(text))
                seen.seconds.append(time.perf_counter() - start)
                read, left = True, _STILL
        if not read:
            seen.missed.append(appointment.id)
        now += FRAME * _BETWEEN
        assert not decoder.look(nothing).codes
        seen.memory.append(resident())
        yield seen


def _filmed(text: str, number: int) -> Frame:
    paper = scene(code(text, box=5))
    match number % 4:
        case 0:
            paper = tilted(paper, 0.05)
        case 1:
            paper = blurred(paper, 1.2)
        case 2:
            paper = (paper * 0.5).astype(np.uint8)
        case _:
            pass
    return noisy(paper, 6, seed=number)


def resident() -> int:
    """The bytes of memory this process has in use."""
    statm = Path("/proc/self/statm")
    if not statm.exists():  # not Linux: the peak, which is never less
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(statm.read_text().split()[1]) * resource.getpagesize()


def visits(world: World, made: list[Appointment]) -> dict[str, list[Visit]]:
    """What central knows to have come of each."""
    found: dict[str, list[Visit]] = {each.id: [] for each in made}
    with reading(world.engine) as connection:
        for visit in records(connection, Visit, select(TABLES["visit"])):
            if visit.appointment in found:
                found[visit.appointment].append(visit)
    return found


def arrived_once(world: World, made: list[Appointment], seen: Replayed) -> None:
    """Every one of them was seen, checked in and told to central exactly once."""
    assert seen.missed == []
    assert [r.appointment.id for r in seen.readings if r.appointment] == [e.id for e in made]
    assert all(found.checked_in for found in seen.readings)
    tickets = {found.visit.ticket for found in seen.readings if found.visit}
    assert len(tickets) == len(made)
    at_central = visits(world, made)
    assert [len(found) for found in at_central.values()] == [1] * len(made)
    assert {v.status for found in at_central.values() for v in found} == {VisitStatus.WAITING}
    assert {v.ticket for found in at_central.values() for v in found} == tickets


def heard(station: Station) -> None:
    """Wait until central has heard of everything."""
    until(lambda: station.sync_state.pending == 0, 60.0, "the outbox is empty")
    assert station.refused() == []
