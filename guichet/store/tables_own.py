"""The tables that only central, or only a station, keeps; one definition with tables.py."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from guichet.store.tables import METADATA, Moment, MomentOrNone, json_column

__all__ = ["METADATA"]

# Central -----------------------------------------------------------------------------------------


class SeatRow(SQLModel, table=True):
    """One seat of a slot. `free_at` is the only state: free from then on; booked = far future."""

    __tablename__ = "seat"
    __table_args__ = (
        Index("ix_seat_slot_free_at", "slot", "free_at"),
        Index("ix_seat_hold", "hold"),
    )
    slot: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    quota: str = "public"
    free_at: Moment
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
    __table_args__ = (
        Index("ix_change_site_sequence", "site", "sequence"),
        Index("ix_change_key", "key"),
    )
    site: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    sequence: int
    day: date | None
    body: str


class PersonWordRow(SQLModel, table=True):
    """A word that leads to the persons of a name at a site (guichet.store.search)."""

    __tablename__ = "person_word"
    __table_args__ = ({"sqlite_with_rowid": False},)
    site: int = Field(primary_key=True)
    word: str = Field(primary_key=True)
    match_key: str = Field(primary_key=True)


class VerdictRow(SQLModel, table=True):
    """Every operation central has judged, with the verdict it repeats for ever."""

    __tablename__ = "verdict"
    operation: str = Field(primary_key=True)
    site: int
    station: str
    agent: str
    kind: str
    at: Moment
    received_at: Moment
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
    enrolled_at: Moment
    revoked_at: MomentOrNone


class EnrolCodeRow(SQLModel, table=True):
    __tablename__ = "enrol_code"
    code_hash: str = Field(primary_key=True)
    site: int
    expires_at: Moment
    used_at: MomentOrNone


class SigningKeyRow(SQLModel, table=True):
    """A private key of central's, hexadecimal. Never leaves central."""

    __tablename__ = "signing_key"
    kid: str = Field(primary_key=True)
    private: str
    created_at: Moment


class SettingRow(SQLModel, table=True):
    """What central or a station remembers about itself (epoch, identity secret; cursor)."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


# Stations ----------------------------------------------------------------------------------------


class OutboxRow(SQLModel, table=True):
    """An operation on its way to central. `state`: pending, refused or quarantined."""

    __tablename__ = "outbox"
    position: int | None = Field(default=None, primary_key=True)
    operation: str = Field(unique=True)
    kind: str
    body: str
    concerned: list[list[str]] = Field(sa_column=json_column())
    state: str = Field(default="pending", index=True)
    reason: str | None
    created_at: Moment


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
    last_at: Moment


class TicketRow(SQLModel, table=True):
    """The last ticket number this station gave in a lane on a day."""

    __tablename__ = "ticket"
    day: date = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    last: int


class DraftRow(SQLModel, table=True):
    """What an agent had under way, as JSON; it never leaves the station."""

    __tablename__ = "draft"
    agent: str = Field(primary_key=True)
    body: str
    at: Moment
