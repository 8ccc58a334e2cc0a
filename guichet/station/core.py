"""What every part of the station shares: who works, what time it is, the replica, the outbox."""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from guichet.config import Enrolment, Settings, save_enrolment
from guichet.domain.model import Agent, Site, Slot
from guichet.domain.operations import Action, Applied, Book, Move, Operation, Refused, Verdict
from guichet.domain.silence import Standing, standing
from guichet.errors import CentralRefused, DeviceRejected
from guichet.store import leases
from guichet.store.apply import apply
from guichet.store.engine import writing
from guichet.store.records import put
from guichet.store.wire import operation_json
from guichet.sync import outbox
from guichet.sync.engine import SyncEngine
from guichet.sync.journal import Journal
from guichet.sync.state import Link

if TYPE_CHECKING:
    from guichet.sync.client import CentralClient


logger = logging.getLogger(__name__)

_TOKEN_LASTS = timedelta(days=30)


class Bar(StrEnum):
    """Why a station shows nothing."""

    REVOKED = "revoked"
    SILENT = "silent"
    EXPIRED = "expired"


def _token_at(enrolment: Enrolment) -> datetime:
    """When the device's token was given; long ago when nobody noted it."""
    try:
        return datetime.fromisoformat(enrolment.token_at).astimezone(UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


class Core:
    """The ground under guichet.station's parts; screens never see it."""

    def __init__(
        self,
        engine: Engine,
        enrolment: Enrolment,
        clock: Callable[[], datetime],
        folder: Path | None = None,
    ) -> None:
        self.engine = engine
        self.enrolment = enrolment
        self._client: CentralClient | None = None
        self.clock = clock
        self.agent: Agent | None = None
        self.site: Site | None = None
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._folder = folder
        self.lock_after = timedelta(days=Settings().lock_days)
        self.journal = Journal(engine, clock, enrolment.key)
        self.sync = SyncEngine(
            engine, self.client, clock, self.changed, self.journal, self._renew_token
        )

    def client(self) -> "CentralClient":
        """Central over HTTP; what that takes is imported when it is first asked for."""
        from guichet.sync.client import CentralClient  # noqa: PLC0415 - a sixth of a start

        with self._lock:
            if self._client is None:
                self._client = CentralClient(self.enrolment.url, self.enrolment.token)
            return self._client

    def _renew_token(self) -> None:
        """Change the device's token once it is old, so that a stolen one does not serve for ever.

        It is on the disk before it is used: central takes the old one until then.
        """
        folder, now = self._folder, self.clock()
        if folder is None or now - _token_at(self.enrolment) < _TOKEN_LASTS:
            return
        client = self.client()
        try:
            token = client.rotate()
        except DeviceRejected:
            raise
        except CentralRefused as error:
            logger.warning("the token is not renewed: %s", error.reason)
            self._folder = None  # an older central: asked again when the station is next opened
            return
        renewed = replace(self.enrolment, token=token, token_at=now.isoformat())
        save_enrolment(folder, renewed)
        self.enrolment = renewed
        client.use(token)

    def close(self) -> None:
        """Stop keeping in step and give everything back."""
        self.sync.stop()
        if self._client is not None:
            self._client.close()
        self.journal.close()

    def barred(self) -> Bar | None:
        """Why nothing may be shown here now."""
        if self.sync.state.reason == "device_revoked":
            return Bar.REVOKED
        match standing(self.sync.exchanges.silence(), self.lock_after):
            case Standing.OPEN:
                return None
            case Standing.SILENT:
                return Bar.SILENT
            case Standing.EXPIRED:
                return Bar.EXPIRED

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

    @property
    def cut_off(self) -> bool:
        """Whether central does not answer just now."""
        return self.sync.state.link in (Link.OFFLINE, Link.CONFUSED)

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
            if isinstance(operation.action, Book | Move):
                leases.spend(connection, operation.action.hold)
        return outcome

    def exchange(self, progress: Callable[[float], None]) -> None:
        """Push and pull now; `progress` is told which part of the site was read, 0 to 1.

        It is told nothing when there is no more than a page. Raises the faults of guichet.errors.
        """
        parts: list[float] = []

        def told() -> None:
            if (part := self.sync.state.read) is not None:
                parts.append(part)
                progress(part)

        end = self.subscribe(told)
        try:
            self.sync.once()
        finally:
            end()
        if parts:
            progress(1.0)

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
        self.sync.awaited.expect(operation.id)
        with writing(self.engine) as connection:
            if slot is not None and slot.site != operation.site:
                put(connection, slot)
            outcome = self.perform(connection, operation)
        if isinstance(outcome, Refused):
            self.sync.awaited.verdict(operation.id, 0)
            return outcome, True
        self.left()
        verdict = self.sync.awaited.verdict(operation.id, timeout)
        if verdict is None:
            return outcome, False
        if verdict.reason is None:
            return Applied(detail=verdict.detail), True
        with writing(self.engine) as connection:
            outbox.forget(connection, verdict.operation)
        self.journal.judged([verdict.operation])
        self.sync.recount()
        self.changed()
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

    def left(self) -> None:
        """Operations were committed to the queue: copy and send them, and show it."""
        self.journal.catch_up()
        self.sync.queued()
        self.changed()
