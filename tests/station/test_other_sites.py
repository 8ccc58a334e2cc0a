"""A mediator of Bobigny books for their own people at Le Raincy; both stations at work."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from guichet.domain.admission import Finding
from guichet.domain.day import DayState
from guichet.domain.model import AccordMode, Appointment, AppointmentStatus, Person, Slot
from guichet.domain.operations import Refused
from guichet.domain.quotas import open_seats
from guichet.errors import CentralUnavailable
from guichet.station import Reading, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import reading, writing
from guichet.store.records import TABLES, get
from tests.posts import DAY, World
from tests.station.test_mediation import person
from tests.waiting import until

RENO = "RENO"
BOBIGNY, RAINCY = 1, 2


@dataclass
class Posts:
    """A station of each site, and a person of the first."""

    world: World
    here: Station
    there: Station
    who: Person

    def free(self, station: Station, *, after: Slot | None = None) -> Slot:
        """The first slot of Le Raincy with a seat, as seen from a station."""
        days = station.assistance.slots(RENO, RAINCY)
        return next(
            slot
            for slots in days.values()
            for slot in slots
            if open_seats(slot) and (after is None or slot.starts_at > after.starts_at)
        )

    def hold(self, slot: Slot) -> Held:
        held = self.here.mediation.hold(slot)
        assert isinstance(held, Held)
        return held

    def book(self, held: Held) -> Booked | Refused:
        mediation = self.here.mediation
        procedure = next(each for each in mediation.procedures() if each.code == RENO)
        accord = mediation.accord(AccordMode.READ_ALOUD, "fr")
        return mediation.book(self.who, procedure, held, accord)

    def booked(self) -> Appointment:
        """The person's appointment at Le Raincy, which both stations know."""
        done = self.book(self.hold(self.free(self.here)))
        assert isinstance(done, Booked)
        assert done.confirmed
        until(lambda: known(self.there, done.appointment.id) == done.appointment)
        return done.appointment


def known(station: Station, key: str) -> Appointment | None:
    with reading(station._core.engine) as connection:
        return get(connection, Appointment, key)


def slots_of_others(station: Station) -> list[str]:
    """What the replica holds of other sites' slots."""
    table = TABLES["slot"]
    with reading(station._core.engine) as connection:
        others = select(table.c.id).where(table.c.site != station.site.number)
        return list(connection.execute(others).scalars())


@pytest.fixture
def posts(world: World) -> Posts:
    here = world.station("here", site=BOBIGNY)
    there = world.station("there", site=RAINCY)
    return Posts(world, here, there, person(here, site=BOBIGNY))


def test_the_slots_of_both_sites(posts: Posts) -> None:
    own = posts.here.assistance.slots(RENO, BOBIGNY)
    assert own == posts.here.mediation.slots(RENO)
    theirs = posts.here.assistance.slots(RENO, RAINCY)
    assert theirs
    assert {slot.site for day in theirs.values() for slot in day} == {RAINCY}
    assert all(slot.day == day for day, slots in theirs.items() for slot in slots)
    assert list(theirs) == sorted(theirs)
    replica = posts.there.assistance.slots(RENO, RAINCY)
    assert theirs == {day: slots for day, slots in replica.items() if day in theirs}


def test_booked_here_received_there(posts: Posts) -> None:
    made = posts.booked()
    assert (made.site, made.person) == (RAINCY, posts.who.id)
    assert made.token is not None
    # There: in their day, by name, and in by the paper.
    row = next(r for r in posts.there.reception.day(made.day) if r.appointment == made.id)
    assert (row.name, row.state) == ("N’DIAYE LE GALL Aïssatou", DayState.EXPECTED)
    posts.world.clock.now = made.starts_at
    read = posts.there.reception.scan(made.token)
    assert (read.decision.finding, read.checked_in) == (Finding.EXPECTED, True)
    assert read.person == posts.who
    # Here: none of ours today, yet known, and seen to have come.
    assert made.id not in {r.appointment for r in posts.here.reception.day(made.day)}
    until(lambda: posts.here.mediation.appointments_of(posts.who)[0].status == "arrived")


def test_here_nothing_counts_it(posts: Posts) -> None:
    before = posts.here.assistance.lead(RENO), len(posts.here.reception.day(DAY))
    made = posts.booked()
    assert (posts.here.assistance.lead(RENO), len(posts.here.reception.day(DAY))) == before
    assert posts.here.mediation.appointment(made.reference) == made
    assert posts.there.mediation.find_persons("diaye le gall") == []
    assert slots_of_others(posts.here) == []


