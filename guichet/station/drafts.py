"""What an agent has under way, kept in the station's own database until it is booked or dropped.

It holds what is typed and the choices made, never a hold: a seat is kept by central for a few
minutes only. It never leaves the station, and goes at the end of the day.
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from guichet.domain.model import Person, Procedure, Slot
from guichet.station.core import Core
from guichet.store.engine import reading, writing
from guichet.store.records import get
from guichet.store.schema import METADATA

_DRAFT = METADATA.tables["draft"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The search, the form, and the step reached: person, then démarche, then slot wanted.

    `typed` is the form of `person`, or of somebody new when there is none; `family` are the persons
    who come along, each with the démarche of their own, if any.
    """

    query: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    person: str | None = None
    procedure: str | None = None
    slot: str | None = None
    family: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A draft with the records it names, those that are still on this station."""

    query: str
    typed: dict[str, str]
    person: Person | None
    procedure: Procedure | None
    slot: Slot | None
    family: tuple[tuple[Person, Procedure | None], ...] = ()


class Drafts:
    """The agents' drafts, one each. Every method takes the agent's code: the session may have
    ended since.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def keep(self, agent: str, kept: Kept | None) -> None:
        """Keep this instead of what was kept; None: keep nothing."""
        with writing(self._core.engine) as connection:
            connection.execute(delete(_DRAFT).where(_DRAFT.c.agent == agent))
            if kept is not None:
                body = msgspec.json.encode(kept).decode()
                row = {"agent": agent, "body": body, "at": self._core.clock()}
                connection.execute(insert(_DRAFT).values(row))

    def find(self, agent: str) -> Found | None:
        """What the agent had under way today; None also when its person is known here no more."""
        with reading(self._core.engine) as connection:
            row = connection.execute(select(_DRAFT).where(_DRAFT.c.agent == agent)).first()
            if row is None or row.at < self._midnight():
                return None
            kept = _read(row.body)
            if kept is None:
                return None
            person = get(connection, Person, kept.person) if kept.person else None
            if kept.person and person is None:
                return None
            come = [(get(connection, Person, key), code) for key, code in kept.family]
            return Found(
                query=kept.query,
                typed=kept.typed,
                person=person,
                procedure=_procedure(connection, kept.procedure),
                slot=get(connection, Slot, kept.slot) if kept.slot else None,
                family=tuple((who, _procedure(connection, code)) for who, code in come if who),
            )

    def purge(self) -> None:
        """Drop what was left of earlier days."""
        with writing(self._core.engine) as connection:
            purge(connection, self._midnight())

    def _midnight(self) -> datetime:
        """When the day began at the site."""
        now = self._core.local(self._core.clock())
        return now.replace(hour=0, minute=0, second=0, microsecond=0)


def purge(connection: Connection, before: datetime) -> None:
    """Drop the drafts kept before that moment."""
    connection.execute(delete(_DRAFT).where(_DRAFT.c.at < before))


def persons_under_way(connection: Connection) -> list[str]:
    """The ids of the persons whom drafts are about: without them nothing could be taken up."""
    kept = map(_read, connection.execute(select(_DRAFT.c.body)).scalars())
    return [key for each in kept if each for key in (each.person, *dict(each.family)) if key]


def _procedure(connection: Connection, code: str | None) -> Procedure | None:
    return get(connection, Procedure, code) if code else None


def _read(body: str) -> Kept | None:
    """A draft, None when it is another version's, or damaged: there is nothing to take up."""
    try:
        return msgspec.json.decode(body, type=Kept)
    except msgspec.DecodeError:
        return None
