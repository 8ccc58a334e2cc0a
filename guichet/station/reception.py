"""The counter's and the supervisor's work: read convocations, check in, call, watch the day."""

import uuid
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from guichet.convocation import token
from guichet.convocation.token import Verified, verify
from guichet.domain.admission import Admit, Decision, Finding, decide, unverified
from guichet.domain.claims import Claims
from guichet.domain.day import DayRow
from guichet.domain.identity import Check
from guichet.domain.keys import PublicKey, Standing, standing
from guichet.domain.model import (
    Appointment,
    Person,
    Procedure,
    Site,
    Visit,
)
from guichet.domain.operations import (
    Applied,
    CheckIn,
    NoteIdentity,
    NoteScan,
    Refused,
    UndoCheckIn,
)
from guichet.domain.reference import ReferenceProblem, parse_reference, reference_of
from guichet.domain.tickets import UNKNOWN_LANE, place_of, ticket
from guichet.station.core import Core
from guichet.store import days, queries
from guichet.store.engine import reading, writing
from guichet.store.records import get
from guichet.store.schema import METADATA
from guichet.store.upsert import insert_into
from guichet.store.visits import visit_of

_TICKET = METADATA.tables["ticket"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a convocation turned out to be, and what was done about it.

    `visit` is the one just opened when `checked_in`, else the one already there, if any.
    `site` is the place the convocation is for, when it is known here. `identity` is what checking
    the ID shown gave, None before. `refused`: why the person could not be checked in after all.
    """

    decision: Decision
    claims: Claims | None = None
    appointment: Appointment | None = None
    person: Person | None = None
    procedure: Procedure | None = None
    site: Site | None = None
    visit: Visit | None = None
    checked_in: bool = False
    identity: Check | None = None
    refused: Refused | None = None

    @property
    def reference(self) -> str:
        """The reference of the appointment read, nothing when there is none."""
        if self.appointment is not None:
            return self.appointment.reference
        return reference_of(self.claims.appointment) if self.claims else ""


class Reception:
    """Everything the counter's and the supervisor's screens ask for."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def prepare(self) -> None:
        """Be as quick at the first reading as at the next ones."""
        token.prepare()
        with reading(self._core.engine) as connection:
            self._keyring(connection)

    def scan(self, text: str) -> Reading:
        """Verify what a camera or scanner read, decide, and check the person in when all is well.

        One transaction: the visit and its place in the outbox, or the trace of a refused scan.
        """
        with writing(self._core.engine) as connection:
            reading_ = self._concluded(connection, self._verified(connection, text))
        self._left(reading_)
        return reading_

    def inspect(self, text: str) -> Reading:
        """What a text is, now; nobody is checked in and no trace of it is kept."""
        with reading(self._core.engine) as connection:
            return self._verified(connection, text)

    def _verified(self, connection: Connection, text: str) -> Reading:
        keyring = self._keyring(connection)
        ring = {kid: bytes.fromhex(key.public) for kid, key in keyring.items()}
        result = verify(text, ring)
        if not isinstance(result, Verified):
            return Reading(unverified(result.reason))
        key = standing(keyring[result.kid], self._core.clock())
        appointment = get(connection, Appointment, result.claims.appointment)
        return self._judged(connection, result.claims, appointment, key)

    @staticmethod
    def _keyring(connection: Connection) -> dict[str, PublicKey]:
        """Every key central has told of: of one that holds no more, that is what must be said."""
        return {key.kid: key for key in queries.everything(connection, PublicKey)}

    def appointment_of(self, text: str) -> Appointment | Finding:
        """The appointment that a scanned convocation is for; nothing is done nor recorded.

        A finding says why there is none: not a convocation of ours, or not known here.
        """
        found = self.inspect(text)
        if found.claims is None:
            return found.decision.finding
        return found.appointment or Finding.NOT_FOUND

    def look_up(self, text: str) -> Reading | ReferenceProblem:
        """The same for a reference typed by hand, without its QR code."""
        reference = parse_reference(text)
        if isinstance(reference, ReferenceProblem):
            return reference
        with writing(self._core.engine) as connection:
            appointment = queries.appointment_by_reference(connection, reference)
            reading_ = self._concluded(connection, self._judged(connection, None, appointment))
        self._left(reading_)
        return reading_

    def choose(self, appointment: str) -> Reading:
        """The same for a line chosen in the day's list."""
        with writing(self._core.engine) as connection:
            found = get(connection, Appointment, appointment)
            reading_ = self._concluded(connection, self._judged(connection, None, found))
        self._left(reading_)
        return reading_

    def admit(self, reading_: Reading) -> Reading:
        """Check in a person whom the agent has decided to receive (early, late, unconfirmed)."""
        with writing(self._core.engine) as connection:
            admitted = self._checked_in(connection, reading_)
        self._core.left()
        return admitted

    def _left(self, reading_: Reading) -> None:
        """What was concluded is on its way, unless the agent is still to be asked."""
        if reading_.decision.admit is not Admit.ASK:
            self._core.left()

    def _judged(
        self,
        connection: Connection,
        claims: Claims | None,
        appointment: Appointment | None,
        key: Standing = Standing.GOOD,
    ) -> Reading:
        site = self._core.known_site()
        named = appointment.id if appointment else claims.appointment if claims else None
        visit = None if named is None else visit_of(connection, named, site.number)
        decision = decide(claims, appointment, site, self._core.clock(), key=key, visit=visit)
        if key is Standing.REVOKED:
            claims = None  # whoever stole the key may have written them
        place: Site | None = site
        if decision.site != site.number:
            place = None if decision.site is None else get(connection, Site, decision.site)
        if appointment is None:
            return Reading(decision, claims, site=place, visit=visit)
        return Reading(
            decision,
            claims,
            appointment,
            get(connection, Person, appointment.person),
            get(connection, Procedure, appointment.procedure),
            place,
            visit,
        )

    def _concluded(self, connection: Connection, reading_: Reading) -> Reading:
        if reading_.decision.admit is Admit.NOW:
            return self._checked_in(connection, reading_)
        if reading_.decision.admit is Admit.NO:
            appointment = reading_.appointment.id if reading_.appointment else None
            note = NoteScan(reading_.decision.finding.value, appointment)
            self._core.perform(connection, self._core.operation(note))
        return reading_

    def _checked_in(self, connection: Connection, reading_: Reading) -> Reading:
        appointment = (
            reading_.appointment.id
            if reading_.appointment
            else reading_.claims.appointment
            if reading_.claims
            else None
        )
        if appointment is None:
            raise ValueError("nobody to check in")
        if visit_of(connection, appointment, self._core.enrolment.site) is not None:
            return self._judged(connection, reading_.claims, reading_.appointment)
        finding = reading_.decision.finding
        check_in = CheckIn(
            visit=uuid.uuid4().hex,
            appointment=appointment,
            ticket=self._next_ticket(connection, reading_.procedure),
            anomaly=None if finding is Finding.EXPECTED else finding.value,
        )
        outcome = self._core.perform(connection, self._core.operation(check_in))
        if isinstance(outcome, Refused):
            return replace(reading_, refused=outcome)
        if reading_.identity is not None:  # checked while the agent was asked
            noted = NoteIdentity(check_in.visit, reading_.identity)
            self._core.perform(connection, self._core.operation(noted))
        visit = get(connection, Visit, check_in.visit)
        return replace(reading_, visit=visit, checked_in=True)

    def procedures(self) -> list[Procedure]:
        """What people come for, by label."""
        with reading(self._core.engine) as connection:
            found = queries.everything(connection, Procedure)
        return sorted(found, key=lambda procedure: procedure.label)

    def walk_in(self, procedure: Procedure | None, people: int = 1) -> Visit | Refused:
        """Receive who has no appointment, so many on one ticket; None: what for is not known."""
        with writing(self._core.engine) as connection:
            check_in = CheckIn(
                visit=uuid.uuid4().hex,
                appointment=None,
                ticket=self._next_ticket(connection, procedure),
                anomaly=None,
                procedure=procedure.code if procedure else None,
                people=people,
            )
            outcome = self._core.perform(connection, self._core.operation(check_in))
            visit = get(connection, Visit, check_in.visit)
        if isinstance(outcome, Refused) or visit is None:
            return outcome if isinstance(outcome, Refused) else Refused("unknown_visit")
        self._core.left()
        return visit

    def _next_ticket(self, connection: Connection, procedure: Procedure | None) -> str:
        lane = procedure.lane if procedure else UNKNOWN_LANE
        day, number = self._core.today(), self._core.enrolment.number
        counted = select(_TICKET.c.last).where(_TICKET.c.day == day, _TICKET.c.lane == lane)
        given = 0
        if connection.execute(counted).first() is None:
            # The first of the day, unless the replica was lost and what it counted with it.
            given = max(
                (place_of(each, lane, number) for each in queries.tickets(connection, day)),
                default=0,
            )
        last = connection.execute(
            insert_into(connection, _TICKET)
            .values(day=day, lane=lane, last=given + 1)
            .on_conflict_do_update(
                index_elements=[_TICKET.c.day, _TICKET.c.lane], set_={"last": _TICKET.c.last + 1}
            )
            .returning(_TICKET.c.last)
        ).scalar_one()
        return ticket(lane, number, last)

    def undo_check_in(self, visit: str, reason: str) -> Applied | Refused:
        """Take back a check-in (guichet.domain.lifecycle.UNDO_REASONS).

        Checked in on another station too, the person keeps that ticket: detail "stands" has it.
        """
        return self._core.submit(UndoCheckIn(visit, reason))

    def day(self, day: date | None = None) -> list[DayRow]:
        """The day of the site, today unless said otherwise."""
        with reading(self._core.engine) as connection:
            return days.day_rows(connection, self._core.enrolment.site, day or self._core.today())
