"""What goes with a booking: where else, how long, what was shown, and what when nothing is free."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guichet.domain.lead import Lead, lead
from guichet.domain.model import Appointment, Demand, Person, Procedure, Site, Slot
from guichet.domain.operations import (
    Action,
    AnswerOffer,
    Present,
    RecordDemand,
    Refused,
    WithdrawAccord,
)
from guichet.domain.waiting import Answer, Rules
from guichet.station.core import Core
from guichet.station.mediation import Held, Mediation, by_day
from guichet.store import queries
from guichet.store.engine import reading
from guichet.store.records import get

SEARCHED = timedelta(days=60)
"""How far ahead slots are looked for: as far as central does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Someone on the waiting list; what this station does not know of them is None."""

    demand: Demand
    person: Person | None
    procedure: Procedure | None
    slot: Slot | None

    @property
    def held(self) -> Held | None:
        """The seat kept for them, if one is."""
        if self.slot is None or self.demand.until is None:
            return None
        return Held(self.demand.id, self.slot, self.demand.until)

    @property
    def exhausted(self) -> bool:
        """Whether they will be offered no more seats."""
        return self.demand.offered is None and self.demand.offers >= Rules().offers

    @property
    def kept_until(self) -> datetime:
        """When central deletes the entry, with the rules as they come."""
        return self.demand.at + Rules().kept


class Assistance:
    """What the mediator's screens ask for beside the booking itself."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def sites(self) -> dict[int, Site]:
        """Every site of this central, by number."""
        with reading(self._core.engine) as connection:
            return {site.number: site for site in queries.everything(connection, Site)}

    def lead(self, procedure: str) -> Lead | None:
        """How long people wait at this site for that démarche, by the appointments known here."""
        with reading(self._core.engine) as connection:
            known = queries.appointments_for(connection, self._core.enrolment.site, procedure)
        return lead(known)

    def nearest(self, procedure: str) -> list[Slot]:
        """The nearest slots of every site, by time. Raises CentralUnavailable and its kin."""
        return self._core.client().nearest(procedure)

    def slots(self, procedure: str, site: int) -> dict[date, list[Slot]]:
        """The coming slots of any site for a procedure, full ones included, by day.

        This site's are known here; another's are asked of central, 60 days ahead: raises
        CentralUnavailable and its kin.
        """
        if site == self._core.enrolment.site:
            return Mediation(self._core).slots(procedure)
        return by_day(self._core.client().slots(procedure, site))

    def found_nothing(
        self,
        procedure: Procedure,
        person: Person,
        *,
        waiting: bool,
        again: Demand | None = None,
        wish: bool = False,
        days: tuple[date | None, date | None] = (None, None),
    ) -> Demand:
        """The search that has just failed, not recorded yet; `again`: the same, told otherwise.

        Who does not wait is not named. `wish`: nothing could be searched; `days`: the first and the
        last that suit.
        """
        return Demand(
            id=again.id if again else uuid.uuid4().hex,
            site=self._core.enrolment.site,
            procedure=procedure.code,
            person=person.id if waiting else None,
            at=again.at if again else self._core.clock(),
            agent=self._core.agent.code if self._core.agent else "",
            waiting=waiting,
            wish=wish,
            first_day=days[0],
            last_day=days[1],
        )

    def record(self, demand: Demand) -> Refused | None:
        """Record a search that found nothing; again, it replaces what was recorded."""
        return self._done(RecordDemand(demand))

    def present(self, appointment: Appointment, documents: tuple[str, ...]) -> Refused | None:
        """Record which documents the person has shown."""
        return self._done(Present(appointment.id, documents))

    def withdraw_accord(self, appointment: Appointment) -> Refused | None:
        """Record that the person no longer agrees to being helped."""
        return self._done(WithdrawAccord(appointment.id))

    def waiting(self) -> list[Waiting]:
        """Those who wait here: first who is offered a seat, then the longest."""
        site = self._core.enrolment.site
        with reading(self._core.engine) as connection:
            procedures = {p.code: p for p in queries.everything(connection, Procedure)}
            return [
                Waiting(
                    demand,
                    get(connection, Person, demand.person or ""),
                    procedures.get(demand.procedure),
                    get(connection, Slot, demand.offered) if demand.offered else None,
                )
                for demand in queries.waiting(connection, site)
            ]

    def waiting_counts(self) -> tuple[int, int]:
        """How many are offered a seat just now, and how many wait in all."""
        with reading(self._core.engine) as connection:
            return queries.waiting_counts(connection, self._core.enrolment.site)

    def answer(self, demand: Demand, answer: Answer) -> Refused | None:
        """Record what came of telling someone who waits."""
        return self._done(AnswerOffer(demand.id, demand.offered, answer.value))

    def _done(self, action: Action) -> Refused | None:
        outcome = self._core.submit(action)
        return outcome if isinstance(outcome, Refused) else None
