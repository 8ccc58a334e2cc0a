"""What OpenAPI says of the answers; most are sent as text that is JSON already."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from guichet.domain.foreigner_number import Existence
from guichet.domain.history import History
from guichet.domain.leases import Lease
from guichet.domain.model import Person, Slot
from guichet.domain.replicated import Record
from guichet.domain.statistics import Statistics
from guichet.domain.week import SiteDay

Responses = dict[int | str, dict[str, Any]]


class ProblemBody(BaseModel):
    """RFC 9457. `reason` is stable; `title` is a sentence in French for people."""

    type: str
    title: str
    status: int
    reason: str
    errors: list[dict[str, Any]] | None = None


class EnrolledBody(BaseModel):
    """A device's credentials, given once. `number` is its own among the site's stations."""

    station: str
    number: int
    site: int
    token: str
    identity_secret: str


class TokenBody(BaseModel):
    """A device's new token, told once; the old one is good until this one is used."""

    token: str


class HelloBody(BaseModel):
    """What central speaks, its clock (`now`), and what holds at the device's site (`flags`)."""

    now: datetime
    protocol_min: int
    protocol_max: int
    site: int
    station: str
    flags: dict[str, bool]


class HealthBody(BaseModel):
    """The server lives, or is ready."""

    status: str


class ChangeBody(BaseModel):
    """The newest state of one record; null: it exists no more, or not in this site's feed."""

    kind: str
    key: str
    sequence: int
    record: Record | None


class VerdictBody(BaseModel):
    """The answer to one operation; `reason` is null when it was applied."""

    operation: str
    reason: str | None
    detail: dict[str, str]
    changes: list[ChangeBody]


class VerdictsBody(BaseModel):
    """One verdict for each operation, in the order they were sent."""

    now: str
    verdicts: list[VerdictBody]


class PageBody(BaseModel):
    """A page of a site's feed; `cursor` is where the next one starts."""

    cursor: str
    more: bool
    end: int
    now: str
    changes: list[ChangeBody]


class SlotsBody(BaseModel):
    """Slots found."""

    slots: list[Slot]


class DurationsBody(BaseModel):
    """By démarche (code): how many people were received for so many minutes."""

    durations: dict[str, dict[int, int]]


class StatisticsBody(BaseModel):
    """The figures of a period."""

    statistics: Statistics


class PersonsBody(BaseModel):
    """Persons found."""

    persons: list[Person]


class HistoryBody(BaseModel):
    """A person's comings to the site."""

    history: History


class WeekBody(BaseModel):
    """Seven days of every site in figures, by day."""

    days: list[SiteDay]


class LentBody(BaseModel):
    """All the seats lent to the station now; `now` is central's clock, as in `until`."""

    now: datetime
    leases: list[Lease]


class ExistenceBody(BaseModel):
    """What a register says of a numéro étranger; unavailable never counts against the person."""

    existence: Existence


def problem(description: str) -> dict[str, Any]:
    """A problem answer."""
    return {
        "description": description,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        },
    }


INVALID: Responses = {
    408: problem("too_slow"),
    413: problem("too_large"),
    415: problem("unsupported_encoding"),
    422: problem("invalid_request"),
    500: problem("internal"),
    503: problem("unavailable"),
}
LIMITED = problem("rate_limited, with Retry-After in seconds")
SECURED: Responses = {
    401: problem("device_unknown, device_revoked, device_expired"),
    426: problem("protocol_too_old"),
    429: LIMITED,
    **INVALID,
}
BAD_CODE: Responses = {
    400: problem("enrol_code_unknown, enrol_code_expired, enrol_code_used, site_full"),
    429: LIMITED,
    **INVALID,
}
HEALTH: Responses = {200: {"model": HealthBody}}
READY: Responses = {200: {"model": HealthBody}, 503: problem("not_ready")}
OPERATIONS: dict[str, Any] = {
    "parameters": [
        {
            "name": "since",
            "in": "query",
            "required": False,
            "description": "Cursor of the last page read.",
            "schema": {"type": "string"},
        },
        {
            "name": "guichet-protocol",
            "in": "header",
            "required": False,
            "description": "Protocol of the station.",
            "schema": {"type": "string"},
        },
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/OperationsBody"}}
        },
    },
}
"""What guichet.central.api and sent read themselves."""
VERDICTS: Responses = {200: {"model": VerdictsBody}, 410: problem("cursor_unknown")}
CHANGES: Responses = {200: {"model": PageBody}, 410: problem("cursor_unknown")}
SLOTS: Responses = {200: {"model": SlotsBody}}
DURATIONS: Responses = {200: {"model": DurationsBody}}
STATISTICS: Responses = {
    200: {"model": StatisticsBody},
    422: problem("invalid_request, bad_period"),
}
WEEK: Responses = {200: {"model": WeekBody}}
LEASES: Responses = {200: {"model": LentBody}}
HISTORY: Responses = {200: {"model": HistoryBody}}
PERSONS: Responses = {200: {"model": PersonsBody}}
EVENTS: Responses = {
    200: {
        "description": "`event: changed` with the feed's sequence as data",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
DISPLAY_EVENTS: Responses = {
    200: {
        "description": "`event: calls`, the last calls of the site; `event: waits`, by lane",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    401: problem("display_unknown"),
    429: LIMITED,
    **INVALID,
}
