"""What every part of the station shares: who works, what time it is, the replica, the outbox."""

import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from guichet.config import Enrolment
from guichet.domain.model import Agent, Site, Slot
from guichet.domain.operations import Action, Applied, Operation, Refused, Verdict
from guichet.station.unsettled import Unsettled, explained
from guichet.store.apply import apply
from guichet.store.engine import reading, writing
from guichet.store.records import put
from guichet.store.wire import operation_json
from guichet.sync import outbox
from guichet.sync.engine import SyncEngine
from guichet.sync.journal import Journal

if TYPE_CHECKING:
    from guichet.sync.client import CentralClient


class Core:
    """The ground under guichet.station's parts; screens never see it."""

    def __init__(
        self,
        engine: Engine,
        enrolment: Enrolment,
        clock: Callable[[], datetime],
    ) -> None:
        self.engine = engine
        self.enrolment = enrolment
        self._client: CentralClient | None = None
        self.clock = clock
        self.agent: Agent | None = None
        self.site: Site | None = None
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self.journal = Journal(engine, clock)
        self.sync = SyncEngine(engine, self.client, clock, self.changed, self.journal)

    def client(self) -> "CentralClient":
        """Central over HTTP; what that takes is imported when it is first asked for."""
        from guichet.sync.client import CentralClient  # noqa: PLC0415 - a sixth of a start

        with self._lock:
            if self._client is None:
                self._client = CentralClient(self.enrolment.url, self.enrolment.token)
            return self._client

    def close(self) -> None:
        """Stop keeping in step and give everything back."""
        self.sync.stop()
        if self._client is not None:
            self._client.close()
        self.journal.close()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, from any thread, after each change of facts; gives its ending."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def changed(self) -> None:
        """Facts have changed: tell who listens."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def known_site(self) -> Site:
        """The site of this station, known from the first pull on."""
        if self.site is None:
            raise RuntimeError("the site has not been pulled yet")
        return self.site

    def local(self, moment: datetime) -> datetime:
        """A UTC moment as the site's clocks show it."""
        return moment.astimezone(ZoneInfo(self.known_site().time_zone))

    def today(self) -> date:
        """The day it is at the site."""
        return self.local(self.clock()).date()

    def operation(self, action: Action) -> Operation:
        """The action as an operation of the agent at work, now."""
        if self.agent is None:
            raise RuntimeError("nobody is signed in")
        return Operation(
            id=str(uuid.uuid4()),
            station=self.enrolment.station,
            agent=self.agent.code,
            site=self.enrolment.site,
            at=self.clock(),
            action=action,
        )

    def perform(self, connection: Connection, operation: Operation) -> Applied | Refused:
        """Apply an operation here and queue it for central, in the caller's transaction."""
        outcome = apply(connection, operation, operation.at)
        if isinstance(outcome, Applied):
            outbox.put(connection, operation, outcome.changed)
            self.journal.announce(operation.id)
        return outcome

    def submit(self, action: Action) -> Applied | Refused:
        """Do it here at once; central hears of it when it can."""
        operation = self.operation(action)
        with writing(self.engine) as connection:
            outcome = self.perform(connection, operation)
        if isinstance(outcome, Applied):
            self.left()
        return outcome

    def confirm(
        self, action: Action, timeout: float, slot: Slot | None = None
    ) -> tuple[Applied | Refused, bool]:
        """Do it here and wait `timeout` seconds for central's word; whether it has come.

        What central refuses is undone here, and is not left in the outbox: who asked is told.
        `slot` is the one the action names: another site's is known here until central's word,
        which says that it is none of this site's feed.
        """
        operation = self.operation(action)
        self.sync.expect(operation.id)
        with writing(self.engine) as connection:
            if slot is not None and slot.site != operation.site:
                put(connection, slot)
            outcome = self.perform(connection, operation)
        if isinstance(outcome, Refused):
            self.sync.verdict(operation.id, 0)
            return outcome, True
        self.left()
        verdict = self.sync.verdict(operation.id, timeout)
        if verdict is None:
            return outcome, False
        if verdict.reason is None:
            return Applied(detail=verdict.detail), True
        self.settled(verdict.operation)
        return Refused(verdict.reason, verdict.detail), True

    def ask(self, action: Action) -> Verdict:
        """Ask central at once for what only central can give; nothing is queued.

        Raises CentralUnavailable and its kin.
        """
        operation = self.operation(action)
        verdict = self.client().push([operation_json(operation)])[0]
        with writing(self.engine) as connection:
            outbox.absorb(connection, verdict.changes)
        self.changed()
        return verdict

    def left(self, operations: int = 1) -> None:
        """So many operations were committed to the queue: copy and send them, and show it."""
        self.journal.catch_up()
        self.sync.queued(operations)
        self.changed()

    def settled(self, operation: str) -> None:
        """A person has dealt with a refused operation."""
        with writing(self.engine) as connection:
            outbox.forget(connection, operation)
        self.journal.judged([operation])
        self.sync.recount()
        self.changed()

    def refused(self) -> list[Unsettled]:
        """The operations central refused or could not read, which wait for a person."""
        with reading(self.engine) as connection:
            waiting = [
                *outbox.queued(connection, "refused"),
                *outbox.queued(connection, "quarantined"),
            ]
            return [explained(connection, queued) for queued in waiting]
