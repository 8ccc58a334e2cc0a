"""What OpenAPI says of the answers; most are sent as text that is JSON already."""

from typing import Any

from pydantic import BaseModel

from guichet.domain.foreigner_number import Existence
from guichet.domain.keys import PublicKey
from guichet.domain.model import (
    Agent,
    Appointment,
    Person,
    Procedure,
    Site,
    Slot,
    Visit,
)

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


class HealthBody(BaseModel):
    """The server lives, or is ready."""

    status: str


class ChangeBody(BaseModel):
    """The newest state of one record; null: it exists no more, or not in this site's feed."""

    kind: str
    key: str
    sequence: int
    record: Site | Procedure | Slot | Person | Appointment | Visit | Agent | PublicKey | None


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
    changes: list[ChangeBody]


class SlotsBody(BaseModel):
    """Slots found."""

    slots: list[Slot]


class PersonsBody(BaseModel):
    """Persons found."""

    persons: list[Person]


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
    413: problem("too_large"),
    422: problem("invalid_request"),
    500: problem("internal"),
    503: problem("unavailable"),
}
SECURED: Responses = {
    401: problem("device_unknown, device_revoked"),
    426: problem("protocol_too_old"),
    **INVALID,
}
BAD_CODE: Responses = {
    400: problem("enrol_code_unknown, enrol_code_expired, enrol_code_used, site_full"),
    **INVALID,
}
HEALTH: Responses = {200: {"model": HealthBody}}
READY: Responses = {200: {"model": HealthBody}, 503: problem("not_ready")}
VERDICTS: Responses = {200: {"model": VerdictsBody}}
CHANGES: Responses = {200: {"model": PageBody}, 410: problem("cursor_unknown")}
SLOTS: Responses = {200: {"model": SlotsBody}}
PERSONS: Responses = {200: {"model": PersonsBody}}
EVENTS: Responses = {
    200: {
        "description": "`event: changed` with the feed's sequence as data",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
