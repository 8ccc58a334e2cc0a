from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from guichet.central import keyring, registry
from guichet.convocation import token
from guichet.domain.admission import Admit, Finding
from guichet.domain.claims import Claims
from guichet.domain.day import DayState
from guichet.domain.model import Appointment, Person, Role, Visit, VisitStatus
from guichet.domain.operations import Applied, Refused
from guichet.domain.reference import ReferenceProblem
from guichet.screens.verdicts import view_of
from guichet.station import Link, Reading, Station
from guichet.station.mediation import Booked, Held
from guichet.store.engine import open_engine, reading, sqlite_url, writing
from guichet.store.records import get, put
from guichet.store.schema import METADATA
from guichet.sync import replica
from tests.posts import World, free_slot
from tests.waiting import until


def appointment(station: Station, state: DayState = DayState.EXPECTED) -> Appointment:
    """An appointment of today in that state, as the station knows it."""
    row = next(r for r in station.reception.day() if r.state is state and r.appointment)
    with reading(station._core.engine) as connection:
        found = get(connection, Appointment, row.appointment or "")
    assert found is not None
    return found


def text_of(found: Appointment) -> str:
    assert found.token is not None
    return found.token


def scanned(world: World, station: Station, minutes: float) -> Reading:
    """What the scan of an expected person's paper gives, minutes after the start."""
    found = appointment(station)
    world.clock.now = found.starts_at + timedelta(minutes=minutes)
    return station.reception.scan(text_of(found))


@pytest.mark.parametrize(
    ("minutes", "finding", "checked_in"),
    [
        (0, Finding.EXPECTED, True),
        (-30, Finding.EXPECTED, True),
        (15, Finding.EXPECTED, True),
        (-31, Finding.EARLY, False),
        (16, Finding.LATE, False),
        (-20 * 60, Finding.WRONG_DAY, False),
        (24 * 60, Finding.WRONG_DAY, False),
    ],
)
def test_the_clock_decides(
    world: World, minutes: float, finding: Finding, *, checked_in: bool
) -> None:
    found = scanned(world, world.station("one"), minutes)
    assert (found.decision.finding, found.checked_in) == (finding, checked_in)
    assert (found.visit is not None) is checked_in


def test_who_may_receive_no_more_checks_nobody_in(world: World) -> None:
    """The agent's right was withdrawn while they were signed in: nothing says that it went well."""
    station = world.station("one")
    found = appointment(station)
    world.clock.now = found.starts_at
    agent = station.session.agent
    assert agent is not None
    with writing(station._core.engine) as connection:
        put(connection, replace(agent, active=False))
    seen = station.reception.scan(text_of(found))
    assert (seen.refused, seen.checked_in, seen.visit) == (Refused("not_allowed"), False, None)
    assert view_of(seen, station).level == "bad"


def test_a_late_person_is_asked_and_can_be_received(world: World) -> None:
    station = world.station("one")
    found = scanned(world, station, 40)
    assert found.decision.admit is Admit.ASK
    assert found.decision.minutes_off == 40
    admitted = station.reception.admit(found)
    assert admitted.visit is not None
    assert admitted.visit.anomaly == "late"


def test_a_replica_made_anew_gives_no_ticket_again(world: World) -> None:
    station = world.station("one")
    rows = [r for r in station.reception.day() if r.state is DayState.EXPECTED]
    label = rows[0].procedure
    first, second = [r.appointment or "" for r in rows if r.procedure == label][:2]
    given = station.reception.admit(station.reception.choose(first)).visit
    assert given is not None
    with writing(station._core.engine) as connection:
        connection.execute(METADATA.tables["ticket"].delete())
    again = station.reception.admit(station.reception.choose(second)).visit
    assert again is not None
    assert again.ticket != given.ticket
    assert int(again.ticket[1:]) == int(given.ticket[1:]) + 1


def test_the_same_paper_again_shows_the_first_ticket(world: World) -> None:
    station = world.station("one")
    first = scanned(world, station, 0)
    again = station.reception.scan(text_of(first.appointment))  # type: ignore[arg-type]
    assert again.decision.finding is Finding.ALREADY_IN
    assert again.visit == first.visit
    assert not again.checked_in


