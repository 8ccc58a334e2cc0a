"""The facts guichet keeps. These frozen dataclasses are also the wire format.

Every instant is an aware datetime in UTC; durations are minutes; days are the site's own days.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from guichet.domain.desks import Step
from guichet.domain.turn import TurnRules


class Role(StrEnum):
    """What an agent may do; each opens one mode."""

    MEDIATOR = "mediator"
    COUNTER = "counter"
    SUPERVISOR = "supervisor"


class AppointmentStatus(StrEnum):
    """Where an appointment stands (see guichet.domain.lifecycle)."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    ABSENT = "absent"
    CANCELLED = "cancelled"


class VisitStatus(StrEnum):
    """Where a visit stands (see guichet.domain.lifecycle)."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    """Has been received, and waits for something before going on: a photocopy, an interpreter."""
    DONE = "done"
    DUPLICATE = "duplicate"
    """The same person was checked in twice, on two stations that could not know of each other."""
    UNDONE = "undone"


class AccordMode(StrEnum):
    """How the accord was explained to the person."""

    READ_ALOUD = "read_aloud"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class Site:
    """A place that receives people. `early_minutes` and `late_minutes` are its tolerances.

    `turns` is by what the order of its line is made. `closes` is the hour by its own clocks at
    which it closes ("17:30"), None for after its last slot (guichet.domain.closing); `tension` from
    how many minutes of work for each desk on its line is too long (guichet.domain.tension).
    """

    number: int
    name: str
    address: str
    time_zone: str
    early_minutes: int
    late_minutes: int
    turns: TurnRules = field(default_factory=TurnRules)
    closes: str | None = None
    tension: int = 45


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a person comes for. `family`: one active appointment a person in each.

    `renewal`: it is asked for in the months before a title ends (guichet.domain.filing).
    """

    code: str
    label: str
    family: str
    minutes: int
    lane: str
    number_required: bool
    channel_note: str
    documents: tuple[str, ...]
    renewal: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable start. `free` is how many of its `seats` central had left when it last said.

    Of `seats`, `pan` are kept for the points d'accès numérique until `pan_until`, and `urgent` for
    those whom a supervisor lets through; `free` counts neither (guichet.domain.quotas).

    `rule` is that which made it (guichet.domain.openings), None when none did. `closed`: its seats
    are nobody's any more, save of those who have one.
    """

    id: str
    site: int
    day: date
    starts_at: datetime
    minutes: int
    procedures: tuple[str, ...]
    seats: int
    free: int
    pan: int = 0
    urgent: int = 0
    free_pan: int = 0
    free_urgent: int = 0
    pan_until: datetime | None = None
    rule: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """The applicant. Only what booking and receiving need: no nationality, no scans.

    `birth` is partial ISO text, "1985-03-14", "1985-03" or "1985" (guichet.domain.birth);
    `number` the numéro étranger, ten digits, or None with `number_absent` saying why;
    `phone` is E.164; `needs` come from a closed list (guichet.domain.needs). `family_name` is the
    nom de naissance, empty like `given_names` for who has only one name; `used_name` the nom
    d'usage; `proof` what they show of who they are, or None when nothing was said of it
    (guichet.domain.proofs).
    """

    id: str
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
    needs: tuple[str, ...]
    used_name: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Accord:
    """The person's light consent to being helped with this one booking, on this day.

    `through` is who came to ask (guichet.domain.provenance), `paid` whether someone was paid for
    it; neither is ever asked twice nor held against the person. `withdrawn_at` ends the accord.
    """

    given_at: datetime
    mode: AccordMode
    language: str
    agent: str
    through: str = "person"
    paid: bool | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A seat given to a person. `revision` grows at each change; `token` is central's signature.

    `token` is None until central has confirmed the appointment. `override` is the reason for which
    a supervisor let the person have a second one in the family; `presented` lists the documents the
    person has shown, which says nothing of whether the file is complete. `absent_at` is when an
    agent, `absent_by`, noted that the person had not come, even if they came after that.
    """

    id: str
    reference: str
    site: int
    slot: str
    day: date
    starts_at: datetime
    minutes: int
    procedure: str
    family: str
    person: str
    status: AppointmentStatus
    revision: int
    token: str | None
    booked_at: datetime
    booked_by: str
    accord: Accord | None
    cancel_reason: str | None
    override: str | None = None
    presented: tuple[str, ...] = ()
    absent_at: datetime | None = None
    absent_by: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What happens on the day, from arrival to outcome.

    `appointment` and `person` are None for what is not known here (yet); `anomaly` says what was
    unusual about the arrival ("early", "late", "unknown_here", "double", "cancelled"…); `outcome`
    is how it ended, or why it was taken back (guichet.domain.lifecycle); `identity` what checking
    it gave (guichet.domain.identity.Check), None before. Nothing typed is kept.

    `calls`: how often they have been called to the desk they are called to, `recalled_at` when
    they last were if more than once; `people`: how many have come on this ticket. Sent on within
    the visit they wait in `lane`, for `for_desk` alone if it is named. `steps` are the desks they
    have left before. `reason` says why a visit was unsuccessful, `missing` which documents were
    not there. One that nobody had closed was so at `settled_at` by the agent `settled_by`, who had
    not seen it end: `ended_at` is None then.
    """

    id: str
    site: int
    day: date
    appointment: str | None
    person: str | None
    procedure: str | None
    ticket: str
    status: VisitStatus
    arrived_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    desk: str | None
    outcome: str | None
    anomaly: str | None
    identity: str | None = None
    calls: int = 0
    lane: str | None = None
    for_desk: str | None = None
    steps: tuple[Step, ...] = ()
    reason: str | None = None
    missing: tuple[str, ...] = ()
    recalled_at: datetime | None = None
    people: int = 1
    settled_at: datetime | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who signs in. `pin_hash` is argon2id, so that stations can check it offline."""

    code: str
    name: str
    site: int
    roles: tuple[Role, ...]
    pin_hash: str
    active: bool


@dataclass(frozen=True, slots=True)
class Competence:
    """Where those who live in a commune go: `site` for `procedure`, or for all of them ("").

    `commune` is the INSEE code, not the postal one; `id` is "commune:procedure".
    """

    id: str
    commune: str
    name: str
    procedure: str
    site: int


@dataclass(frozen=True, slots=True)
class Demand:
    """A search that found no slot. `waiting`: the person wants to be told of a freed one.

    `offered` is the slot of which central keeps a seat for them `until` then, under the demand's id
    as hold; `offers` counts them, `offered_on` is the site's day of the last, `called_at` when the
    person was last called about it in vain. `ended` says why they no longer wait
    (guichet.domain.waiting), and the record names nobody then. `wish`: it was made with no network,
    where nothing could be searched. The days that suit are from `first_day` to `last_day`, both
    included, None for any.
    """

    id: str
    site: int
    procedure: str
    person: str | None
    at: datetime
    agent: str
    waiting: bool
    offered: str | None = None
    until: datetime | None = None
    offers: int = 0
    offered_on: date | None = None
    called_at: datetime | None = None
    ended: str | None = None
    wish: bool = False
    first_day: date | None = None
    last_day: date | None = None
