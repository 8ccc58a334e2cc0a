"""A small central: two sites, one procedure, a few slots and persons; and a station's client."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Self

import httpx
from sqlalchemy import Engine

from guichet.central import feed
from guichet.central.registry import Enrolled
from guichet.central.transactions import transact
from guichet.domain.model import (
    Agent,
    Appointment,
    AppointmentStatus,
    Person,
    Procedure,
    Role,
    Site,
    Slot,
)
from guichet.domain.operations import Action, Book, Hold, Operation
from guichet.domain.reference import reference_of
from guichet.domain.replicated import Record
from guichet.store.wire import operation_json

DAY = date(2026, 11, 24)
SITES = (
    Site(1, "Bobigny", "1 esplanade Jean-Moulin", "Europe/Paris", 30, 15),
    Site(2, "Le Raincy", "57 avenue Thiers", "Europe/Paris", 30, 15),
)
PROCEDURE = Procedure("RENOUV", "Renouvellement", "sejour", 20, "A", False, "", ("Passeport",))


def agent(site: int) -> Agent:
    roles = (Role.MEDIATOR, Role.COUNTER)
    return Agent(f"agent{site}", "Claire Martin", site, roles, "not a hash", active=True)


def slot(key: str, site: int = 1, seats: int = 3, day: date = DAY) -> Slot:
    starts_at = datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)
    return Slot(key, site, day, starts_at, 20, (PROCEDURE.code,), seats, seats)


def person(key: str, site: int = 1, family_name: str = "Diallo") -> Person:
    return Person(
        id=key,
        site=site,
        family_name=family_name,
        given_names="Aïssatou",
        birth="1989-03",
        number=None,
        number_absent="first",
        phone=None,
        email=None,
        commune="Bobigny",
        language="fr",
        needs=(),
    )


def appointment(key: str, slot_id: str, person_id: str, now: datetime) -> Appointment:
    where = slot(slot_id)
    return Appointment(
        id=key,
        reference=reference_of(key),
        site=where.site,
        slot=where.id,
        day=where.day,
        starts_at=where.starts_at,
        minutes=20,
        procedure=PROCEDURE.code,
        family=PROCEDURE.family,
        person=person_id,
        status=AppointmentStatus.BOOKED,
        revision=1,
        token=None,
        booked_at=now,
        booked_by="agent1",
        accord=None,
        cancel_reason=None,
    )


def publish(engine: Engine, site: int, *records: Record) -> None:
    transact(engine, lambda c: feed.publish_records(c, site, records))


def furnish(engine: Engine, *records: Record) -> None:
    """Two sites with an agent each, and `records` at the first."""
    publish(engine, 1, *SITES, PROCEDURE, agent(1), *records)
    publish(engine, 2, agent(2))


def operation(station: Enrolled, action: Action, at: datetime) -> Operation:
    site = station.site
    return Operation(str(uuid.uuid4()), station.station, f"agent{site}", site, at, action)


def book(slot_id: str, person_id: str, hold: str = "no hold") -> Book:
    return Book(uuid.uuid4().hex[:16], hold, slot_id, person_id, PROCEDURE.code, None)


class Caller:
    """An enrolled station that speaks plain HTTP."""

    def __init__(self, url: str, station: Enrolled, at: datetime) -> None:
        self.station = station
        self.at = at
        self.http = httpx.Client(
            base_url=url,
            headers={
                "Authorization": f"Bearer {station.token}",
                "Content-Type": "application/json",
                "Guichet-Protocol": "1",
            },
            timeout=30,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def send(self, *operations: Operation) -> list[dict[str, Any]]:
        texts = ",".join(operation_json(each) for each in operations)
        answer = self.http.post("/v1/operations", content=f'{{"operations":[{texts}]}}')
        assert answer.status_code == 200, answer.text
        verdicts: list[dict[str, Any]] = answer.json()["verdicts"]
        return verdicts

    def do(self, *actions: Action) -> list[dict[str, Any]]:
        return self.send(*(operation(self.station, action, self.at) for action in actions))

    def hold(self, slot_id: str) -> dict[str, Any]:
        return self.do(Hold(str(uuid.uuid4()), slot_id))[0]

    def pull(self, since: str | None = None, limit: int = 1000) -> dict[str, Any]:
        params: dict[str, str | int] = {"limit": limit}
        if since is not None:
            params["since"] = since
        answer = self.http.get("/v1/changes", params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def pull_all(self) -> list[dict[str, Any]]:
        page = self.pull()
        changes: list[dict[str, Any]] = page["changes"]
        while page["more"]:
            page = self.pull(page["cursor"])
            changes += page["changes"]
        return changes


def row(changes: Sequence[dict[str, Any]], kind: str, key: str) -> dict[str, Any]:
    (found,) = [c for c in changes if (c["kind"], c["key"]) == (kind, key)]
    return found
