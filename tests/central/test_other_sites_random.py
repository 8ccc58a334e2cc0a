"""Whatever three sites ask of each other's records: each feed holds what it must, as it is now."""

import itertools
from functools import partial
from hashlib import sha256
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from guichet.central import registry
from guichet.central.auth import Device
from guichet.central.judge import judge
from guichet.central.registry import Enrolled
from guichet.central.transactions import transact
from guichet.central.words import CHANGES
from guichet.domain.model import Appointment, Person, Site
from guichet.domain.operations import (
    Action,
    Book,
    Cancel,
    CheckIn,
    Hold,
    Move,
    Register,
    Release,
    UndoCheckIn,
)
from guichet.store.engine import reading
from guichet.store.records import get, to_json
from tests.central.samples import PROCEDURE, agent, furnish, operation, person, publish, slot
from tests.servers import START

SITES = (1, 2, 3)
_ROUND = itertools.count()

CHOICES = st.tuples(
    st.sampled_from(SITES),
    st.sampled_from(["book", "move", "move", "hold", "cancel", "release", "in", "undo", "edit"]),
    st.sampled_from(SITES),  # whose slot
    st.integers(0, 2),  # which appointment or visit
)


def key_of(prefix: str, number: int) -> str:
    """An appointment's id, unlike any other round's."""
    return sha256(f"{prefix}-{number}".encode()).hexdigest()[:16]


def made(prefix: str, site: int, kind: str, where: int, number: int) -> Action:
    """The action of a choice, on records of this round."""
    key = key_of(prefix, number)
    hold, slot_id, visit = f"{prefix}-h{number}", f"{prefix}-s{where}", f"{prefix}-v{site}{number}"
    who = f"{prefix}-p{site}"
    actions: dict[str, Action] = {
        "hold": Hold(hold, slot_id),
        "book": Book(key, hold, slot_id, who, PROCEDURE.code, None),
        "move": Move(key, hold, slot_id),
        "cancel": Cancel(key, "person"),
        "release": Release(hold),
        "in": CheckIn(visit, key, "A101", None),
        "undo": UndoCheckIn(visit),
        "edit": Register(person(who, site, f"Sow{where}")),
    }
    return actions[kind]


def feeds(engine: Engine, kind: str, keys: set[str]) -> dict[tuple[int, str], str]:
    """By site and key, what the feeds say of these records."""
    changes = CHANGES
    with reading(engine) as connection:
        rows = connection.execute(
            select(changes).where(changes.c.kind == kind, changes.c.key.in_(keys))
        ).all()
    return {(row.site, row.key): row.body for row in rows}


def check(engine: Engine, prefix: str) -> None:
    """Every feed that holds a record says how it is; those that need it hold it."""
    appointments: dict[str, Appointment] = {}
    persons: dict[str, Person] = {}
    with reading(engine) as connection:
        for number in range(3):
            booked = get(connection, Appointment, key_of(prefix, number))
            who = get(connection, Person, f"{prefix}-p{number + 1}")
            appointments |= {booked.id: booked} if booked else {}
            persons |= {who.id: who} if who else {}
    told = feeds(engine, "appointment", set(appointments))
    named = feeds(engine, "person", set(persons))
    for (_site, key), body in [*told.items(), *named.items()]:
        assert body == to_json(appointments.get(key) or persons[key])
    for key, appointment in appointments.items():
        home = persons[appointment.person].site
        assert {(home, key), (appointment.site, key)} <= set(told)
    # A person is nowhere but at home and where an appointment of theirs is or was.
    where = {(who.site, key) for key, who in persons.items()}
    where |= {(site, appointments[key].person) for site, key in told}
    assert set(named) == where
    slots = {f"{prefix}-s{site}": site for site in SITES}
    assert set(feeds(engine, "slot", set(slots))) == {(site, key) for key, site in slots.items()}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(choices=st.lists(CHOICES, max_size=14))
def test_each_feed_holds_what_it_must(engine: Engine, choices: list[tuple[Any, ...]]) -> None:
    number = next(_ROUND)
    if not feeds(engine, "site", {"3"}):
        registry.create(engine, START)
        third = Site(3, "Saint-Denis", "33 boulevard de la Commune", "Europe/Paris", 30, 15)
        furnish(engine)
        publish(engine, 3, third, agent(3))
    prefix = f"{number:05}"
    for site in SITES:
        publish(engine, site, slot(f"{prefix}-s{site}", site, 2), person(f"{prefix}-p{site}", site))
    authority = registry.authority(engine, START)
    for site, kind, where, which in choices:
        station = Enrolled(f"st{site}", site, site, "", "")
        asked = operation(station, made(prefix, site, kind, where, which), START)
        device = Device(f"st{site}", site, site, "")
        transact(
            engine, partial(judge, operation=asked, station=device, now=START, authority=authority)
        )
    check(engine, prefix)
