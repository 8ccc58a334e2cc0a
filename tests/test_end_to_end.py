"""The main job over real HTTP: book, print, scan the paper, see it at the other station."""

import pypdfium2
import zxingcpp

from guichet.domain.admission import Finding
from guichet.domain.day import DayState
from guichet.domain.model import AccordMode, Person, Role
from guichet.station import Link
from guichet.station.mediation import Booked, Held
from tests.posts import DAY, World, free_slot
from tests.waiting import until


def walk_in(id_: str) -> Person:
    return Person(
        id=id_,
        site=1,
        family_name="Kouyaté",
        given_names="Fanta",
        birth="1991",
        number="9301234567",
        number_absent=None,
        phone=None,
        email=None,
        commune="Bobigny",
        language="fr",
        needs=("interpreter",),
    )


def read_paper(pdf: bytes) -> str:
    """The text of the code on a printed page."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = page.render(scale=150 / 72).to_pil()
    code = zxingcpp.read_barcode(picture)
    assert code is not None
    return str(code.text)


def test_booked_printed_scanned_and_seen_by_the_other_station(world: World) -> None:
    desk = world.station("pan", Role.MEDIATOR)
    counter = world.station("counter", Role.COUNTER)
    person = walk_in(desk.mediation.new_person_id())
    assert desk.mediation.register(person) is None
    procedure = next(p for p in desk.mediation.procedures() if p.code == "RENO")
    slot = free_slot(desk, "RENO", day=DAY)
    held = desk.mediation.hold(slot)
    assert isinstance(held, Held)
    accord = desk.mediation.accord(AccordMode.READ_ALOUD, "fr")
    booked = desk.mediation.book(person, procedure, held, accord)
    assert isinstance(booked, Booked)
    assert booked.confirmed
    token = read_paper(desk.papers.convocation(booked.appointment.id).read_bytes())

    until(lambda: any(row.appointment == booked.appointment.id for row in counter.reception.day()))
    world.clock.now = slot.starts_at
    found = counter.reception.scan(token)
    assert found.decision.finding is Finding.EXPECTED
    assert found.checked_in
    assert found.person == person
    assert found.visit is not None

    def seen() -> bool:
        row = next(r for r in desk.reception.day() if r.appointment == booked.appointment.id)
        return row.state is DayState.WAITING and row.ticket == found.visit.ticket  # type: ignore[union-attr]

    until(seen)

    world.stop()
    until(lambda: counter.sync_state.link is Link.OFFLINE)
    late = next(
        r for r in counter.reception.day() if r.state is DayState.EXPECTED and r.appointment
    )
    offline = counter.reception.admit(counter.reception.choose(late.appointment or ""))
    assert offline.visit is not None
    assert counter.sync_state.pending >= 1
    world.start()
    until(lambda: counter.sync_state.pending == 0 and counter.sync_state.link is Link.ONLINE)
    until(
        lambda: (
            [r.ticket for r in desk.reception.day() if r.appointment == late.appointment]
            == [offline.visit and offline.visit.ticket]
        )
    )