def test_tickets_are_never_twice_the_same_at_a_site(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    world.stop()
    rows = [r for r in one.reception.day() if r.state is DayState.EXPECTED][:6]
    tickets = []
    for number, row in enumerate(rows):
        station = (one, two)[number % 2]
        found = station.reception.admit(station.reception.choose(row.appointment or ""))
        assert found.visit is not None
        tickets.append(found.visit.ticket)
    assert len(set(tickets)) == len(tickets)


def test_cancelled_moved_and_other_sites_are_told_apart(world: World) -> None:
    station = world.station("one")
    desk = station.mediation
    moved, cancelled = two_booked(station)
    held = desk.hold(free_slot(station, moved.procedure))
    assert isinstance(held, Held)
    result = desk.move(moved, held)
    assert isinstance(result, Booked)
    assert result.appointment.reference == moved.reference
    assert isinstance(desk.cancel(cancelled, "person"), Booked)
    assert station.reception.scan(text_of(moved)).decision.finding is Finding.SUPERSEDED
    assert station.reception.scan(text_of(cancelled)).decision.finding is Finding.CANCELLED
    other = world.station("raincy", site=2)
    found = other.reception.scan(text_of(appointment(station)))
    assert found.decision.finding is Finding.WRONG_SITE
    assert found.site is not None
    assert found.site.name == station.site.name


def two_booked(station: Station) -> list[Appointment]:
    rows = [r for r in station.reception.day() if r.state is DayState.EXPECTED and r.appointment]
    with reading(station._core.engine) as connection:
        found = [get(connection, Appointment, row.appointment or "") for row in rows[:2]]
    return [a for a in found if a is not None]


def test_what_is_not_signed_by_central_is_refused_each_in_its_way(world: World) -> None:
    station = world.station("one")
    genuine = appointment(station)
    claims = Claims(genuine.id, genuine.revision, 1, genuine.starts_at, b"\0\0\0\0")
    kid, seed, _public = token.new_key()
    known = keyring.keys(world.engine)[0].kid
    scans = {
        token.sign(claims, kid, seed): Finding.UNKNOWN_KEY,
        token.sign(claims, known, seed): Finding.FORGED,
        text_of(genuine)[:-4] + "0000": Finding.FORGED,
        "G1:": Finding.FORGED,
        "https://www.sncf-connect.com/e-billet?pnr=ABCDEF": Finding.NOT_OURS,
        "": Finding.NOT_OURS,
    }
    for text, finding in scans.items():
        found = station.reception.scan(text)
        assert (found.decision.finding, found.checked_in) == (finding, False), text


def test_a_genuine_paper_not_known_here_is_admitted_and_made_good_later(world: World) -> None:
    """Booked after this station lost its network: the signature is all it has."""
    counter = world.station("counter")
    until(lambda: counter.sync_state.link is Link.ONLINE)
    sign = registry.authority(world.engine, world.clock()).sign
    found = appointment(counter)
    unknown = replace(found, id="0123456789abcdef")
    with reading(world.engine) as connection:
        person = get(connection, Person, found.person)
    assert person is not None
    world.clock.now = found.starts_at
    world.stop()
    result = counter.reception.scan(sign(unknown, person))
    assert result.decision.finding is Finding.UNKNOWN_HERE
    assert result.checked_in
    assert result.visit is not None
    row = next(r for r in counter.reception.day() if r.visit == result.visit.id)
    assert (row.name, row.state) == ("", DayState.WAITING)


def test_a_typed_reference_is_as_good_as_a_scan(world: World) -> None:
    station = world.station("one")
    found = appointment(station)
    world.clock.now = found.starts_at
    assert station.reception.look_up("7K4Q") is ReferenceProblem.LENGTH
    wrong = found.reference[:-1] + ("0" if found.reference[-1] != "0" else "1")
    assert station.reception.look_up(wrong) is ReferenceProblem.CHECK
    result = station.reception.look_up(found.reference.lower().replace("-", " "))
    assert isinstance(result, Reading)
    assert result.checked_in


def test_a_check_in_by_mistake_can_be_taken_back(world: World) -> None:
    station = world.station("one")
    first = scanned(world, station, 0)
    assert first.visit is not None
    undone = station.reception.undo_check_in(first.visit.id, "wrong_person")
    assert isinstance(undone, Applied)
    assert undone.detail == {"ticket": first.visit.ticket}
    again = station.reception.scan(text_of(first.appointment))  # type: ignore[arg-type]
    assert again.checked_in
    assert again.visit is not None
    assert again.visit.ticket != first.visit.ticket


def test_who_was_checked_in_at_two_posts_keeps_the_other_ticket(world: World) -> None:
    one, two = world.station("one"), world.station("two")
    world.stop()
    first = scanned(world, one, 0)
    world.clock.forward(seconds=20)
    second = two.reception.scan(text_of(first.appointment))  # type: ignore[arg-type]
    assert first.visit is not None
    assert second.visit is not None
    world.start()

    def known(post: Station, visit: str) -> Visit | None:
        with reading(post._core.engine) as connection:
            return get(connection, Visit, visit)

    twice, ticket, appointment = second.visit.id, second.visit.ticket, first.visit.appointment
    until(lambda: (seen := known(one, twice)) and seen.status is VisitStatus.DUPLICATE)
    until(two.refused)  # where the ticket was given that counts no more, whichever came second
    told = [line.reason for line in two.refused()]
    undone = one.reception.undo_check_in(first.visit.id, "by_mistake")
    assert isinstance(undone, Applied)
    assert undone.detail["stands"] == ticket

    def stands(post: Station) -> bool:
        row = next(r for r in post.reception.day() if r.appointment == appointment)
        return (row.state, row.ticket) == (DayState.WAITING, ticket)

    for post in (one, two):  # where the second was made, the news of both has to come
        until(partial(stands, post))
    assert told == ["double"]


def void_ticket(world: World) -> Station:
    """A station whose arrival central had accepted, until another brought an earlier one."""
    one, two = world.station("one"), world.station("two")
    world.stop()
    first = scanned(world, one, 0)
    world.clock.forward(seconds=20)
    second = two.reception.scan(text_of(first.appointment))  # type: ignore[arg-type]
    assert first.visit is not None
    assert second.visit is not None
    one.close()
    world.start()
    until(lambda: two.sync_state.link is Link.ONLINE and two.sync_state.pending == 0)
    assert two.refused() == []
    one = world.open(one.folder)
    until(two.refused)
    until(lambda: two.sync_state.to_settle == 1)
    for station, ticket in ((one, first.visit.ticket), (two, second.visit.ticket)):
        (line,) = station.refused()
        assert (line.kind, line.reason, line.took_effect) == ("check_in", "double", True)
        assert (line.about, line.stands) == (ticket, first.visit.ticket)
    return two


def journal_of(station: Station) -> dict[str, tuple[str, bool]]:
    """The state of each check-in made there, and whether central accepted it."""
    with reading(station._core.journal._own) as connection:
        rows = connection.exec_driver_sql(
            "SELECT operation, state, accepted FROM done WHERE kind = 'check_in'"
        )
        return {row[0]: (row[1], bool(row[2])) for row in rows}


def test_a_void_ticket_is_told_where_it_was_given_until_it_is_settled(world: World) -> None:
    two = void_ticket(world)
    (line,) = two.refused()
    until(lambda: journal_of(two) == {line.operation: ("flagged", True)})
    assert two.settled(line.operation) is None
    # Central accepted it all the same: restored, it is sent it again.
    assert journal_of(two) == {line.operation: ("done", True)}
    two.close()
    engine = open_engine(sqlite_url(two.folder / "station.sqlite3"))
    with writing(engine) as connection:
        replica.forget_order(connection)
    engine.dispose()
    two = world.open(two.folder)  # which reads all again first
    until(lambda: two.sync_state.link is Link.ONLINE)
    assert two.refused() == []


def test_a_void_ticket_is_told_still_once_the_database_is_lost(world: World) -> None:
    two = void_ticket(world)
    until(lambda: [state for state, _accepted in journal_of(two).values()] == ["flagged"])
    two.close()
    for path in two.folder.glob("station.sqlite3*"):
        path.unlink()
    world.clock.forward(days=3)  # the feed tells nothing of that day any more
    assert [line.reason for line in world.open(two.folder).refused()] == ["double"]


def test_call_start_and_finish_in_order(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    row = station.calling.line()[0].row
    assert row is not None
    visit = row.visit or ""
    refused = station.calling.start(visit)
    assert refused is not None
    assert refused.reason == "not_called"
    assert station.calling.call(visit, "3") is None
    assert station.calling.start(visit) is None
    refused = station.calling.finish(visit, "vanished")
    assert refused is not None
    assert refused.reason == "unknown_outcome"
    assert station.calling.finish(visit, "unsuccessful", "breakdown") is None
    assert next(r for r in station.reception.day() if r.visit == visit).state is DayState.DONE


def test_a_mediator_may_not_receive(world: World) -> None:
    station = world.station("one", Role.MEDIATOR)
    row = next(r for r in station.reception.day() if r.state is DayState.WAITING)
    refused = station.calling.call(row.visit or "", "1")
    assert refused is not None
    assert refused.reason == "not_allowed"


def test_whose_a_convocation_is_can_be_asked_without_anything_being_done(world: World) -> None:
    station = world.station("one")
    found = appointment(station)
    pending = station.sync_state.pending
    assert station.reception.appointment_of(f"{text_of(found)}\r\n") == found
    assert station.reception.appointment_of("WIFI:S:x;;") is Finding.NOT_OURS
    assert station.reception.appointment_of(text_of(found)[:-1]) is Finding.FORGED
    other = next(each for each in ("1", "2") if not text_of(found).endswith(each))
    assert station.reception.appointment_of(text_of(found)[:-1] + other) is Finding.FORGED
    assert station.sync_state.pending == pending
    assert appointment(station) == found
