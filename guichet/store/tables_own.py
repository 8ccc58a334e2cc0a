"""The tables that only central, or only a station, keeps; one definition with tables.py."""

from datetime import date

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from guichet.store.tables import METADATA, Moment, MomentOrNone, json_column

__all__ = ["METADATA"]

# Central -----------------------------------------------------------------------------------------


class SeatRow(SQLModel, table=True):
    """One seat of a slot. `free_at` is the only state: free from then on; booked = far future.

    `kept_for`: the person who gave it up, who alone may take it back before then. `published_at`:
    since when it has been there to be booked, the last time; None when nobody noted it. `given_up`:
    somebody had it before.
    """

    __tablename__ = "seat"
    __table_args__ = (
        Index("ix_seat_slot_free_at", "slot", "free_at"),
        Index("ix_seat_hold", "hold"),
        Index("ix_seat_appointment", "appointment"),
        Index("ix_seat_kept_back", "free_at", sqlite_where=text("kept_for IS NOT NULL")),
        Index("ix_seat_given_up", "slot", sqlite_where=text("given_up AND appointment IS NULL")),
    )
    slot: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    quota: str = "public"
    free_at: Moment
    hold: str | None
    appointment: str | None = None
    kept_for: str | None = None
    published_at: MomentOrNone = None
    given_up: bool = False


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


class LeaseRow(SQLModel, table=True):
    """A seat lent to a station (guichet.domain.leases): at central all of them, there its own.

    At central the seat says whether it still is, and until when. On a station `until` is by its own
    clock, and `station` empty.
    """

    __tablename__ = "lease"
    hold: str = Field(primary_key=True)
    station: str = Field(index=True)
    slot: str
    until: Moment


class StationRow(SQLModel, table=True):
    """An enrolled device. Only the hash of its token is kept.

    `next_hash` is that of a newer token, given but not yet used. `seen_at` is kept to two
    minutes, `version` is what the device says it runs.
    """

    __tablename__ = "station"
    __table_args__ = (Index("uq_station_next_hash", "next_hash", unique=True),)
    id: str = Field(primary_key=True)
    site: int
    number: int
    name: str
    token_hash: str = Field(unique=True)
    enrolled_at: Moment
    revoked_at: MomentOrNone
    next_hash: str | None = None
    seen_at: MomentOrNone = None
    version: str | None = None


class SiteFlagRow(SQLModel, table=True):
    """What is switched on or off for one site, other than guichet.domain.flags would have it."""

    __tablename__ = "site_flag"
    site: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    enabled: bool


class EnrolCodeRow(SQLModel, table=True):
    __tablename__ = "enrol_code"
    code_hash: str = Field(primary_key=True)
    site: int
    expires_at: Moment
    used_at: MomentOrNone


class DisplayKeyRow(SQLModel, table=True):
    """What opens the page of calls of a site. Only the key's hash is kept."""

    __tablename__ = "display_key"
    site: int = Field(primary_key=True)
    key_hash: str = Field(unique=True)
    made_at: Moment


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
    """An operation on its way to central, in one of the states of guichet.sync.outbox."""

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


class ExchangeRow(SQLModel, table=True):
    """An exchange with central, or `times` alike in a row that moved nothing (guichet.sync)."""

    __tablename__ = "exchange"
    id: int | None = Field(default=None, primary_key=True)
    first_at: Moment
    at: Moment
    times: int
    ms: int
    pushed: int
    pulled: int
    refused: int
    problem: str
    skew: float | None


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
