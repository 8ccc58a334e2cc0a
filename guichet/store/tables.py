"""The one definition of the schema, for stations and central, on SQLite and PostgreSQL.

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

_Moment = Annotated[datetime, Field(sa_type=UtcDateTime)]
_MomentOrNone = Annotated[datetime | None, Field(sa_type=UtcDateTime)]


def _json() -> Column[object]:
    return Column(JSON, nullable=False)


# What stations replicate -------------------------------------------------------------------------


class SiteRow(SQLModel, table=True):
    __tablename__ = "site"
    number: int = Field(primary_key=True)
    name: str
    address: str
    time_zone: str
    early_minutes: int
    late_minutes: int
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
    documents: list[str] = Field(sa_column=_json())
    sequence: int = 0


class SlotRow(SQLModel, table=True):
    __tablename__ = "slot"
    __table_args__ = (Index("ix_slot_site_day", "site", "day"),)
    id: str = Field(primary_key=True)
    site: int
    day: date
    starts_at: _Moment
    minutes: int
    procedures: list[str] = Field(sa_column=_json())
    seats: int
    free: int
    sequence: int = 0


class PersonRow(SQLModel, table=True):
    """A person. `match_key` and `phone_key` are what searching compares (guichet.domain.names)."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_site_match_key", "site", "match_key"),)
    id: str = Field(primary_key=True)
    site: int
    family_name: str
    given_names: str
    birth: str
    number: str | None = Field(default=None, index=True)
    number_absent: str | None
    phone: str | None
    email: str | None
    commune: str
    language: str
    needs: list[str] = Field(sa_column=_json())
    match_key: str
    phone_key: str = Field(default="", index=True)
    sequence: int = 0


class AppointmentRow(SQLModel, table=True):
    """An appointment.

    One active a person and family, and one a reference: at central, where `sequence` is always 0,
    over all rows; on a station over its provisional rows only, for what central says must fit in.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_site_day", "site", "day"),
        Index(
            "uq_appointment_active",
            "person",
            "family",
            unique=True,
            sqlite_where=text("status = 'booked' AND sequence = 0"),
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
    starts_at: _Moment
    minutes: int
    procedure: str
    family: str
    person: str
    status: str
    revision: int
    token: str | None
    booked_at: _Moment
    booked_by: str
    accord: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    cancel_reason: str | None
    sequence: int = 0


class VisitRow(SQLModel, table=True):
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
    arrived_at: _Moment
    called_at: _MomentOrNone
    started_at: _MomentOrNone
    ended_at: _MomentOrNone
    desk: str | None
    outcome: str | None
    anomaly: str | None
    sequence: int = 0


class AgentRow(SQLModel, table=True):
    __tablename__ = "agent"
    code: str = Field(primary_key=True)
    name: str
    site: int
    roles: list[str] = Field(sa_column=_json())
    pin_hash: str
    active: bool
    sequence: int = 0


class KeyRow(SQLModel, table=True):
    __tablename__ = "public_key"
    kid: str = Field(primary_key=True)
    public: str
    not_before: _Moment
    not_after: _Moment
    revoked_at: _MomentOrNone
    sequence: int = 0


# What central alone keeps ------------------------------------------------------------------------


class SeatRow(SQLModel, table=True):
    """One seat of a slot. `free_at` is the only state: free from then on; booked = far future."""

    __tablename__ = "seat"
    __table_args__ = (
        Index("ix_seat_slot_free_at", "slot", "free_at"),
        Index("ix_seat_hold", "hold"),
    )
    slot: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    free_at: _Moment
    hold: str | None
    appointment: str | None = Field(default=None, index=True)


class FeedRow(SQLModel, table=True):
    """The counter of a site's feed: incremented inside each writing transaction."""

    __tablename__ = "feed"
    site: int = Field(primary_key=True)
    sequence: int


class ChangeRow(SQLModel, table=True):
    """The newest state of one record in one site's feed, as JSON ready to send.

    `day` lets old days drop out of first pulls; None for what never ages.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_site_sequence", "site", "sequence"),)
    site: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    sequence: int
    day: date | None
    body: str


class VerdictRow(SQLModel, table=True):
    """Every operation central has judged, with the verdict it repeats for ever."""

    __tablename__ = "verdict"
    operation: str = Field(primary_key=True)
    site: int
    station: str
    agent: str
    kind: str
    at: _Moment
    received_at: _Moment
    reason: str | None
    request: str
    answer: str


class StationRow(SQLModel, table=True):
    """An enrolled device. Only the hash of its token is kept."""

    __tablename__ = "station"
    id: str = Field(primary_key=True)
    site: int
    number: int
    name: str
    token_hash: str = Field(unique=True)
    enrolled_at: _Moment
    revoked_at: _MomentOrNone


class EnrolCodeRow(SQLModel, table=True):
    __tablename__ = "enrol_code"
    code_hash: str = Field(primary_key=True)
    site: int
    expires_at: _Moment
    used_at: _MomentOrNone


class SigningKeyRow(SQLModel, table=True):
    """A private key of central's, hexadecimal. Never leaves central."""

    __tablename__ = "signing_key"
    kid: str = Field(primary_key=True)
    private: str
    created_at: _Moment


class SettingRow(SQLModel, table=True):
    """What central or a station remembers about itself (epoch, identity secret; cursor)."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


# What a station alone keeps ----------------------------------------------------------------------


class OutboxRow(SQLModel, table=True):
    """An operation on its way to central. `state`: pending, refused or quarantined."""

    __tablename__ = "outbox"
    position: int | None = Field(default=None, primary_key=True)
    operation: str = Field(unique=True)
    kind: str
    body: str
    concerned: list[list[str]] = Field(sa_column=_json())
    state: str = Field(default="pending", index=True)
    reason: str | None
    created_at: _Moment


class DeferredRow(SQLModel, table=True):
    """A pulled state that waits for the verdict of the local operations on the same record."""

    __tablename__ = "deferred"
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    sequence: int
    body: str


class SignInFailureRow(SQLModel, table=True):
    __tablename__ = "sign_in_failure"
    agent: str = Field(primary_key=True)
    failures: int
    last_at: _Moment


class TicketRow(SQLModel, table=True):
    """The last ticket number this station gave in a lane on a day."""

    __tablename__ = "ticket"
    day: date = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    last: int
