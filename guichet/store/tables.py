"""The one definition of the schema, for stations and central, on SQLite and PostgreSQL.

Here, what stations replicate; in tables_own.py the rest.

Nothing that runs reads this file: ``make schema`` makes guichet.store.schema from it, the same
tables without SQLModel, which costs every start (docs/adr/0006).

Replicated tables carry `sequence`, the place in the site's feed of the state they hold (0 for a
state that only this station knows yet).
"""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import JSON, Column, Index, MetaData, text
from sqlmodel import Field, SQLModel

from guichet.store.types import UtcDateTime

METADATA = SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = Annotated[datetime, Field(sa_type=UtcDateTime)]
MomentOrNone = Annotated[datetime | None, Field(sa_type=UtcDateTime)]


def json_column() -> Column[object]:
    """A column for a list, each time a new one."""
    return Column(JSON, nullable=False)


class SiteRow(SQLModel, table=True):
    __tablename__ = "site"
    number: int = Field(primary_key=True)
    name: str
    address: str
    time_zone: str
    early_minutes: int
    late_minutes: int
    turns: dict[str, int] = Field(sa_column=json_column())
    closes: str | None = None
    tension: int = 45
    sequence: int = 0


class ProcedureRow(SQLModel, table=True):
    __tablename__ = "procedure"
    code: str = Field(primary_key=True)
    label: str
    family: str
    minutes: int
    lane: str
    number_required: bool
    channel_note: str
    documents: list[str] = Field(sa_column=json_column())
    renewal: bool = False
    sequence: int = 0


class SlotRow(SQLModel, table=True):
    __tablename__ = "slot"
    __table_args__ = (Index("ix_slot_site_day", "site", "day"),)
    id: str = Field(primary_key=True)
    site: int
    day: date
    starts_at: Moment
    minutes: int
    procedures: list[str] = Field(sa_column=json_column())
    seats: int
    free: int
    pan: int = 0
    urgent: int = 0
    free_pan: int = 0
    free_urgent: int = 0
    pan_until: MomentOrNone = None
    rule: str | None = None
    closed: bool = False
    sequence: int = 0


class OpeningRow(SQLModel, table=True):
    __tablename__ = "opening"
    id: str = Field(primary_key=True)
    site: int = Field(index=True)
    rule: str
    version: int
    name: str
    first: date
    last: date | None
    weekdays: list[int] = Field(sa_column=json_column())
    opens: str
    closes: str
    minutes: int
    seats: int
    procedures: list[str] = Field(sa_column=json_column())
    pan: int = 0
    urgent: int = 0
    exceptional: bool = False
    override: str | None = None
    template: str | None = None
    sequence: int = 0


class ClosureRow(SQLModel, table=True):
    __tablename__ = "closure"
    __table_args__ = (Index("ix_closure_site_last", "site", "last"),)
    id: str = Field(primary_key=True)
    site: int
    first: date
    last: date
    reason: str
    opens: str | None = None
    closes: str | None = None
    withdrawn: bool = False
    sequence: int = 0


class PersonRow(SQLModel, table=True):
    """A person. `match_key` and `phone_key` are what searching compares (guichet.domain.names)."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_search", "site", "match_key", "phone_key", "number"),)
    id: str = Field(primary_key=True)
    site: int
    family_name: str
    given_names: str
    birth: str
    number: str | None
    number_absent: str | None
    phone: str | None
    email: str | None
    commune: str
    language: str
    needs: list[str] = Field(sa_column=json_column())
    used_name: str | None = None
    proof: str | None = None
    match_key: str
    phone_key: str = ""
    sequence: int = 0


class AppointmentRow(SQLModel, table=True):
    """An appointment.

    One active a person and family that no supervisor has let through, and one a reference: at
    central, where `sequence` is always 0, over all rows; on a station over its provisional rows
    only, for what central says must fit in.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_site_day", "site", "day"),
        Index("ix_appointment_person", "person"),
        Index(
            "uq_appointment_active",
            "person",
            "family",
            unique=True,
            sqlite_where=text("status = 'booked' AND override IS NULL AND sequence = 0"),
        ),
        Index(
            "uq_appointment_reference",
            "reference",
            unique=True,
            sqlite_where=text("sequence = 0"),
        ),
    )
    id: str = Field(primary_key=True)
    reference: str = Field(index=True)
    site: int
    slot: str
    day: date
    starts_at: Moment
    minutes: int
    procedure: str
    family: str
    person: str
    status: str
    revision: int
    token: str | None
    booked_at: Moment
    booked_by: str
    accord: dict[str, object] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    cancel_reason: str | None
    override: str | None = None
    presented: list[str] = Field(sa_column=json_column())
    absent_at: MomentOrNone = None
    absent_by: str | None = None
    sequence: int = 0


