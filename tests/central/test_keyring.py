"""Keys of central: several at once, renewed, revoked, and never none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from guichet.central import keyring, registry
from guichet.central.revocation import revoke
from guichet.convocation.token import Unverified, Verified, verify
from guichet.domain.keys import Standing, standing
from guichet.domain.model import Appointment
from guichet.store.engine import reading
from guichet.store.records import get
from tests.central.samples import Caller, appointment, book, furnish, person, row, slot
from tests.servers import CentralUnderTest, Clock

YEARS = timedelta(days=731)


@pytest.fixture
def made(engine: Engine, clock: Clock) -> Engine:
    registry.create(engine, clock())
    return engine


def signed_by(engine: Engine, now: datetime) -> str:
    """The id of the key that an appointment made at that moment is signed with."""
    one = appointment("0123456789abcdef", "slot", "p1", now)
    named = verify(registry.authority(engine, now).sign(one, person("p1")), {})
    assert isinstance(named, Unverified)
    return named.kid


def test_a_new_key_signs_from_its_day_on(made: Engine, clock: Clock) -> None:
    (first,) = keyring.keys(made)
    begins = clock() + timedelta(days=30)
    second = keyring.new_key(made, clock(), begins)
    assert signed_by(made, clock()) == first.kid
    assert signed_by(made, begins - timedelta(seconds=1)) == first.kid
    assert signed_by(made, begins) == second.kid
    third = keyring.new_key(made, begins)
    assert signed_by(made, begins) == third.kid
    assert len(keyring.keys(made)) == 3


def test_when_the_last_key_has_ended_a_new_one_is_made(made: Engine, clock: Clock) -> None:
    """Booking goes on, whoever forgot to renew the key; and but one key is made for all."""
    (first,) = keyring.keys(made)
    later = clock() + YEARS
    with ThreadPoolExecutor(4) as pool:
        signers = set(pool.map(lambda _: signed_by(made, later), range(4)))
    assert len(signers) == 1
    assert signers.isdisjoint({first.kid})
    assert len(keyring.keys(made)) == 2


def test_booking_goes_on_over_http_without_any_good_key(
    central: CentralUnderTest, clock: Clock
) -> None:
    clock.advance(days=731)
    coming = (clock() + timedelta(days=3)).date()
    furnish(central.engine, slot("matin", day=coming), person("p1"))
    assert {standing(k, clock()) for k in keyring.keys(central.engine)} == {Standing.ENDED}
    with Caller(central.url, central.enrol(1), clock()) as caller:
        caller.hold("matin")
        (booked,) = caller.do(book("matin", "p1"))
        assert booked["reason"] is None
        told = [c["record"] for c in caller.pull_all() if c["kind"] == "key"]
    assert len(told) == 2  # stations know at once what it is signed with


def test_revoking_the_only_key_makes_another(made: Engine, clock: Clock) -> None:
    (first,) = keyring.keys(made)
    done = revoke(made, first.kid, clock())
    assert done is not None
    assert done.signed_anew == 0
    assert signed_by(made, clock()) == done.signer != first.kid
    with reading(made) as connection:  # nothing can be signed with it any more
        assert connection.execute(select(keyring.PRIVATE_KEYS.c.kid)).scalars().all() == [
            done.signer
        ]
    states = {key.kid: standing(key, clock()) for key in keyring.keys(made)}
    assert states == {first.kid: Standing.REVOKED, done.signer: Standing.GOOD}
    clock.advance(days=1)
    again = revoke(made, first.kid, clock())
    assert again == done
    (kept,) = (key for key in keyring.keys(made) if key.kid == first.kid)
    assert kept.revoked_at == clock() - timedelta(days=1)
    assert revoke(made, "ffffff", clock()) is None


def test_a_revoked_key_signs_nothing_though_another_is_older(made: Engine, clock: Clock) -> None:
    (first,) = keyring.keys(made)
    second = keyring.new_key(made, clock())
    done = revoke(made, second.kid, clock())
    assert done is not None
    assert done.signer == first.kid == signed_by(made, clock())


def test_what_is_to_come_is_signed_anew_and_stations_hear_of_it(
    central: CentralUnderTest, clock: Clock
) -> None:
    furnish(central.engine, slot("matin"), person("p1"))
    (first,) = keyring.keys(central.engine)
    with Caller(central.url, central.enrol(1), clock()) as caller:
        caller.hold("matin")
        kept = book("matin", "p1")
        caller.do(kept)
        before = token_at(central.engine, kept.appointment)
        clock.advance(minutes=1)
        done = revoke(central.engine, first.kid, clock())
        assert done is not None
        assert done.signed_anew == 1
        changes = caller.pull_all()
    record = row(changes, "appointment", kept.appointment)["record"]
    assert record["revision"] == 1
    assert record["token"] == token_at(central.engine, kept.appointment) != before
    ring = {key.kid: bytes.fromhex(key.public) for key in keyring.keys(central.engine)}
    renewed, old = verify(record["token"], ring), verify(before, ring)
    assert isinstance(renewed, Verified)
    assert isinstance(old, Verified)
    assert (renewed.kid, old.kid) == (done.signer, first.kid)
    assert renewed.claims == old.claims
    assert row(changes, "key", first.kid)["record"]["revoked_at"] is not None
    assert row(changes, "key", done.signer)["record"]["revoked_at"] is None
    assert revoke(central.engine, first.kid, clock()) == type(done)(done.signer, 0)


def token_at(engine: Engine, key: str) -> str:
    with reading(engine) as connection:
        found = get(connection, Appointment, key)
    assert found is not None
    assert found.token is not None
    return found.token
