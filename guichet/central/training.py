"""Training data: three sites, their fortnight and two thousand invented people, all by one seed.

Training runs on a demo day: today when it is an open day, else the next one.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from guichet.central import competence
from guichet.central import training_catalogue as catalogue
from guichet.central.catalogue import enter
from guichet.central.catalogue_file import Catalogue
from guichet.central.feed import publish_records
from guichet.central.registry import authority
from guichet.central.training_book import Book
from guichet.central.training_day import RECEPTION
from guichet.central.training_names import STAFF
from guichet.central.training_people import people
from guichet.central.transactions import transact
from guichet.domain.calendar_fr import next_open_day
from guichet.domain.model import Agent, Appointment, Competence, Person, Role, Visit
from guichet.domain.replicated import Record
from guichet.store.engine import reading
from guichet.store.pins import hash_pin
from guichet.store.schema import METADATA

SEED = 93
PERSONS = 2_000
COMMUNES = Path(__file__).with_name("training_communes.csv")
"""The communes of Seine-Saint-Denis by arrondissement, from general knowledge and for training
only: a préfecture imports its own matrix (`guichet central competence`)."""
PINS = {Role.MEDIATOR: "1111", Role.COUNTER: "2222", Role.SUPERVISOR: "3333"}

_PUBLISHED = timedelta(days=45)
"""How long ago all seats were there to be booked: before anybody had booked one."""
_DAY_SETTING = "training_day"
_SETTING = METADATA.tables["setting"]
_STATION = METADATA.tables["station"]


@dataclass(frozen=True, slots=True)
class Training:
    """What was loaded: the demo day (a day of the sites) and how much."""

    day: date
    persons: int
    appointments: int
    visits: int


def local_day(now: datetime) -> date:
    """The day it is at the sites of training."""
    return now.astimezone(ZoneInfo(catalogue.SITES[0].time_zone)).date()


def agent_code(role: Role, site: int) -> str:
    """The code of a site's agent: MB1 is the mediator of Bobigny, CR1 counter of Le Raincy."""
    return f"{role.value[0].upper()}{'BRD'[site - 1]}1"


def loaded_day(engine: Engine) -> date | None:
    """The demo day of the training data in this database, None when it holds none."""
    with reading(engine) as connection:
        text = connection.execute(
            select(_SETTING.c.value).where(_SETTING.c.name == _DAY_SETTING)
        ).scalar()
    return None if text is None else date.fromisoformat(text)


def load(
    engine: Engine, today: date, now: datetime, *, persons: int = PERSONS, seed: int = SEED
) -> Training:
    """Fill a central's database, created and still without sites.

    The same seed and moment give the same people. `today` is a day of the sites, `now` UTC: on
    the demo day, who would have come by then has.
    Raises StoreError when the database fails.
    """
    rng = Random(seed)  # noqa: S311 - invented people, no secret
    day = next_open_day(today)
    known = people(rng, persons, day.year)
    agents = _agents()
    matrix = communes()
    sign = authority(engine, now).sign
    records: dict[int, list[Record]] = {}
    for site in catalogue.SITES:
        local = [person for person in known if person.site == site.number]
        book = Book(rng, site, local, sign, agent_code(Role.MEDIATOR, site.number), day, now)
        appointments, visits = book.fill(persons / PERSONS)
        records[site.number] = [
            *(agent for agent in agents if agent.site == site.number),
            *local,
            *book.openings,
            *book.slots,
            *appointments,
            *visits,
        ]

    def publish(connection: Connection) -> None:
        enter(connection, Catalogue(catalogue.SITES, catalogue.PROCEDURES))
        for number, site_records in records.items():
            publish_records(connection, number, site_records, now - _PUBLISHED)
            _add_reception(connection, number, now)
        publish_records(connection, catalogue.SITES[0].number, matrix)
        connection.execute(_SETTING.insert().values(name=_DAY_SETTING, value=day.isoformat()))

    transact(engine, publish)
    kinds = Counter(type(record) for site_records in records.values() for record in site_records)
    return Training(day, kinds[Person], kinds[Appointment], kinds[Visit])


def communes() -> list[Competence]:
    """Which site is competent for each commune of training, for all démarches."""
    sites = [site.number for site in catalogue.SITES]
    rows, _bad = competence.read(COMMUNES, sites, [p.code for p in catalogue.PROCEDURES])
    return rows


def _agents() -> list[Agent]:
    hashes = {role: hash_pin(pin) for role, pin in PINS.items()}
    return [
        Agent(agent_code(role, number), name, number, (role,), hashes[role], active=True)
        for number, names in STAFF.items()
        for role, name in zip(Role, names, strict=True)
    ]


def _add_reception(connection: Connection, site: int, now: datetime) -> None:
    """The station whose tickets the visits of training carry, so that no other gives the same."""
    connection.execute(
        _STATION.insert().values(
            id=f"training-{site}",
            site=site,
            number=RECEPTION,
            name="Accueil (données fictives)",
            token_hash=f"none-{site}",  # the hash of nothing: nobody can be this station
            enrolled_at=now,
            revoked_at=now,
        )
    )
