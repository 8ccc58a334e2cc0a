"""Signing in and out, online or not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from guichet.domain.model import Agent, Role
from guichet.domain.operations import Refused
from guichet.domain.rights import modes
from guichet.domain.signin import wait_left
from guichet.station.core import Core
from guichet.store.engine import reading, writing
from guichet.store.pins import is_pin
from guichet.store.records import get
from guichet.store.schema import METADATA
from guichet.sync import leases, replica

_FAILURE = METADATA.tables["sign_in_failure"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at work, and the modes they may open, the main one first."""

    agent: Agent
    modes: tuple[Role, ...]


class Session:
    """Who works at this station."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def agent(self) -> Agent | None:
        """Who is signed in."""
        return self._core.agent

    def sign_in(self, code: str, pin: str) -> SignedIn | Refused:
        """Check the PIN against the replica, so that it works without network.

        Refusals: "wrong_pin" (also for an unknown code: which one is not told), "catching_up" for
        a code that may be known once all is read from central, "wait" with detail["seconds"], the
        delay that grows with failures, and the bars of Core.
        """
        bar = self._core.barred()
        if bar is not None:
            return Refused(bar)
        code = code.strip().upper()
        now = self._core.clock()
        with reading(self._core.engine) as connection:
            agent = get(connection, Agent, code)
            found = connection.execute(select(_FAILURE).where(_FAILURE.c.agent == code)).first()
            missing = agent is None and replica.catching_up(connection)
        failures, last = (found.failures, found.last_at) if found else (0, None)
        wait = wait_left(failures, last, now)
        if wait:
            if last is not None and last > now:
                self._note(code, failures, now)  # the clock was set back: count from now
            return Refused("wait", {"seconds": str(wait)})
        if missing:
            return Refused("catching_up")
        if agent is None or not agent.active or not is_pin(agent.pin_hash, pin):
            self._note(code, failures + 1, now)
            return Refused("wrong_pin", {"seconds": str(wait_left(failures + 1, now, now))})
        if failures:
            self._note(code, 0, now)
        self._core.agent = agent
        if Role.MEDIATOR in agent.roles:
            with writing(self._core.engine) as connection:
                leases.mediated(connection, now.date())
            self._core.sync.wake()
        return SignedIn(agent, modes(agent))

    def sign_out(self) -> None:
        """Nobody works here now."""
        self._core.agent = None

    def _note(self, code: str, failures: int, now: datetime) -> None:
        with writing(self._core.engine) as connection:
            connection.execute(delete(_FAILURE).where(_FAILURE.c.agent == code))
            if failures:
                connection.execute(
                    insert(_FAILURE).values(agent=code, failures=failures, last_at=now)
                )