class VisitRow(SQLModel, table=True):
    """A visit. `waited` and `served` are what statistics count, in whole minutes, once it is over
    (guichet.domain.passage).
    """

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_site_day", "site", "day"),)
    id: str = Field(primary_key=True)
    site: int
    day: date
    appointment: str | None = Field(default=None, index=True)
    person: str | None
    procedure: str | None
    ticket: str
    status: str
    arrived_at: Moment
    called_at: MomentOrNone
    started_at: MomentOrNone
    ended_at: MomentOrNone
    desk: str | None
    outcome: str | None
    anomaly: str | None
    identity: str | None = None
    calls: int = 0
    lane: str | None = None
    for_desk: str | None = None
    steps: list[dict[str, str]] = Field(sa_column=json_column())
    reason: str | None = None
    missing: list[str] = Field(sa_column=json_column())
    recalled_at: MomentOrNone = None
    people: int = 1
    waited: int | None = None
    served: int | None = None
    settled_at: MomentOrNone = None
    settled_by: str | None = None
    sequence: int = 0


class DeskRow(SQLModel, table=True):
    __tablename__ = "desk"
    id: str = Field(primary_key=True)
    site: int = Field(index=True)
    name: str
    lanes: list[str] = Field(sa_column=json_column())
    state: str
    agent: str | None
    since: Moment
    station: str | None = None
    sequence: int = 0


class CompetenceRow(SQLModel, table=True):
    __tablename__ = "competence"
    id: str = Field(primary_key=True)
    commune: str
    name: str
    procedure: str
    site: int
    sequence: int = 0


class DemandRow(SQLModel, table=True):
    __tablename__ = "demand"
    __table_args__ = (
        Index("ix_demand_queue", "site", "waiting", "at"),
        Index("ix_demand_at", "at"),
        Index("ix_demand_until", "until"),
    )
    id: str = Field(primary_key=True)
    site: int
    procedure: str
    person: str | None = Field(default=None, index=True)
    at: Moment
    agent: str
    waiting: bool
    offered: str | None = None
    until: MomentOrNone = None
    offers: int = 0
    offered_on: date | None = None
    called_at: MomentOrNone = None
    ended: str | None = None
    wish: bool = False
    first_day: date | None = None
    last_day: date | None = None
    sequence: int = 0


class SettlementRow(SQLModel, table=True):
    __tablename__ = "settlement"
    __table_args__ = (Index("ix_settlement_site_day", "site", "day"),)
    id: str = Field(primary_key=True)
    site: int
    day: date
    kind: str
    reason: str
    made_at: Moment
    made_by: str
    about: str
    person: str | None
    how: str
    at: Moment
    agent: str
    sequence: int = 0


class ReportRow(SQLModel, table=True):
    __tablename__ = "report"
    __table_args__ = (Index("ix_report_site_day", "site", "day"),)
    id: str = Field(primary_key=True)
    site: int
    day: date
    at: Moment
    agent: str
    finding: str
    appointment: str | None
    visit: str | None
    identity: str | None
    seen: list[str] = Field(sa_column=json_column())
    note: str
    sequence: int = 0


class AgentRow(SQLModel, table=True):
    __tablename__ = "agent"
    code: str = Field(primary_key=True)
    name: str
    site: int
    roles: list[str] = Field(sa_column=json_column())
    pin_hash: str
    active: bool
    sequence: int = 0


class KeyRow(SQLModel, table=True):
    __tablename__ = "public_key"
    kid: str = Field(primary_key=True)
    public: str
    not_before: Moment
    not_after: Moment
    revoked_at: MomentOrNone
    sequence: int = 0
