"""Checking identities and keys at the counter, with no network."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from guichet.central import keyring, registry
from guichet.central.revocation import revoke
from guichet.convocation import token
from guichet.domain.admission import Finding
from guichet.domain.claims import Claims
from guichet.domain.day import DayState
from guichet.domain.identity import Check, Shown
from guichet.domain.model import Appointment, Person, Role, Visit
from guichet.domain.reports import Seen
from guichet.station import Link, Reading, Station
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.store.schema import METADATA
from tests.posts import World
from tests.waiting import until

STRANGER = Shown(number="9900000999", name="Salimata Ouattara", year="1987")


def somebody(station: Station) -> tuple[Appointment, Person]:
    """Somebody expected today who has a number."""
    with reading(station._core.engine) as connection:
        for row in station.reception.day():
            if row.state is DayState.EXPECTED and row.confirmed:
                appointment = get(connection, Appointment, row.appointment or "")
                person = get(connection, Person, appointment.person) if appointment else None
                if appointment and person and person.number is not None:
                    return appointment, person
    raise LookupError("nobody has a number")


def scanned(world: World, station: Station, found: Appointment, late: int = 0) -> Reading:
    world.clock.now = found.starts_at + timedelta(minutes=late)
    assert found.token is not None
    return station.reception.scan(found.token)


def kept(station: Station, reading_: Reading) -> str | None:
    """What is kept with the visit."""
    assert reading_.visit is not None
    with reading(station._core.engine) as connection:
        visit = get(connection, Visit, reading_.visit.id)
    assert visit is not None
    return visit.identity


def test_by_number_offline(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    until(lambda: station.sync_state.link is Link.ONLINE)
    world.stop()
    found, person = somebody(station)
    here = scanned(world, station, found)
    check = station.identification.check
    assert check(here, Shown(number=person.number or "")).identity is Check.MATCHED
    assert kept(station, here) == "matched"
    assert check(here, STRANGER).identity is Check.MISMATCHED
    assert kept(station, here) == "mismatched"
    # A passport has no number; names in the other order, in capitals.
    passport = Shown(
        name=f"{person.given_names} {person.family_name}".upper(), year=person.birth[:4]
    )
    assert check(here, passport).identity is Check.MATCHED
    assert check(here, Shown()).identity is Check.NOT_BOUND
    assert kept(station, here) == "matched"  # nothing was found out the last time


def test_nothing_typed_leaves_the_memory(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    found, _person = somebody(station)
    here = scanned(world, station, found)
    checked = station.identification.check(here, STRANGER)
    assert station.identification.report(checked, [Seen.NAME], "  la carte est récente ") is None
    until(lambda: station.sync_state.pending == 0)
    for engine in (station._core.engine, world.engine):
        with reading(engine) as connection:
            for table in METADATA.sorted_tables:
                text = repr(connection.execute(select(table)).all()).upper()
                assert "9900000999" not in text
                assert "OUATTARA" not in text
    (reported,) = station.identification.reports()
    assert reported.report.note == "la carte est récente"


def test_a_typed_reference_is_bound_by_the_records_own_token(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    found, person = somebody(station)
    world.clock.now = found.starts_at
    here = station.reception.look_up(found.reference)
    assert isinstance(here, Reading)
    assert here.claims is None
    here = replace(here, person=None)  # its record has not come yet
    check = station.identification.check
    assert check(here, Shown(number=person.number or "")).identity is Check.MATCHED
    assert check(here, Shown(number="9900000999")).identity is Check.NOT_BOUND
    assert check(here, STRANGER).identity is Check.MISMATCHED


def test_a_paper_unknown_here_is_bound_by_its_signature(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    found, person = somebody(station)
    nameless = replace(person, number=None, family_name="Pérez López", given_names="José")
    sign = registry.authority(world.engine, world.clock()).sign
    unknown = replace(found, id="0123456789abcdef", token=None)
    until(lambda: station.sync_state.link is Link.ONLINE)
    world.stop()
    world.clock.now = found.starts_at
    here = station.reception.scan(sign(unknown, nameless))
    assert here.decision.finding is Finding.UNKNOWN_HERE
    check = station.identification.check
    shown = Shown(name="JOSE PEREZ-LOPEZ", year=person.birth[:4])
    assert check(here, shown).identity is Check.MATCHED
    assert kept(station, here) == "matched"
    assert check(here, Shown(number="9900000999")).identity is Check.NOT_BOUND
    assert check(here, STRANGER).identity is Check.MISMATCHED


def test_what_was_checked_before_the_agent_said_yes_is_kept(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    found, person = somebody(station)
    late = scanned(world, station, found, late=40)
    assert late.visit is None
    checked = station.identification.check(late, Shown(number=person.number or ""))
    admitted = station.reception.admit(checked)
    assert admitted.checked_in
    assert kept(station, admitted) == "matched"


def test_a_revoked_key_is_known_offline_and_vouches_for_nothing(world: World) -> None:
    station = world.station("one", Role.COUNTER)
    found, person = somebody(station)
    world.clock.now = found.starts_at - timedelta(minutes=1)
    (key,) = keyring.keys(world.engine)
    with reading(world.engine) as connection:
        private = connection.execute(
            select(keyring.PRIVATE_KEYS.c.private).filter_by(kid=key.kid)
        ).scalar_one()
    done = revoke(world.engine, key.kid, world.clock())
    assert done is not None
    assert done.signed_anew > 0
    station._core.sync.wake()
    until(lambda: renewed(station, found))
    world.stop()
    old = scanned(world, station, found)
    assert (old.decision.finding, old.claims) == (Finding.REVOKED_KEY, None)
    # The thief binds the paper to themself; it is the record that is asked.
    forged = stolen(found, bytes.fromhex(private), key.kid, station, STRANGER.number)
    paper = station.reception.scan(forged)
    assert paper.decision.finding is Finding.REVOKED_KEY
    check = station.identification.check
    assert check(paper, Shown(number=STRANGER.number)).identity is Check.MISMATCHED
    checked = check(paper, Shown(number=person.number or ""))
    assert checked.identity is Check.MATCHED
    admitted = station.reception.admit(checked)
    assert admitted.visit is not None
    assert (admitted.visit.anomaly, kept(station, admitted)) == ("revoked_key", "matched")
    unknown = replace(found, id="0123456789abcdef")
    nothing = station.reception.scan(
        stolen(unknown, bytes.fromhex(private), key.kid, station, STRANGER.number)
    )
    assert nothing.decision.finding is Finding.REVOKED_UNKNOWN
    assert not nothing.checked_in
    assert nothing.claims is None


def renewed(station: Station, found: Appointment) -> bool:
    with reading(station._core.engine) as connection:
        now = get(connection, Appointment, found.id)
    return now is not None and now.token != found.token


def stolen(found: Appointment, private: bytes, kid: str, station: Station, number: str) -> str:
    """A paper for `found`, bound to whoever has `number`, signed with a stolen key."""
    secret = bytes.fromhex(station._core.enrolment.identity_secret)
    digest = token.identity_digest(secret, found.id, number)
    claims = Claims(found.id, found.revision, found.site, found.starts_at, digest)
    return token.sign(claims, kid, private)


@pytest.mark.parametrize("days", [1, -1])
def test_what_a_key_signed_stays_good_when_it_ends(world: World, days: int) -> None:
    station = world.station("one", Role.COUNTER)
    found, _person = somebody(station)
    (key,) = keyring.keys(world.engine)
    with writing(station._core.engine) as connection:
        put(connection, replace(key, not_after=found.starts_at + timedelta(days=days)))
    assert scanned(world, station, found).decision.finding is Finding.EXPECTED
