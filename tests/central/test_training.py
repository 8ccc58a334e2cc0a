from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select

from guichet.central import registry, training
from guichet.central.training_catalogue import PROCEDURES, SITES
from guichet.central.training_people import persona_id
from guichet.convocation.token import Verified, identity_digest, verify
from guichet.domain.calendar_fr import is_open_day
from guichet.domain.day import DayState, counts
from guichet.domain.foreigner_number import FormCode, form
from guichet.domain.identity import identity_of
from guichet.domain.keys import PublicKey
from guichet.domain.model import (
    Agent,
    Appointment,
    AppointmentStatus,
    Person,
    Role,
    Slot,
    Visit,
    VisitStatus,
)
from guichet.domain.needs import Need
from guichet.phones import Phone, parse_phone
from guichet.store.days import day_rows
from guichet.store.engine import open_engine, reading, sqlite_url
from guichet.store.queries import appointments_of, everything
from guichet.store.records import TABLES, R, get, records
from guichet.store.schema import METADATA
from guichet.store.search import find_indexed

DAY = date(2026, 11, 24)  # a Tuesday
PARIS = ZoneInfo("Europe/Paris")
NINE_FORTY = datetime(2026, 11, 24, 9, 40, tzinfo=PARIS).astimezone(UTC)
SEAT = METADATA.tables["seat"]


@dataclass(frozen=True)
class Loaded:
    engine: Engine
    persons: list[Person]
    slots: list[Slot]
    appointments: list[Appointment]
    visits: list[Visit]


def rows(engine: Engine, kind: str, model: type[R]) -> list[R]:
    with reading(engine) as connection:
        return records(connection, model, select(TABLES[kind]))


