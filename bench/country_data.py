"""A country for guichet: 330 sites, 3,000 stations, and what they need to work for one day."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy import Connection, Engine, insert

from bench.records import appointment_of, person_of
from guichet.central import registry
from guichet.central.auth import STATIONS, digest
from guichet.central.feed import publish_records
from guichet.central.training_catalogue import PROCEDURES
from guichet.central.transactions import transact
from guichet.domain.model import Agent, Role, Site, Slot
from guichet.domain.replicated import Record

SITES = 330
STATIONS_IN_ALL = 3_000
PROCEDURE = PROCEDURES[0].code
_SLOTS, _SEATS = 32, 12
"""A site's coming slots, and the seats of each: more than one Monday morning takes."""
EXPECTED = 40
"""Persons a site expects today: more than come in the minutes that are played."""


@dataclass(frozen=True, slots=True)
class Post:
    """A station as its side of the wire knows it. `expected`: appointments that may come here."""

    id: str
    site: int
    agent: str
    token: str


def furnish(engine: Engine, now: datetime, places: int, stations: int) -> list[Post]:
    """Fill an empty central; the stations, those of one site one after the other."""
    registry.create(engine, now)
    sites = [
        Site(number, f"Site {number}", "1 rue de la République", "Europe/Paris", 30, 15)
        for number in range(1, places + 1)
    ]
    transact(engine, partial(_publish, 1, [*sites, *PROCEDURES]))
    for site in sites:
        transact(engine, partial(_publish, site.number, records_of(site.number, now)))
    posts = [
        Post(
            str(uuid.uuid4()), 1 + rank % places, agent_of(1 + rank % places), secrets.token_hex(32)
        )
        for rank in range(stations)
    ]
    rows = [
        {
            "id": post.id,
            "site": post.site,
            "number": 1 + rank // places,
            "name": "poste",
            "token_hash": digest(post.token),
            "enrolled_at": now,
            "revoked_at": None,
        }
        for rank, post in enumerate(posts)
    ]
    transact(engine, lambda connection: connection.execute(insert(STATIONS), rows))
    return sorted(posts, key=lambda post: post.site)


def agent_of(site: int) -> str:
    """The code of the agent of a site."""
    return f"AGENT{site}"


def slots_of(site: int, now: datetime, count: int = _SLOTS, seats: int = _SEATS) -> list[Slot]:
    """Coming slots of a site, a quarter of an hour apart, from tomorrow on."""
    first = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return [
        Slot(
            id=f"{site}-A-{rank}-{count}",
            site=site,
            day=first.date(),
            starts_at=first + timedelta(minutes=15 * rank),
            minutes=15,
            procedures=tuple(procedure.code for procedure in PROCEDURES),
            seats=seats,
            free=seats,
        )
        for rank in range(count)
    ]


def expected_at(site: int) -> list[str]:
    """The appointments of those whom a site expects today."""
    return [sha256(f"{site}-{rank}".encode()).hexdigest()[:16] for rank in range(EXPECTED)]


def records_of(site: int, now: datetime) -> list[Record]:
    """What one site's feed begins with."""
    agent = Agent(agent_of(site), "Claire Martin", site, tuple(Role), "no pin", active=True)
    start = now.replace(second=0, microsecond=0)
    today = Slot(f"{site}-today", site, start.date(), start, 15, (PROCEDURE,), EXPECTED, EXPECTED)
    persons = [person_of(site, str(uuid.uuid4())) for _appointment in range(EXPECTED)]
    appointments = [
        appointment_of(key, today, person, PROCEDURES[0])
        for key, person in zip(expected_at(site), persons, strict=True)
    ]
    return [agent, today, *slots_of(site, now), *persons, *appointments]


def _publish(site: int, records: list[Record], connection: Connection) -> None:
    publish_records(connection, site, records)
