"""One site on a quiet Monday, and the operations its agents make."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from guichet.domain.cooldown import Rules as Cooldown
from guichet.domain.model import (
    Accord,
    AccordMode,
    Agent,
    Appointment,
    Person,
    Procedure,
    Role,
    Site,
    Slot,
    Visit,
)
from guichet.domain.operations import Action, Applied, Book, CheckIn, Hold, Operation, Refused
from guichet.domain.replicated import Record
from guichet.domain.waiting import Rules
from guichet.store.apply import apply
from guichet.store.booking import NEVER, Authority
from guichet.store.engine import reading, writing
from guichet.store.records import get, put
from guichet.store.schema import METADATA
from guichet.store.sweep import sweep

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRST = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

BOBIGNY = Site(93, "Bobigny", "1 esplanade Jean-Moulin", "Europe/Paris", 30, 15)
RAINCY = Site(94, "Le Raincy", "57 avenue Thiers", "Europe/Paris", 30, 15)
RENEWAL = Procedure("renew", "Renouvellement", "permit", 20, "B", False, "", ("passeport",))
FIRST_PERMIT = Procedure("first", "Première demande", "permit", 30, "A", True, "", ())
COLLECT = Procedure("collect", "Remise de titre", "collect", 10, "A", False, "", ())
CODES = ("renew", "first", "collect")
CHIEF = Agent("MARTIN", "Martin", 93, (Role.SUPERVISOR,), "", active=True)

ADA = Person(
    "p-ada", 93, "DIALLO", "Aïssatou", "1985-03-14", "7503012345", None, "+33639981234", None,
    "Bobigny", "fr", ("interpreter",),
)  # fmt: skip
BOB = replace(ADA, id="p-bob", family_name="N’DIAYE", given_names="Ousmane", number=None,
              phone=None, needs=())  # fmt: skip
EVE = replace(ADA, id="p-eve", family_name="PÉREZ-LÓPEZ", given_names="José María",
              number="9912345678", phone="+33639985678", needs=())  # fmt: skip


def slot(name: str, seats: int, hours: int = 0, **values: Any) -> Slot:
    """A slot of Bobigny on DAY, `hours` after the first one."""
    made = Slot(name, 93, DAY, FIRST + timedelta(hours=hours), 20, CODES, seats, seats)
    return replace(made, **values)


def publish(connection: Connection, *slots: Slot) -> None:
    """The slots with all their seats free, as central publishes them."""
    for made in slots:
        put(connection, made)
        for number in range(1, made.seats + 1):
            row = {"slot": made.id, "number": number, "free_at": NOW, "hold": None}
            connection.execute(insert(METADATA.tables["seat"]).values(row))


def furnish(engine: Engine) -> None:
    """Two sites, three procedures, an agent, three persons, slots s1 (1 seat) and s2 (2)."""
    with writing(engine) as connection:
        people = (ADA, BOB, EVE)
        put(connection, BOBIGNY, RAINCY, RENEWAL, FIRST_PERMIT, COLLECT, CHIEF, *people)
        publish(connection, slot("s1", 1), slot("s2", 2, 1))


AUTHORITY = Authority(lambda a, p: f"{a.id}:{a.revision}:{p.id}", 10)
ACCORD = Accord(NOW, AccordMode.READ_ALOUD, "fr", "MARTIN")
_COUNT = itertools.count(1)


def operation(action: Action, at: datetime = NOW, **values: Any) -> Operation:
    """The action as MARTIN asks for it at Bobigny."""
    made = Operation(str(uuid.uuid4()), "st-1", "MARTIN", 93, at, action)
    return replace(made, **values)


class Counter:
    """One database and the operations made on it; `authority` None makes it a station's."""

    def __init__(self, engine: Engine, authority: Authority | None = AUTHORITY) -> None:
        self.engine = engine
        self.authority = authority

    def do(self, action: Action, now: datetime = NOW, **values: Any) -> Applied | Refused:
        """What comes of the action at `now`, in a transaction of its own."""
        asked = operation(action, now, **values)
        with writing(self.engine) as connection:
            return apply(connection, asked, now, self.authority)

    def refusal(self, action: Action, now: datetime = NOW, **values: Any) -> str:
        """The reason of the refusal, having seen that it wrote nothing."""
        before = contents(self.engine)
        outcome = self.do(action, now, **values)
        assert isinstance(outcome, Refused)
        assert contents(self.engine) == before
        return outcome.reason

    def book(self, person: Person, slot: str, procedure: str = "renew") -> str:
        """Hold and book; the appointment's id."""
        hold, appointment = str(uuid.uuid4()), new_id()
        if self.authority is not None:
            assert isinstance(self.do(Hold(hold, slot)), Applied)
        action = Book(appointment, hold, slot, person.id, procedure, ACCORD)
        assert isinstance(self.do(action), Applied)
        return appointment

    def check_in(self, visit: str, appointment: str, minute: int = 0) -> Applied | Refused:
        """A check-in with the ticket named as the visit, `minute` minutes after FIRST."""
        at = FIRST + timedelta(minutes=minute)
        return self.do(CheckIn(visit, appointment, visit.upper(), None), at)

    def appointment(self, key: str) -> Appointment:
        with reading(self.engine) as connection:
            found = get(connection, Appointment, key)
        assert found is not None
        return found

    def visit(self, key: str) -> Visit:
        with reading(self.engine) as connection:
            found = get(connection, Visit, key)
        assert found is not None
        return found

    def free(self, slot: str) -> int:
        with reading(self.engine) as connection:
            found = get(connection, Slot, slot)
        assert found is not None
        return found.free

    def cool(self, site: int = 93) -> None:
        """Let what was given up at NOW be everybody's again."""
        later = NOW + Cooldown().longest
        with writing(self.engine) as connection:
            sweep(connection, site, later, Rules())

    def put(self, *records: Record) -> None:
        with writing(self.engine) as connection:
            put(connection, *records)


def new_id() -> str:
    """An appointment id, unlike any other."""
    return f"{next(_COUNT):010x}abcdef"


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }


def seats(engine: Engine) -> list[tuple[str, int, str | None, str | None, bool]]:
    """Each seat: slot, number, hold, appointment, and whether it is booked."""
    seat = METADATA.tables["seat"]
    with reading(engine) as connection:
        rows = connection.execute(select(seat).order_by(seat.c.slot, seat.c.number)).all()
    return [(r.slot, r.number, r.hold, r.appointment, r.free_at == NEVER) for r in rows]