def load(engine: Engine, now: datetime = NINE_FORTY, persons: int = 300) -> Loaded:
    registry.create(engine, now)
    training.load(engine, DAY, now, persons=persons)
    return Loaded(
        engine,
        rows(engine, "person", Person),
        rows(engine, "slot", Slot),
        rows(engine, "appointment", Appointment),
        rows(engine, "visit", Visit),
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The whole training data, for tests that only read."""
    engine = open_engine(sqlite_url(tmp_path_factory.mktemp("training") / "central.sqlite3"))
    yield load(engine, persons=training.PERSONS)
    engine.dispose()


def of_persona(loaded: Loaded, key: str) -> Appointment:
    with reading(loaded.engine) as connection:
        (found,) = appointments_of(connection, persona_id(key))
    return found


def test_the_whole_data_is_believable(loaded: Loaded) -> None:
    assert len(loaded.persons) == 2_000
    with reading(loaded.engine) as connection:
        today = {site.number: day_rows(connection, site.number, DAY) for site in SITES}
    assert 480 <= len(today[1]) <= 530
    states = counts(today[1])
    for state in (DayState.WAITING, DayState.SERVING, DayState.DONE, DayState.CANCELLED):
        assert states[state] > 2, states
    assert states[DayState.EXPECTED] > 300
    share = booked_share(loaded.slots)
    coming = sorted(share)[2:]
    assert all(0.7 <= share[day] <= 0.9 for day in coming[:2]), share
    assert share[coming[-1]] < share[coming[3]] < share[coming[0]]
    morning = Counter(
        a.starts_at.astimezone(PARIS).hour
        for a in loaded.appointments
        if a.day == DAY and a.site == 1
    )
    assert morning[8] > morning[12]
    assert morning[9] > morning[18]


def booked_share(slots: Sequence[Slot]) -> dict[date, float]:
    seats, free = Counter[date](), Counter[date]()
    for slot in slots:
        seats[slot.day] += slot.seats
        free[slot.day] += slot.free + slot.free_pan
    return {day: 1 - free[day] / seats[day] for day in seats}


def test_slots_seats_and_appointments_agree(loaded: Loaded) -> None:
    seated = Counter(
        a.slot for a in loaded.appointments if a.status is not AppointmentStatus.CANCELLED
    )
    assert {s.id: s.seats - s.free - s.free_pan for s in loaded.slots} == {
        s.id: seated[s.id] for s in loaded.slots
    }
    with reading(loaded.engine) as connection:
        seats = connection.execute(select(func.count()).select_from(SEAT)).scalar_one()
    assert seats == sum(slot.seats for slot in loaded.slots)
    slots = {slot.id: slot for slot in loaded.slots}
    for appointment in loaded.appointments:
        slot = slots[appointment.slot]
        assert appointment.procedure in slot.procedures
        assert (appointment.site, appointment.day) == (slot.site, slot.day)
        assert appointment.starts_at == slot.starts_at
        assert appointment.booked_at < NINE_FORTY


def test_a_renewal_can_be_booked_at_every_start_of_the_demo_day(loaded: Loaded) -> None:
    starts = [s for s in loaded.slots if s.site == 1 and s.day == DAY and "RENO" in s.procedures]
    assert len(starts) == 72
    full = [s for s in starts if s.free == 0]
    assert len(full) <= 3, "only where personas took the seat kept free"


def test_openings_are_open_days_only(loaded: Loaded) -> None:
    days = {slot.day for slot in loaded.slots}
    assert all(is_open_day(day) for day in days)
    assert min(days) == date(2026, 11, 23)
    assert max(days) == date(2026, 12, 7)
    local = {s.starts_at.astimezone(PARIS).time() for s in loaded.slots if s.day != DAY}
    assert min(local) == time(8, 30)
    assert all(not time(12, 30) <= moment < time(13, 30) for moment in local)
    assert max(local) < time(16, 0)


def test_tokens_verify_and_are_bound_to_their_person(loaded: Loaded) -> None:
    persons = {person.id: person for person in loaded.persons}
    with reading(loaded.engine) as connection:
        keyring = {k.kid: bytes.fromhex(k.public) for k in everything(connection, PublicKey)}
        secret = connection.execute(
            select(METADATA.tables["setting"].c.value).where(
                METADATA.tables["setting"].c.name == "identity_secret"
            )
        ).scalar_one()
    for appointment in loaded.appointments[::7]:
        assert appointment.token is not None
        found = verify(appointment.token, keyring)
        assert isinstance(found, Verified)
        cancelled = appointment.status is AppointmentStatus.CANCELLED
        assert found.claims.revision == appointment.revision - cancelled
        assert found.claims.starts_at == appointment.starts_at
        identity = identity_of(persons[appointment.person])
        assert found.claims.digest == identity_digest(
            bytes.fromhex(secret), appointment.id, identity
        )


def test_visits_are_of_people_who_have_come_by_now(loaded: Loaded) -> None:
    appointments = {a.id: a for a in loaded.appointments}
    assert len({(v.site, v.day, v.ticket) for v in loaded.visits}) == len(loaded.visits)
    for visit in loaded.visits:
        assert visit.appointment is not None
        assert appointments[visit.appointment].status is AppointmentStatus.ARRIVED
        moments = [visit.arrived_at, visit.called_at, visit.started_at, visit.ended_at]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)
        assert known[-1] <= NINE_FORTY
        assert (visit.status is VisitStatus.DONE) == (visit.outcome is not None)
    yesterday = [a for a in loaded.appointments if a.day < DAY]
    assert {a.status for a in yesterday} == {AppointmentStatus.ARRIVED, AppointmentStatus.ABSENT}
    assert all(v.status is VisitStatus.DONE for v in loaded.visits if v.day < DAY)


def test_no_desk_serves_two_people_at_once(loaded: Loaded) -> None:
    busy = Counter(
        (v.site, v.desk)
        for v in loaded.visits
        if v.status in {VisitStatus.CALLED, VisitStatus.SERVING}
    )
    assert busy
    assert set(busy.values()) == {1}


def test_before_opening_a_few_are_early(engine: Engine) -> None:
    early = datetime(2026, 11, 24, 7, 55, tzinfo=PARIS).astimezone(UTC)
    loaded = load(engine, early)
    today = [visit for visit in loaded.visits if visit.day == DAY]
    assert today
    assert {visit.status for visit in today} == {VisitStatus.WAITING}


def test_people_are_invented_and_valid(loaded: Loaded) -> None:
    for person in loaded.persons:
        if person.phone is not None:
            assert isinstance(parse_phone(person.phone), Phone)
            assert person.phone.startswith(("+3363998", "+33199")), person.phone
        assert person.email is None or person.email.endswith("@example.org")
        assert (person.number is None) == (person.number_absent is not None)
        assert person.number is None or form(person.number).code is FormCode.OK
        assert set(person.needs) <= {need.value for need in Need}
    numbers = [person.number for person in loaded.persons if person.number]
    assert len(set(numbers)) == len(numbers)
    for missing in ("phone", "number", "email"):
        assert any(getattr(person, missing) is None for person in loaded.persons)
    assert {len(person.birth) for person in loaded.persons} == {4, 7, 10}


def test_people_without_appointment_are_left_to_book_for(loaded: Loaded) -> None:
    having = {appointment.person for appointment in loaded.appointments}
    local = [person for person in loaded.persons if person.site == 1]
    assert sum(person.id not in having for person in local) >= len(local) // 6


def test_the_personas_stand_as_said(loaded: Loaded) -> None:
    expected = of_persona(loaded, "expected")
    assert NINE_FORTY <= expected.starts_at <= NINE_FORTY.replace(minute=59)
    assert expected.status is AppointmentStatus.BOOKED
    late = (NINE_FORTY - of_persona(loaded, "priority_late").starts_at).total_seconds() / 60
    assert 15 < late <= 25
    assert of_persona(loaded, "cancelled").cancel_reason == "person"
    assert of_persona(loaded, "student").cancel_reason == "mistake"
    assert of_persona(loaded, "moved").revision == 2
    assert of_persona(loaded, "other_site").site == 3
    assert of_persona(loaded, "short_card").day == date(2026, 11, 25)
    assert of_persona(loaded, "yesterday").day == date(2026, 11, 23)
    assert of_persona(loaded, "year_only").starts_at > NINE_FORTY
    with reading(loaded.engine) as connection:
        sisters = find_indexed(connection, 1, "06 39 98 90 06")
        assert [sister.given_names for sister in sisters] == ["Piriya", "Priya"]
        homonyms = find_indexed(connection, 1, "konate mamadou")
        assert persona_id("inverted") in [person.id for person in homonyms]


def test_agents_sign_in_with_the_pins_told(loaded: Loaded) -> None:
    with reading(loaded.engine) as connection:
        agents = everything(connection, Agent)
        assert len(agents) == 9
        for role, pin in training.PINS.items():
            agent = get(connection, Agent, training.agent_code(role, 1))
            assert agent is not None
            assert agent.roles == (role,)
            assert PasswordHasher().verify(agent.pin_hash, pin)
    assert training.agent_code(Role.COUNTER, 2) == "CR1"


def test_every_feed_holds_its_site_and_no_one_elses_people(loaded: Loaded) -> None:
    changes = METADATA.tables["change"]
    with reading(loaded.engine) as connection:
        kinds = Counter(
            (row.site, row.kind)
            for row in connection.execute(select(changes.c.site, changes.c.kind))
        )
    people_of = Counter(person.site for person in loaded.persons)
    for site in (1, 2, 3):
        assert kinds[site, "site"] == 3
        assert kinds[site, "key"] == 1
        assert kinds[site, "procedure"] == len(PROCEDURES)
        assert kinds[site, "agent"] == 3
        assert kinds[site, "person"] == people_of[site]


def test_a_closed_day_gives_the_next_open_one(engine: Engine) -> None:
    sunday = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
    registry.create(engine, sunday)
    assert training.loaded_day(engine) is None
    loaded = training.load(engine, sunday.date(), sunday, persons=60)
    assert loaded.day == date(2026, 11, 30)
    assert training.loaded_day(engine) == loaded.day
    assert all(visit.day < loaded.day for visit in rows(engine, "visit", Visit))


def test_enrolled_stations_never_give_the_tickets_of_training(engine: Engine) -> None:
    loaded = load(engine)
    code = registry.add_enrol_code(engine, 1, NINE_FORTY)
    enrolled = registry.enrol(engine, code, "poste", NINE_FORTY)
    assert isinstance(enrolled, registry.Enrolled)
    assert enrolled.number == 2
    assert {visit.ticket[1] for visit in loaded.visits} == {"1"}
