"""The waiting list at the mediator's: a seat freed elsewhere, the call, the booking or the no."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from guichet.central import feed, pull, registry
from guichet.central.transactions import transact
from guichet.domain.model import AccordMode, AppointmentStatus, Demand, Person, Role, Slot
from guichet.domain.waiting import Answer
from guichet.screens.waiting_list import WaitingTold
from guichet.station import Station
from guichet.station.mediation import Booked, Held
from guichet.store import queries
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.sync import replica
from tests.posts import PARIS, World
from tests.screens.mediation import KOUYATE, Desk, mediation
from tests.screens.waiting import wait_for
from tests.waiting import until

DAY = date(2026, 12, 14)
"""Beyond the ten open days whose seats are lent: else a station that has just opened may be lent
the slot's only seat before it is booked here."""
SLOT = Slot(
    id="freed",
    site=1,
    day=DAY,
    starts_at=datetime(2026, 12, 14, 13, 40, tzinfo=PARIS).astimezone(UTC),
    minutes=20,
    procedures=("REMI",),
    seats=1,
    free=1,
)
TRAORE = replace(
    KOUYATE,
    id="second",
    family_name="Traoré",
    given_names="Mamadou",
    number="9301234568",
    phone="+33139980011",
    needs=(),
)
SOW = replace(KOUYATE, id="taker", family_name="Sow", number="9301234569")


def demands(world: World) -> list[Demand]:
    """What central knows of the searches, the oldest first."""
    with reading(world.engine) as connection:
        return queries.demands(connection, 1)


def seats(world: World) -> int:
    """How many seats of the slot central says are free."""
    with reading(world.engine) as connection:
        found = get(connection, Slot, SLOT.id)
    assert found is not None
    return found.free + found.free_pan


def taken(world: World) -> tuple[Station, Booked]:
    """Another station of the site, where the slot's only seat was booked."""
    transact(world.engine, lambda c: feed.publish_records(c, 1, [SLOT]))
    other = world.station("other", Role.MEDIATOR)
    mediation = other.mediation
    assert mediation.register(SOW) is None
    held = mediation.hold(SLOT)
    assert isinstance(held, Held)
    procedure = next(p for p in mediation.procedures() if p.code == "REMI")
    booked = mediation.book(SOW, procedure, held, mediation.accord(AccordMode.READ_ALOUD, "fr"))
    assert isinstance(booked, Booked)
    assert booked.confirmed
    return other, booked


def wait(station: Station, persons: Sequence[Person]) -> None:
    """These persons wait, the first for the longest."""
    assistance = station.assistance
    procedure = next(p for p in station.mediation.procedures() if p.code == "REMI")
    for days, person in enumerate(reversed(persons), 1):
        searched = assistance.found_nothing(procedure, person, waiting=True)
        at = searched.at - timedelta(days=days)
        assert assistance.record(replace(searched, at=at)) is None
    until(lambda: station.sync_state.pending == 0)


async def to_offer(desk: Desk, *persons: Person) -> None:
    """These persons wait; the seat is freed at another station; the list is opened."""
    wait(desk.station, persons)
    other, booked = taken(desk.world)
    assert isinstance(other.mediation.cancel(booked.appointment, "person"), Booked)
    await desk.shows("1 place proposée sur la liste d’attente", "F7, puis appelez")
    await desk.press("f7")
    await desk.on("WaitingList")
    await desk.shows("1 place proposée", "KOUYATÉ Fanta", "14/12 13:40", "avant 17:00")


