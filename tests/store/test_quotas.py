"""Whose seats are whose, and when those kept for some become everybody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from guichet.domain import quotas
from guichet.domain.model import Role, Slot
from guichet.domain.operations import Applied, Book, Hold
from guichet.domain.waiting import Rules
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.store.seats import provide_seats
from guichet.store.sweep import sites_to_sweep, sweep
from tests.store.samples import ACCORD, ADA, BOB, CHIEF, NOW, Counter, furnish, new_id, slot

SHARED = slot("q", 4, pan=1, urgent=1, pan_until=NOW + timedelta(minutes=30))


@pytest.fixture
def central(engine: Engine) -> Counter:
    furnish(engine)
    with writing(engine) as connection:
        put(connection, SHARED, replace(CHIEF, code="MB1", roles=(Role.MEDIATOR,)))
        provide_seats(connection, [SHARED], [])
    return Counter(engine)


def free(central: Counter) -> tuple[int, int, int]:
    """Everybody's free seats, then those of the PAN, then the urgent ones."""
    with reading(central.engine) as connection:
        found = get(connection, Slot, "q")
    assert found is not None
    return found.free, found.free_pan, found.free_urgent


def test_seats_begin_in_their_quota(central: Counter) -> None:
    assert free(central) == (2, 1, 1)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_every_seat_has_one_quota(public: int, pan: int, urgent: int) -> None:
    made = slot("s", public + pan + urgent, pan=pan, urgent=urgent)
    given_to = [quotas.of_seat(made, number) for number in range(1, made.seats + 1)]
    assert [given_to.count(kind) for kind in ("public", "pan", "urgent")] == [public, pan, urgent]


@pytest.mark.parametrize(
    ("quota", "left"),
    [
        ("public", [(1, 1, 1), (0, 1, 1)]),
        ("pan", [(2, 0, 1), (1, 0, 1), (0, 0, 1)]),
        ("urgent", [(2, 1, 0), (2, 0, 0), (1, 0, 0), (0, 0, 0)]),
    ],
)
def test_each_takes_its_own_seats_first_and_never_those_above(
    central: Counter, quota: str, left: list[tuple[int, int, int]]
) -> None:
    for number, after in enumerate(left):
        with reading(central.engine) as connection:
            seen = get(connection, Slot, "q")
        assert seen is not None
        assert quotas.open_seats(seen, quota) == len(left) - number
        assert isinstance(central.do(Hold(f"h{number}", "q", quota)), Applied)
        assert free(central) == after
    assert central.refusal(Hold("more", "q", quota)) == "slot_full"


def test_an_urgent_seat_is_for_a_supervisor_to_give(central: Counter) -> None:
    assert central.refusal(Hold("h", "q", "urgent"), agent="MB1") == "supervisor_only"
    assert isinstance(central.do(Hold("h", "q", "pan"), agent="MB1"), Applied)
    assert central.refusal(Hold("h2", "q", "vip")) == "unknown_quota"


def test_an_unsold_seat_of_the_pan_becomes_everybody_s(central: Counter) -> None:
    assert isinstance(central.do(Hold("held", "q", "pan")), Applied)
    after = NOW + timedelta(minutes=30)
    with writing(central.engine) as connection:
        assert sites_to_sweep(connection, NOW, Rules()) == []
        assert sweep(connection, 93, NOW, Rules()) == []
    assert isinstance(central.do(Book(new_id(), "held", "q", ADA.id, "renew", ACCORD)), Applied)
    with writing(central.engine) as connection:  # sold: there is nothing to share
        assert sites_to_sweep(connection, after, Rules()) == []
    more = replace(SHARED, id="q2")
    with writing(central.engine) as connection:
        put(connection, more)
        provide_seats(connection, [more], [])
        assert sites_to_sweep(connection, after, Rules()) == [93]
        assert sweep(connection, 94, after, Rules()) == []
        assert sweep(connection, 93, after, Rules()) == [("slot", "q2")]
        assert sites_to_sweep(connection, after, Rules()) == []
        found = get(connection, Slot, "q2")
    assert found is not None
    assert (found.free, found.free_pan, found.free_urgent) == (3, 0, 1)


def test_a_booked_seat_counts_in_no_quota(central: Counter) -> None:
    central.do(Hold("h", "q", "public"))
    central.do(Book(new_id(), "h", "q", BOB.id, "renew", ACCORD))
    assert free(central) == (1, 1, 1)