def test_the_paper_is_written_here_and_wrong_here(posts: Posts) -> None:
    made = posts.booked()
    assert posts.here.papers.convocation(made.id).name == f"convocation-{made.reference}.pdf"
    posts.world.clock.now = made.starts_at
    for read in (
        posts.here.reception.scan(made.token or ""),
        posts.here.reception.look_up(made.reference),
    ):
        assert isinstance(read, Reading)
        assert read.decision.finding is Finding.WRONG_SITE
        assert read.site is not None
        assert read.site.number == RAINCY
        assert not read.checked_in


def test_moved_and_cancelled_here_seen_there(posts: Posts) -> None:
    made = posts.booked()
    first = next(
        slot
        for slot in posts.there.assistance.slots(RENO, RAINCY)[made.day]
        if slot.id == made.slot
    )
    later = posts.free(posts.here, after=first)
    moved = posts.here.mediation.move(made, posts.hold(later))
    assert isinstance(moved, Booked)
    assert moved.confirmed
    assert (moved.appointment.slot, moved.appointment.revision) == (later.id, 2)
    until(lambda: known(posts.there, made.id) == moved.appointment)
    old = posts.there.reception.scan(made.token or "")
    assert old.decision.finding is Finding.SUPERSEDED
    cancelled = posts.here.mediation.cancel(moved.appointment, "person")
    assert isinstance(cancelled, Booked)
    assert cancelled.appointment.status is AppointmentStatus.CANCELLED
    until(lambda: known(posts.there, made.id) == cancelled.appointment)
    assert slots_of_others(posts.here) == []


def test_moved_from_one_site_to_the_other_and_back(posts: Posts) -> None:
    made = posts.booked()
    own = next(
        slot
        for slots in posts.here.mediation.slots(RENO).values()
        for slot in slots
        if open_seats(slot)
    )
    back = posts.here.mediation.move(made, posts.hold(own))
    assert isinstance(back, Booked)
    assert back.appointment.site == BOBIGNY
    until(lambda: known(posts.there, made.id) == back.appointment)
    assert posts.there.reception.scan(made.token or "").decision.finding is Finding.SUPERSEDED
    read = posts.there.reception.scan(back.appointment.token or "")
    assert read.decision.finding is Finding.WRONG_SITE
    again = posts.here.mediation.move(back.appointment, posts.hold(posts.free(posts.here)))
    assert isinstance(again, Booked)
    assert (again.appointment.site, again.appointment.revision) == (RAINCY, 3)


def test_cancelled_there_seen_here(posts: Posts) -> None:
    made = posts.booked()
    cancelled = posts.there.mediation.cancel(made, "service")
    assert isinstance(cancelled, Booked)
    until(lambda: known(posts.here, made.id) == cancelled.appointment)


def test_both_want_the_last_seat(posts: Posts) -> None:
    slot = posts.free(posts.there)
    seats = open_seats(slot)
    for _ in range(seats - 1):
        posts.hold(slot)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(s.mediation.hold, slot) for s in (posts.here, posts.there)]
        outcomes = [each.result() for each in asked]
    assert sum(isinstance(each, Held) for each in outcomes) == 1
    assert Refused("slot_full") in outcomes


def test_nothing_is_promised_elsewhere_without_central(posts: Posts) -> None:
    slot = posts.free(posts.here)
    posts.world.stop()
    with pytest.raises(CentralUnavailable):
        posts.here.assistance.slots(RENO, RAINCY)
    with pytest.raises(CentralUnavailable):
        posts.here.mediation.hold(slot)
    assert posts.here.assistance.slots(RENO, BOBIGNY)


def test_the_network_lost_after_the_hold(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    """As at one's own site: it is sent once, when central is back."""
    monkeypatch.setattr("guichet.station.mediation._PATIENCE", 0.2)
    held = posts.hold(posts.free(posts.here))
    posts.world.stop()
    done = posts.book(held)
    assert isinstance(done, Booked)
    assert not done.confirmed
    assert done.appointment.token is None
    assert slots_of_others(posts.here) == [held.slot.id]
    posts.world.start()
    until(lambda: (known(posts.here, done.appointment.id) or done.appointment).token is not None)
    until(lambda: known(posts.there, done.appointment.id) is not None)
    until(lambda: slots_of_others(posts.here) == [])


def test_a_seat_lost_meanwhile_leaves_nothing_here(posts: Posts) -> None:
    slot = posts.free(posts.here)
    held = posts.hold(slot)
    with writing(posts.world.engine) as connection:
        connection.exec_driver_sql("UPDATE seat SET hold = NULL, appointment = 'x', free_at = ?",
                                   ("9999-01-01 00:00:00.000000",))  # fmt: skip
    assert posts.book(held) == Refused("slot_full")
    assert posts.here.mediation.appointments_of(posts.who) == []
    assert slots_of_others(posts.here) == []
    assert posts.here.refused() == []