async def test_a_seat_freed_elsewhere_is_offered_here_and_booked(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_offer(desk, KOUYATE)
        assert seats(world) == 0
        await desk.shows("06 39 98 00 11", "soninké", "interprète")
        await desk.shows("Place du lundi 14 décembre 2026 à 13:40", "gardée jusqu’au mar. 24/11 à")
        await desk.press("enter")
        await desk.on("AccordScreen")
        await desk.shows("7\u00a0h\u00a020")
        await desk.press("f9")
        await desk.on("BookedScreen")
        await desk.shows("✓ Rendez-vous confirmé", "lundi 14 décembre 2026 à 13:40")
        (appointment,) = desk.station.mediation.appointments_of(KOUYATE)
        assert (appointment.slot, appointment.status) == (SLOT.id, AppointmentStatus.BOOKED)
        assert seats(world) == 0
        (closed,) = demands(world)
        assert (closed.waiting, closed.person, closed.ended) == (False, None, "booked")
        await desk.press("enter")
        await desk.on("MediatorScreen")
        await wait_for(desk.pilot, lambda: desk.station.assistance.waiting_counts() == (0, 0))
        await wait_for(desk.pilot, lambda: "liste d’attente" not in desk.text)


async def test_giving_up_the_booking_keeps_the_offer(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_offer(desk, KOUYATE)
        await desk.press("enter")
        await desk.on("AccordScreen")
        await desk.press("f5")
        await desk.says("gardée à nouveau")
        await desk.press("escape")
        await desk.on("WaitingList")
        await desk.says("reste proposée")
        world.clock.forward(minutes=20)
        await desk.shows("avant 17:00")
        assert [each.offered for each in demands(world)] == [SLOT.id]


async def test_an_offer_nobody_took_up_goes_to_the_next(world: World) -> None:
    async with mediation(world, KOUYATE, TRAORE) as desk:
        await to_offer(desk, KOUYATE, TRAORE)
        await desk.shows("depuis le 23/11")
        world.clock.forward(hours=7, minutes=21)
        await desk.shows("! TRAORÉ Mamadou", "avant 25/11 12:30")
        await desk.press("home")  # the cursor had stayed on who had the offer
        await desk.shows("TRAORÉ Mamadou · ", "à appeler, pas de SMS")
        await wait_for(desk.pilot, lambda: [d.offered for d in demands(world)] == [None, SLOT.id])
        assert seats(world) == 0


async def test_a_call_without_answer_is_seen_by_colleagues(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        await to_offer(desk, KOUYATE)
        await desk.press("s")
        await desk.says("Appel noté")
        await desk.shows("dernier appel sans réponse\u00a0: mar. 24/11 à 09:40", "i KOUYATÉ")
        await wait_for(desk.pilot, lambda: demands(world)[0].called_at == world.clock())
        assert demands(world)[0].offered == SLOT.id


async def test_a_no_is_asked_for_twice_and_gives_the_seat_to_the_next(world: World) -> None:
    async with mediation(world, KOUYATE, TRAORE) as desk:
        await to_offer(desk, KOUYATE, TRAORE)
        await desk.press("x")
        await desk.on("SureDialog")
        await desk.shows("aussitôt à qui attend ensuite")
        await desk.press("enter")  # in haste: nothing changes
        await desk.on("WaitingList")
        assert [each.offered for each in demands(world)] == [SLOT.id, None]
        await desk.press("x")
        await desk.on("SureDialog")
        await desk.press("down", "enter")
        await desk.on("WaitingList")
        await desk.says("Refus noté")
        await wait_for(desk.pilot, lambda: [d.offered for d in demands(world)] == [None, SLOT.id])
        assert [each.waiting for each in demands(world)] == [True, True]


async def test_who_waits_no_more_leaves_and_is_named_no_more(world: World) -> None:
    async with mediation(world, KOUYATE, TRAORE) as desk:
        await to_offer(desk, KOUYATE, TRAORE)
        await desk.press("down", "delete")
        await desk.on("SureDialog")
        await desk.shows("TRAORÉ Mamadou", "son nom est effacé")
        await desk.press("down", "enter")
        await desk.on("WaitingList")
        await desk.says("n’est plus sur la liste")
        await desk.shows("1 personne attend")
        await wait_for(desk.pilot, lambda: [d.person for d in demands(world)] == ["walk-in", None])
        assert [each.ended for each in demands(world)] == [None, "left"]


async def test_without_an_offer_enter_looks_for_a_slot(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        wait(desk.station, [KOUYATE])
        await desk.shows("1 personne sur la liste d’attente")
        await desk.press("f7")
        await desk.on("WaitingList")
        await desk.shows("Aucune place ne s’est libérée", "depuis le 23/11")
        await desk.press("s", "x")  # nothing to decline
        assert type(desk.app.screen).__name__ == "WaitingList"
        await desk.press("enter")
        await desk.on("SlotChoice")
        await desk.shows("KOUYATÉ Fanta · ")


async def test_nobody_waits(world: World) -> None:
    async with mediation(world) as desk:
        assert str(desk.app.screen.query_one(WaitingTold).render()) == ""
        await desk.press("f7")
        await desk.on("WaitingList")
        await desk.shows("Personne n’attend de place", "0 place proposée")
        await desk.press("enter", "s", "x", "delete", "escape")
        await desk.on("MediatorScreen")


async def test_after_three_offers_the_list_says_what_is_left_to_do(world: World) -> None:
    async with mediation(world, KOUYATE) as desk:
        wait(desk.station, [KOUYATE])
        (demand,) = demands(world)
        with writing(world.engine) as connection:
            put(connection, replace(demand, offers=3))
            feed.publish(connection, 1, [("demand", demand.id)])
        desk.station._core.sync.wake()
        await desk.press("f7")
        await desk.on("WaitingList")
        await desk.shows("Plus de place proposée d’office", "3 places proposées")


def read_to_the_end(world: World, station: Station) -> bool:
    with reading(world.engine) as connection:
        epoch, sequence = registry.epoch(connection), feed.sequence_of(connection, 1)
    with reading(station._core.engine) as connection:
        return replica.cursor(connection) == pull.encode_cursor(epoch, sequence)


def test_who_waits_is_still_known_here_days_after(world: World) -> None:
    folder = world.enrolled("pan")
    station = world.open(folder, Role.MEDIATOR)
    assert station.mediation.register(KOUYATE) is None
    assert station.mediation.register(TRAORE) is None
    wait(station, [KOUYATE])
    until(lambda: station.sync_state.pending == 0)  # what waits for central's word is kept
    until(lambda: read_to_the_end(world, station))  # else it comes back with the next page
    station.close()
    world.clock.forward(days=3)
    again = world.open(folder, Role.MEDIATOR)
    (waiting,) = again.assistance.waiting()
    assert waiting.person == KOUYATE
    assert again.mediation.person(TRAORE.id) is None  # they neither wait nor have an appointment
    assert again.assistance.answer(waiting.demand, Answer.LEFT) is None
    assert again.assistance.waiting() == []


def test_who_was_forgotten_here_is_known_again_once_they_wait(world: World) -> None:
    other = world.station("other", Role.MEDIATOR)
    folder = world.enrolled("pan")
    station = world.open(folder, Role.MEDIATOR)
    assert other.mediation.register(KOUYATE) is None
    until(lambda: station.mediation.person(KOUYATE.id))
    station.close()
    again = world.open(folder, Role.MEDIATOR)
    assert again.mediation.person(KOUYATE.id) is None
    wait(other, [KOUYATE])
    (waiting,) = until(again.assistance.waiting)
    assert waiting.person == KOUYATE
